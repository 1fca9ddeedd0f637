"""What becomes of a visitor who is called: again, in vain, later, elsewhere. Page by page, key by key."""

from pathlib import Path

import pytest
from playwright.async_api import Browser, expect

from tests.e2e.faces.announcement import Clips
from tests.e2e.faces.counter import CounterPage
from tests.e2e.faces.display import DisplayPage
from tests.e2e.faces.phone import PhonePage
from tests.e2e.faces.town import Refused, Signed, Ticket, Town
from tests.e2e.harness.browser import Browsers
from tests.e2e.harness.server import Server
from tests.e2e.harness.sound import Recording


@pytest.fixture
async def desk(town: Town) -> Signed:
    """The reception, which gives out numbers."""
    return await town.sign_in()


@pytest.fixture
async def counter(server: Server, browsers: Browsers, browser: Browser) -> CounterPage:
    """Anna at counter 1, on the ground floor."""
    return await CounterPage.open(browsers, browser, server.url)


async def phone_of(ticket: Ticket, server: Server, browsers: Browsers, browser: Browser) -> PhonePage:
    return await PhonePage.open(browsers, browser, server.url + ticket.path)


async def test_recall_rings_again(
    server: Server,
    town: Town,
    desk: Signed,
    counter: CounterPage,
    browsers: Browsers,
    browser: Browser,
    null_sink: Recording,
    tmp_path: Path,
) -> None:
    display = await DisplayPage.open(browsers, browser, server.url)
    ticket = await desk.take()
    phone = await phone_of(ticket, server, browsers, await browsers.launch("elsewhere"))
    await phone.switch_ringing_on()
    clips = Clips(town, tmp_path)
    await clips.ready_for(ticket.number)
    await counter.press("next")
    await null_sink.hear((await clips.number(ticket.number)).path, within_s=15)

    await counter.act("recall", "r")

    await phone.rings(2)
    await display.shows(ticket.number)
    assert len(await display.calls()) == 1
    await null_sink.hear_times(2, (await clips.gong()).path, within_s=20)
    assert await phone.has_rung() == 2


async def test_a_missed_visitor_comes_back_and_is_called_again(
    server: Server, desk: Signed, counter: CounterPage, browsers: Browsers, browser: Browser
) -> None:
    """Failures 12 and 13: nobody is called again by itself; called again, the screens are right."""
    display = await DisplayPage.open(browsers, browser, server.url)
    ticket = await desk.take()
    phone = await phone_of(ticket, server, browsers, browser)
    await counter.press("next")
    await display.shows(ticket.number)

    await counter.act("no_show", "x")
    await phone.is_in("no_show")
    await counter.lists("missed", ticket.number)
    await counter.stands_at("idle")
    await expect(counter.page.locator("#primary[data-does=next][aria-disabled]")).to_be_visible()

    await phone.say("back")
    await phone.is_in("waiting")
    await counter.lists("waiting", ticket.number)
    await counter.press("next")

    await counter.has(ticket.number, "called")
    await phone.is_in("called")
    await display.shows(ticket.number)
    assert len(await display.calls()) == 1


async def test_whoever_is_away_is_passed_over_and_keeps_the_place(
    server: Server, desk: Signed, counter: CounterPage, browsers: Browsers, browser: Browser
) -> None:
    first, second = await desk.take(), await desk.take()
    phone = await phone_of(first, server, browsers, browser)
    await phone.say("away")
    await phone.is_in("away")
    await counter.lists("away", first.number)

    await counter.press("next")
    await counter.has(second.number, "called")
    await phone.say("back")
    await phone.is_in("waiting")
    await counter.lists("waiting", first.number)
    await counter.press("come")
    await counter.press("done_next")

    await counter.has(first.number, "called")
    await phone.is_in("called")


async def test_a_number_given_up_on_the_phone_is_called_no_more(
    server: Server, desk: Signed, counter: CounterPage, browsers: Browsers, browser: Browser
) -> None:
    ticket = await desk.take()
    phone = await phone_of(ticket, server, browsers, browser)
    await counter.lists("waiting", ticket.number)

    await phone.give_up()

    await phone.is_in("ended")
    await expect(counter.page.locator("#primary[data-does=next][aria-disabled]")).to_be_visible()


async def test_a_visit_is_handed_to_another_counter(
    server: Server, town: Town, desk: Signed, counter: CounterPage, browsers: Browsers, browser: Browser
) -> None:
    ticket = await desk.take()
    bernd = await CounterPage.open(browsers, browser, server.url, "bernd", "rathaus-2")
    phone = await phone_of(ticket, server, browsers, browser)
    await counter.press("next")
    await counter.press("come")

    await counter.act("transfer", "t")
    await counter.page.select_option("#to-counter", "rathaus-2")
    await counter.page.click("dialog button[type=submit]")

    await counter.stands_at("idle")
    await counter.lists("waiting")
    await bernd.lists("waiting", ticket.number)
    await phone.is_in("waiting")
    anna = await town.sign_in("anna")
    with pytest.raises(Refused, match="nobody_waiting"):
        await anna.post("/counters/rathaus-1/calls", request_id="transfer-1")
    await bernd.press("next")
    await phone.is_in("called")
    await expect(phone.page.locator('[data-text="room"]')).to_contain_text("2")


async def test_a_visit_is_handed_to_another_service_and_shown_on_its_floor(
    server: Server, desk: Signed, counter: CounterPage, browsers: Browsers, browser: Browser
) -> None:
    ground = await DisplayPage.open(browsers, browser, server.url)
    upstairs = await DisplayPage.open(browsers, browser, server.url, "rathaus-og")
    ticket = await desk.take()
    david = await CounterPage.open(browsers, browser, server.url, "david", "rathaus-4")
    await counter.press("next")
    await counter.press("come")

    await counter.act("transfer", "t")
    await counter.page.click('dialog [data-pick="less"][data-service="id-card"]')
    await counter.page.select_option("#pick-service", "civil-certificate")
    await counter.page.click("dialog button[type=submit]:not([aria-disabled])")

    await counter.stands_at("idle")
    await david.lists("waiting", ticket.number)
    await david.press("next")
    await upstairs.shows(ticket.number)
    assert [shown.room for shown in await upstairs.calls()] == ["4"]
    assert [shown.room for shown in await ground.calls()] in ([], ["1"])


async def test_a_parked_visit_is_resumed_at_its_counter(
    server: Server, desk: Signed, counter: CounterPage, browsers: Browsers, browser: Browser
) -> None:
    """Failure 12, parked visitors: they are called by nobody but the clerk who asks for them."""
    parked, other = await desk.take(), await desk.take()
    phone = await phone_of(parked, server, browsers, browser)
    await counter.press("next")
    await counter.press("come")
    await counter.act("park", "p")
    await counter.lists("parked", parked.number)

    await counter.press("next")
    await counter.has(other.number, "called")
    await counter.page.reload()
    await counter.has(other.number, "called")
    await counter.press("come")
    await counter.press("finish")
    await counter.stands_at("idle")

    await counter.page.click(f'[data-act="resume_parked"][data-ticket="{parked.id}"]')
    await counter.has(parked.number, "serving")
    await phone.is_in("serving")
