"""A recorded day as a plan: who came when, how long it took, which counters were open, what they did when.

As anonymous as the log is. Played with its own acts (`presses`) and its own rule it is that day, entry by
entry. `freely` lets clerks press when they are free instead, as they do where anything is otherwise: visits
are as long, parked, handed on and joined as they were, and what was undone is not done.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Final

from queue_server.domain import events as e
from queue_server.domain.events import Recorded
from queue_server.domain.fold import apply
from queue_server.domain.hall import Hall
from queue_server.domain.simulation.lived import SITE, Lived
from queue_server.domain.simulation.plan import DayPlan, Desk, Doing, Shift, Visitor
from queue_server.domain.simulation.recorded_acts import RecordedActs
from queue_server.domain.simulation.recorded_visits import RecordedVisits

_BY_COUNTERS: Final = (Doing.RETURNS, Doing.IS_RELEASED, Doing.EXPIRES)
"""What hangs on what counters did: where they do otherwise it comes of that."""


def plan_of(log: Sequence[Recorded], on: date) -> DayPlan:
    """Return the day that a site's log of one business day tells, with the acts as they were."""
    return _read(log, on)[0]


def lived_of(log: Sequence[Recorded], on: date) -> Lived:
    """Return the day itself as a day that was lived through, to be measured like one."""
    plan, hall = _read(log, on)
    taken = [one.seq for one in log if isinstance(one.event, e.TicketTaken)]
    undone = _undone(log)
    return Lived(plan, hall, [one for one in log if one.seq not in undone], dict(enumerate(taken)))


def freely(plan: DayPlan) -> DayPlan:
    """Return the day with clerks who press when they are free, as they do where anything is otherwise."""
    return replace(
        plan,
        desks=tuple(replace(desk, presses=None) for desk in plan.desks),
        visitors=tuple(map(_by_themselves, plan.visitors)),
    )


def _by_themselves(visitor: Visitor) -> Visitor:
    own = (one for one in visitor.meanwhile if one.what not in _BY_COUNTERS)
    return replace(visitor, meanwhile=tuple(own))


def _undone(log: Sequence[Recorded]) -> set[int]:
    """Return the calls that were undone, with who was joined to them, and the acts that undid them."""
    calls: dict[int, list[int]] = {}
    undone: set[int] = set()
    for one in log:
        if isinstance(one.event, e.TicketCalled):
            calls[one.event.ticket] = [one.seq]
        elif isinstance(one.event, e.TicketJoined):
            calls.setdefault(one.event.leader, []).append(one.seq)
        elif isinstance(one.event, e.CallUndone):
            undone.update(calls.pop(one.event.ticket, ()), (one.seq,))
    return undone


def _read(log: Sequence[Recorded], on: date) -> tuple[DayPlan, Hall]:
    hall = Hall(SITE, on)
    acts, visits, shifts, undone = RecordedActs(hall), RecordedVisits(hall), _Shifts(hall), _undone(log)
    for one in log:
        acts.take(one.event, one)
        if one.seq not in undone:
            visits.take(one.event, one)
            shifts.take(one)
        hall.seq = one.seq - 1
        apply(hall, one)
    desks = tuple(
        Desk(counter_id, tuple(_filled(found)), visits.breather(), acts.of(counter_id))
        for counter_id, found in sorted(shifts.until(log[-1].at if log else None).items())
        if found
    )
    return DayPlan(on, desks, tuple(visits.visitors())), hall


@dataclass
class _Open:
    shifts: list[Shift] = field(default_factory=list)
    since: datetime | None = None
    used: set[str] = field(default_factory=set)

    def close(self, at: datetime) -> None:
        if self.since is not None:
            self.shifts.append(Shift(self.since, at, frozenset(self.used)))
        self.since, self.used = None, set()


class _Shifts:
    """When counters were open, and what they called for meanwhile."""

    def __init__(self, hall: Hall) -> None:
        self.hall = hall
        self._counters: dict[str, _Open] = {}

    def take(self, one: Recorded) -> None:
        event = one.event
        if isinstance(event, e.CounterOpened):
            self._of(event.counter).since = one.at
        elif isinstance(event, e.CounterPaused | e.CounterClosed):
            self._of(event.counter).close(one.at)
        elif isinstance(event, e.TicketCalled):
            self._of(event.counter).used |= self.hall.tickets[event.ticket].services

    def _of(self, counter_id: str) -> _Open:
        return self._counters.setdefault(counter_id, _Open())

    def until(self, at: datetime | None) -> dict[str, list[Shift]]:
        for one in self._counters.values():
            if at is not None:
                one.close(at)
        return {counter_id: one.shifts for counter_id, one in self._counters.items()}


def _filled(shifts: Iterable[Shift]) -> Iterator[Shift]:
    """Let a shift in which nobody was called be one for what the counter called for at other times."""
    shifts = list(shifts)
    whole = frozenset[str]().union(*(shift.skills for shift in shifts))
    return (shift if shift.skills else replace(shift, skills=whole) for shift in shifts)
