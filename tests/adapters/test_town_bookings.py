"""What is booked, and would be in the air in a new set-up: told with numbers, before it is applied."""

import shutil
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, time
from pathlib import Path
from typing import Any

import pytest

from queue_server.adapters.database import Database
from queue_server.adapters.town_bookings import bookings_lost
from queue_server.adapters.town_use import uses_lost
from queue_server.domain.town import Absence, Closure, Town
from tests.services.booking_hall import TOMORROW, Booker
from tests.town_hall import CAR, CARD, booking_town

TOWN = booking_town()
WEDNESDAY = date(2026, 3, 4)


@pytest.fixture
def hand(empty_sqlite: Path, tmp_path: Path) -> Iterator[Booker]:
    """Tomorrow Carla has two cars; somebody only holds a time."""
    opened = Database(f"sqlite:///{shutil.copy(empty_sqlite, tmp_path / 'hall.sqlite3')}")
    hand = Booker(opened, TOWN)
    # Carla works longest, so the afternoon is hers.
    hand.book("13:00", CAR, client="a")
    hand.book("14:00", CAR, client="b", day="2026-03-05")
    hand.hold("15:00", CAR, client="c", day=TOMORROW)
    yield hand
    opened.dispose()


def lost(hand: Booker, **changes: Any) -> list[tuple[str, str, str]]:
    new: Town = replace(TOWN, **changes)
    return hand.database.read(lambda c: list(bookings_lost(c, TOWN, new, hand.now)))


def clerks(**changes: Any) -> Any:
    return tuple(replace(one, **changes) if one.id == "carla" else one for one in TOWN.clerks)


def test_nothing_is_said_when_nothing_goes(hand: Booker) -> None:
    assert lost(hand) == []
    assert lost(hand, services=tuple(one for one in TOWN.services if one.id != CARD)) == []


def test_a_clerk_who_goes_is_told_with_the_number_of_appointments(hand: Booker) -> None:
    gone = tuple(one for one in TOWN.clerks if one.id != "carla")
    why = "is planned for visitors who have booked: 2 appointments, the first on 2026-03-04"
    assert lost(hand, clerks=gone) == [("clerk", "carla", why)]


def test_a_service_that_goes_is_told(hand: Booker) -> None:
    services = tuple(one for one in TOWN.services if one.id != CAR)
    why = "is booked at hall: 2 appointments, the first on 2026-03-04"
    assert lost(hand, services=services) == [("service", CAR, why)]


def test_a_site_that_goes_is_told(hand: Booker) -> None:
    why = "has appointments to come: 2 appointments, the first on 2026-03-04"
    assert lost(hand, sites=TOWN.sites[1:]) == [("site", "hall", why)]


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"service_ids": (CARD,)}, "is planned for what this clerk would not do any more: 2 appointments"),
        ({"site_ids": ("annex",)}, "is planned for visitors at hall: 2 appointments"),
        (
            {"absences": (Absence(WEDNESDAY, WEDNESDAY),)},
            "is absent when visitors have booked: 1 appointment",
        ),
    ],
)
def test_a_clerk_who_changes_is_told(hand: Booker, changes: Any, why: str) -> None:
    found = lost(hand, clerks=clerks(**changes))
    assert found == [("clerk", "carla", f"{why}, the first on 2026-03-04")]


def test_hours_that_shrink_are_told_and_those_that_still_hold_the_visit_are_not(hand: Booker) -> None:
    def opening(until: time) -> Any:
        return tuple(replace(one, closes=min(one.closes, until)) for one in TOWN.sites[0].opening)

    def told(until: time) -> list[tuple[str, str, str]]:
        return lost(hand, sites=(replace(TOWN.sites[0], opening=opening(until)), *TOWN.sites[1:]))

    (only,) = told(time(14, 30))
    why = "is shut at hours for which visitors have booked: 1 appointment, the first on 2026-03-05"
    assert only == ("site", "hall", why)
    ((_, _, both),) = told(time(14, 5))
    assert "2 appointments" in both
    assert told(time(15, 20)) == []


def test_a_roster_that_shrinks_is_told(hand: Booker) -> None:
    why = "does not work at hours for which visitors have booked: 2 appointments, the first on 2026-03-04"
    assert lost(hand, clerks=clerks(roster=())) == [("clerk", "carla", why)]
    (carla,) = (one for one in TOWN.clerks if one.id == "carla")
    ended = tuple(replace(one, valid_until=WEDNESDAY) for one in carla.roster)
    ((_, _, said),) = lost(hand, clerks=clerks(roster=ended))
    assert said.endswith("1 appointment, the first on 2026-03-05")


def test_a_new_closure_on_a_booked_day_is_told_once(hand: Booker) -> None:
    hall, annex = TOWN.sites
    closed = replace(TOWN, sites=(replace(hall, closures=(Closure(WEDNESDAY),)), annex))
    why = "is closed on 2026-03-04, for which visitors have booked: 1 appointment, the first on 2026-03-04"
    assert lost(hand, sites=closed.sites) == [("site", "hall", why)]
    assert hand.database.read(lambda c: list(bookings_lost(c, closed, closed, hand.now))) == []


def test_what_is_past_is_nobodys_loss(hand: Booker) -> None:
    hand.later(days=3)
    assert lost(hand, clerks=TOWN.clerks[:1], services=TOWN.services[:1]) == []


def test_it_warns_and_blocks_nothing(hand: Booker) -> None:
    new = replace(TOWN, clerks=tuple(one for one in TOWN.clerks if one.id != "carla"))
    (use,) = hand.database.read(lambda c: uses_lost(c, TOWN, new, hand.now))
    assert (use.what, use.id, use.blocks) == ("clerk", "carla", False)
