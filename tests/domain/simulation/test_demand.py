"""Who comes is what was asked for: in number, in time, in length, seed by seed."""

import random
from dataclasses import replace
from datetime import timedelta
from statistics import fmean

from queue_server.domain.service_times import Configured
from queue_server.domain.simulation.demand import USUAL, Booked, Demand, Habits, Rate, a_day
from queue_server.domain.simulation.plan import Ending, Visitor
from tests.domain.builders import DAY, PASS, at
from tests.domain.simulation.plans import a_drawn_day

CONCERN = ((PASS, 1),)
MORNING = Rate(at("08:00"), at("12:00"), CONCERN, 10, 40)
PUNCTUAL = Habits(no_show=0, late=0, gone=0)


def drawn(demand: Demand, seed: int = 1, habits: Habits = PUNCTUAL) -> tuple[Visitor, ...]:
    return a_day(demand, (), random.Random(seed), habits).visitors


def test_as_many_walk_ins_come_as_expected_within_their_time() -> None:
    days = [drawn(Demand(DAY, walk_ins=(MORNING,)), seed) for seed in range(40)]
    assert 37 < fmean(map(len, days)) < 43
    assert len(set(map(len, days))) > 5, "not each day the same"
    assert all(at("08:00") <= one.arrives_at < at("12:00") for day in days for one in day)
    assert all(one.appointed_at is None for day in days for one in day)


def test_appointments_stand_on_the_grid_evenly_over_the_day() -> None:
    visitors = drawn(Demand(DAY, bookings=(MORNING,)))
    assert len(visitors) == 40
    times = sorted(one.appointed_at for one in visitors if one.appointed_at)
    assert all(time.minute % 5 == 0 for time in times)
    assert sum(time < at("10:00") for time in times) == 20


def test_what_is_in_the_book_comes_with_its_times() -> None:
    (one,) = drawn(Demand(DAY, booked=(Booked(at("09:30"), CONCERN, 20),)))
    assert one.appointed_at == at("09:30")
    assert at("09:10") <= one.arrives_at <= at("09:40")
    assert one.expected_min == 20


def test_some_stay_away_some_are_late_and_some_are_gone_when_called() -> None:
    everybody = Demand(DAY, bookings=(replace(MORNING, count=400),))
    assert 0.55 < len(drawn(everybody, habits=Habits(no_show=0.4))) / 400 < 0.65
    late = drawn(everybody, habits=Habits(no_show=0, late=1))
    assert all(one.arrives_at >= one.may_expect_at + timedelta(0) for one in late)
    assert all(one.arrives_at - (one.appointed_at or at("08:00")) >= timedelta(minutes=10) for one in late)
    gone = drawn(everybody, habits=Habits(gone=1))
    assert {turn.ending for one in gone for turn in one.turns} == {Ending.NOT_THERE}


def test_holders_come_when_it_was_learned_that_they_come() -> None:
    everybody = Demand(DAY, bookings=(replace(MORNING, count=400),))
    came = drawn(everybody, habits=replace(PUNCTUAL, comes_min=(-3, 0, 25)))
    off = [(one.arrives_at - one.appointed_at) / timedelta(minutes=1) for one in came if one.appointed_at]
    assert set(off) == {-3, 0, 25}
    assert all(100 < off.count(minute) < 170 for minute in set(off))


def test_visits_last_as_long_as_expected_on_average() -> None:
    lasting = [
        turn.lasts / timedelta(minutes=one.expected_min)
        for seed in range(10)
        for one in a_drawn_day(seed, habits=replace(USUAL, gone=0)).visitors
        for turn in one.turns
    ]
    assert 0.93 < fmean(lasting) < 1.07
    assert min(lasting) < 0.3
    assert max(lasting) > 3


def test_what_was_learned_of_their_length_is_drawn_from() -> None:
    habits = replace(PUNCTUAL, times=Configured(0.01))
    visitors = drawn(Demand(DAY, bookings=(MORNING,)), habits=habits)
    assert {round(turn.lasts / timedelta(minutes=1)) for one in visitors for turn in one.turns} == {10}


def test_they_stand_in_order_of_arrival() -> None:
    arrivals = [one.arrives_at for one in a_drawn_day(1).visitors]
    assert arrivals == sorted(arrivals)
