"""What the tests of the simulator are written with: visitors, counters and days with few words."""

import random
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from queue_server.domain import events as e
from queue_server.domain.events import Recorded
from queue_server.domain.simulation.demand import USUAL, Demand, Habits, Rate, a_day
from queue_server.domain.simulation.plan import DayPlan, Desk, Ending, HandedOn, Shift, Turn, Visitor
from queue_server.domain.ticket import Origin
from tests.domain.builders import ALL, CAR, CARD, DAY, PASS, at

MIX = ((PASS, 5, 0.45), (CARD, 10, 0.25), (CAR, 15, 0.2), ("move", 30, 0.1))
MIX_SKILLS = frozenset(name for name, _, _ in MIX)


def minutes(count: float) -> timedelta:
    return timedelta(minutes=count)


def a_turn(
    lasts: float = 10,
    *,
    way: float = 0,
    ending: Ending = Ending.FINISHED,
    returns_after: float | None = None,
    to: HandedOn | None = None,
) -> Turn:
    back = None if returns_after is None else minutes(returns_after)
    return Turn(minutes(way), minutes(lasts), ending, back, to)


def a_visitor(
    arrives: str,
    *turns: Turn,
    service: str = PASS,
    expected_min: int = 10,
    appointed: str | None = None,
    priority: bool = False,
) -> Visitor:
    return Visitor(
        at(arrives),
        ((service, 1),),
        expected_min,
        turns or (a_turn(expected_min),),
        appointed_at=None if appointed is None else at(appointed),
        priority=priority,
    )


def a_desk(
    name: str = "c1", *shifts: tuple[str, str], skills: frozenset[str] = ALL, breather: float = 0
) -> Desk:
    stretches = shifts or (("08:00", "16:00"),)
    return Desk(
        name, tuple(Shift(at(begins), at(ends), skills) for begins, ends in stretches), minutes(breather)
    )


def a_plan(*visitors: Visitor, desks: tuple[Desk, ...] = ()) -> DayPlan:
    return DayPlan(DAY, desks or (a_desk(),), visitors)


def a_drawn_day(
    seed: int, *, counters: int = 4, load: float = 0.9, booked: float = 0.5, habits: Habits = USUAL
) -> DayPlan:
    """Draw a day from 8 to 16 with the usual mixture of concerns; the share of `booked` counts who come."""
    begins, ends = at("08:00"), at("16:00")
    usual_min = sum(expected * share for _, expected, share in MIX) + sum(habits.way_min) / 3
    count = counters * load * 8 * 60 / usual_min

    def rates(share: float) -> tuple[Rate, ...]:
        return tuple(
            Rate(begins, ends, ((name, 1),), expected, count * share * part) for name, expected, part in MIX
        )

    demand = Demand(DAY, rates(1 - booked), rates(booked / (1 - habits.no_show)))
    desks = tuple(a_desk(f"c{n + 1}", skills=MIX_SKILLS) for n in range(counters))
    return a_day(demand, desks, random.Random(seed), habits)


def acts_in(log: Sequence[Recorded]) -> list[tuple[datetime, int, e.Event]]:
    """Return all that happened, but for what nobody's turn hangs on: numbers, origins, where one waits."""
    return [(one.at, one.seq, _plain(one.event)) for one in log]


def _plain(event: e.Event) -> e.Event:
    if isinstance(event, e.TicketTransferred):
        return replace(event, area=None)
    if isinstance(event, e.TicketTaken):
        return replace(event, number=0, key="", origin=Origin.KIOSK, persons=1, language="de", area=None)
    return event
