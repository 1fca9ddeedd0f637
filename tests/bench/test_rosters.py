"""A forecast that knows the roster is nearer to what comes where clerks leave, pause and open by it."""

import random
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from statistics import fmean

from queue_server.domain.forecast.drawing import Shuffles
from queue_server.domain.forecast.staffing import Planned
from queue_server.domain.simulation.disciplines import Ours
from queue_server.domain.simulation.living import live
from queue_server.domain.simulation.plan import DayPlan, Shift
from tests.bench.days import HELD_FROM, OPENS, Cell
from tests.bench.estimates import OURS, Told, Watching, planned, waits

COURSES = 20
ROSTER = ((0, 8), (0, 8), (0, 3), (0, 3.5), (0, 2.5, 3.25, 8), (4, 7))
"""Six counters by hours after eight: two stay, two leave, one pauses, one opens and leaves."""


def rostered(plan: DayPlan) -> DayPlan:
    def shifts(hours: Sequence[float], skills: frozenset[str]) -> tuple[Shift, ...]:
        moments = [OPENS + timedelta(hours=hour) for hour in hours]
        return tuple(Shift(a, b, skills) for a, b in zip(moments[::2], moments[1::2], strict=True))

    desks = (
        replace(desk, shifts=shifts(hours, desk.shifts[0].skills))
        for desk, hours in zip(plan.desks, ROSTER, strict=True)
    )
    return replace(plan, desks=tuple(desks))


def told_on(seed: int, *, knows_roster: bool) -> list[Told]:
    """Return what walk-ins were told from two hours after the opening on, and what came."""
    plan = rostered(Cell(6, load=0.75, booked=0.2).day(seed))
    shuffles = Shuffles(random.Random(seed).random, COURSES)
    since = OPENS + timedelta(hours=2)
    watching = Watching(plan, [], shuffles, knows_roster=knows_roster, since=since)
    came = waits(live(plan, Ours(), watching.look))
    return [replace(one, wait=came[id_]) for id_, one in watching.told.items() if id_ in came]


def error(told: Sequence[Told]) -> float:
    return fmean((one.guesses[OURS] - one.wait) ** 2 for one in told)


def held(told: Sequence[Told]) -> float:
    return fmean(one.range_[0] <= one.wait <= one.range_[1] for one in told)


def test_ranges_that_know_the_roster_hold_more_often_and_are_nearer() -> None:
    seeds = range(HELD_FROM, HELD_FROM + 3)
    knowing = [one for seed in seeds for one in told_on(seed, knows_roster=True)]
    unknowing = [one for seed in seeds for one in told_on(seed, knows_roster=False)]
    assert len(knowing) == len(unknowing) > 100
    assert error(knowing) < 0.8 * error(unknowing)
    assert held(knowing) > held(unknowing) + 0.02


def test_a_roster_tells_leaves_pauses_and_openings_as_they_are_still_to_come() -> None:
    plan = rostered(Cell(6).day(HELD_FROM))
    at_ten = planned(plan, OPENS + timedelta(hours=2))
    assert [(one.counter_id, one.in_min, one.for_min) for one in at_ten.leaves] == [
        ("c3", 60, None),
        ("c4", 90, None),
        ("c5", 30, 45),
    ]
    assert [one.in_min for one in at_ten.openings] == [120]
    in_the_pause = planned(plan, OPENS + timedelta(hours=2.75))
    assert [one.in_min for one in in_the_pause.openings] == [30, 75]
    assert planned(plan, OPENS + timedelta(hours=7.5)) == Planned([], [])
