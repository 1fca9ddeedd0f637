"""Entries of ours in a clerk's calendar: written, changed and removed, never over what the clerk did.

A clerk may add an alarm or a note, and those stay when we move the entry. A clerk may also drag it to
another time or delete it: then their doing is left as it is, and we say so. What must not live here: which
appointment stands in which calendar (`web.calendar_delivery`), and the protocol (`caldav`).
"""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Final

from queue_server.adapters.calendars.calendar_file import write_calendar
from queue_server.adapters.calendars.web_client import CalendarTrouble, Trouble
from queue_server.domain.calendar_entry import CalendarEntry

if TYPE_CHECKING:
    from queue_server.adapters.calendars.caldav import CalDav

_OURS: Final = (
    *("SEQUENCE", "DTSTAMP", "DTSTART", "DTEND", "DURATION"),
    *("SUMMARY", "LOCATION", "DESCRIPTION", "CLASS", "STATUS", "TRANSP"),
)
Times = tuple[datetime, datetime]


class Doing(StrEnum):
    """What the clerk did with an entry of ours, as `calendar_copy.trouble` keeps it."""

    NOTHING = ""
    MOVED = "moved"
    """It stands at another time than the appointment, or was made into something else."""
    DELETED = "deleted"


@dataclass(frozen=True, slots=True)
class Written:
    """Where an entry stands. `etag` is empty when the server did not tell it."""

    href: str
    etag: str
    doing: Doing = Doing.NOTHING


async def put(dav: "CalDav", entry: CalendarEntry, last: Written | None, times: Times | None) -> Written:
    """Write an entry, or change the one that was written `last` and was to stand at `times` then.

    Doing so twice is harmless. An entry that the clerk moved or deleted is left so, and `doing` says it,
    until its appointment goes to another time: then everybody has seen it. Raises `CalendarTrouble` when it
    has to be tried again.
    """
    # In a thread: whoever is first loads a library, which takes as long as forty visitors' clicks.
    content = await asyncio.to_thread(write_calendar, [entry], method="")
    now = entry.starts_at, entry.ends_at
    settled = last is not None and bool(last.doing) and times != now
    if last is None or (last.etag and not last.doing):
        href = dav.href(f"{entry.uid}.ics") if last is None else last.href
        try:
            return Written(href, await dav.put(href, content, last.etag if last else ""))
        except CalendarTrouble as trouble:
            if trouble.kind is not Trouble.CHANGED:
                raise
    else:
        href = last.href
    try:
        found = await dav.get(href)
    except CalendarTrouble as trouble:
        if trouble.kind is not Trouble.GONE or last is None:
            raise
        if times == now:
            # The clerk wants it away at this very time. It is not put back behind their back.
            return Written(href, "", Doing.DELETED)
        return Written(href, await dav.put(href, content))
    # Without `times` we wrote it and were gone before we could note it: whatever stands there is ours.
    allowed = None if times is None or settled else (times, now)
    if not await asyncio.to_thread(_is_as_written, found.data, allowed):
        return Written(href, found.etag, Doing.MOVED)
    return Written(href, await dav.put(href, merged(found.data, entry), found.etag))


async def remove(dav: "CalDav", last: Written, times: Times) -> Written | None:
    """Remove an entry; returned when it is left there, as the clerk made something else of it.

    Raises `CalendarTrouble` when it has to be tried again.
    """
    try:
        if last.etag and not last.doing:
            await dav.delete(last.href, last.etag)
            return None
    except CalendarTrouble as trouble:
        if trouble.kind is Trouble.GONE:
            return None
        if trouble.kind is not Trouble.CHANGED:
            raise
    try:
        found = await dav.get(last.href)
        if not await asyncio.to_thread(_is_as_written, found.data, [times]):
            return Written(last.href, found.etag, Doing.MOVED)
        await dav.delete(last.href, found.etag)
    except CalendarTrouble as trouble:
        if trouble.kind is not Trouble.GONE:
            raise
    return None


async def look_at(dav: "CalDav", href: str, times: Times) -> Written:
    """Return what the clerk made of an entry that another version was seen of."""
    try:
        found = await dav.get(href)
    except CalendarTrouble as trouble:
        if trouble.kind is not Trouble.GONE:
            raise
        return Written(href, "", Doing.DELETED)
    is_as_written = await asyncio.to_thread(_is_as_written, found.data, [times])
    return Written(href, found.etag, Doing.NOTHING if is_as_written else Doing.MOVED)


def merged(theirs: bytes, entry: CalendarEntry) -> bytes:
    """Return their version with our times and words in it: alarms, colours and notes are theirs."""
    from icalendar import Calendar  # a long import, which no server needs at its start

    calendar: Any = Calendar.from_ical(theirs)
    ours: Any = Calendar.from_ical(write_calendar([entry], method="")).walk("VEVENT")[0]
    for event in calendar.walk("VEVENT"):
        was = int(event.get("SEQUENCE", 0))
        for name in _OURS:
            event.pop(name, None)
            if name in ours:
                event[name] = ours[name]
        event["SEQUENCE"] = max(entry.sequence, was + 1)
    return bytes(calendar.to_ical())


def _is_as_written(theirs: bytes, allowed: Sequence[Times] | None) -> bool:
    """Say whether it is one event, not cancelled, that stands at one of these times; None: at any."""
    from icalendar import Calendar

    try:
        events: Any = Calendar.from_ical(theirs).walk("VEVENT")
        (event,) = events
        begins = event["DTSTART"].dt
        ends = event["DTEND"].dt if "DTEND" in event else begins + event["DURATION"].dt
        times = begins.astimezone(UTC), ends.astimezone(UTC)
    except (KeyError, AttributeError, TypeError, ValueError):
        return False  # several, a whole day, or no event any more
    is_other = "RRULE" in event or "RDATE" in event or str(event.get("STATUS", "")).upper() == "CANCELLED"
    return not is_other and (allowed is None or times in allowed)
