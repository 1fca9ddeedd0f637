"""The harness itself: could it fail to notice what it is there to notice?"""

import asyncio
import contextlib
import math
import os
import socket
import sys
import wave
from array import array
from collections.abc import AsyncIterator, Sequence
from pathlib import Path

import pytest
from playwright.async_api import Page

from tests.e2e.conftest import Screenshot
from tests.e2e.harness.axe import axe
from tests.e2e.harness.browser import Browsers
from tests.e2e.harness.server import Server, ServerFailed
from tests.e2e.harness.sound import Recording

SMALL_SITE = (sys.executable, "-m", "tests.e2e.harness.small_site")
PAGE = """<!doctype html><html lang="en"><title>A page</title><meta charset="utf-8">
<meta name="viewport" content="width=device-width"><main><h1>A page</h1><button>Play</button></main>
<script type="module" src="play.js"></script>"""
PLAY = """
const sound = new Audio("sweep.wav");
sound.onended = () => { document.title = "ended"; };
const play = () => sound.play().catch(error => { document.title = error.name; });
document.querySelector("button").onclick = play;
if (location.hash === "#now") play();
"""


def write_sweep(path: Path, low_hz: float, high_hz: float, rate: int = 22_050) -> Path:
    """Write two thirds of a second of a rising tone: at no shift does it look like itself."""
    count = rate * 2 // 3
    phase = 0.0
    samples = array("h")
    for index in range(count):
        phase += 2 * math.pi * (low_hz + (high_hz - low_hz) * index / count) / rate
        samples.append(round(12_000 * math.sin(phase) * math.sin(math.pi * index / count)))
    with wave.open(str(path), "wb") as file:
        file.setparams((1, 2, rate, 0, "NONE", ""))
        file.writeframes(samples.tobytes())
    return path


@pytest.fixture
async def site(tmp_path: Path) -> AsyncIterator[Server]:
    folder = tmp_path / "data" / "site"
    folder.mkdir(parents=True)
    (folder / "index.html").write_text(PAGE)
    (folder / "play.js").write_text(PLAY)
    write_sweep(folder / "sweep.wav", 200, 3000)
    site = Server(tmp_path / "data", SMALL_SITE)
    await site.start()
    yield site
    site.kill()


async def title_becomes(page_title: str, page: Page, within_s: float = 5) -> None:
    """Ask without `wait_for_function`, which needs eval and so breaks under a strict policy."""
    async with asyncio.timeout(within_s):
        while await page.title() != page_title:
            await asyncio.sleep(0.02)


async def play_again(page: Page) -> None:
    await page.evaluate("document.title = 'again'")
    await page.click("button")
    await title_becomes("ended", page)


async def test_a_page_that_plays_is_heard(site: Server, browsers: Browsers, null_sink: Recording) -> None:
    sweep = site.data / "site/sweep.wav"
    page = await browsers.open(await browsers.launch(), site.url + "/#now")
    await title_becomes("ended", page)
    # The first sound of a browser opens the device; on a busy machine it may come torn. A second may not.
    with contextlib.suppress(AssertionError):
        await null_sink.hear(sweep, within_s=1, least=0.9)
    await play_again(page)

    offset_s = await null_sink.hear(sweep, within_s=3, least=0.9)

    assert 0 < offset_s < 10
    assert any(heard == pytest.approx(offset_s, abs=0.01) for heard in null_sink.heard_at(sweep))


async def test_another_sound_is_not_taken_for_the_one_sought(
    site: Server, browsers: Browsers, null_sink: Recording, tmp_path: Path
) -> None:
    page = await browsers.open(await browsers.launch(), site.url + "/#now")
    await title_becomes("ended", page)

    assert null_sink.correlate(write_sweep(tmp_path / "falling.wav", 3000, 200))[0] < 0.5


async def test_a_silent_page_is_not_heard(site: Server, browsers: Browsers, null_sink: Recording) -> None:
    await browsers.open(await browsers.launch(), site.url + "/")
    await asyncio.sleep(1)  # as long as the sound would have lasted

    assert len(null_sink.samples()) > 30_000
    assert null_sink.correlate(site.data / "site/sweep.wav")[0] < 0.3
    assert null_sink.heard_at(site.data / "site/sweep.wav") == []


async def test_a_sound_in_another_area_is_not_heard_in_the_hall(
    site: Server, browsers: Browsers, null_sink: Recording
) -> None:
    page = await browsers.open(await browsers.launch(sink="first_floor"), site.url + "/#now")
    await title_becomes("ended", page)

    with pytest.raises(AssertionError, match="not heard"):
        await null_sink.hear(site.data / "site/sweep.wav", within_s=0.5, least=0.3)


async def test_played_twice_is_heard_twice(site: Server, browsers: Browsers, null_sink: Recording) -> None:
    sweep = site.data / "site/sweep.wav"
    page = await browsers.open(await browsers.launch(), site.url + "/#now")
    await title_becomes("ended", page)
    await play_again(page)
    async with asyncio.timeout(5):
        while len(beginnings := null_sink.heard_at(sweep, least=0.7)) < 2:
            await asyncio.sleep(0.1)

    assert beginnings[1] - beginnings[0] >= 0.6


async def test_a_browser_may_refuse_to_play(site: Server, browsers: Browsers) -> None:
    page = await browsers.open(await browsers.launch(may_play=False), site.url + "/#now")

    await title_becomes("NotAllowedError", page)


async def test_a_killed_server_comes_back_on_its_port_and_data(site: Server) -> None:
    port, first_pid = site.port, site.pid

    site.kill()
    with socket.socket() as attempt:
        assert attempt.connect_ex(("127.0.0.1", port)) != 0
    await site.start()

    assert site.port == port
    assert (site.data / "starts").read_text().split() == [str(first_pid), str(site.pid)]


async def test_ctrl_c_ends_a_server(site: Server) -> None:
    pid = site.pid
    assert await site.stop() < 2
    with pytest.raises(ProcessLookupError):
        os.kill(pid, 0)


@pytest.mark.parametrize(
    ("script", "limit_s", "printed"),
    [("print('no such port'); raise SystemExit(1)", 10, "no such port"), ("input(); import time", 10, "EOF")],
    ids=["ends with a word", "ends with an error"],
)
async def test_a_server_that_does_not_start_says_why(
    tmp_path: Path, script: str, limit_s: float, printed: str
) -> None:
    command: Sequence[str] = (sys.executable, "-c", script)
    with pytest.raises(ServerFailed, match=printed):
        await Server(tmp_path / "data", command).start(limit_s)


async def test_a_silent_server_is_given_up(tmp_path: Path) -> None:
    server = Server(tmp_path / "data", (sys.executable, "-c", "import signal; signal.pause()"))
    with pytest.raises(ServerFailed):
        await server.start(within_s=0.3)


async def test_axe_finds_a_button_without_a_name(site: Server, browsers: Browsers) -> None:
    page = await browsers.open(await browsers.launch(), site.url + "/")
    assert await axe(page) == []

    await page.evaluate("document.querySelector('button').textContent = ''")

    assert [finding.split()[0] for finding in await axe(page)] == ["button-name"]


async def test_an_uncaught_error_and_a_broken_policy_are_noted(site: Server, browsers: Browsers) -> None:
    (site.data / "site/play.js").write_text("document.body.setAttribute('style', 'color: red'); nonsense();")

    page = await browsers.open(await browsers.launch(), site.url + "/")
    await page.evaluate("1")  # the console's messages come before the answer

    assert any("nonsense" in complaint for complaint in browsers.complaints)
    assert any("Content Security Policy" in complaint for complaint in browsers.complaints)
    browsers.complaints.clear()


async def test_a_screenshot_is_a_picture(site: Server, browsers: Browsers, screenshot: Screenshot) -> None:
    page = await browsers.open(
        await browsers.launch(), site.url + "/", viewport={"width": 320, "height": 200}
    )

    taken = await screenshot(page, "harness")

    assert taken.read_bytes().startswith(b"\x89PNG")
