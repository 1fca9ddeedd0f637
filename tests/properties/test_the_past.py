"""Simulating the past with the past's settings gives the past: the same calls at the same moments."""

import random
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from queue_server.domain.events import Recorded, TicketCalled
from queue_server.domain.simulation.disciplines import AsRecorded, Discipline, Ours
from queue_server.domain.simulation.living import live
from queue_server.domain.simulation.past import freely, plan_of
from queue_server.domain.simulation.plan import DayPlan, Desk, Doing, Ending, HandedOn, Meanwhile, Visitor
from queue_server.domain.simulation.results import result_of
from tests.domain.builders import DAY, at
from tests.domain.simulation.plans import MIX_SKILLS, a_desk, a_drawn_day, a_turn

Calls = list[tuple[datetime, str, int]]


def calls_in(log: Sequence[Recorded]) -> Calls:
    """Return each call: when, to which counter, whom, counted in order of coming."""
    order = [one.seq for one in log if one.event.type == "TicketTaken"]
    return [
        (one.at, one.event.counter, order.index(one.event.ticket))
        for one in log
        if isinstance(one.event, TicketCalled)
    ]


def restless(plan: DayPlan, dice: random.Random) -> DayPlan:
    """Let people be away, give up, miss their call, be put back and be handed on; and counters pause."""
    return replace(
        plan,
        visitors=tuple(_restless(one, dice) for one in plan.visitors),
        desks=tuple(_pausing(n, dice) for n in range(len(plan.desks))),
    )


def _restless(one: Visitor, dice: random.Random) -> Visitor:
    away_at = one.arrives_at + timedelta(minutes=dice.uniform(0, 20))
    back_at = away_at + timedelta(minutes=dice.uniform(0, 20))
    away = Meanwhile(away_at, Doing.GOES_AWAY), Meanwhile(back_at, Doing.COMES_BACK)
    to = HandedOn(dice.choice((None, "c1", "c2")), one.concern, one.expected_min)
    changes: list[Callable[[], Visitor]] = [
        lambda: replace(one, meanwhile=away),
        lambda: replace(one, meanwhile=(Meanwhile(away_at, Doing.GIVES_UP),)),
        lambda: replace(one, priority=True),
        lambda: replace(one, counters=("c2",)),
        lambda: replace(
            one,
            turns=(a_turn(0, way=2, ending=Ending.NOT_THERE, returns_after=dice.uniform(1, 30)), *one.turns),
        ),
        lambda: replace(one, turns=(a_turn(2, ending=Ending.PUT_BACK), *one.turns)),
        lambda: replace(one, turns=(a_turn(3, ending=Ending.HANDED_ON, to=to), *one.turns)),
    ]
    return dice.choice(changes)() if dice.random() < 0.3 else one


def _pausing(n: int, dice: random.Random) -> Desk:
    ends = 9 + dice.randrange(4)
    skills = MIX_SKILLS if n != 2 else frozenset(sorted(MIX_SKILLS)[:2])
    shifts = ("08:00", f"{ends:02}:{dice.randrange(60):02}"), (f"{ends + 1}:{dice.randrange(60):02}", "16:00")
    return a_desk(f"c{n + 1}", *shifts, skills=skills, breather=dice.choice((0, 0.7)))


@settings(max_examples=15)
@given(seed=st.integers(0, 10_000), factor=st.sampled_from((0, 1, 3)))
def test_the_past_with_its_settings_is_the_past(seed: int, factor: float) -> None:
    plan = restless(a_drawn_day(seed, counters=3, load=0.8), random.Random(seed))
    past = live(plan, Ours(factor)).log
    for discipline in (Ours(factor), AsRecorded()):
        assert calls_in(live(plan_of(past, DAY), discipline).log) == calls_in(past)


def test_another_rule_at_the_same_moments_is_another_past() -> None:
    """Or the test above shows nothing."""
    past = live(a_drawn_day(1), Ours(3)).log
    assert calls_in(live(plan_of(past, DAY), Ours(0)).log) != calls_in(past)


@pytest.mark.parametrize("discipline", [Ours(3), Ours(0)])
def test_clerks_who_press_when_they_are_free_make_nearly_the_same_day(discipline: Discipline) -> None:
    plan = a_drawn_day(2)
    lived = live(plan, discipline)
    again = live(freely(plan_of(lived.log, DAY)), discipline)
    assert calls_in(again.log) == calls_in(lived.log)
    assert result_of(again).all == result_of(lived).all


def test_a_breath_between_two_visits_is_learned() -> None:
    plan = a_drawn_day(3)
    breathing = replace(plan, desks=tuple(replace(one, breather=timedelta(minutes=1)) for one in plan.desks))
    found = plan_of(live(breathing, Ours()).log, DAY)
    assert {desk.breather for desk in found.desks} == {timedelta(minutes=1)}
    assert all(shift.begins_at == at("08:00") for _, shift in found.shifts())
