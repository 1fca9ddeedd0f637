"""A display that cannot be heard says so large, and the clerk knows (failure 22)."""

from pathlib import Path

from playwright.async_api import Browser, expect

from tests.e2e.faces.announcement import Clips
from tests.e2e.faces.counter import CounterPage
from tests.e2e.faces.display import DisplayPage
from tests.e2e.faces.town import Town
from tests.e2e.harness.browser import Browsers
from tests.e2e.harness.server import Server
from tests.e2e.harness.sound import Recording, SoundServer

MUTE = '[data-part="mute"]'
LARGE_PX = 40


async def test_blocked_sound_is_said_large_and_healed_by_one_press(
    server: Server, town: Town, browsers: Browsers, browser: Browser, null_sink: Recording, tmp_path: Path
) -> None:
    """Failure 22: a display whose sound is blocked never looks healthy."""
    counter = await CounterPage.open(browsers, browser, server.url)
    display = await DisplayPage.open(browsers, await browsers.launch(may_play=False), server.url)
    tickets = await (await town.sign_in()).takes(2)
    clips = Clips(town, tmp_path)
    await clips.ready_for(*(ticket.number for ticket in tickets))
    mute = display.page.locator(MUTE)
    await expect(mute).to_be_visible()
    title = await mute.locator("h2").bounding_box()  # no script: that would count as a press
    assert title is not None
    assert title["height"] >= LARGE_PX
    await expect(counter.page.locator(".notices .notice", has_text="Erdgeschoss")).to_be_visible()

    await counter.press("next")
    report = await counter.reads_report("fetch")
    assert "1 von 1" in report
    assert str(tickets[0].number) in report
    await display.shows(tickets[0].number)

    await display.page.click(f"{MUTE} button")
    await expect(mute).to_be_hidden()
    await expect(counter.page.locator(".notices .notice", has_text="Bildschirm Erdgeschoss")).to_have_count(0)
    await counter.press("come")
    await counter.press("done_next")
    await counter.reads_report("good", within_s=25)  # the call that was held up is spoken first
    await null_sink.hear((await clips.number(tickets[1].number)).path, within_s=15)


async def test_a_machine_without_a_loudspeaker_never_looks_healthy(
    server: Server, town: Town, browsers: Browsers, browser: Browser
) -> None:
    """Failure 22: an audio context runs without any device too, so the devices are asked for."""
    counter = await CounterPage.open(browsers, browser, server.url)
    deaf = SoundServer()
    try:
        browsers.pulse_server, usual = deaf.address, browsers.pulse_server
        display = await DisplayPage.open(browsers, await browsers.launch(), server.url)
        browsers.pulse_server = usual
        ticket = await (await town.sign_in()).take()
        await expect(display.page.locator(f'{MUTE}[data-reason="no_output"]')).to_be_visible()
        await expect(counter.page.locator(".notices .notice", has_text="Erdgeschoss")).to_be_visible()

        await counter.press("next")

        await counter.reads_report("fetch")
        await display.shows(ticket.number)
    finally:
        deaf.close()
