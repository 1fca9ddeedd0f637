"""When a visitor is reminded: wishes, nights, what is past already, and both days of the clock change."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from queue_server.domain.reminding import (
    CHOICES_MIN,
    LONGEST_MIN,
    OF_USE,
    SHORTEST_MIN,
    is_night,
    morning_after,
    remind_at,
    wait_for_day,
)

BERLIN = ZoneInfo("Europe/Berlin")
HOUR, DAY, WEEK = 60, 1440, 10080


def at(text: str) -> datetime:
    """`11.3. 09:00` by the clock in Berlin, 2026."""
    day, clock = text.split()
    date, month = (int(part) for part in day.strip(".").split("."))
    hour, minute = (int(part) for part in clock.split(":"))
    return datetime(2026, month, date, hour, minute, tzinfo=BERLIN)


def reminded(starts: str, wish_min: int, now: str = "1.1. 12:00") -> str | None:
    found = remind_at(at(starts).astimezone(UTC), wish_min, at(now).astimezone(UTC), BERLIN)
    if found is None:
        return None
    assert found.tzinfo is UTC
    here = found.astimezone(BERLIN)
    return f"{here.day}.{here.month}. {here:%H:%M}"


@pytest.mark.parametrize(
    ("wish_min", "when"),
    [
        (HOUR, "11.3. 09:00"),
        (3 * HOUR, "11.3. 07:00"),
        (DAY, "10.3. 10:00"),
        (2 * DAY, "9.3. 10:00"),
        (WEEK, "4.3. 10:00"),
        (90, "11.3. 08:30"),
        (DAY + 3 * HOUR, "10.3. 07:00"),
    ],
)
def test_a_reminder_comes_so_long_before_as_it_was_wished_for(wish_min: int, when: str) -> None:
    assert reminded("11.3. 10:00", wish_min) == when


@pytest.mark.parametrize(
    ("starts", "wish_min", "when"),
    [
        ("11.3. 09:59", 3 * HOUR, "11.3. 07:00"),  # 06:59
        ("11.3. 08:00", 3 * HOUR, "11.3. 07:00"),  # 05:00: an hour is left
        ("11.3. 07:59", 3 * HOUR, "10.3. 20:00"),  # 04:59: at 7 less than an hour would be left
        ("11.3. 07:30", HOUR, "10.3. 20:00"),  # 06:30
        ("11.3. 08:00", 8 * HOUR, "11.3. 07:00"),  # midnight is after midnight
        ("11.3. 08:00", 8 * HOUR + 1, "10.3. 20:00"),  # 23:59 is before it
        ("11.3. 09:00", 11 * HOUR, "10.3. 20:00"),  # 22:00
        ("11.3. 08:59", 11 * HOUR, "10.3. 21:59"),  # not night yet
        ("11.3. 23:00", DAY, "10.3. 20:00"),
        ("11.3. 06:00", DAY, "10.3. 07:00"),
        ("11.3. 06:30", 2 * DAY, "9.3. 07:00"),
        ("11.3. 23:30", HOUR, "11.3. 20:00"),  # 22:30 on the evening itself
    ],
)
def test_nobody_is_reminded_at_night(starts: str, wish_min: int, when: str) -> None:
    assert reminded(starts, wish_min) == when


@pytest.mark.parametrize(
    ("now", "wish_min", "when"),
    [
        ("9.3. 09:59", 2 * DAY, "9.3. 10:00"),
        ("9.3. 10:00", 2 * DAY, "10.3. 10:00"),  # the very moment is past
        ("5.3. 12:00", WEEK, "9.3. 10:00"),
        ("10.3. 12:00", WEEK, "11.3. 07:00"),
        ("11.3. 08:00", WEEK, "11.3. 09:00"),
        ("10.3. 12:00", 5 * DAY, "11.3. 07:00"),  # a program's own wish falls to those that are offered
        ("11.3. 09:00", WEEK, None),
        ("11.3. 09:30", HOUR, None),
        ("11.3. 11:00", HOUR, None),
    ],
)
def test_a_wish_that_is_past_falls_to_the_nearest_shorter_one(
    now: str, wish_min: int, when: str | None
) -> None:
    assert reminded("11.3. 10:00", wish_min, now) == when


@pytest.mark.parametrize(
    ("starts", "wish_min", "now", "when"),
    [
        ("11.3. 07:30", HOUR, "10.3. 19:59", "10.3. 20:00"),
        ("11.3. 07:30", HOUR, "10.3. 20:00", None),  # at 7 it would be of no use
        ("11.3. 09:00", 11 * HOUR, "10.3. 20:30", "11.3. 07:00"),  # the evening is past, the morning is not
        ("11.3. 07:30", DAY, "10.3. 12:00", "10.3. 20:00"),  # 3 h and 1 h before both fall into the night
    ],
)
def test_an_evening_that_is_past_leaves_the_morning_where_it_is_of_use(
    starts: str, wish_min: int, now: str, when: str | None
) -> None:
    assert reminded(starts, wish_min, now) == when


@pytest.mark.parametrize(
    ("starts", "wish_min", "when"),
    [
        # The clock jumps from 2 to 3 on 29 March.
        ("29.3. 09:00", DAY, "28.3. 09:00"),
        ("30.3. 09:00", DAY, "29.3. 09:00"),
        ("31.3. 09:00", 2 * DAY, "29.3. 09:00"),
        ("2.4. 09:00", WEEK, "26.3. 09:00"),
        ("29.3. 10:00", 3 * HOUR, "29.3. 07:00"),
        ("29.3. 10:00", 10 * HOUR, "28.3. 20:00"),  # ten hours that pass: 23:00, not midnight
        ("29.3. 07:30", HOUR, "28.3. 20:00"),
        ("30.3. 02:30", DAY, "29.3. 07:00"),  # there is no 02:30 on that day
        # The hour from 2 to 3 comes twice on 25 October.
        ("25.10. 09:00", DAY, "24.10. 09:00"),
        ("26.10. 09:00", DAY, "25.10. 09:00"),
        ("27.10. 09:00", 2 * DAY, "25.10. 09:00"),
        ("29.10. 09:00", WEEK, "22.10. 09:00"),
        ("25.10. 10:00", 10 * HOUR, "25.10. 07:00"),  # ten hours that pass: 01:00, not midnight
        ("25.10. 07:30", HOUR, "24.10. 20:00"),
        ("26.10. 02:30", DAY, "25.10. 07:00"),
    ],
)
def test_days_are_days_of_the_clock_when_it_changes(starts: str, wish_min: int, when: str) -> None:
    assert reminded(starts, wish_min) == when


def test_no_reminder_is_at_night_too_early_or_too_late() -> None:
    """Every wish and start of both weeks of the clock change, on a grid of 65 minutes."""
    now = at("1.1. 12:00")
    for first in (at("25.3. 00:00"), at("21.10. 00:00")):
        for step in range(0, 8 * DAY, 65):
            starts = first.astimezone(UTC) + timedelta(minutes=step)
            for wish_min in (*CHOICES_MIN, SHORTEST_MIN + 17, 700, LONGEST_MIN - 1):
                found = remind_at(starts, wish_min, now, BERLIN)
                assert found is not None
                assert not is_night(found, BERLIN), (starts, wish_min)
                assert found <= starts - OF_USE, (starts, wish_min)
                # No earlier than the evening before what was wished for.
                assert found >= starts - timedelta(minutes=wish_min) - timedelta(hours=12), (starts, wish_min)


def test_other_zones_have_their_own_night() -> None:
    lisbon = ZoneInfo("Europe/Lisbon")
    starts = datetime(2026, 3, 11, 8, 30, tzinfo=lisbon)
    found = remind_at(starts, 120, starts - timedelta(days=1), lisbon)
    assert found == datetime(2026, 3, 11, 7, 0, tzinfo=lisbon)
    assert remind_at(starts, 120, starts - timedelta(days=1), BERLIN) == starts - timedelta(hours=2)


@pytest.mark.parametrize(
    ("now", "morning"),
    [
        ("28.3. 22:30", "29.3. 07:00"),
        ("29.3. 06:59", "29.3. 07:00"),
        ("29.3. 07:00", "30.3. 07:00"),
        ("24.10. 12:00", "25.10. 07:00"),
    ],
)
def test_a_night_ends_at_seven(now: str, morning: str) -> None:
    assert morning_after(at(now), BERLIN) == at(morning)


def test_a_late_reminder_waits_for_the_morning_as_long_as_that_is_of_use() -> None:
    night, morning = datetime(2026, 3, 3, 23, tzinfo=BERLIN), datetime(2026, 3, 4, 7, tzinfo=BERLIN)
    assert wait_for_day(night, morning + timedelta(hours=1), BERLIN) == morning
    assert wait_for_day(night, morning + timedelta(minutes=59), BERLIN) is None
    assert wait_for_day(night - timedelta(hours=2), morning + timedelta(hours=1), BERLIN) is None
