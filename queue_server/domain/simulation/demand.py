"""Who comes on a day, by a dice: walk-ins by hour and concern, appointments, who stays away or is late.

The dice is handed in; `random.Random(seed)` is one. The same seed gives the same people, whatever the
discipline and however many counters.
"""

import math
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final, Protocol

from queue_server.domain.service_times import ServiceTimes
from queue_server.domain.simulation.plan import Concern, DayPlan, Desk, Ending, Turn, Visitor

GRID: Final = timedelta(minutes=5)


class Dice(Protocol):
    """What is asked of chance."""

    def random(self) -> float: ...
    def expovariate(self, lambd: float, /) -> float: ...
    def lognormvariate(self, mu: float, sigma: float, /) -> float: ...
    def triangular(self, low: float, high: float, mode: float, /) -> float: ...


@dataclass(frozen=True, slots=True)
class Rate:
    """So many visitors with this concern are expected between two moments."""

    begins_at: datetime
    ends_at: datetime
    concern: Concern
    expected_min: int
    count: float


@dataclass(frozen=True, slots=True)
class Booked:
    """An appointment in the book."""

    starts_at: datetime
    concern: Concern
    expected_min: int


@dataclass(frozen=True, slots=True)
class Demand:
    """What is asked of a day. Walk-ins and `bookings` are rates, `booked` are certain appointments."""

    on: date
    walk_ins: tuple[Rate, ...] = ()
    bookings: tuple[Rate, ...] = ()
    booked: tuple[Booked, ...] = ()


@dataclass(frozen=True, slots=True)
class Habits:
    """How people are: shares, minutes, and how much a visit's length differs (σ of its logarithm).

    `punctual_min` are the earliest, the latest and the commonest arrival against the appointed time. Where it
    was learned, `comes_min` is drawn from instead: equally likely minutes, late ones among them. `times` are
    learned service times; without them a length is drawn around what is expected.
    """

    no_show: float = 0.1
    punctual_min: tuple[float, float, float] = (-20, 10, -7)
    late: float = 0.05
    late_min: tuple[float, float, float] = (10, 40, 15)
    comes_min: tuple[float, ...] = ()
    gone: float = 0.02
    """Share of the called who are not there any more."""
    gone_after: timedelta = timedelta(minutes=2)
    way_min: tuple[float, float, float] = (0.2, 1.5, 0.5)
    spread: float = 0.6
    times: ServiceTimes | None = None


USUAL: Final = Habits()


def a_day(demand: Demand, desks: tuple[Desk, ...], dice: Dice, habits: Habits = USUAL) -> DayPlan:
    """Draw the people of one day."""
    visitors = [
        *(_walk_in(*drawn, dice, habits) for rate in demand.walk_ins for drawn in _poisson(rate, dice)),
        *(_holder(one, dice, habits) for one in demand.booked if dice.random() >= habits.no_show),
        *(
            _holder(one, dice, habits)
            for rate in demand.bookings
            for one in _even(rate, dice)
            if dice.random() >= habits.no_show
        ),
    ]
    return DayPlan(demand.on, desks, tuple(sorted(visitors, key=lambda visitor: visitor.arrives_at)))


def _poisson(rate: Rate, dice: Dice) -> Iterator[tuple[Rate, datetime]]:
    lasts = (rate.ends_at - rate.begins_at) / timedelta(minutes=1)
    at = 0.0
    while rate.count > 0:
        at += dice.expovariate(rate.count / lasts)
        if at >= lasts:
            return
        yield rate, rate.begins_at + timedelta(minutes=at)


def _even(rate: Rate, dice: Dice) -> Iterator[Booked]:
    """Yield a book's appointments: as many as expected, evenly over the time, on the five-minute grid."""
    count = math.floor(rate.count + dice.random())
    for place in range(count):
        share = (place + dice.random()) / count
        cells = math.floor((rate.ends_at - rate.begins_at) * share / GRID)
        yield Booked(rate.begins_at + cells * GRID, rate.concern, rate.expected_min)


def _walk_in(rate: Rate, at: datetime, dice: Dice, habits: Habits) -> Visitor:
    return Visitor(at, rate.concern, rate.expected_min, (_turn(rate, dice, habits),))


def _holder(one: Booked, dice: Dice, habits: Habits) -> Visitor:
    arrives_at = one.starts_at + timedelta(minutes=_off_min(dice, habits))
    turn = _turn(one, dice, habits)
    return Visitor(arrives_at, one.concern, one.expected_min, (turn,), appointed_at=one.starts_at)


def _off_min(dice: Dice, habits: Habits) -> float:
    if habits.comes_min:
        return habits.comes_min[int(dice.random() * len(habits.comes_min))]
    late = dice.random() < habits.late
    return dice.triangular(*(habits.late_min if late else habits.punctual_min))


def _turn(one: Rate | Booked, dice: Dice, habits: Habits) -> Turn:
    """Draw a turn: its length as it was learned, else logarithmic normal with the mean that is expected."""
    if dice.random() < habits.gone:
        return Turn(habits.gone_after, timedelta(0), Ending.NOT_THERE)
    way = timedelta(minutes=dice.triangular(*habits.way_min))
    if habits.times is None:
        lasts = one.expected_min * dice.lognormvariate(-(habits.spread**2) / 2, habits.spread)
    else:
        parts = habits.times.spread(one.concern, one.expected_min)
        lasts = parts[int(dice.random() * len(parts))]
    return Turn(way, timedelta(minutes=lasts))
