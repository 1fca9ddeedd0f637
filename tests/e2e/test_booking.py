"""Booking at `/termin` in a real browser: with and without scripts, at 320 px and on a desk, axe clean."""

import re
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from playwright.async_api import Browser, Page, expect

from tests.e2e.conftest import SILENT, Screenshot, a_demo
from tests.e2e.faces.portal import PortalPage
from tests.e2e.harness.browser import Browsers
from tests.e2e.harness.server import Server
from tests.e2e.test_accessible import judge

NARROW = {"width": 320, "height": 640}
DESK = {"width": 1280, "height": 900}
SHARP = {"color_scheme": "light", "reduced_motion": "reduce"}


@pytest.fixture(scope="module")
async def server(new_town: Path, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Server]:
    """One for all: there are more free times than these tests book."""
    async with a_demo(new_town, tmp_path_factory.mktemp("booking"), SILENT, "--no-rate-limits") as running:
        yield running


async def to_data(portal: PortalPage, day: int = 2) -> None:
    """Two identity cards for a couple, at the town hall, as far as the held time."""
    await portal.is_at("Anliegen")
    await portal.tick("id-card", 2)
    await portal.page.fill("#persons", "2")
    await portal.onward()
    await portal.is_at("Ort und Zeit")
    await portal.at_site("Rathaus am Markt")
    await portal.choose_day(day)
    await portal.choose_time()
    await portal.is_at("Angaben")


@pytest.mark.timeout(180)
@pytest.mark.parametrize(
    ("viewport", "scripts"),
    [
        pytest.param(NARROW, True, id="320 px, with scripts"),
        pytest.param(DESK, False, id="desk, without scripts"),
        pytest.param(DESK, True, id="desk, with scripts", marks=pytest.mark.long),
        pytest.param(NARROW, False, id="320 px, without scripts", marks=pytest.mark.long),
    ],
)
async def test_a_couple_books_moves_and_cancels(
    server: Server, browsers: Browsers, browser: Browser, viewport: dict[str, int], scripts: bool
) -> None:
    portal = await PortalPage.open(
        browsers, browser, server.url, viewport=viewport, java_script_enabled=scripts
    )
    await to_data(portal)
    await portal.type(name="Erika Mustermann", email="erika@posteo.de")
    await portal.onward()
    await portal.is_at("Prüfen")
    assert re.fullmatch(r"[1-9]\d\d", await portal.book())
    reference = await portal.reference()
    await expect(portal.page.locator(".documents__one").first).to_be_visible()

    await portal.move(day=4, time=1)
    assert await portal.reference() == reference

    await portal.page.get_by_role("link", name="Absagen").click()
    await portal.page.get_by_role("button", name="Ja, Termin absagen").click()
    await expect(portal.page.get_by_role("heading", name="Ihr Termin ist abgesagt")).to_be_visible()


@pytest.mark.timeout(180)
async def test_a_family_gets_one_appointment_that_is_long_enough(
    server: Server, browsers: Browsers, browser: Browser
) -> None:
    portal = await PortalPage.open(browsers, browser, server.url, viewport=DESK)
    await portal.tick("residence-register-family")
    await portal.tick("id-docs-family")
    await portal.onward()
    assert await portal.minutes() == 20 + 35


async def test_the_search_answers_while_one_types(
    server: Server, browsers: Browsers, browser: Browser
) -> None:
    portal = await PortalPage.open(browsers, browser, server.url, viewport=DESK)
    await portal.tick("passport")
    await portal.page.fill("#q", "hund")
    await expect(portal.page.locator(".service:visible", has_text="Hund").first).to_be_visible()
    await expect(portal.page.locator('input[value="passport"]')).to_be_visible()
    await expect(portal.page.locator('input[value="id-card"]')).to_be_hidden()
    await portal.page.fill("#q", "xyzzy")
    await portal.page.locator('input[value="passport"]').uncheck()
    await portal.page.fill("#q", "xyzzyx")
    await expect(portal.page.get_by_role("status")).to_contain_text("nichts gefunden")


async def test_the_hold_warns_a_minute_before_its_end_and_is_extended_with_one_press(
    server: Server, browsers: Browsers, browser: Browser
) -> None:
    """WCAG 2.2, 2.2.1: told at least 20 seconds ahead, more time with one action."""
    page = await browsers.open(browser, "about:blank", viewport=NARROW)
    await page.clock.install()
    await page.goto(server.url + "/termin")
    portal = PortalPage(page)
    await to_data(portal)
    warning = page.locator('[data-part="warning"]')
    await portal.type(name="Erika Mustermann")
    await page.clock.run_for(8 * 60 * 1000)
    await expect(warning).to_be_empty()
    await page.clock.run_for(80 * 1000)
    await expect(warning).to_contain_text("Noch 60 Sekunden")
    await expect(warning).to_have_attribute("role", "alert")
    await page.get_by_role("button", name="10 Minuten mehr").click()
    await expect(page.locator("#p-name")).to_have_value("Erika Mustermann")
    await expect(page.locator('[data-part="warning"]')).to_be_empty()


@pytest.mark.timeout(240)
async def test_every_page_of_booking_is_usable(
    server: Server, browsers: Browsers, browser: Browser, screenshot: Screenshot
) -> None:
    """Failure 26: by keyboard, by screen reader, at 320 px, at 400 % zoom, light and dark."""
    browsers.tolerated.append("/termin")  # a form that was not filled in is answered with 400
    portal = await PortalPage.open(browsers, browser, server.url, viewport=DESK, **SHARP)
    page = portal.page
    await portal.tick("id-card", 2)
    found = await look(page, "booking-concern", screenshot)
    await portal.onward()
    await portal.at_site("Rathaus am Markt")
    found += await look(page, "booking-shortcuts")
    await portal.choose_day()
    found += await look(page, "booking-times", screenshot)
    await portal.choose_time()
    found += await look(page, "booking-data", screenshot)
    await portal.onward()
    found += await look(page, "booking-errors")
    await portal.type(name="Erika Mustermann", email="erika@gmial.com")
    await portal.onward()
    found += await look(page, "booking-typo")
    await page.get_by_role("button", name="Ja, erika@gmail.com").click()
    found += await look(page, "booking-check", screenshot)
    await portal.book()
    found += await look(page, "booking-answer", screenshot)
    home = page.url.partition("?")[0]
    for name in ("move", "cancel"):
        await page.goto(f"{home}/{name}")
        found += await look(page, f"manage-{name}")
    await portal.page.get_by_role("button", name="Ja, Termin absagen").click()
    found += await look(page, "manage-cancelled")
    assert not found, "\n".join(found)


async def look(page: Page, name: str, screenshot: Screenshot | None = None) -> list[str]:
    """Judge a page as it stands, and picture it."""
    await page.wait_for_load_state()
    if screenshot is not None:
        await screenshot(page, name)
    found = await judge(page, name)
    await page.emulate_media(color_scheme="light", reduced_motion="reduce")
    return found
