"""The week at a glance counts what is rostered, booked and free, by the set-up of each day."""

import shutil
from collections.abc import Iterator
from datetime import date, time
from pathlib import Path

import pytest

from queue_server.adapters.database import Database
from queue_server.adapters.planned_changes import plan_change
from queue_server.domain.town import Closure, RosterEntry
from queue_server.services.week import Hour, WeekDay, week
from tests.domain.town_plans import Plan, edit
from tests.services.booking_hall import Booker
from tests.town_hall import CAR, booking_town

MONDAY = date(2026, 3, 9)


@pytest.fixture
def hand(empty_sqlite: Path, tmp_path: Path) -> Iterator[Booker]:
    shutil.copy(empty_sqlite, tmp_path)
    database = Database(f"sqlite:///{tmp_path / empty_sqlite.name}")
    yield Booker(database, booking_town())
    database.dispose()


def days(hand: Booker, monday: date = MONDAY) -> list[WeekDay]:
    return hand.look(lambda unit: week(unit, monday))


def plan(hand: Booker, change: Plan, starts: date) -> None:
    hand.database.write(lambda c: plan_change(c, "town", change, starts, "anna", hand.now))
    hand.store.reload_settings()


def test_each_hour_tells_what_is_rostered_and_free(hand: Booker) -> None:
    """From eight to twelve Anna, Bernd and Carla work, from then on Carla alone."""
    hand.book("13:00", CAR, day="2026-03-09")  # two o'clock in the town: twenty minutes
    monday = days(hand)[0]
    [lane] = monday.lanes
    assert lane.booked_count == 1
    assert [lane.hours[hour] for hour in (7, 8, 13, 14, 18)] == [
        Hour(0, 0),
        Hour(180, 180),
        Hour(60, 60),
        Hour(60, 40),
        Hour(0, 0),
    ]
    assert [(one.clerk_id, one.stretches) for one in monday.shifts] == [
        ("anna", ((480, 720),)),
        ("bernd", ((480, 720),)),
        ("carla", ((480, 1080),)),
    ]


def test_a_closed_day_says_why_and_a_planned_change_counts_on_its_day(hand: Booker) -> None:
    plan(hand, edit("site", "hall", closures=(Closure(date(2026, 3, 10), {"de": "Ausflug"}),)), MONDAY)
    hours = ((time(8), time(9)), (time(10), time(11)))
    split = tuple(RosterEntry(2, begins, ends, "hall") for begins, ends in hours)
    plan(hand, edit("clerk", "carla", roster=split), date(2026, 3, 11))
    _, tuesday, wednesday, thursday, *_, sunday = days(hand)
    assert tuesday.closed is not None
    assert (tuesday.closed.reason, tuesday.shifts) == ({"de": "Ausflug"}, ())
    assert wednesday.shifts[-1].stretches == ((480, 540), (600, 660))
    assert [one.clerk_id for one in thursday.shifts] == ["anna", "bernd"]
    assert sunday.closed is not None


def test_in_the_night_of_the_clock_an_hour_may_have_none_or_two(hand: Booker) -> None:

    whole = booking_town(always_open=True)
    night = tuple(RosterEntry(6, time(0), time(6), "hall") for _ in range(1))
    hand.settle(edit("clerk", "carla", roster=night)(whole))
    hand.store.reload_settings()
    for sunday, minutes in ((date(2026, 3, 29), [60, 60, 0, 60]), (date(2026, 10, 25), [60, 60, 120, 60])):
        [lane] = days(hand, date.fromordinal(sunday.toordinal() - 6))[6].lanes
        assert [one.rostered_min for one in lane.hours[:4]] == minutes
