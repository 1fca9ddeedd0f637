"""A call taken back within ten seconds: the screen drops it, its sound ends, the phone says keep waiting."""

from pathlib import Path

from playwright.async_api import Browser, expect

from tests.e2e.faces.announcement import Clips
from tests.e2e.faces.counter import CounterPage
from tests.e2e.faces.display import DisplayPage
from tests.e2e.faces.phone import PhonePage
from tests.e2e.faces.town import Town
from tests.e2e.harness.browser import Browsers
from tests.e2e.harness.server import Server
from tests.e2e.harness.sound import Recording


async def test_undo_takes_the_call_back_everywhere(
    server: Server, town: Town, browsers: Browsers, browser: Browser, null_sink: Recording, tmp_path: Path
) -> None:
    display = await DisplayPage.open(browsers, browser, server.url)
    counter = await CounterPage.open(browsers, browser, server.url)
    first, second = await (await town.sign_in()).takes(2)
    clips = Clips(town, tmp_path)
    await clips.ready_for(first.number)
    phone = await PhonePage.open(browsers, browser, server.url + first.path)
    await counter.lists("waiting", first.number, second.number)
    await counter.press("next")
    await display.speaks(first.number)
    await phone.is_in("called")

    await counter.act("undo", "u")

    await display.shows_not(first.number, within_s=1)
    await display.is_silent(within_s=1)
    await counter.stands_at("idle")
    await counter.lists("waiting", first.number, second.number)
    await phone.is_in("waiting")
    await expect(phone.page.locator('[data-part="call"]')).to_be_hidden()
    # The next announcement comes whole, and nothing of the one that was taken back comes before it.
    await counter.press("next")
    call = (await town.board())["calls"][0]
    room = await clips.room(call["room_id"], "en")
    await null_sink.hear(room.path, within_s=20)
    assert len(null_sink.heard_at(room.path)) == 1
    assert len(null_sink.heard_at((await clips.number(first.number)).path)) == 1


async def test_undo_of_done_next_restores_both_visitors(
    server: Server, town: Town, browsers: Browsers, browser: Browser
) -> None:
    display = await DisplayPage.open(browsers, browser, server.url)
    counter = await CounterPage.open(browsers, browser, server.url)
    first, second = await (await town.sign_in()).takes(2)
    phones = [await PhonePage.open(browsers, browser, server.url + ticket.path) for ticket in (first, second)]
    await counter.press("next")
    await counter.press("come")
    await counter.has(first.number, "serving")
    await counter.press("done_next")
    await counter.has(second.number, "called")
    await display.shows(second.number)
    await phones[1].is_in("called")

    await counter.act("undo", "u")

    await counter.has(first.number, "serving")
    await counter.lists("waiting", second.number)
    await display.shows_not(second.number)
    await phones[1].is_in("waiting")
    await phones[0].page.reload()
    await phones[0].is_in("serving")
