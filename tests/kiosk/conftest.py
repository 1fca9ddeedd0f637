"""Towns and browsers for the kiosk's tests; everything is real but the printer behind the wire."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from playwright.async_api import Browser, Page

from tests.e2e.harness.server import AUFRUF, Server
from tests.kiosk.hall import KIOSK, PUBLIC_URL, Hall

OPTIONS = ("--no-speech", "--no-rate-limits", "--public-url", PUBLIC_URL)
OpenKiosk = Callable[..., Awaitable[Page]]


@asynccontextmanager
async def a_hall(folder: Path, *options: str) -> AsyncIterator[Hall]:
    hall = Hall(Server(folder, AUFRUF, (*OPTIONS, *options)))
    await hall.open()
    try:
        yield hall
    finally:
        hall.close()


@pytest.fixture(scope="session")
async def town(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Hall]:
    async with a_hall(tmp_path_factory.mktemp("kiosk") / "town") as hall:
        yield hall


@pytest.fixture(scope="session")
async def bare_town(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Hall]:
    async with a_hall(tmp_path_factory.mktemp("kiosk") / "bare", "--no-agents") as hall:
        yield hall


@pytest.fixture
async def hall(town: Hall) -> AsyncIterator[Hall]:
    """A demo town with its preview agent; one server for all tests, swept for each."""
    await town.have_printed()
    await town.sweep()
    yield town
    town.stop_agents()


@pytest.fixture
async def bare_hall(bare_town: Hall) -> AsyncIterator[Hall]:
    """The same without an agent: the test brings its own."""
    await bare_town.sweep()
    yield bare_town
    bare_town.stop_agents()


@pytest.fixture
async def open_kiosk(browser: Browser) -> AsyncIterator[OpenKiosk]:
    """Open the touch page with the kiosk's own cookie; the test fails when it throws or breaks its policy."""
    complaints: list[str] = []
    pages: list[Page] = []

    async def open_(
        hall: Hall, *, width: int = 1080, height: int = 1920, clock: bool = False, **more: Any
    ) -> Page:
        context = await browser.new_context(
            viewport={"width": width, "height": height}, locale="de-DE", **more
        )
        await context.add_cookies(
            [{"name": f"aufruf_device_{KIOSK}", "value": hall.token, "url": hall.server.url}]
        )
        page = await context.new_page()
        pages.append(page)
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on(
            "console",
            lambda message: (
                complaints.append(message.text) if "Content Security Policy" in message.text else None
            ),
        )
        if clock:
            await page.clock.install()
        await page.goto(f"{hall.server.url}/kiosk/{KIOSK}")
        await page.wait_for_selector(".begin")
        return page

    yield open_
    for page in pages:
        await page.context.close()
    assert complaints == []
