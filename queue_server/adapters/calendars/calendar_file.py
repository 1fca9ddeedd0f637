"""Appointments as a calendar file (RFC 5545), for a mail and for the portal's download.

What lives here: the file's bytes. What must not: who gets it, or any text for people; summary and
description come from the caller. Times are UTC: a generated VTIMEZONE is 2 kB and no more right.
"""

import re
from collections.abc import Iterable
from datetime import UTC, timedelta
from typing import TYPE_CHECKING, Final

from queue_server.domain.calendar_entry import CalendarEntry

if TYPE_CHECKING:
    from icalendar import Alarm, Event, vCalAddress

PRODUCT: Final = "-//Aufruf//Aufruf//DE"
METHOD: Final = "PUBLISH"
"""To visitors a time is published, not asked for: no calendar offers "accept" (RFC 5546 section 3.2.1)."""
REFRESH: Final = timedelta(minutes=15)
_CONTROLS: Final = re.compile(r"[\x00-\x09\x0b-\x1f\x7f]")
"""What TEXT may not hold (RFC 5545 section 3.3.11); a line break is escaped."""


def write_calendar(entries: Iterable[CalendarEntry], method: str = METHOD, name: str = "") -> bytes:
    """Return the bytes of a .ics file with these events: two for appointments one after the other.

    What is stored in a calendar has no method (RFC 4791 section 4.1). With a `name` it is a calendar to
    subscribe to (RFC 7986).
    """
    from icalendar import Calendar  # a long import, which no server needs at its start

    calendar = Calendar()
    calendar.add("prodid", PRODUCT)
    calendar.add("version", "2.0")
    if method:
        calendar.add("method", method)
    if name:
        calendar.add("name", name)
        calendar.add("x-wr-calname", name)  # what most programs read instead
        calendar.add("refresh-interval", REFRESH, parameters={"value": "DURATION"})
        calendar.add("x-published-ttl", "PT15M")
    for entry in entries:
        calendar.add_component(_event(entry))
    return bytes(calendar.to_ical())


def _event(entry: CalendarEntry) -> "Event":
    from icalendar import Event

    event = Event()
    event.add("uid", entry.uid)
    event.add("sequence", entry.sequence)
    event.add("dtstamp", entry.stamp.astimezone(UTC))
    event.add("dtstart", entry.starts_at.astimezone(UTC))
    event.add("dtend", entry.ends_at)
    event.add("summary", _CONTROLS.sub(" ", entry.summary))
    event.add("location", _CONTROLS.sub(" ", entry.location))
    event.add("description", _CONTROLS.sub(" ", entry.description))
    # A visit to an office is nobody's business in a shared calendar.
    event.add("class", "PRIVATE")
    event.add("status", "CANCELLED" if entry.cancelled else "CONFIRMED")
    event.add("transp", "TRANSPARENT" if entry.cancelled else "OPAQUE")
    if entry.organizer:
        event.add("organizer", f"mailto:{entry.organizer}")
    if entry.attendee:
        event.add("attendee", _attendee(entry.attendee))
    if entry.remind_min is not None and not entry.cancelled:
        event.add_component(_alarm(entry.remind_min, entry.summary))
    return event


def _attendee(mail: str) -> "vCalAddress":
    """Name who is to be there: not asked for an answer, for it would come to a mailbox that nobody reads."""
    from icalendar import vCalAddress

    found = vCalAddress(f"mailto:{mail}")
    found.params.update({"ROLE": "REQ-PARTICIPANT", "PARTSTAT": "NEEDS-ACTION", "RSVP": "FALSE"})
    return found


def _alarm(remind_min: int, summary: str) -> "Alarm":
    from icalendar import Alarm

    alarm = Alarm()
    alarm.add("action", "DISPLAY")
    alarm.add("description", _CONTROLS.sub(" ", summary))
    alarm.add("trigger", timedelta(minutes=-remind_min))
    return alarm
