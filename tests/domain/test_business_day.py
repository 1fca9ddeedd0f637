"""Failure 7: clock-change nights, leap day, midnight roll-over: a day is the site's local date."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from queue_server.domain.business_day import begins_at, business_day, ends_at

BERLIN = ZoneInfo("Europe/Berlin")


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("now", "zone", "day"),
    [
        ("2026-03-03T22:59:59", "Europe/Berlin", date(2026, 3, 3)),
        ("2026-03-03T23:00", "Europe/Berlin", date(2026, 3, 4)),
        ("2026-07-03T21:59:59", "Europe/Berlin", date(2026, 7, 3)),
        ("2026-07-03T22:00", "Europe/Berlin", date(2026, 7, 4)),
        ("2026-12-31T23:00", "Europe/Berlin", date(2027, 1, 1)),
        ("2028-02-28T23:30", "Europe/Berlin", date(2028, 2, 29)),
        ("2028-02-29T23:30", "Europe/Berlin", date(2028, 3, 1)),
        ("2026-03-04T04:59", "America/New_York", date(2026, 3, 3)),
    ],
)
def test_the_business_day_is_the_local_date(now: str, zone: str, day: date) -> None:
    """Failure 7."""
    assert business_day(utc(now), ZoneInfo(zone)) == day


@pytest.mark.parametrize(
    ("day", "begins", "hours"),
    [
        (date(2026, 3, 28), "2026-03-27T23:00", 24),
        (date(2026, 3, 29), "2026-03-28T23:00", 23),  # the clock jumps from 2 to 3
        (date(2026, 10, 25), "2026-10-24T22:00", 25),  # the hour from 2 to 3 comes twice
        (date(2028, 2, 29), "2028-02-28T23:00", 24),
    ],
)
def test_a_day_has_23_24_or_25_hours(day: date, begins: str, hours: int) -> None:
    """Failure 7."""
    assert begins_at(day, BERLIN) == utc(begins)
    assert ends_at(day, BERLIN) - begins_at(day, BERLIN) == timedelta(hours=hours)


def test_both_hours_of_a_clock_change_night_are_of_the_same_day_and_in_order() -> None:
    """Failure 7: 02:30 comes twice on 25 October; tickets keep their order because times are UTC."""
    first, second = utc("2026-10-25T00:30"), utc("2026-10-25T01:30")
    assert first.astimezone(BERLIN).time() == second.astimezone(BERLIN).time()
    assert business_day(first, BERLIN) == business_day(second, BERLIN) == date(2026, 10, 25)
    assert second - first == timedelta(hours=1)


@pytest.mark.parametrize("zone", ["Europe/Berlin", "Asia/Beirut", "America/Havana", "Asia/Kathmandu"])
def test_a_day_begins_where_the_date_changes(zone: str) -> None:
    """Failure 7: also where the clock changes at midnight itself (Beirut, Havana)."""
    place = ZoneInfo(zone)
    for n in range(366):
        day = date(2028, 1, 1) + timedelta(days=n)
        begins = begins_at(day, place)
        assert business_day(begins, place) == day
        assert business_day(begins - timedelta(microseconds=1), place) == day - timedelta(days=1)
