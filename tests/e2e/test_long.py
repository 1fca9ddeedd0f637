"""The long runs: the road in every language and colour scheme, and a day of calls on one display page."""

import asyncio
from pathlib import Path

import pytest
from playwright.async_api import Browser, CDPSession

from tests.e2e.faces.announcement import Clips, hear_all
from tests.e2e.faces.counter import CounterPage
from tests.e2e.faces.display import DisplayPage
from tests.e2e.faces.kiosk import KioskPage
from tests.e2e.faces.phone import PhonePage
from tests.e2e.faces.town import Clerk, Town
from tests.e2e.harness.axe import axe
from tests.e2e.harness.browser import Browsers
from tests.e2e.harness.server import Server
from tests.e2e.harness.sound import Recording

CATALOGUES = Path(__file__).parents[2] / "queue_server" / "locale"
LANGUAGES = sorted(folder.name for folder in CATALOGUES.iterdir() if any(folder.glob("*.po")))
CALL_COUNT = 200
GROWTH_LIMIT_KIB = 1536

pytestmark = pytest.mark.long


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.timeout(240)
async def test_the_road_in_every_language_and_scheme(
    server: Server,
    town: Town,
    browsers: Browsers,
    browser: Browser,
    null_sink: Recording,
    tmp_path: Path,
    language: str,
    scheme: str,
) -> None:
    look = {"locale": language, "color_scheme": scheme, "reduced_motion": "reduce"}
    display = await DisplayPage.open(browsers, browser, server.url, **look)
    counter = await CounterPage.open(browsers, browser, server.url, **look)
    kiosk = await KioskPage.open(browsers, browser, server.url, **look)

    await kiosk.to_confirmation("", "", language)
    given = await kiosk.take()
    await kiosk.slip_is("ready")
    phone = await PhonePage.open(browsers, browser, server.url + given.path, **look)
    await phone.is_in("waiting")
    await counter.press("next")
    await display.shows(given.number)
    await phone.is_in("called")
    await counter.reads_report("good")

    call = (await town.board())["calls"][0]
    await hear_all(null_sink, await Clips(town, tmp_path).announcement(call))
    for page in (kiosk.page, phone.page, counter.page, display.page):
        assert await axe(page) == []
    for page in (kiosk.page, phone.page, counter.page):
        assert await page.get_attribute("html", "lang") == language


@pytest.mark.timeout(900)
async def test_a_day_of_calls_does_not_grow_the_display(
    server: Server, town: Town, browsers: Browsers, browser: Browser
) -> None:
    """Two hundred calls in a few minutes: neither nodes nor memory of the page that runs for months grow."""
    display = await DisplayPage.open(browsers, browser, server.url)
    clerk = await town.clerk()
    devtools = await display.page.context.new_cdp_session(display.page)
    await _calls(clerk, display, CALL_COUNT // 4)
    early_kib, early_nodes = await _memory(devtools), await _nodes(display)

    await _calls(clerk, display, CALL_COUNT)

    late_kib, late_nodes = await _memory(devtools), await _nodes(display)
    assert late_kib - early_kib < GROWTH_LIMIT_KIB, f"{early_kib} KiB grew to {late_kib} KiB"
    assert late_nodes <= early_nodes + 200, f"{early_nodes} nodes grew to {late_nodes}"


async def _calls(clerk: Clerk, display: DisplayPage, count: int) -> None:
    """Call so many, each begun to be spoken; every tenth is recalled, every seventh taken back."""
    for index in range(count):
        ticket = await clerk.take()
        called = await clerk.call(ticket=ticket.id)
        await display.shows(called["number"])
        if index % 7 == 0:
            await clerk.do("undo")
            await clerk.act(ticket, "cancel")
            continue
        if index % 10 == 0:
            await clerk.do("recall")
        await asyncio.sleep(0.5)  # so that its announcement begins: a day's worth of clips is loaded
        await clerk.do("start")
        await clerk.do("finish")


async def _memory(devtools: CDPSession) -> int:
    """Return the page's heap in KiB after collecting what nobody holds."""
    await devtools.send("HeapProfiler.collectGarbage")
    used = await devtools.send("Runtime.getHeapUsage")
    return int(used["usedSize"]) // 1024


async def _nodes(display: DisplayPage) -> int:
    return int(await display.page.evaluate("document.querySelectorAll('*').length"))
