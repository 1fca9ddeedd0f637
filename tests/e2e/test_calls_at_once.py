"""Many calls in one moment: all shown at once, all spoken in turn, nobody told to fetch for nothing."""

import asyncio
import time
from pathlib import Path
from typing import Any

import pytest
from playwright.async_api import Browser

from tests.e2e.faces.announcement import Clip, Clips, Heard, follow_each_other
from tests.e2e.faces.display import DisplayPage
from tests.e2e.faces.town import Clerk, Ticket, Town
from tests.e2e.harness.browser import Browsers
from tests.e2e.harness.server import Server
from tests.e2e.harness.sound import Recording

MIN_ON_SCREEN_S = 30  # the sample town's setting


async def _calls_four(clerk: Clerk, tickets: list[Ticket]) -> None:
    """A family and its witnesses: one number is called, three join it."""
    await clerk.call(ticket=tickets[0].id)
    for ticket in tickets[1:]:
        await clerk.do("join", ticket=ticket.id)


@pytest.mark.timeout(180)
async def test_eight_calls_of_two_counters_within_a_second(
    server: Server, town: Town, browsers: Browsers, browser: Browser, null_sink: Recording, tmp_path: Path
) -> None:
    """Failure 23: each at least its time on the screen, no announcement cut off or over another."""
    display = await DisplayPage.open(browsers, browser, server.url)
    anna, bernd = await town.clerk(), await town.clerk("bernd", "rathaus-2")
    tickets = await anna.takes(8)
    at_anna, at_bernd = tickets[:4], tickets[4:]
    clips = Clips(town, tmp_path)
    await clips.ready_for(*(ticket.number for ticket in tickets))
    complaints = asyncio.create_task(_false_fetches(anna, bernd))

    begun = time.monotonic()
    await asyncio.gather(_calls_four(anna, at_anna), _calls_four(bernd, at_bernd))
    took_s = time.monotonic() - begun
    for ticket in tickets:
        await display.shows(ticket.number, within_s=1)
    assert took_s < 1.5  # one second, and a busy machine
    assert {shown.number for shown in await display.calls()} == {ticket.number for ticket in tickets}
    assert {shown.room for shown in await display.calls()} == {"1", "2"}

    in_order = sorted((await town.board())["calls"], key=lambda one: int(one["seq"]))
    for call in in_order:
        await display.speaks(call["number"], within_s=60)
    await display.is_silent()
    complaints.cancel()
    with pytest.raises(asyncio.CancelledError):
        await complaints
    for clerk in (anna, bernd):
        report = (await clerk.picture())["call"]
        assert (report["shown_count"], report["sound"], report["fetch"]) == (1, "started", False)

    await null_sink.hear((await clips.number(in_order[-1]["number"], "en")).path, within_s=15)
    rooms = {call["room_id"]: await clips.room(call["room_id"]) for call in in_order}
    begins = {room_id: null_sink.heard_at(room.path) for room_id, room in rooms.items()}
    heard = [
        part
        for call in in_order
        for part in await _heard(null_sink, clips, call, rooms[call["room_id"]], begins[call["room_id"]])
    ]
    assert follow_each_other(heard), heard


async def _heard(
    recording: Recording, clips: Clips, call: Any, room: Clip, begins: list[float]
) -> list[Heard]:
    """Find the number and the room after it, in German: a crowd hears that at least."""
    words = await clips.number(call["number"])
    first = Heard(words, await recording.hear(words.path, within_s=1))
    after = [at_s for at_s in begins if first.ends_s - 0.2 <= at_s <= first.ends_s + 1]
    assert after, f"{call['number']} was spoken without its room"
    return [first, Heard(room, after[0])]


async def _false_fetches(*clerks: Clerk) -> None:
    """Watch the clerks' pictures until cancelled; the first "fetch" ends it with an error."""
    while True:
        for clerk in clerks:
            call = (await clerk.picture())["call"]
            assert not (call and call["fetch"]), call
        await asyncio.sleep(0.25)  # what the clerk would see, read now and then


async def test_a_started_call_is_spoken_no_more_and_stays_for_its_time(
    server: Server, town: Town, browsers: Browsers, browser: Browser, null_sink: Recording, tmp_path: Path
) -> None:
    """Failure 23, the other half: whoever has come is not called out; the number stays its 30 seconds."""
    display = await DisplayPage.open(browsers, browser, server.url)
    anna, bernd = await town.clerk(), await town.clerk("bernd", "rathaus-2")
    first, second = await anna.takes(2)
    clips = Clips(town, tmp_path)
    await clips.ready_for(first.number, second.number)
    await anna.call(ticket=first.id)
    await display.shows(first.number)
    await bernd.call(ticket=second.id)
    await display.shows(second.number)
    shown_at = time.monotonic()
    await bernd.do("start")

    await display.speaks(first.number)
    await display.is_silent()
    await null_sink.hear((await clips.number(first.number, "en")).path, within_s=10)
    assert null_sink.heard_at((await clips.number(second.number)).path) == []

    await display.lists_as_past(second.number, within_s=MIN_ON_SCREEN_S + 5)
    assert time.monotonic() - shown_at >= MIN_ON_SCREEN_S - 1
    await display.shows(first.number)
