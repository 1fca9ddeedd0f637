"""A slip before the hand scanner: nobody loses the turn; in a real browser, typed as a scanner types."""

from typing import Any

import pytest
from playwright.async_api import Page, Request, expect

from tests.e2e.harness.axe import axe
from tests.kiosk.conftest import OpenKiosk
from tests.kiosk.hall import Hall
from tests.kiosk.test_page import TARGETS, choose, take, to_confirm


async def scan(page: Page, text: str) -> None:
    """A scanner is a keyboard: the letters, then Enter."""
    await page.keyboard.type(text)
    await page.keyboard.press("Enter")


def mine(page: Page, state: str) -> Any:
    return page.locator(f'.mine[data-state="{state}"]')


async def test_slip_opens_its_visit_from_the_start_page(hall: Hall, open_kiosk: OpenKiosk) -> None:
    page = await open_kiosk(hall)
    urls: list[str] = []
    page.on("request", lambda request: urls.append(request.url))
    await hall.take("before")
    ticket = await hall.take("mine")
    await scan(page, ticket["status_url"])
    await expect(mine(page, "waiting")).to_contain_text("1 Person")
    shown = await page.locator(".result__digits .visually-hidden").inner_text()
    assert shown == str(ticket["number"])
    assert await page.evaluate(TARGETS) == []
    assert await axe(page) == []
    secret = ticket["status_url"].rpartition("/")[2]
    assert [url for url in urls if secret in url] == [], "a secret stands in no address"
    await page.get_by_role("button", name="Fertig").click()
    await expect(page.locator(".start__scan")).to_contain_text("Schon eine Nummer?")


async def test_away_and_back_and_given_back(hall: Hall, open_kiosk: OpenKiosk) -> None:
    page = await open_kiosk(hall)
    ticket = await hall.take("a")
    await scan(page, ticket["status_url"])
    await page.get_by_role("button", name="Ich bin kurz weg").click()
    await expect(mine(page, "away")).to_contain_text("Ihr Platz bleibt Ihnen")
    assert await hall.waiting() == []
    await page.get_by_role("button", name="Ich bin wieder da").click()
    await expect(mine(page, "waiting")).to_be_visible()
    assert await hall.waiting() == [ticket["number"]]
    await page.get_by_role("button", name="Nummer zurückgeben").click()
    await page.get_by_role("button", name="Ja, zurückgeben").click()
    await expect(page.locator(".word h1")).to_contain_text(str(ticket["number"]))
    assert await hall.waiting() == []
    await scan(page, ticket["status_url"])
    await expect(page.locator(".word h1")).to_have_text("Dieser Besuch ist beendet")


async def test_who_missed_the_call_comes_back_in_line(hall: Hall, open_kiosk: OpenKiosk) -> None:
    """The call is seen at the kiosk while the page stands, and a missed one is no lost turn."""
    cookie = await hall.staff("anna")
    await hall.post("/counters/rathaus-1/open", {}, cookie=cookie, device=False)
    page = await open_kiosk(hall)
    ticket = await hall.take("a")
    await scan(page, ticket["status_url"])
    await expect(mine(page, "waiting")).to_be_visible()
    call = {"request_id": f"call-{ticket['id']}"}
    await hall.post("/counters/rathaus-1/calls", call, cookie=cookie, device=False)
    await expect(mine(page, "called")).to_contain_text("Zimmer 1")
    await hall.post("/counters/rathaus-1/no-show", {}, cookie=cookie, device=False)
    await scan(page, ticket["status_url"])
    await page.get_by_role("button", name="Ich habe den Aufruf verpasst").click()
    await expect(mine(page, "waiting")).to_be_visible()
    assert await hall.waiting() == [ticket["number"]]
    await hall.post("/counters/rathaus-1/close", {}, cookie=cookie, device=False)


@pytest.mark.parametrize("code", ["4006381333931", "https://termine.musterstadt.example/t/AAAABBBBCCCC"])
async def test_wrong_code_gets_a_calm_sentence(hall: Hall, open_kiosk: OpenKiosk, code: str) -> None:
    page = await open_kiosk(hall)
    await scan(page, code)
    await expect(page.locator(".word h1")).to_have_text("Dieser Code gehört zu keiner Nummer von heute")
    assert await axe(page) == []
    await page.get_by_role("button", name="Zum Anfang").click()
    await expect(page.locator(".begin")).to_have_count(1)


async def test_enter_of_the_scanner_presses_no_button(hall: Hall, open_kiosk: OpenKiosk) -> None:
    """Failure 2: the focus stands on "take a number" when a slip is held before the scanner."""
    page = await open_kiosk(hall)
    ticket = await hall.take("mine")
    await to_confirm(page)
    await page.locator(".take").focus()
    await scan(page, ticket["status_url"])
    await expect(mine(page, "waiting")).to_be_visible()
    assert await hall.waiting() == [ticket["number"]]


async def test_slip_is_read_on_every_page_and_in_the_language_spoken(
    hall: Hall, open_kiosk: OpenKiosk
) -> None:
    page = await open_kiosk(hall)
    ticket = await hall.take("mine")
    await choose(page, "Apply for identity card", language="en")
    await scan(page, ticket["status_url"])
    await expect(mine(page, "waiting")).to_contain_text("Please wait")
    await page.get_by_role("button", name="Done").click()
    await to_confirm(page)
    await take(page)
    await scan(page, ticket["status_url"])
    await expect(mine(page, "waiting")).to_contain_text("Bitte warten Sie")


async def test_scanner_with_us_keys_is_read_on_a_german_machine(hall: Hall, open_kiosk: OpenKiosk) -> None:
    """As it leaves the factory: "/" arrives as "-", "-" as "ß", "_" as "?", y and z change places."""
    page = await open_kiosk(hall)
    ticket = await hall.take("mine")
    await page.evaluate(GERMAN_LAYOUT, ticket["status_url"])
    await expect(mine(page, "waiting")).to_be_visible()


GERMAN_LAYOUT = r"""text => {
    const german = {"/": "-", "-": "ß", "_": "?", ":": "Ö", "y": "z", "z": "y", "Y": "Z", "Z": "Y"};
    const signs = {"/": "Slash", "-": "Minus", "_": "Minus", ":": "Semicolon", ".": "Period"};
    const codeOf = c => /[a-z]/i.test(c) ? `Key${c.toUpperCase()}` : /[0-9]/.test(c) ? `Digit${c}` : signs[c];
    const press = (key, code, shiftKey) => document.body.dispatchEvent(
        new KeyboardEvent("keydown", {key, code, shiftKey, bubbles: true, cancelable: true}));
    for (const c of text) press(german[c] ?? c, codeOf(c), /[A-Z_:]/.test(c));
    press("Enter", "Enter", false);
}"""


async def test_visit_on_the_screen_clears_itself(hall: Hall, open_kiosk: OpenKiosk) -> None:
    """Failure 18: the next visitor does not see somebody else's number."""
    page = await open_kiosk(hall, clock=True)
    ticket = await hall.take("mine")
    await scan(page, ticket["status_url"])
    await expect(mine(page, "waiting")).to_be_visible()
    await page.clock.run_for(27_000)
    await expect(page.locator("[data-closing]")).to_be_visible()
    await page.get_by_role("button", name="Mehr Zeit").click()
    await expect(page.locator("[data-closing]")).to_have_count(0)
    await page.clock.run_for(51_000)
    await expect(page.locator(".start")).to_be_visible()


async def test_scan_while_a_number_is_being_taken_does_not_hide_it(hall: Hall, open_kiosk: OpenKiosk) -> None:
    page = await open_kiosk(hall)
    other = await hall.take("other")
    await to_confirm(page)
    asked: list[Request] = []
    page.on("request", lambda request: asked.append(request) if "/visits" in request.url else None)
    await page.route("**/tickets", lambda route: _late(route, page, other["status_url"]))
    await page.locator(".take").click()
    await expect(page.locator(".result__label")).to_be_visible()
    assert asked == []
    assert len(await hall.waiting()) == 2


async def _late(route: Any, page: Page, text: str) -> None:
    await scan(page, text)
    await route.continue_()
