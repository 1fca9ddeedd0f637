"""Fixtures of the end-to-end tests: server, browsers, null sink, screenshots. All of them real."""

import shutil
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from playwright.async_api import Browser, Page

from tests.conftest import EARS
from tests.e2e.faces.town import Town
from tests.e2e.harness.browser import Browsers, Running
from tests.e2e.harness.server import Server
from tests.e2e.harness.sound import Recording, SoundServer

ROOT = Path(__file__).parents[2]
SILENT = "--no-speech"
SINKS = ("hall", "first_floor", "elsewhere")

Screenshot = Callable[[Page, str], Awaitable[Path]]


@pytest.fixture(scope="session")
def sound_server() -> Iterator[SoundServer]:
    """The sound server of all browsers; its sinks are `hall` (the usual one) and those beside it."""
    server = SoundServer(*SINKS)
    yield server
    server.close()


@pytest.fixture
def null_sink(sound_server: SoundServer, tmp_path: Path) -> Iterator[Recording]:
    """A recording of everything that is played in the hall during this test."""
    with sound_server.record(tmp_path / "hall.s16") as recording:
        yield recording


@pytest.fixture
def elsewhere(sound_server: SoundServer, tmp_path: Path) -> Iterator[Recording]:
    """What the visitor's own phone plays."""
    with sound_server.record(tmp_path / "elsewhere.s16", "elsewhere") as recording:
        yield recording


@pytest.fixture
def first_floor(sound_server: SoundServer, tmp_path: Path) -> Iterator[Recording]:
    """What is played upstairs."""
    with sound_server.record(tmp_path / "first-floor.s16", "first_floor") as recording:
        yield recording


@pytest.fixture
async def browsers(running_browsers: Running, sound_server: SoundServer) -> AsyncIterator[Browsers]:
    """Pages to open in browsers; the test fails when a page threw or broke its policy."""
    opened = Browsers(running_browsers, sound_server.address)
    yield opened
    await opened.close()
    assert not opened.complaints, "\n".join(opened.complaints)


@pytest.fixture
async def browser(browsers: Browsers) -> Browser:
    """One browser that may play sound, into the sink `hall`."""
    return await browsers.launch()


@pytest.fixture(scope="session")
def new_town(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the data of the demo's first starts are kept, for `server` to copy."""
    return tmp_path_factory.mktemp("town")


@asynccontextmanager
async def a_demo(new_town: Path, folder: Path, *options: str) -> AsyncIterator[Server]:
    """Run `aufruf demo` on data of its own, as they are after the first start.

    The first start takes seconds, and renders speech if there is to be any; so it happens once and is copied.
    """
    kept = new_town / (SILENT if SILENT in options else "speaking")
    if not kept.exists():
        first = Server(kept, options=[SILENT] if SILENT in options else [])
        await first.start()
        await first.stop(within_s=10)
    shutil.copytree(kept, folder / "data")
    running = Server(folder / "data", options=options)
    await running.start()
    yield running
    running.kill()


@pytest.fixture
async def server(request: pytest.FixtureRequest, new_town: Path, tmp_path: Path) -> AsyncIterator[Server]:
    """A running demo. Starting it takes three seconds of computing, half of them for speech, which is left
    out where nobody listens. Where nobody is in another test's way, a file has one for all its tests."""
    listens = EARS.intersection(request.fixturenames)
    async with a_demo(new_town, tmp_path, *([] if listens else [SILENT])) as running:
        yield running


@pytest.fixture
async def reachable(server: Server) -> Server:
    """The demo, told under which address phones reach it: only then slips carry a QR."""
    await server.stop(within_s=10)
    server.options = [*server.options, "--public-url", server.url]
    await server.start()
    return server


@pytest.fixture
async def town(server: Server) -> AsyncIterator[Town]:
    """The running demo's town over HTTP."""
    async with Town.of(server) as town:
        yield town


@pytest.fixture
def screenshot(request: pytest.FixtureRequest) -> Screenshot:
    """Take `NAME.png` of a page: into docs/screenshots with --screenshots, else into build/.

    Not always into docs: every run would leave changed pictures behind in the working tree.
    """
    kept = request.config.getoption("--screenshots")
    folder = ROOT / ("docs/screenshots" if kept else "build/screenshots")

    async def take(page: Page, name: str) -> Path:
        path = folder / f"{name}.png"
        await page.screenshot(path=path, animations="disabled", caret="hide")
        return path

    return take
