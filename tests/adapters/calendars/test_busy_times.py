"""What a calendar file says of its owner's time: real files as programs write them, and broken ones."""

from datetime import UTC, datetime
from time import process_time
from zoneinfo import ZoneInfo

import pytest

from queue_server.adapters.calendars.busy_times import BrokenCalendar, busy_times

BERLIN = ZoneInfo("Europe/Berlin")
FIRST, UNTIL = datetime(2026, 3, 1, tzinfo=UTC), datetime(2026, 4, 15, tzinfo=UTC)
NINE = "DTSTART;TZID=Europe/Berlin:{day}T090000\nDTEND;TZID=Europe/Berlin:{day}T100000\nRRULE:{rule}"
HOURS, SIXTY = ",".join(map(str, range(24))), ",".join(map(str, range(60)))
ZONE = """BEGIN:VTIMEZONE
TZID:W. Europe Standard Time
BEGIN:STANDARD
DTSTART:16010101T030000
TZOFFSETFROM:+0200
TZOFFSETTO:+0100
RRULE:FREQ=YEARLY;INTERVAL=1;BYDAY=-1SU;BYMONTH=10
END:STANDARD
BEGIN:DAYLIGHT
DTSTART:16010101T020000
TZOFFSETFROM:+0100
TZOFFSETTO:+0200
RRULE:FREQ=YEARLY;INTERVAL=1;BYDAY=-1SU;BYMONTH=3
END:DAYLIGHT
END:VTIMEZONE"""


def calendar(*events: str, zone: str = "") -> bytes:
    """Return a file with these events; a line of each is a property."""
    inner = "\n".join(
        f"BEGIN:VEVENT\nUID:{n}\nDTSTAMP:20260101T000000Z\n{event}\nEND:VEVENT"
        for n, event in enumerate(events)
    )
    lines = [
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        "PRODID:-//test//",
        *([zone] if zone else []),
        inner,
        "END:VCALENDAR",
        "",
    ]
    return "\n".join(lines).replace("\n", "\r\n").encode()


def busy(*events: str, zone: str = "") -> list[str]:
    """Return the stretches by the clock of the town."""
    found = sorted(busy_times(calendar(*events, zone=zone), FIRST, UNTIL, BERLIN))
    return [f"{a.astimezone(BERLIN):%d.%m. %H:%M}-{b.astimezone(BERLIN):%d.%m. %H:%M}" for a, b in found]


@pytest.mark.parametrize(
    ("event", "expected"),
    [
        ("DTSTART:20260310T080000Z\nDTEND:20260310T090000Z", ["10.03. 09:00-10.03. 10:00"]),
        (
            "DTSTART;TZID=Europe/Berlin:20260310T080000\nDTEND;TZID=Europe/Berlin:20260310T090000",
            ["10.03. 08:00-10.03. 09:00"],
        ),
        ("DTSTART;TZID=America/New_York:20260310T080000\nDURATION:PT1H", ["10.03. 13:00-10.03. 14:00"]),
        ("DTSTART:20260310T080000\nDTEND:20260310T083000", ["10.03. 08:00-10.03. 08:30"]),
        ("DTSTART;VALUE=DATE:20260310", ["10.03. 00:00-11.03. 00:00"]),
        ("DTSTART;VALUE=DATE:20260309\nDTEND;VALUE=DATE:20260314", ["09.03. 00:00-14.03. 00:00"]),
        # A day of 23 hours, all of it.
        ("DTSTART;VALUE=DATE:20260329\nDTEND;VALUE=DATE:20260330", ["29.03. 00:00-30.03. 00:00"]),
        ("DTSTART:20260228T230000Z\nDTEND:20260301T010000Z", ["01.03. 00:00-01.03. 02:00"]),
        ("DTSTART:20260520T080000Z\nDTEND:20260520T090000Z", []),
        ("DTSTART:20260310T080000Z\nDTEND:20260310T090000Z\nTRANSP:TRANSPARENT", []),
        ("DTSTART:20260310T080000Z\nDTEND:20260310T090000Z\nSTATUS:CANCELLED", []),
        ("DTSTART:20260310T080000Z\nDTEND:20260310T090000Z\nX-MICROSOFT-CDO-BUSYSTATUS:FREE", []),
    ],
)
def test_a_single_event_is_busy_as_it_says(event: str, expected: list[str]) -> None:
    assert busy(event) == expected


@pytest.mark.parametrize(
    "rule",
    [
        f"FREQ=DAILY;BYHOUR={HOURS};BYMINUTE={SIXTY};BYSECOND={SIXTY}",
        "FREQ=DAILY;BYHOUR=9,10",
        "FREQ=WEEKLY;BYMINUTE=0,30",
        "FREQ=DAILY;BYSECOND=1,2",
    ],
)
def test_what_repeats_within_a_day_is_refused_before_it_fills_the_memory(rule: str) -> None:
    with pytest.raises(BrokenCalendar, match="repeated within a day"):
        busy(NINE.format(day="20260101", rule=rule))


@pytest.mark.parametrize(
    "event",
    [
        NINE.format(day="00010101", rule="FREQ=DAILY"),
        NINE.format(day="00010101", rule="FREQ=YEARLY;BYDAY=MO,TU,WE,TH,FR,SA,SU"),
        NINE.format(day="20260301", rule="FREQ=DAILY;BYHOUR=9;BYMINUTE=0;BYSECOND=0"),
    ],
)
def test_a_rule_since_the_first_year_is_soon_worked_out(event: str) -> None:
    began = process_time()
    assert len(busy(event)) == 45
    assert process_time() - began < 0.5


@pytest.mark.parametrize("more", ["", ";COUNT=5", ";UNTIL=99981231T000000Z", ";INTERVAL=2"])
def test_a_rule_that_never_comes_true_is_given_up_soon(more: str) -> None:
    began = process_time()
    assert busy(NINE.format(day="20200101", rule=f"FREQ=DAILY;BYMONTH=2;BYMONTHDAY=30{more}")) == []
    assert process_time() - began < 1, "not the three seconds until the year 9999"


def test_a_rule_that_comes_true_once_in_years_is_seen() -> None:
    leap = "DTSTART;VALUE=DATE:20240229\nRRULE:FREQ=YEARLY;INTERVAL=4;BYMONTH=2;BYMONTHDAY=29"
    found = busy_times(calendar(leap), FIRST, datetime(2029, 1, 1, tzinfo=UTC), BERLIN)
    assert [f"{a.astimezone(BERLIN):%d.%m.%y}" for a, _ in found] == ["29.02.28"]


@pytest.mark.parametrize(
    ("day", "rule", "expected"),
    [
        # Weekly over the change of clocks: it stays at nine.
        ("20260323", "FREQ=WEEKLY;COUNT=3", ["23.03. 09:00", "30.03. 09:00", "06.04. 09:00"]),
        # Begun long ago, without an end.
        ("20190107", "FREQ=WEEKLY;INTERVAL=4;BYDAY=MO", ["23.03. 09:00"]),
        # UNTIL in UTC is nine by the clock of the wall.
        ("20260309", "FREQ=DAILY;UNTIL=20260311T080000Z", ["09.03. 09:00", "10.03. 09:00", "11.03. 09:00"]),
        ("20260309", "FREQ=DAILY;UNTIL=20260310", ["09.03. 09:00", "10.03. 09:00"]),
        ("20260131", "FREQ=MONTHLY;BYMONTHDAY=-1", ["31.03. 09:00"]),
        ("20240229", "FREQ=YEARLY", []),  # no 29 February this year
    ],
)
def test_what_repeats_stays_by_the_clock(day: str, rule: str, expected: list[str]) -> None:
    assert [one[:12] for one in busy(NINE.format(day=day, rule=rule))] == expected


def test_single_days_of_a_series_are_left_out_added_and_moved() -> None:
    series = NINE.format(day="20260309", rule="FREQ=WEEKLY;COUNT=3")
    series += "\nEXDATE;TZID=Europe/Berlin:20260316T090000\nRDATE;TZID=Europe/Berlin:20260319T090000"
    moved = (
        "RECURRENCE-ID;TZID=Europe/Berlin:20260323T090000\n"
        "DTSTART;TZID=Europe/Berlin:20260324T140000\nDTEND;TZID=Europe/Berlin:20260324T150000"
    )
    content = calendar(series, moved).replace(b"UID:1", b"UID:0")
    found = sorted(busy_times(content, FIRST, UNTIL, BERLIN))
    clocks = [f"{a.astimezone(BERLIN):%d.%m. %H:%M}" for a, _ in found]
    assert clocks == ["09.03. 09:00", "19.03. 09:00", "24.03. 14:00"]


def test_a_cancelled_day_of_a_series_is_free() -> None:
    series = NINE.format(day="20260309", rule="FREQ=WEEKLY;COUNT=2")
    gone = "RECURRENCE-ID;TZID=Europe/Berlin:20260316T090000\nSTATUS:CANCELLED\nDTSTART:20260316T080000Z"
    content = calendar(series, gone).replace(b"UID:1", b"UID:0")
    assert len(busy_times(content, FIRST, UNTIL, BERLIN)) == 1


def test_an_all_day_series_takes_whole_days() -> None:
    assert busy("DTSTART;VALUE=DATE:20260306\nRRULE:FREQ=WEEKLY;UNTIL=20260313") == [
        "06.03. 00:00-07.03. 00:00",
        "13.03. 00:00-14.03. 00:00",
    ]


def test_the_zones_of_outlook_are_understood() -> None:
    place = "TZID=W. Europe Standard Time"
    event = f"DTSTART;{place}:20260310T080000\nDTEND;{place}:20260310T090000"
    assert busy(event, zone=ZONE) == ["10.03. 08:00-10.03. 09:00"]


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"<html>sign in</html>",
        b"\x00\xff\xfe",
        calendar("DTSTART:20260310T080000Z")[:-40],
        calendar("SUMMARY:when?"),
        calendar("DTSTART:tomorrow"),
        calendar("DTSTART:20260310T080000Z\nRRULE:FREQ=SECONDLY"),
        calendar("DTSTART:20260310T080000Z\nRRULE:FREQ=SOMETIMES"),
    ],
)
def test_what_cannot_be_understood_is_broken_and_nothing_else(content: bytes) -> None:
    """Half of a calendar would make a clerk free who is not."""
    with pytest.raises(BrokenCalendar):
        busy_times(content, FIRST, UNTIL, BERLIN)


def test_a_flood_of_events_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("queue_server.adapters.calendars.busy_times.STRETCHES_MOST", 10)
    with pytest.raises(BrokenCalendar):
        busy_times(
            calendar("DTSTART:20260301T080000Z\nDURATION:PT1H\nRRULE:FREQ=DAILY"), FIRST, UNTIL, BERLIN
        )
