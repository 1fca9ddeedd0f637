"""What a forecast is told of the rosters: who leaves, pauses and opens, as far as it is kept."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, time
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from queue_server.adapters.database import Database
from queue_server.domain.forecast.staffing import Leave
from queue_server.domain.town import Absence, Clerk, RosterEntry, Town
from queue_server.services import waits
from queue_server.services.planned_hours import planned
from tests.town_hall import PASS, SKILLS, Hand, booking_town

WEDNESDAY = date(2026, 3, 4)


def clock(hour: int, minute: int = 0) -> datetime:
    return datetime.combine(WEDNESDAY, time(hour, minute), ZoneInfo("Europe/Berlin")).astimezone(UTC)


@pytest.fixture
def database(empty_sqlite: Path, tmp_path: Path) -> Iterator[Database]:
    path = tmp_path / "hall.sqlite3"
    path.write_bytes(empty_sqlite.read_bytes())
    found = Database(f"sqlite:///{path}")
    yield found
    found.dispose()


@pytest.fixture
def town() -> Town:
    """Anna and Bernd work from eight to twelve, Carla until the house closes at six."""
    return booking_town()


def with_roster(town: Town, user: str, *hours: tuple[int, int], **changes: object) -> Town:
    def changed(one: Clerk) -> Clerk:
        if one.id != user:
            return one
        roster = tuple(RosterEntry(2, time(a), time(b), "hall") for a, b in hours)
        return replace(one, roster=roster, **changes)  # type: ignore[arg-type]

    return replace(town, clerks=tuple(changed(one) for one in town.clerks))


def at_work(database: Database, town: Town, *users: str, now: datetime) -> Hand:
    hand = Hand(database, town, now=clock(8))
    for n, user in enumerate(users, start=1):
        hand.open(f"c{n}", user)
    hand.now = now
    return hand


def test_the_end_of_a_shift_is_known_and_that_of_the_house_is_none(database: Database, town: Town) -> None:
    hand = at_work(database, town, "anna", "bernd", "carla", now=clock(11, 50))
    assert hand.look(planned).leaves == (Leave("c1", 10, None), Leave("c2", 10, None))
    hand.store.close()


def test_the_forecast_plays_it(database: Database, town: Town) -> None:
    hand = at_work(database, town, "anna", "bernd", now=clock(11, 50))
    hand.take(PASS)
    assert [one.begins_s for one in hand.look(waits.look).gaps] == [600]
    hand.store.close()


def test_a_pause_ends_and_hours_that_touch_are_one(database: Database, town: Town) -> None:
    town = with_roster(town, "anna", (8, 10), (10, 12), (13, 18))
    hand = at_work(database, town, "anna", now=clock(9))
    assert hand.look(planned).leaves == (Leave("c1", 180, 60),)
    hand.store.close()


def test_of_who_works_outside_the_plan_nothing_is_foretold(database: Database, town: Town) -> None:
    hand = at_work(database, town, "anna", now=clock(12, 5))
    assert hand.look(planned).leaves == ()
    absent = with_roster(town, "anna", (8, 12), absences=(Absence(WEDNESDAY, WEDNESDAY),))
    hand.settle(absent)
    hand.restart()
    hand.now = clock(11, 50)
    assert hand.look(planned).leaves == ()
    hand.store.close()


def test_who_goes_home_early_leaves_then(database: Database, town: Town) -> None:
    """The forecast counts on the counter until the hour of the absence, and no longer."""
    home = Absence(WEDNESDAY, WEDNESDAY, since=time(11))
    hand = at_work(database, with_roster(town, "anna", (8, 12), absences=(home,)), "anna", now=clock(10, 50))
    assert hand.look(planned).leaves == (Leave("c1", 10, None),)
    hand.store.close()


def test_who_opens_soon_is_expected_where_plans_are_kept(database: Database, town: Town) -> None:
    town = with_roster(town, "carla", (12, 18))
    hand = at_work(database, town, "anna", "bernd", now=clock(11, 50))
    found = hand.look(planned).openings
    assert [(one.in_min, one.share) for one in found] == [(10, 0.9)]
    assert found[0].skills == frozenset(SKILLS["carla"])
    hand.store.close()


def test_where_hardly_anybody_keeps_to_the_plan_nobody_is_expected(database: Database, town: Town) -> None:
    town = with_roster(town, "carla", (12, 18))
    hand = at_work(database, town, now=clock(11, 50))
    assert hand.look(planned).openings == ()
    hand.store.close()
