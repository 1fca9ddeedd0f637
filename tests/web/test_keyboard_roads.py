"""A visitor's roads with keys alone: booking, moving, cancelling, and the page of a number (failure 26)."""

import re
from collections.abc import AsyncIterator
from typing import Any

import pytest
from playwright.async_api import Page, expect

from tests.e2e.harness.keys import enter, tab_to
from tests.web.running import Town

DESK = {"width": 1280, "height": 900}


@pytest.fixture
async def page(browser: Any) -> AsyncIterator[Page]:
    context = await browser.new_context(viewport=DESK, locale="de-DE", reduced_motion="reduce")
    yield await context.new_page()
    await context.close()


async def is_at(page: Page, heading: str) -> None:
    await expect(page.get_by_role("heading", name=heading)).to_be_visible()


async def choose_another_time(page: Page) -> None:
    await enter(page, ".shortcuts .time >> nth=-1")


@pytest.mark.timeout(90)
async def test_a_visitor_books_moves_and_cancels_with_keys_alone(served_town: Town, page: Page) -> None:
    await page.goto(f"http://{served_town.address}/termin?town=musterstadt")
    await tab_to(page, "#q")
    await page.keyboard.type("personalausweis beantragen")
    await page.keyboard.press("Enter")
    await tab_to(page, 'input[value="id-card"]')
    await page.keyboard.press("Space")
    await enter(page, ".onward__go")
    await expect(page.locator('[aria-current="step"]')).to_contain_text("Ort und Zeit")
    if not await page.locator(".site--chosen").count():
        await enter(page, ".site")
    await choose_another_time(page)
    await expect(page.locator('[aria-current="step"]')).to_contain_text("Angaben")
    await tab_to(page, "#p-name")
    await page.keyboard.type("Erika Mustermann")
    await tab_to(page, "#p-email")
    await page.keyboard.type("erika@posteo.de")
    await enter(page, ".onward__go")
    await expect(page.locator('[aria-current="step"]')).to_contain_text("Prüfen")
    await enter(page, 'main button:has-text("Termin buchen")')
    await is_at(page, "Ihr Termin ist gebucht")

    await enter(page, 'a:has-text("Verschieben")')
    await choose_another_time(page)
    await enter(page, 'button:has-text("Ja, verschieben")')
    await is_at(page, "Ihr Termin ist verschoben")

    await enter(page, 'a:has-text("Absagen")')
    await enter(page, 'button:has-text("Ja, Termin absagen")')
    await is_at(page, "Ihr Termin ist abgesagt")
    await enter(page, ".foot__one")
    await is_at(page, "Erklärung zur Barrierefreiheit")


async def test_who_waits_goes_out_and_gives_up_with_keys_alone(served_town: Town, page: Page) -> None:
    await served_town.open()
    ticket = await served_town.take()
    await page.goto(f"http://{served_town.address}{ticket['status_url']}")
    await enter(page, 'button:has-text("Ich bin kurz weg")')
    await enter(page, 'button:has-text("Ich bin wieder da")')
    await expect(page.locator('main[data-state="waiting"]')).to_be_visible()
    await enter(page, 'summary:has-text("Nummer zurückgeben")')
    await enter(page, f'button:has-text("Nummer {ticket["number"]} zurückgeben")')
    # The answer to the press, or the picture that every page of the number gets: whichever comes last.
    over = re.compile("Sie haben Ihre Nummer zurückgegeben|Ihr Besuch ist beendet")
    await expect(page.get_by_text(over)).to_be_visible()
