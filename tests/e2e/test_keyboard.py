"""The whole way with keys alone: nobody needs a mouse or a finger (failure 26)."""

from playwright.async_api import Browser, expect

from tests.e2e.faces.counter import CounterPage
from tests.e2e.faces.kiosk import KioskPage
from tests.e2e.faces.town import PASSWORD, Town
from tests.e2e.harness.browser import Browsers
from tests.e2e.harness.keys import enter, tab_to
from tests.e2e.harness.server import Server


async def test_a_number_is_taken_at_the_kiosk_with_keys_alone(
    server: Server, town: Town, browsers: Browsers, browser: Browser
) -> None:
    """Failure 26: kiosk by keyboard, from the language to "done"."""
    await town.clerk()
    kiosk = await KioskPage.open(browsers, browser, server.url, has_touch=False)
    page = kiosk.page

    await enter(page, '.begin[lang="de"]')
    await kiosk.is_at("categories")
    await enter(page, '.tile:has-text("Ausweise")')
    await kiosk.is_at("services")
    await tab_to(page, '.service__choose:has-text("Personalausweis")')
    await page.keyboard.press("Space")
    await enter(page, "#foot .button--primary")
    await kiosk.is_at("people")
    await enter(page, "#foot .button--primary")
    await kiosk.is_at("confirm")
    await enter(page, "#foot .take:not([aria-disabled=true])")

    await kiosk.is_at("result")
    number = await kiosk.shown_number()
    assert [one["number"] for one in (await town.queue())["waiting"]] == [number]
    await enter(page, ".result__acts .button--primary:not([aria-disabled=true])")
    await kiosk.is_at("start")


async def test_a_clerk_works_with_keys_alone(
    server: Server, town: Town, browsers: Browsers, browser: Browser
) -> None:
    """Failure 26: from signing in to closing the counter without a mouse."""
    tickets = await (await town.sign_in()).takes(2)
    page = await browsers.open(browser, f"{server.url}/counter")
    counter = CounterPage(page)
    await tab_to(page, "#user")
    await page.keyboard.type("anna")
    await page.keyboard.press("Tab")
    await page.keyboard.type(PASSWORD)
    await page.keyboard.press("Enter")
    await enter(page, 'button[data-counter="rathaus-1"]')
    await counter.lists("waiting", *(ticket.number for ticket in tickets))

    await counter.press("next")
    await counter.has(tickets[0].number, "called")
    await counter.act("recall", "r")
    await counter.act("no_show", "x")
    await counter.press("next")
    await counter.has(tickets[1].number, "called")
    await counter.press("come", "i")
    await counter.act("park", "p")
    await counter.lists("parked", tickets[1].number)
    await enter(page, '[data-act="resume_parked"]')
    await counter.has(tickets[1].number, "serving")
    await page.keyboard.press("Escape")  # the focus leaves the button, so that keys act again
    await counter.press("finish")
    await counter.stands_at("idle")

    await page.keyboard.press("q")
    await enter(page, 'dialog [data-act="close"]')
    await counter.stands_at("closed")


async def test_keys_do_not_act_while_somebody_types(
    server: Server, town: Town, browsers: Browsers, browser: Browser
) -> None:
    """WCAG 2.1.4: a letter in a field calls nobody; and the keys can be switched off."""
    counter = await CounterPage.open(browsers, browser, server.url)
    ticket = await (await town.sign_in()).take()
    await counter.lists("waiting", ticket.number)
    await counter.page.keyboard.press("c")
    await counter.page.fill("#typed-number", "")
    await counter.page.keyboard.type("nnn")
    await counter.page.keyboard.press("Escape")
    await expect(counter.page.locator("dialog[open]")).to_have_count(0)
    await counter.stands_at("idle")

    await counter.page.keyboard.press("?")
    await counter.page.click('dialog [data-act="keys"]')
    await counter.page.keyboard.press("Escape")
    await expect(counter.page.locator("dialog[open]")).to_have_count(0)
    await counter.page.keyboard.press("n")
    await counter.page.keyboard.press("?")

    await expect(counter.page.locator("dialog[open]")).to_have_count(0)
    await counter.stands_at("idle")
    assert len((await town.queue())["waiting"]) == 1
