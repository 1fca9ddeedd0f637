"""Failure 7: hours begin and end when the site's clock says so, on days of 23, 24 and 25 hours."""

from datetime import date
from zoneinfo import ZoneInfo

import pytest

from queue_server.domain.business_day import begins_at
from queue_server.domain.local_days import Minutes, between, days_of, span_of
from queue_server.domain.slots import Span, starts_in, time_of

BERLIN = ZoneInfo("Europe/Berlin")
SPRING, AUTUMN = date(2026, 3, 29), date(2026, 10, 25)


def clocks(on: date, minutes: Minutes, zone: ZoneInfo = BERLIN) -> list[str]:
    """Return the first and the last cell of a stretch as the site's clock shows them, and how many."""
    span = span_of(on, on, zone)
    cells = list(starts_in(between(span, zone, minutes), span))
    shown = [f"{time_of(cell).astimezone(zone):%H:%M}" for cell in (cells[0], cells[-1])] if cells else []
    return [*shown, str(len(cells))]


def at(clock: str) -> int:
    hours, minutes = clock.split(":")
    return int(hours) * 60 + int(minutes)


@pytest.mark.parametrize(
    ("on", "first", "until", "expected"),
    [
        (SPRING, "08:00", "12:00", ["08:00", "11:55", "48"]),
        (AUTUMN, "08:00", "12:00", ["08:00", "11:55", "48"]),
        (SPRING, "00:00", "24:00", ["00:00", "23:55", "276"]),
        (AUTUMN, "00:00", "24:00", ["00:00", "23:55", "300"]),
        (SPRING, "01:00", "04:00", ["01:00", "03:55", "24"]),
        (AUTUMN, "01:00", "04:00", ["01:00", "03:55", "48"]),
        (SPRING, "02:30", "03:30", ["03:00", "03:25", "6"]),  # 02:30 is when the clock jumps over it
        (SPRING, "02:10", "02:50", ["0"]),
        (SPRING, "01:30", "02:30", ["01:30", "01:55", "6"]),
        (AUTUMN, "02:00", "03:00", ["02:00", "02:55", "24"]),  # the hour comes twice
        (AUTUMN, "01:00", "02:30", ["01:00", "02:25", "18"]),  # until the clock first shows 02:30
        (date(2028, 2, 29), "08:00", "12:00", ["08:00", "11:55", "48"]),
        (date(2026, 12, 31), "22:00", "24:00", ["22:00", "23:55", "24"]),
    ],
)
def test_hours_are_the_clock_s(on: date, first: str, until: str, expected: list[str]) -> None:
    """Failure 7."""
    assert clocks(on, (at(first), at(until))) == expected


@pytest.mark.parametrize(
    ("first", "until", "expected"), [("08:03", "08:12", ["08:05", "08:05", "1"]), ("08:03", "08:09", ["0"])]
)
@pytest.mark.parametrize("on", [date(2026, 11, 20), SPRING])
def test_only_whole_cells_count(on: date, first: str, until: str, expected: list[str]) -> None:
    assert clocks(on, (at(first), at(until))) == expected


@pytest.mark.parametrize(("on", "hours"), [(date(2026, 3, 28), 24), (SPRING, 23), (AUTUMN, 25)])
def test_a_span_has_the_hours_of_its_days(on: date, hours: int) -> None:
    """Failure 7."""
    span = span_of(on, on, BERLIN)
    assert (time_of(span.base), span.cells) == (begins_at(on, BERLIN), hours * 12)
    assert [day.on for day in days_of(span, BERLIN)] == [on]


def test_the_days_of_a_span_follow_each_other_over_the_year_s_end_and_29_february() -> None:
    span = span_of(date(2027, 12, 30), date(2028, 3, 1), BERLIN)
    days = days_of(span, BERLIN)
    assert len(days) == 63
    assert {date(2027, 12, 31), date(2028, 1, 1), date(2028, 2, 29)} <= {day.on for day in days}
    assert [day.until for day in days[:-1]] == [day.first for day in days[1:]]
    assert (days[0].first, days[-1].until) == (span.base, span.end)


def test_a_span_may_begin_and_end_within_a_day() -> None:
    noon_to_noon = Span(span_of(AUTUMN, AUTUMN, BERLIN).base + 150, 288)
    assert [day.on for day in days_of(noon_to_noon, BERLIN)] == [AUTUMN, date(2026, 10, 26)]
    cells = list(starts_in(between(noon_to_noon, BERLIN, (0, 1440)), noon_to_noon))
    assert cells == list(range(noon_to_noon.base, noon_to_noon.end))
