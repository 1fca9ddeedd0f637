"""A page that is loaded again, or opened twice: the same picture, nothing spoken, nobody called."""

from pathlib import Path

from playwright.async_api import Browser, expect

from tests.e2e.faces.announcement import Clips
from tests.e2e.faces.counter import CounterPage
from tests.e2e.faces.display import DisplayPage
from tests.e2e.faces.kiosk import KioskPage
from tests.e2e.faces.phone import PhonePage
from tests.e2e.faces.town import Town
from tests.e2e.harness.browser import Browsers
from tests.e2e.harness.server import Server
from tests.e2e.harness.sound import Recording


async def test_a_reloaded_display_shows_the_same_and_speaks_no_old_call(
    server: Server, town: Town, browsers: Browsers, browser: Browser, null_sink: Recording, tmp_path: Path
) -> None:
    """Failure 6: a reload rang every old call. A call made afterwards proves that it could be heard."""
    display = await DisplayPage.open(browsers, browser, server.url)
    anna, bernd = await town.clerk(), await town.clerk("bernd", "rathaus-2")
    old, new = await anna.takes(2)
    clips = Clips(town, tmp_path)
    await clips.ready_for(old.number, new.number)
    await anna.call(ticket=old.id)
    await display.speaks(old.number)
    before = await display.calls()

    await display.page.reload()
    await display.is_live()
    await display.shows(old.number)
    assert await display.calls() == before
    await bernd.call(ticket=new.id)
    await null_sink.hear((await clips.number(new.number)).path, within_s=15)

    assert len(null_sink.heard_at((await clips.number(old.number)).path)) <= 1  # begun before the reload
    assert null_sink.heard_at((await clips.number(old.number, "en")).path) == []
    assert {shown.number for shown in await display.calls()} == {old.number, new.number}


async def test_a_reloaded_counter_calls_nobody_and_a_second_tab_stays_right(
    server: Server, town: Town, browsers: Browsers, browser: Browser
) -> None:
    """A refresh of the clerk's page once called a parked visitor; a second tab acted on the wrong one."""
    first = await CounterPage.open(browsers, browser, server.url)
    tickets = await (await town.sign_in()).takes(2)
    await first.press("next")
    await first.has(tickets[0].number, "called")

    await first.page.reload()
    await first.has(tickets[0].number, "called")
    second = CounterPage(await first.page.context.new_page())
    browsers.watch(second.page)
    await second.page.goto(first.page.url)
    await second.has(tickets[0].number, "called")

    await second.press("come")
    await first.has(tickets[0].number, "serving")
    await first.press("done_next")
    await first.has(tickets[1].number, "called")
    await second.has(tickets[1].number, "called")
    await first.lists("waiting")
    calls = (await town.board())["calls"]
    assert len({call["seq"] for call in calls}) == 2


async def test_a_reloaded_kiosk_is_at_its_start_and_a_reloaded_phone_says_the_same(
    server: Server, town: Town, browsers: Browsers, browser: Browser
) -> None:
    await town.clerk()
    kiosk = await KioskPage.open(browsers, browser, server.url)
    await kiosk.to_confirmation("Ausweise", "Personalausweis")
    given = await kiosk.take()
    phone = await PhonePage.open(browsers, browser, server.url + given.path)
    await phone.is_in("waiting")

    await kiosk.page.reload()
    await kiosk.gives_numbers()
    await phone.say("away")
    await phone.is_in("away")
    await phone.page.reload()

    await phone.is_in("away")
    assert await phone.number() == given.number
    waiting = (await town.queue())["waiting"]
    assert waiting == []  # away, and no second number from the reload
    await expect(phone.page.locator('[data-act="ring"]')).to_be_visible()
