"""What the hall costs on the road: nothing grows with queue, leases or the day. Best of several runs."""

import random
from collections.abc import Callable
from timeit import repeat

import pytest

from queue_server.domain import calling, visiting
from queue_server.domain.leases import Leases
from tests.domain.builders import Day, a_hall, at, seeded

pytestmark = pytest.mark.alone


def microseconds(act: Callable[[], object]) -> float:
    return min(repeat(act, number=50, repeat=9)) / 50 * 1e6


def leases_of(in_hall: int, resting: int) -> Leases:
    leases, below = Leases(), seeded()
    for ticket in range(resting + in_hall):
        number = leases.draw(at("09:00"), below)
        leases.begin(number, ticket)
        if ticket < resting:
            leases.end(number, ticket, at("09:00"))
    return leases


@pytest.mark.parametrize(("in_hall", "resting"), [(0, 0), (59, 441), (500, 0)])
def test_a_number_is_drawn_within_25_microseconds(in_hall: int, resting: int) -> None:
    leases, below = leases_of(in_hall, resting), seeded()
    assert microseconds(lambda: leases.draw(at("09:30"), below)) < 25


def a_long_queue(waiting: int) -> Day:
    rng = random.Random(1)
    services = [f"s{n}" for n in range(40)]
    day = a_hall({"c1": services})
    for _ in range(waiting):
        day.take(rng.choice(services), minutes=rng.choice([5, 10, 30]))
        day.later(seconds=1)
    return day


def test_who_is_next_does_not_take_longer_in_a_queue_ten_times_as_long() -> None:
    def decide(day: Day) -> float:
        return microseconds(lambda: calling.call(day.hall, "c1", day.skills["c1"], day.now))

    short, long = decide(a_long_queue(500)), decide(a_long_queue(5000))
    assert long < max(3 * short, 50)


def test_taking_a_number_does_not_take_longer_in_a_queue_ten_times_as_long() -> None:
    def choose(day: Day) -> float:
        return microseconds(lambda: visiting.choose_number(day.hall, day.now, day.below, sequential=False))

    short, long = choose(a_long_queue(500)), choose(a_long_queue(5000))
    assert long < max(3 * short, 50)
