"""Do far numbers last a whole day? Seeded days with many people, leaving in different ways."""

import random
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum

import pytest

from queue_server.domain.leases import Leases
from queue_server.domain.number_space import differing_digits
from tests.domain.builders import at


class Leaving(StrEnum):
    """Who leaves when the hall is full."""

    ANYBODY = "anybody"
    OLDEST = "oldest"
    NEWEST = "mostly the newest: most people sit there for hours while others come and go"


@dataclass
class Tally:
    drawn: int = 0
    near: int = 0


def a_day(seed: int, *, at_once: int, an_hour: float, leaving: Leaving, hours: float = 9) -> Tally:
    """Fill a hall up to `at_once` people, and then let one leave for each who comes."""
    rng, leases, tally = random.Random(seed), Leases(), Tally()
    in_hall: list[tuple[int, int]] = []
    minute = 0.0
    while minute < hours * 60:
        minute += rng.expovariate(an_hour / 60)
        now = at("08:00") + timedelta(minutes=minute)
        while len(in_hall) >= at_once:
            number, ticket = in_hall.pop(_leaver(in_hall, leaving, rng))
            leases.end(number, ticket, now)
        number = leases.draw(now, rng.randrange)
        tally.drawn += 1
        tally.near += any(differing_digits(number, other) < 2 for other, _ in in_hall)
        leases.begin(number, tally.drawn)
        in_hall.append((number, tally.drawn))
    return tally


def _leaver(in_hall: list[tuple[int, int]], leaving: Leaving, rng: random.Random) -> int:
    if leaving is Leaving.OLDEST:
        return 0
    if leaving is Leaving.NEWEST and rng.random() < 0.8:
        return -1
    return rng.randrange(len(in_hall))


@pytest.mark.parametrize("leaving", [Leaving.ANYBODY, Leaving.OLDEST], ids=["anybody", "oldest"])
def test_far_numbers_last_with_59_at_once_and_60_an_hour(leaving: Leaving) -> None:
    """540 visits on one day, each number resting for two hours, and no two in the hall are near."""
    tally = a_day(1, at_once=59, an_hour=60, leaving=leaving)
    assert tally.drawn > 450
    assert tally.near == 0


def test_far_numbers_last_with_44_at_once_whoever_leaves() -> None:
    assert a_day(2, at_once=44, an_hour=40, leaving=Leaving.NEWEST).near == 0


def test_what_is_not_promised_stays_rare() -> None:
    """47 of 59 sit there all day while 40 an hour come and go: one in twenty is near to somebody."""
    tally = a_day(3, at_once=59, an_hour=40, leaving=Leaving.NEWEST)
    assert 0 < tally.near < tally.drawn / 20


@pytest.mark.long
@pytest.mark.timeout(600)
@pytest.mark.parametrize("an_hour", [20, 40, 60, 80, 120])
@pytest.mark.parametrize("leaving", [Leaving.ANYBODY, Leaving.OLDEST], ids=["anybody", "oldest"])
def test_far_numbers_last_on_forty_days(leaving: Leaving, an_hour: int) -> None:
    for seed in range(40):
        assert a_day(seed, at_once=59, an_hour=an_hour, leaving=leaving).near == 0
