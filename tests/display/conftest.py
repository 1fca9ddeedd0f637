"""A real Chromium for the display's tests; its sound output is the only thing that is made up."""

import json
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import pytest
from playwright.async_api import Browser, Page

from tests.display.peer import Peer
from tests.e2e.harness.browser import MUST_BE_TOUCHED, Running

LOUDSPEAKER = (
    "navigator.mediaDevices.enumerateDevices = async () => globalThis.outputs ?? [{kind: 'audiooutput'}];"
)
"""The machine that tests may have no sound card. tests/e2e records the real sound."""

LISTEN = """
globalThis.played = [];
const start = AudioScheduledSourceNode.prototype.start;
AudioBufferSourceNode.prototype.start = function (when) {
  this.note = {from: when, until: when + this.buffer.duration, ms: Math.round(this.buffer.duration * 1000)};
  globalThis.played.push(this.note);
  return start.call(this, when);
};
const stop = AudioScheduledSourceNode.prototype.stop;
AudioBufferSourceNode.prototype.stop = function (when) {
  this.note.until = Math.min(this.note.until, Math.max(when, this.note.from));
  this.note.stopped = true;
  return stop.call(this, when);
};
"""

OpenPage = Callable[..., Awaitable[Page]]


@pytest.fixture(scope="session")
async def chromium(running_browsers: Running) -> dict[bool, Browser]:
    """Two browsers: one that may play sound unasked, one that waits for a press."""
    return {True: await running_browsers.browser(), False: await running_browsers.browser(MUST_BE_TOUCHED)}


@pytest.fixture
async def peer() -> AsyncIterator[Peer]:
    async with Peer().running() as running:
        yield running


@pytest.fixture
async def open_page(chromium: dict[bool, Browser]) -> AsyncIterator[OpenPage]:
    """Open the display; the test fails when the page throws or breaks its content policy."""
    complaints: list[str] = []
    pages: list[Page] = []

    async def open_(
        peer: Peer, *, may_play: bool = True, output: bool = True, clock: bool = False, **options: Any
    ) -> Page:
        page = await chromium[may_play].new_page(**({"viewport": {"width": 1280, "height": 720}} | options))
        pages.append(page)
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on(
            "console",
            lambda message: (
                complaints.append(message.text) if "Content Security Policy" in message.text else None
            ),
        )
        await page.add_init_script(LISTEN)
        await page.add_init_script(
            LOUDSPEAKER + f"globalThis.outputs = {json.dumps(None if output else [])};"
        )
        if clock:  # the test may then let time pass: `page.clock.run_for`
            await page.clock.install()
        await page.goto(peer.url)
        await page.wait_for_selector('html[data-live="live"]')
        return page

    yield open_
    for page in pages:
        await page.close()
    assert complaints == []


@pytest.fixture
async def module(open_page: OpenPage, peer: Peer) -> Callable[[str, str], Awaitable[Any]]:
    """Run a function body in a browser with a module's exports as `m`: the pure modules need nothing else."""
    page = await open_page(peer)

    async def run(path: str, body: str) -> Any:
        return await page.evaluate(f"async () => {{ const m = await import({path!r}); {body} }}")

    return run
