"""Failure 7: hours begin and end when the site's clock says so, on days of 23, 24 and 25 hours."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from queue_server.domain.business_day import begins_at, ends_at
from queue_server.domain.local_days import Minutes, between, cells_in, days_of, span_of
from queue_server.domain.slots import Span, starts_in, time_of

BERLIN = ZoneInfo("Europe/Berlin")
SPRING, AUTUMN = date(2026, 3, 29), date(2026, 10, 25)
ZONES = ("Europe/Berlin", "America/Havana", "Australia/Lord_Howe", "Asia/Kathmandu", "America/St_Johns")


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


def shows_within(on: date, zone: ZoneInfo, minutes: Minutes) -> list[datetime]:
    """Walk through the day in cells, with an eye on the latest time that the clock has shown so far."""
    first, until = minutes
    found, shown, moment = [], -1, begins_at(on, zone)
    while moment < ends_at(on, zone):
        local = moment.astimezone(zone)
        shown = max(shown, local.hour * 60 + local.minute)
        if first <= shown < until:
            found.append(moment)
        moment += timedelta(minutes=5)
    return found


TURNS = st.sampled_from([SPRING, AUTUMN, date(2026, 3, 8), date(2026, 11, 1), date(2026, 4, 5)])


@settings(max_examples=40, deadline=None, database=None, derandomize=True)
@given(TURNS, st.sampled_from(ZONES), st.integers(0, 288), st.integers(0, 288))
def test_a_stretch_is_what_walking_through_the_day_finds(on: date, zone: str, first: int, until: int) -> None:
    """Failure 7: in five zones, on the days on which the clocks of the world are changed."""
    place, minutes = ZoneInfo(zone), (first * 5, until * 5)
    span = span_of(on, on, place)
    (day,) = days_of(span, place)
    cells = starts_in(cells_in(day, place, (minutes,)), Span(day.first, day.until - day.first))
    walked = shows_within(on, place, minutes)
    assert [time_of(cell) for cell in cells] == walked
    assert all(moment.tzinfo is UTC for moment in walked)
