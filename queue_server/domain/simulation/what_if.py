"""The same day arranged otherwise: more or fewer counters, other hours or shifts, more or fewer walk-ins."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import chain, count
from math import floor
from typing import Final

from queue_server.domain.simulation.demand import Dice
from queue_server.domain.simulation.plan import DayPlan, Desk, Shift, Visitor

MOVED_MIN: Final = 15
"""Whoever is added comes about when somebody came, so many minutes sooner or later."""


def with_counters(plan: DayPlan, count: int) -> DayPlan:
    """Keep the counters that are open longest; added ones are open as the first of them, and do all."""
    desks = sorted(plan.desks, key=lambda desk: (-_open(desk), desk.id))[:count]
    if desks and len(desks) < count:
        skills = _skills(plan.desks)
        model = replace(desks[0], shifts=tuple(replace(one, skills=skills) for one in desks[0].shifts))
        names = (name for n in range(1, 2 * count + 1) if (name := f"added-{n}") not in {d.id for d in desks})
        desks += [replace(model, id=name) for _, name in zip(range(count - len(desks)), names, strict=False)]
    return replace(plan, desks=tuple(desks))


def with_hours(plan: DayPlan, stretches: Sequence[tuple[datetime, datetime]]) -> DayPlan:
    """Let all counters be open at these times, each for what it could do before."""
    return replace(
        plan,
        desks=tuple(
            replace(desk, shifts=tuple(Shift(begins, ends, _skills([desk])) for begins, ends in stretches))
            for desk in plan.desks
        ),
    )


def with_roster(plan: DayPlan, shifts: Sequence[Sequence[tuple[datetime, datetime]]]) -> DayPlan:
    """Let a counter be open at each of these times: those of the day keep their skills, added ones do all."""
    every = _skills(plan.desks)
    desks = sorted(plan.desks, key=lambda desk: (-_open(desk), desk.id))
    breather = desks[0].breather if desks else timedelta(0)
    added = (Desk(f"added-{n}", (), breather) for n in count(1))

    def open_at(desk: Desk, stretches: Sequence[tuple[datetime, datetime]]) -> Desk:
        skills = _skills([desk]) or every
        return replace(desk, shifts=tuple(Shift(begins, ends, skills) for begins, ends in stretches))

    found = (open_at(*pair) for pair in zip(chain(desks, added), shifts, strict=False))
    return replace(plan, desks=tuple(found))


def with_walk_ins(plan: DayPlan, factor: float, dice: Dice) -> DayPlan:
    """Let so many times the walk-ins come: some stay away, or some come twice."""
    visitors: list[Visitor] = []
    places: dict[int, int] = {}
    for place, visitor in enumerate(plan.visitors):
        count = 1 if visitor.appointed_at is not None else floor(factor + dice.random())
        if count:
            places[place] = len(visitors)
            after = None if visitor.after is None else places.get(visitor.after)
            visitors.append(replace(visitor, after=after))
        visitors += [_another(visitor, dice) for _ in range(count - 1)]
    return replace(plan, visitors=_in_order(visitors))


def _another(visitor: Visitor, dice: Dice) -> Visitor:
    """Return somebody like that, who knows nobody here and is served alone."""
    moved = timedelta(minutes=dice.triangular(-MOVED_MIN, MOVED_MIN, 0))
    return replace(
        visitor,
        arrives_at=visitor.arrives_at + moved,
        turns=tuple(replace(turn, joined=None) for turn in visitor.turns),
        meanwhile=(),
        after=None,
        seq=0,
        recorded=None,
        counters=None,
    )


def _in_order(visitors: Sequence[Visitor]) -> tuple[Visitor, ...]:
    order = sorted(range(len(visitors)), key=lambda place: visitors[place].arrives_at)
    now_at = {before: now for now, before in enumerate(order)}
    return tuple(
        replace(one, after=None if one.after is None else now_at[one.after])
        for one in (visitors[place] for place in order)
    )


def _open(desk: Desk) -> timedelta:
    return sum((shift.ends_at - shift.begins_at for shift in desk.shifts), timedelta(0))


def _skills(desks: Sequence[Desk]) -> frozenset[str]:
    return frozenset[str]().union(*(shift.skills for desk in desks for shift in desk.shifts))
