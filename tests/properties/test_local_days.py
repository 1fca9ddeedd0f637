"""Failure 7: any stretch of any day, in zones with odd clocks."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from hypothesis import given, settings
from hypothesis import strategies as st

from queue_server.domain.business_day import begins_at, ends_at
from queue_server.domain.local_days import Minutes, cells_in, days_of, span_of
from queue_server.domain.slots import Span, starts_in, time_of
from tests.domain.test_local_days import AUTUMN, SPRING

ZONES = ("Europe/Berlin", "America/Havana", "Australia/Lord_Howe", "Asia/Kathmandu", "America/St_Johns")


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
