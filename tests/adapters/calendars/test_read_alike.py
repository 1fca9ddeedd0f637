"""Whatever calendar a visitor has: two independent readers find in the file what was put into it."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from queue_server.adapters.calendars.calendar_file import write_calendar
from queue_server.domain.calendar_entry import CalendarEntry
from tests.adapters.calendars.readers import Events, by_ical_js, by_vobject

BERLIN = ZoneInfo("Europe/Berlin")
HARD = CalendarEntry(
    "k7f3xa@musterstadt.aufruf",
    2**31 - 1,
    datetime(2026, 3, 27, 9, 40, tzinfo=BERLIN),
    20,
    "Termin · Müßstädt, Gemeinde; „Straße“ \\ 日本 🏛",
    "Rathaus: Groß-Öder Straße 1; Zimmer 2, 3, 4 \\ Eingang B, " + "Über-Länge-" * 12 + "ende",
    "Ihre Nummer: 417\nBuchungszeichen: K7F3XA\nBitte kommen Sie: ab 10:30 Uhr, bitte nicht früher\n"
    + "ü" * 90,
    datetime(2026, 3, 2, 9, 0, tzinfo=UTC),
    remind_min=2880,
)
DAYS = [
    datetime(2026, 3, day, hour, 30, tzinfo=BERLIN) for day, hour in ((28, 10), (29, 1), (29, 3), (30, 10))
] + [
    datetime(2026, 10, 25, 2, 30, tzinfo=BERLIN),
    datetime(2026, 10, 25, 2, 30, tzinfo=BERLIN, fold=1),
    datetime(2026, 10, 26, 10, 30, tzinfo=BERLIN),
]
"""Before, on and after both days on which the clocks change, the doubled hour twice."""
ENTRIES = [HARD, replace(HARD, cancelled=True), *(replace(HARD, starts_at=at, minutes=90) for at in DAYS)]


@pytest.mark.parametrize("read", [by_ical_js, by_vobject])
def test_a_reader_finds_what_was_written(read: Callable[[Sequence[bytes]], list[Events]]) -> None:
    """Umlauts, marks, line breaks, long lines stay; failure 7: times are right when the clocks change."""
    found = read([write_calendar([entry]) for entry in ENTRIES])
    for [event], entry in zip(found, ENTRIES, strict=True):
        assert event == {
            "method": "PUBLISH",
            "uid": entry.uid,
            "sequence": entry.sequence,
            "summary": entry.summary,
            "location": entry.location,
            "description": entry.description,
            "starts": int(entry.starts_at.timestamp()),
            "ends": int((entry.starts_at.astimezone(UTC) + timedelta(minutes=entry.minutes)).timestamp()),
            "status": "CANCELLED" if entry.cancelled else "CONFIRMED",
            "alarms": [] if entry.cancelled else [-2880 * 60],
        }


def test_two_appointments_in_a_row_are_two_entries_to_both() -> None:
    second = replace(HARD, uid="zwei22@musterstadt.aufruf", starts_at=HARD.starts_at + timedelta(minutes=20))
    file = write_calendar([HARD, second])
    assert by_ical_js([file]) == by_vobject([file])
    assert [event["uid"] for event in by_vobject([file])[0]] == [HARD.uid, second.uid]
