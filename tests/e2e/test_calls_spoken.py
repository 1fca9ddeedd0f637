"""Calls on the screen of a hall, and what is really heard there."""

from pathlib import Path

from playwright.async_api import Browser

from tests.e2e.faces.announcement import Clips, follow_each_other, hear_all
from tests.e2e.faces.display import DisplayPage, Shown
from tests.e2e.faces.town import Town
from tests.e2e.harness.browser import Browsers
from tests.e2e.harness.server import Server
from tests.e2e.harness.sound import Recording


async def test_a_call_is_shown_and_spoken_in_both_languages(
    server: Server, browsers: Browsers, browser: Browser, town: Town, null_sink: Recording, tmp_path: Path
) -> None:
    display = await DisplayPage.open(browsers, browser, server.url)
    clerk = await town.clerk()
    ticket = await clerk.take()

    await clerk.call()

    await display.shows(ticket.number)
    assert await display.calls() == [Shown(ticket.number, "1")]
    call = (await town.board())["calls"][0]
    heard = await hear_all(null_sink, await Clips(town, tmp_path).announcement(call))
    assert follow_each_other(heard), heard
