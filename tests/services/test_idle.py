"""What is idle today is counted as booking counts it, from now until the site closes."""

import shutil
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from queue_server.adapters.database import Database
from queue_server.domain.town import Absence
from queue_server.services.idle import idle_minutes
from tests.services.booking_hall import Booker
from tests.town_hall import CAR, DAY, PASS, at, booking_town

TODAY = date.fromisoformat(DAY)


@pytest.fixture
def hand(empty_sqlite: Path, tmp_path: Path) -> Iterator[Booker]:
    shutil.copy(empty_sqlite, tmp_path)
    database = Database(f"sqlite:///{tmp_path / empty_sqlite.name}")
    yield Booker(database, booking_town())
    database.dispose()


def idle(hand: Booker, clock: str, *services: str) -> int:
    hand.now = at(clock, DAY)
    return hand.look(lambda unit: idle_minutes(unit, services or (PASS, CAR)))


def test_it_shrinks_with_the_day_and_with_what_is_booked(hand: Booker) -> None:
    """From eight to twelve Anna, Bernd and Carla work, until six Carla alone; the town is an hour ahead."""
    assert idle(hand, "06:00") == 2 * 240 + 600
    assert idle(hand, "09:02") == 2 * 115 + 475, "a five minutes that has begun is no longer free"
    hand.book("13:00", CAR, day=DAY)
    assert idle(hand, "12:00") == 300 - 20
    assert idle(hand, "17:00") == 0


def test_who_is_away_or_can_do_none_of_it_does_not_count(hand: Booker) -> None:
    before, town = idle(hand, "06:00"), booking_town()
    away = tuple(
        replace(one, absences=(Absence(TODAY, TODAY),)) if one.id == "anna" else one for one in town.clerks
    )
    hand.settle(replace(town, clerks=away))
    hand.store.reload_settings()
    assert idle(hand, "06:00") == before - 240
    assert idle(hand, "06:00", "no-such-service") == 0
