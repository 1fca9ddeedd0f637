"""Our entries in a clerk's calendar, against a real server: nothing that the clerk did is overwritten."""

from dataclasses import replace
from typing import Any

import pytest
from icalendar import Calendar

from queue_server.adapters.calendars.caldav import CalDav
from queue_server.adapters.calendars.own_entries import Doing, look_at, put, remove
from queue_server.adapters.calendars.web_client import WebClient
from queue_server.domain.calendar_entry import CalendarEntry
from tests.adapters.calendars.radicale_server import Radicale
from tests.town_hall import at

NAME = "k7f3xa@town.aufruf"
ENTRY = CalendarEntry(NAME, 7, at("09:00"), 20, "Termin 417", "Rathaus", "Nicht hier ändern.", at("08:00"))
MOVED = replace(ENTRY, sequence=9, starts_at=at("10:00"))
LATER = replace(ENTRY, sequence=11, starts_at=at("11:00"))


@pytest.fixture
def dav(radicale: Radicale, web: WebClient) -> CalDav:
    return CalDav(radicale.make(), web)


def times(entry: CalendarEntry) -> tuple[Any, Any]:
    return entry.starts_at, entry.ends_at


def entry(radicale: Radicale) -> Any:
    [found] = Calendar.from_ical(radicale.read(NAME)).walk("VEVENT")
    return found


def change(radicale: Radicale, old: bytes, new: bytes) -> None:
    """Change the entry as the clerk's own program does."""
    theirs = radicale.read(NAME).encode()
    assert old in theirs
    radicale.put(NAME, theirs.replace(old, new))


def drag(radicale: Radicale, to: bytes = b"08") -> None:
    change(radicale, b"DTSTART:20260303T09", b"DTSTART:20260303T" + to)


async def test_a_clerks_note_and_colour_stay(radicale: Radicale, dav: CalDav) -> None:
    first = await put(dav, ENTRY, None, None)
    change(radicale, b"END:VEVENT", b"COLOR:red\r\nCOMMENT:Akte holen\r\nEND:VEVENT")
    second = await put(dav, MOVED, first, times(ENTRY))
    assert second.doing is Doing.NOTHING
    found = entry(radicale)
    assert (str(found["COMMENT"]), str(found["COLOR"])) == ("Akte holen", "red")
    assert (found["DTSTART"].dt, found["SEQUENCE"]) == (MOVED.starts_at, 9)
    await put(dav, LATER, second, times(MOVED))
    assert str(found["COMMENT"]) == "Akte holen"


async def test_what_the_clerk_dragged_away_stays_there(radicale: Radicale, dav: CalDav) -> None:
    first = await put(dav, ENTRY, None, None)
    drag(radicale)
    second = await put(dav, MOVED, first, times(ENTRY))
    assert second.doing is Doing.MOVED
    assert entry(radicale)["DTSTART"].dt == at("08:00")
    assert (await put(dav, MOVED, second, times(MOVED))).doing is Doing.MOVED, "told again is no other word"
    third = await put(dav, LATER, second, times(MOVED))
    assert third.doing is Doing.NOTHING, "the desk has seen it, and said another time"
    assert entry(radicale)["DTSTART"].dt == LATER.starts_at


@pytest.mark.parametrize(
    "changes",
    [
        {b":20260303T090000Z": b";VALUE=DATE:20260303", b":20260303T092000Z": b";VALUE=DATE:20260304"},
        {b"STATUS:CONFIRMED": b"STATUS:CANCELLED"},
        {b"END:VEVENT": b"RRULE:FREQ=WEEKLY\r\nEND:VEVENT"},
    ],
)
async def test_what_the_clerk_made_something_else_of_is_left(
    radicale: Radicale, dav: CalDav, changes: dict[bytes, bytes]
) -> None:
    first = await put(dav, ENTRY, None, None)
    theirs = radicale.read(NAME).encode()
    for old, new in changes.items():
        assert old in theirs
        theirs = theirs.replace(old, new)
    radicale.put(NAME, theirs)
    before = radicale.read(NAME)
    assert (await put(dav, MOVED, first, times(ENTRY))).doing is Doing.MOVED
    assert radicale.read(NAME) == before


async def test_what_the_clerk_brought_back_is_ours_again(radicale: Radicale, dav: CalDav) -> None:
    first = await put(dav, ENTRY, None, None)
    drag(radicale)
    assert (await look_at(dav, first.href, times(ENTRY))).doing is Doing.MOVED
    change(radicale, b"DTSTART:20260303T08", b"DTSTART:20260303T09")
    assert (await look_at(dav, first.href, times(ENTRY))).doing is Doing.NOTHING


async def test_what_the_clerk_deleted_is_not_put_back_at_that_time(radicale: Radicale, dav: CalDav) -> None:
    first = await put(dav, ENTRY, None, None)
    radicale.delete(NAME)
    assert (await look_at(dav, first.href, times(ENTRY))).doing is Doing.DELETED
    second = await put(dav, ENTRY, first, times(ENTRY))
    assert second.doing is Doing.DELETED
    assert radicale.read(NAME) == ""
    third = await put(dav, MOVED, second, times(ENTRY))
    assert third.doing is Doing.NOTHING
    assert entry(radicale)["DTSTART"].dt == MOVED.starts_at


async def test_a_noted_entry_goes_with_its_appointment(radicale: Radicale, dav: CalDav) -> None:
    first = await put(dav, ENTRY, None, None)
    change(radicale, b"END:VEVENT", b"COMMENT:Akte holen\r\nEND:VEVENT")
    assert await remove(dav, first, times(ENTRY)) is None
    assert radicale.read(NAME) == ""
    assert await remove(dav, first, times(ENTRY)) is None, "twice is once"


async def test_a_dragged_entry_stays_when_its_appointment_goes(radicale: Radicale, dav: CalDav) -> None:
    first = await put(dav, ENTRY, None, None)
    drag(radicale)
    left = await remove(dav, first, times(ENTRY))
    assert left is not None
    assert left.doing is Doing.MOVED
    assert await remove(dav, left, times(ENTRY)) == left, "told again is no other word"
    radicale.delete(NAME)
    assert await remove(dav, left, times(ENTRY)) is None


async def test_writing_what_could_not_be_noted_is_harmless(radicale: Radicale, dav: CalDav) -> None:
    await put(dav, ENTRY, None, None)
    again = await put(dav, ENTRY, None, None)
    assert entry(radicale)["DTSTART"].dt == ENTRY.starts_at
    moved = await put(dav, MOVED, again, times(ENTRY))
    # That was not noted either: the old version is what we remember.
    late = await put(dav, MOVED, again, times(ENTRY))
    assert late.doing is Doing.NOTHING
    assert moved.href == late.href
    assert entry(radicale)["DTSTART"].dt == MOVED.starts_at


async def test_a_server_that_tells_no_etag_is_read_before_it_is_written(
    radicale: Radicale, dav: CalDav
) -> None:
    first = replace(await put(dav, ENTRY, None, None), etag="")
    drag(radicale)
    assert (await put(dav, MOVED, first, times(ENTRY))).doing is Doing.MOVED
    assert (await remove(dav, first, times(ENTRY))) is not None
    change(radicale, b"DTSTART:20260303T08", b"DTSTART:20260303T09")
    assert (await put(dav, MOVED, first, times(ENTRY))).doing is Doing.NOTHING
    assert await remove(dav, replace(first, etag=""), times(MOVED)) is None
