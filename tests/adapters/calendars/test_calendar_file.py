"""The calendar file says one thing to every calendar: who it is, which change, when."""

from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
from icalendar import Calendar, Event

from queue_server.adapters.calendars.calendar_file import write_calendar
from queue_server.domain.calendar_entry import CalendarEntry

START = datetime(2026, 3, 29, 0, 30, tzinfo=UTC)
"""Half an hour before Germany's clocks go forward."""
STAMP = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


def an_entry(**changes: Any) -> CalendarEntry:
    values: dict[str, Any] = {
        "uid": "k7f3xa@musterstadt.aufruf",
        "sequence": 3,
        "starts_at": START,
        "minutes": 45,
        "summary": "Termin; Rathaus, Markt",
        "location": "Markt 1, 12345 Müsterstadt",
        "description": "Nummer 417\nBuchungscode K7F3XA \\ Fußweg",
        "stamp": STAMP,
    }
    return CalendarEntry(**{**values, **changes})


def the_file(**changes: Any) -> bytes:
    return write_calendar([an_entry(**changes)])


def the_event(content: bytes) -> Event:
    [event] = Calendar.from_ical(content).walk("VEVENT")
    assert isinstance(event, Event)
    return event


def test_a_calendar_reads_back_what_was_said() -> None:
    event = the_event(the_file())
    assert event["UID"] == "k7f3xa@musterstadt.aufruf"
    assert event["SEQUENCE"] == 3
    assert event["SUMMARY"] == "Termin; Rathaus, Markt"
    assert event["LOCATION"] == "Markt 1, 12345 Müsterstadt"
    assert event["DESCRIPTION"] == "Nummer 417\nBuchungscode K7F3XA \\ Fußweg"
    assert (event.start, event.end) == (START, START + timedelta(minutes=45))
    assert event["STATUS"] == "CONFIRMED"


def test_times_are_utc_whatever_zone_they_come_in() -> None:
    """Failure 7: a visit across the change of the clocks keeps its length."""
    berlin = START.astimezone(timezone(timedelta(hours=1)))
    content = the_file(starts_at=berlin, minutes=60)
    assert b"DTSTART:20260329T003000Z\r\n" in content
    assert b"DTEND:20260329T013000Z\r\n" in content
    assert b"VTIMEZONE" not in content


def test_it_is_published_and_answers_nobody() -> None:
    content = the_file(organizer="termine@musterstadt.example")
    assert b"METHOD:PUBLISH\r\n" in content
    assert b"ORGANIZER:mailto:termine@musterstadt.example\r\n" in content
    assert b"ATTENDEE" not in content
    assert b"CLASS:PRIVATE\r\n" in content


def test_a_cancelled_visit_blocks_no_time_and_rings_no_more() -> None:
    event = the_event(the_file(cancelled=True, remind_min=60))
    assert (event["STATUS"], event["TRANSP"]) == ("CANCELLED", "TRANSPARENT")
    assert not event.walk("VALARM")


def test_an_alarm_rings_before_the_start() -> None:
    [alarm] = the_event(the_file(remind_min=90)).walk("VALARM")
    assert alarm.decoded("TRIGGER") == timedelta(minutes=-90)


def test_no_line_is_longer_than_a_calendar_may_expect() -> None:
    for line in the_file(description="Bitte mitbringen: äöü, " * 40).split(b"\r\n"):
        assert len(line) <= 75
    assert the_event(the_file(description="ä," * 200))["DESCRIPTION"] == "ä," * 200


@pytest.mark.parametrize("evil", ["A\r\nATTENDEE:mailto:x@y", "A\x00\x1b[2J", "A\nEND:VEVENT"])
def test_no_text_can_add_a_line(evil: str) -> None:
    """Failure 14: line breaks and control characters stay text."""
    content = the_file(description=evil, summary=evil)
    assert len(Calendar.from_ical(content).walk("VEVENT")) == 1
    assert b"\r\nATTENDEE" not in content
    assert not {0x00, 0x1B} & set(content)


def test_two_visits_one_after_the_other_are_two_events_of_one_file() -> None:
    later = an_entry(uid="other@musterstadt.aufruf", starts_at=START + timedelta(hours=1))
    calendar = Calendar.from_ical(write_calendar([an_entry(), later]))
    assert [event["UID"] for event in calendar.walk("VEVENT")] == [an_entry().uid, later.uid]
    assert len(calendar.walk("VCALENDAR")) == 1
