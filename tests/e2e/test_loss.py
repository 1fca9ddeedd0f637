"""The server dies (`kill -9`) and comes back on the same data: every page says so, and nothing is lost."""

import re
import time
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

A_TIME = re.compile(r"\d\d:\d\d")


async def test_all_pages_survive_the_loss_of_the_server(
    server: Server, town: Town, browsers: Browsers, browser: Browser, null_sink: Recording, tmp_path: Path
) -> None:
    display = await DisplayPage.open(browsers, browser, server.url)
    counter = await CounterPage.open(browsers, browser, server.url)
    kiosk = await KioskPage.open(browsers, browser, server.url)
    called, waiting = await (await town.sign_in()).takes(2)
    phone = await PhonePage.open(browsers, browser, server.url + waiting.path)
    clips = Clips(town, tmp_path)
    await clips.ready_for(called.number, waiting.number)
    spoken = [await clips.number(one.number) for one in (called, waiting)]
    await counter.press("next")
    await display.speaks(called.number)
    before = await display.calls()

    server.kill()
    killed_at = time.monotonic()
    await display.is_lost(within_s=6)
    assert time.monotonic() - killed_at <= 6  # five seconds, and a busy machine
    assert await display.calls() == before
    await expect(display.page.locator('[data-text="as_of"]')).to_have_text(A_TIME)
    await counter.is_lost(within_s=3)
    await expect(counter.page.locator("#primary[aria-disabled]")).to_be_visible()
    await kiosk.says_why_not("lost")
    await expect(phone.page.locator(f'[data-number="{waiting.number}"]')).to_be_visible()

    await server.start()
    for page in (display, counter):
        await page.is_live(within_s=12)
    await kiosk.gives_numbers(within_s=12)
    assert await display.calls() == before
    await counter.has(called.number, "called")
    await counter.lists("waiting", waiting.number)

    await counter.press("come")
    await counter.press("done_next")
    await display.shows(waiting.number)
    await counter.has(waiting.number, "called")
    await counter.reads_report("good")
    await phone.is_in("called", within_s=15)
    await null_sink.hear(spoken[1].path, within_s=15)
    assert len(null_sink.heard_at(spoken[0].path)) == 1  # the call from before is not spoken again
    await kiosk.to_confirmation("Ausweise", "Personalausweis")
    assert (await kiosk.take()).number not in {called.number, waiting.number}


async def test_a_call_made_while_a_display_was_away_is_spoken_when_it_returns(
    server: Server, town: Town, browsers: Browsers, browser: Browser, null_sink: Recording, tmp_path: Path
) -> None:
    """The old systems re-joined but never fetched: the picture of before stood until the next call."""
    display = await DisplayPage.open(browsers, browser, server.url)
    anna, bernd = await town.clerk(), await town.clerk("bernd", "rathaus-2")
    before, meanwhile = await anna.takes(2)
    clips = Clips(town, tmp_path)
    await clips.ready_for(before.number, meanwhile.number)
    await anna.call(ticket=before.id)
    await null_sink.hear((await clips.number(before.number, "en")).path, within_s=20)
    await display.is_silent()

    port, server.port = server.port, 0
    server.kill()
    await server.start()  # where the display does not find it: its cable is out
    await display.is_lost(within_s=10)
    async with Town.of(server) as reached:
        bernd = await reached.clerk("bernd", "rathaus-2")
        await bernd.call(ticket=meanwhile.id)
    server.kill()
    server.port = port
    await server.start()

    await display.is_live(within_s=12)
    await display.shows(meanwhile.number)
    await null_sink.hear((await clips.number(meanwhile.number)).path, within_s=15)
    assert len(null_sink.heard_at((await clips.number(before.number)).path)) == 1
