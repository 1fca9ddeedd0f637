"""The server is restarted while clerks call: the screen keeps its picture and speaks every call once."""

import asyncio
import signal
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx2
import pytest
from playwright.async_api import Browser

from tests.e2e.conftest import a_demo
from tests.e2e.faces.display import DisplayPage
from tests.e2e.faces.start import StartPage
from tests.e2e.faces.town import Clerk, Town, new_id
from tests.e2e.harness.browser import Browsers
from tests.e2e.harness.server import Server

CALLS_EACH = 3
RESTARTS = 2
BETWEEN_S = 1.5
COUNT_SOUNDS = """
window.heard = {sounds: 0, started: []};
const play = AudioBufferSourceNode.prototype.start;
AudioBufferSourceNode.prototype.start = function (...when) {
  window.heard.sounds += 1;
  return play.apply(this, when);
};
const send = WebSocket.prototype.send;
WebSocket.prototype.send = function (text) {
  const { report } = JSON.parse(text);
  if (report?.kind === "started") window.heard.started.push(report.call);
  return send.call(this, text);
};
"""


async def a_counting_display(browsers: Browsers, browser: Browser, url: str) -> DisplayPage:
    start = await StartPage.open(browsers, browser, url)
    await start.page.context.add_init_script(COUNT_SOUNDS)
    display = DisplayPage(await start.enter("display", "rathaus-eg"))
    await display.is_live()
    return display


async def press_until_answered(clerk: Clerk, **body: Any) -> Any:
    """Press "next" as the counter's page does: the same press again, until somebody answers."""
    body["request_id"] = new_id()
    while True:
        try:
            return await clerk.do("calls", **body)
        except (httpx2.TransportError, AssertionError):  # it is away, or ends just now
            await asyncio.sleep(0.05)


async def call_all(clerk: Clerk, display: DisplayPage) -> list[int]:
    """Call the next one when the call before was heard; what is replaced sooner is not spoken any more."""
    called = []
    for _ in range(CALLS_EACH):
        called.append(int((await press_until_answered(clerk, finish_current=True))["seq"]))
        await has_heard(display, called[-1])
    return called


async def has_heard(display: DisplayPage, seq: int, within_s: float = 30) -> None:
    async with asyncio.timeout(within_s):
        while seq not in await display.page.evaluate("window.heard.started"):
            await asyncio.sleep(0.1)


async def restart(server: Server, display: DisplayPage) -> None:
    await server.stop(5, signal.SIGTERM)
    before = await display.calls()
    await asyncio.sleep(0.3)
    assert await display.calls() == before
    await server.start()


@pytest.fixture
async def server(new_town: Path, tmp_path: Path) -> AsyncIterator[Server]:
    """Without speech: one chime is one call, nothing else is played."""
    async with a_demo(new_town, tmp_path, "--no-speech") as running:
        yield running


async def test_every_call_is_sounded_once_though_the_server_restarts(
    server: Server, town: Town, browsers: Browsers, browser: Browser
) -> None:
    """An update in opening hours."""
    display = await a_counting_display(browsers, browser, server.url)
    clerks = [await town.clerk(), await town.clerk("bernd", "rathaus-2")]
    await (await town.sign_in()).takes(CALLS_EACH * len(clerks))
    calling = asyncio.gather(*(call_all(clerk, display) for clerk in clerks))
    for _ in range(RESTARTS):
        await asyncio.sleep(BETWEEN_S)
        await restart(server, display)
    called = {seq for each in await calling for seq in each}

    assert len(called) == CALLS_EACH * len(clerks)
    await display.is_live()
    await display.is_silent()
    heard = await display.page.evaluate("window.heard")
    assert set(heard["started"]) == called
    assert heard["sounds"] == len(called)
