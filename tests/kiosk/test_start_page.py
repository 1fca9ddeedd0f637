"""The start page when no numbers are given out: why, what to do, when it goes on; all of it real."""

from collections.abc import AsyncIterator, Awaitable, Callable

import pytest
from playwright.async_api import Browser, Locator, Page, expect

from tests.e2e.harness.axe import axe
from tests.kiosk.real_town import RealTown, a_real_town

OpenStart = Callable[..., Awaitable[Page]]
SCREENS = [(1080, 1920), (1920, 1080), (1280, 800)]


@pytest.fixture(scope="module")
async def town(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[RealTown]:
    async with a_real_town(tmp_path_factory.mktemp("start") / "town") as town:
        for site in ("last", "before-lunch", "small"):
            assert (await town.take(site)).status_code == 201
        yield town


@pytest.fixture
async def open_start(town: RealTown, browser: Browser) -> AsyncIterator[OpenStart]:
    pages: list[Page] = []

    async def open_(site: str, *, width: int = 1080, height: int = 1920) -> Page:
        context = await browser.new_context(
            viewport={"width": width, "height": height}, locale="de-DE", reduced_motion="reduce"
        )
        await context.add_cookies(
            [{"name": f"aufruf_device_{site}-kiosk", "value": town.tokens[site], "url": town.server.url}]
        )
        page = await context.new_page()
        pages.append(page)
        await page.goto(f"{town.server.url}/kiosk/{site}-kiosk")
        await page.wait_for_selector('.start:not([data-state="lost"])')
        return page

    yield open_
    for page in pages:
        await page.context.close()


def start(page: Page, state: str) -> Locator:
    return page.locator(f'.start[data-state="{state}"]')


async def test_closed_day_says_why_and_when_it_goes_on(open_start: OpenStart) -> None:
    """Failure 8: a closure beats the weekly rule, and visitors read its reason."""
    page = await open_start("outing")
    closed = start(page, "closed")
    await expect(closed.locator("h1")).to_have_text("Heute geschlossen")
    for words in ("Closed today", "Betriebsausflug", "Staff outing"):
        await expect(closed).to_contain_text(words)
    await expect(closed.locator(".start__again")).to_contain_text("morgen ab 08:00 Uhr wieder")
    await expect(closed.locator(".start__again")).to_contain_text("tomorrow at 08:00")
    await expect(closed.locator(".start__hours tr")).to_have_count(7)
    await expect(closed.locator('[aria-current="date"]')).to_contain_text("geschlossen")
    await expect(closed.locator(".start__hours")).to_contain_text("08:00–18:00")
    await expect(page.locator(".begin")).to_have_count(0)


async def test_closed_hours_say_when_they_end(open_start: OpenStart) -> None:
    evening = start(await open_start("evening"), "closed")
    await expect(evening.locator("h1")).to_have_text("Zurzeit geschlossen")
    await expect(evening.locator(".start__again")).to_contain_text("morgen ab 06:00 Uhr")
    lunch = start(await open_start("lunch"), "closed")
    await expect(lunch.locator(".start__again")).to_contain_text("heute ab 22:00 Uhr")


async def test_the_day_that_is_named_is_no_holiday(town: RealTown, open_start: OpenStart) -> None:
    """Failure 8: tomorrow is closed by date, so the day after is named."""
    bridge = start(await open_start("bridge"), "closed")
    day = town.noon.at(days=2).day
    await expect(bridge.locator(".start__again")).to_contain_text(f" {day}. ")
    await expect(bridge.locator(".start__again")).not_to_contain_text("morgen")


async def test_queue_past_closing_time_says_so_and_what_to_do(town: RealTown, open_start: OpenStart) -> None:
    page = await open_start("last")
    full = start(page, "past_closing")
    await expect(full.locator("h1")).to_have_text("Heute keine Nummern mehr")
    await expect(full).to_contain_text("vor Dienstschluss nicht mehr an die Reihe")
    await expect(full).to_contain_text("fragen Sie am Empfang")
    await expect(full.locator(".start__again")).to_contain_text("morgen ab 06:00 Uhr")
    refused = (await town.take("last", "b")).json()["error"]
    assert (refused["code"], refused["reason"]) == ("not_issuing", "past_closing")


async def test_queue_past_the_lunch_break_names_the_hour_after_it(open_start: OpenStart) -> None:
    full = start(await open_start("before-lunch"), "past_closing")
    await expect(full.locator("h1")).to_have_text("Bis zur Pause keine Nummern mehr")
    await expect(full).to_contain_text("Ab 22:00 Uhr gibt es hier wieder Nummern")
    await expect(full).not_to_contain_text("an einem anderen Tag")


async def test_full_waiting_area_says_so_and_opens_when_somebody_leaves(
    town: RealTown, open_start: OpenStart
) -> None:
    page = await open_start("small")
    await expect(start(page, "queue_full").locator("h1")).to_have_text("Der Wartebereich ist voll")
    await expect(page.locator(".start__count")).to_contain_text("1 Person wartet")
    ticket = (await town.take("small")).json()["id"]
    await town.post("small", f"small/tickets/{ticket}", {"act": "cancel"})
    await expect(page.locator(".begin")).to_have_count(2)
    assert (await town.take("small", "again")).status_code == 201
    await expect(start(page, "queue_full")).to_be_visible()


async def test_stopped_kiosk_sends_to_the_desk_without_hours(town: RealTown, open_start: OpenStart) -> None:
    page = await open_start("small")
    try:
        await town.post("administrator", "small/issuing", {"issuing": False})
        await expect(start(page, "stopped")).to_contain_text("wenden Sie sich an den Empfang")
        await expect(page.locator(".start__hours")).to_have_count(0)
    finally:
        await town.post("administrator", "small/issuing", {"issuing": True})
    await expect(start(page, "queue_full")).to_be_visible()


@pytest.mark.parametrize(("width", "height"), SCREENS)
@pytest.mark.parametrize("site", ["outing", "lunch", "last", "before-lunch", "small"])
async def test_every_reason_is_whole_and_accessible(
    open_start: OpenStart, site: str, width: int, height: int
) -> None:
    page = await open_start(site, width=width, height=height)
    assert await page.evaluate(OVERFLOWING) == [], "nothing is cut off, nothing scrolls"
    if (width, height) == SCREENS[0]:
        assert await axe(page) == []


OVERFLOWING = """() => [
    document.documentElement, ...document.querySelectorAll(".start__hero, .start__hero *")]
    .filter(one => one.clientWidth > 0)
    .filter(one => one.scrollWidth > one.clientWidth + 1
        || one.matches(".start__hero") && one.scrollHeight > one.clientHeight + 1)
    .map(one => `${one.className} ${one.scrollHeight} > ${one.clientHeight}`)"""


@pytest.mark.parametrize(("width", "height"), [(320, 640), (480, 270)])
async def test_closed_page_reflows_when_zoomed(open_start: OpenStart, width: int, height: int) -> None:
    """Failure 26: everything usable at 400 % zoom, at 320 px."""
    page = await open_start("lunch", width=width, height=height)
    assert await page.evaluate("document.documentElement.scrollWidth") == width
    await expect(page.locator(".start__hours tr").last).to_be_attached()
