"""Where no screen calls: the clerk is told to go, and where; visitors are told that they are fetched."""

from playwright.async_api import Browser, expect

from tests.e2e.faces.counter import CounterPage
from tests.e2e.faces.display import DisplayPage
from tests.e2e.faces.phone import PhonePage
from tests.e2e.faces.town import Town
from tests.e2e.harness.browser import Browsers
from tests.e2e.harness.server import Server


async def test_a_site_without_a_screen_tells_the_clerk_where_to_fetch(
    server: Server, town: Town, browsers: Browsers, browser: Browser
) -> None:
    """G11: the second site has no screen; the clerk fetches in the foyer."""
    counter = await CounterPage.open(browsers, browser, server.url, "greta", "buergerzentrum-2")
    ticket = await (await town.sign_in()).take(site="buergerzentrum")
    phone = await PhonePage.open(browsers, browser, server.url + ticket.path)

    await counter.press("next")

    report = await counter.reads_report("fetch", within_s=2)
    assert str(ticket.number) in report
    assert "Foyer" in report
    await phone.is_in("called")
    await expect(phone.page.locator('[data-part="call"]')).to_be_visible()


async def test_a_site_may_meet_visitors_at_the_door_for_a_while(
    server: Server, town: Town, browsers: Browsers, browser: Browser
) -> None:
    """G11: the call mode is switched at the counter, and switched back; the screen says which it is."""
    display = await DisplayPage.open(browsers, browser, server.url)
    counter = await CounterPage.open(browsers, browser, server.url)
    tickets = await (await town.sign_in()).takes(2)
    await counter.lists("waiting", *(ticket.number for ticket in tickets))

    await counter.page.keyboard.press("m")
    await expect(display.page.locator('[data-part="fetch"]')).to_be_visible()
    await counter.press("next")
    report = await counter.reads_report("fetch", within_s=2)
    assert "Erdgeschoss" in report
    await counter.press("come")
    await expect(counter.primary("done_next")).to_be_visible()
    await counter.page.keyboard.press("m")
    await expect(counter.page.locator('[data-part="tools"] .badge--info')).to_be_hidden()
    await counter.press("done_next")

    await display.shows(tickets[1].number)
    await counter.reads_report("good")


async def test_without_any_display_the_clerk_is_told_to_fetch(
    server: Server, town: Town, browsers: Browsers, browser: Browser
) -> None:
    counter = await CounterPage.open(browsers, browser, server.url)
    ticket = await (await town.sign_in()).take()

    await counter.press("next")

    report = await counter.reads_report("fetch", within_s=3)
    assert str(ticket.number) in report
    assert "Erdgeschoss" in report


async def test_a_need_that_no_call_reaches_is_large_before_the_call(
    server: Server, town: Town, browsers: Browsers, browser: Browser
) -> None:
    await DisplayPage.open(browsers, browser, server.url)
    counter = await CounterPage.open(browsers, browser, server.url)
    await (await town.sign_in()).take(needs=["deaf"])

    plate = counter.page.locator(".needs__plate").first
    await expect(plate).to_be_visible()
    await counter.press("next")

    await counter.reads_report("fetch", within_s=2)
    await expect(plate).to_be_visible()
