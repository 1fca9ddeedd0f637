"""One appointment as a calendar file (RFC 5545), for a mail and for the portal's download.

What lives here: the file's bytes. What must not: who gets it, or any text for people; summary and
description come from the caller. Times are UTC: a generated VTIMEZONE is 2 kB and no more right.
"""

import re
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from icalendar import Alarm

PRODUCT: Final = "-//Aufruf//Aufruf//DE"
METHOD: Final = "PUBLISH"
"""To visitors a time is published, not asked for: no calendar offers "accept" (RFC 5546 section 3.2.1)."""
_FIRST: Final = datetime(2026, 1, 1, tzinfo=UTC)
_CONTROLS: Final = re.compile(r"[\x00-\x09\x0b-\x1f\x7f]")
"""What TEXT may not hold (RFC 5545 section 3.3.11); a line break is escaped."""


def calendar_uid(organisation_id: str, reference: str) -> str:
    """Return the event's id: the same in the mail, in the download, and after every move."""
    return f"{reference.lower()}@{organisation_id}.aufruf"


def revision(at: datetime, seq: int) -> int:
    """Return the SEQUENCE of what was said `at` that time, with `seq` as the place in the site's log.

    It rises with each change, also when an appointment goes to another site, whose log counts apart; and
    it stays below 2**31 (RFC 5545 section 3.3.8) for sixty years.
    """
    return int((at - _FIRST).total_seconds() // 60) * 64 + seq % 64


def appointment_event(
    uid: str,
    sequence: int,
    starts_at: datetime,
    minutes: int,
    summary: str,
    location: str,
    description: str,
    stamp: datetime,
    cancelled: bool = False,
    *,
    organizer: str = "",
    remind_min: int | None = None,
) -> bytes:
    """Return the bytes of a .ics file with one event.

    `sequence` rises with every change of the appointment, so that an old file never wins over a newer
    one. `stamp` is when this was said, `organizer` a mail address, `remind_min` an alarm so long before.
    """
    from icalendar import Calendar, Event  # a long import, which no server needs at its start

    event = Event()
    event.add("uid", uid)
    event.add("sequence", sequence)
    event.add("dtstamp", stamp.astimezone(UTC))
    event.add("dtstart", starts_at.astimezone(UTC))
    event.add("dtend", (starts_at + timedelta(minutes=minutes)).astimezone(UTC))
    event.add("summary", _CONTROLS.sub(" ", summary))
    event.add("location", _CONTROLS.sub(" ", location))
    event.add("description", _CONTROLS.sub(" ", description))
    # A visit to an office is nobody's business in a shared calendar.
    event.add("class", "PRIVATE")
    event.add("status", "CANCELLED" if cancelled else "CONFIRMED")
    event.add("transp", "TRANSPARENT" if cancelled else "OPAQUE")
    if organizer:
        event.add("organizer", f"mailto:{organizer}")
    if remind_min is not None and not cancelled:
        event.add_component(_alarm(remind_min, summary))
    calendar = Calendar()
    calendar.add("prodid", PRODUCT)
    calendar.add("version", "2.0")
    calendar.add("method", METHOD)
    calendar.add_component(event)
    return bytes(calendar.to_ical())


def one_calendar(files: Sequence[bytes]) -> bytes:
    """Return one file with the events of several: two appointments one after the other."""
    if len(files) == 1:
        return files[0]
    from icalendar import Calendar

    first, *rest = (Calendar.from_ical(file.decode()) for file in files)
    for calendar in rest:
        for event in calendar.walk("VEVENT"):
            first.add_component(event)
    return bytes(first.to_ical())


def _alarm(remind_min: int, summary: str) -> "Alarm":
    from icalendar import Alarm

    alarm = Alarm()
    alarm.add("action", "DISPLAY")
    alarm.add("description", _CONTROLS.sub(" ", summary))
    alarm.add("trigger", timedelta(minutes=-remind_min))
    return alarm
