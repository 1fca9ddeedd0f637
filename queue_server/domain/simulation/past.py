"""A recorded day as a plan: who came when, how long it took, which counters were open, when clerks pressed.

As anonymous as the log is. What the log does not tell: who was at a counter, so a counter can do what it
called for during a shift; and how a call ended that was undone, so such a call was never made. A parked visit
counts as one turn, and who was joined to another's call has left the line: `nearly_count` says how many.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from functools import singledispatchmethod
from typing import Final

from queue_server.domain import events as e
from queue_server.domain.events import Recorded
from queue_server.domain.fold import apply
from queue_server.domain.hall import Hall
from queue_server.domain.order import Due
from queue_server.domain.simulation.living import SITE, Lived
from queue_server.domain.simulation.plan import (
    DayPlan,
    Desk,
    Doing,
    Ending,
    HandedOn,
    Meanwhile,
    Press,
    Shift,
    Turn,
    Visitor,
)
from queue_server.domain.ticket import Adjustment

USUAL_WAY: Final = timedelta(seconds=45)
LONGEST_BREATHER: Final = timedelta(minutes=5)
"""Who presses later than this was not at the counter; it is no habit."""


def plan_of(log: Sequence[Recorded], on: date) -> DayPlan:
    """Return the day that a site's log of one business day tells, with the presses as they were."""
    reading = _Reading()
    for one in _without_undone(log):
        reading.take(one.event, one)
    return reading.plan(on, log[-1].at if log else None)


def lived_of(log: Sequence[Recorded], on: date) -> Lived:
    """Return the day itself as a day that was lived through, to be measured like one."""
    hall = Hall(SITE, on, log[0].seq - 1 if log else 0)
    for one in log:
        apply(hall, one)
    taken = [one.seq for one in log if isinstance(one.event, e.TicketTaken)]
    return Lived(plan_of(log, on), hall, list(_without_undone(log)), dict(enumerate(taken)))


def nearly_count(log: Sequence[Recorded]) -> int:
    """Return how many visits of a day are played only nearly as they were: parked, or joined to another's."""
    parted = (e.TicketParked, e.TicketJoined)
    return len({one.event.ticket for one in log if isinstance(one.event, parted)})


def freely(plan: DayPlan) -> DayPlan:
    """Return the day with clerks who press when they are free, as they do where anything is otherwise."""
    return replace(plan, desks=tuple(replace(desk, presses=None) for desk in plan.desks))


def _without_undone(log: Sequence[Recorded]) -> Iterator[Recorded]:
    last_call: dict[int, int] = {}
    undone: set[int] = set()
    for one in log:
        if isinstance(one.event, e.TicketCalled):
            last_call[one.event.ticket] = one.seq
        elif isinstance(one.event, e.CallUndone):
            undone |= {last_call[one.event.ticket], one.seq}
    return (one for one in log if one.seq not in undone)


@dataclass
class _Visit:
    place: int
    taken: e.TicketTaken
    visitor: Visitor
    turns: list[Turn] = field(default_factory=list)
    meanwhile: list[Meanwhile] = field(default_factory=list)
    counter: str = ""
    called_at: datetime | None = None
    serving_since: datetime | None = None
    way: timedelta = USUAL_WAY
    served: timedelta = timedelta(0)


@dataclass
class _Counter:
    shifts: list[Shift] = field(default_factory=list)
    presses: list[Press] = field(default_factory=list)
    since: datetime | None = None
    used: set[str] = field(default_factory=set)
    ended_at: datetime | None = None


class _Reading:
    def __init__(self) -> None:
        self.visits: dict[int, _Visit] = {}
        self.counters: dict[str, _Counter] = {}
        self.breathers: list[timedelta] = []

    def counter(self, counter_id: str) -> _Counter:
        return self.counters.setdefault(counter_id, _Counter())

    @singledispatchmethod
    def take(self, event: e.Event, one: Recorded) -> None:
        """Take in an entry; most tell nothing about a day's course."""

    @take.register
    def _(self, event: e.TicketTaken, one: Recorded) -> None:
        first = None if event.after is None else self.visits.get(event.after)
        visitor = Visitor(
            one.at,
            event.concern,
            event.expected_min,
            (),
            appointed_at=event.appointed_at,
            priority=event.adjustment is Adjustment.PRIORITY,
            counters=event.counters,
            after=None if first is None else first.place,
            seq=one.seq,
            recorded=Due(event.due_at, event.due_reason, event.adjustment),
        )
        self.visits[one.seq] = _Visit(len(self.visits), event, visitor)

    @take.register
    def _(self, event: e.TicketCalled, one: Recorded) -> None:
        if event.finished is not None:
            self._end(event.finished, one.at)
        visit, counter = self.visits[event.ticket], self.counter(event.counter)
        counter.presses.append(Press(one.at, one.seq, visit.place if event.chosen else None))
        counter.used |= visit.visitor.services
        if counter.ended_at is not None and visit.visitor.arrives_at <= counter.ended_at:
            self.breathers.append(one.at - counter.ended_at)
        visit.called_at, visit.counter, visit.serving_since = one.at, event.counter, None

    @take.register
    def _(self, event: e.ServiceStarted, one: Recorded) -> None:
        visit = self.visits[event.ticket]
        if visit.called_at is not None:
            visit.way, visit.serving_since = one.at - visit.called_at, one.at

    @take.register
    def _(self, event: e.ServiceFinished, one: Recorded) -> None:
        self._end(event.ticket, one.at)

    @take.register
    def _(self, event: e.TicketParked, one: Recorded) -> None:
        visit = self.visits[event.ticket]
        self._end(event.ticket, one.at)
        visit.served = visit.turns[-1].lasts if visit.turns else timedelta(0)

    @take.register
    def _(self, event: e.TicketResumed, one: Recorded) -> None:
        if event.finished is not None:
            self._end(event.finished, one.at)
        visit = self.visits[event.ticket]
        visit.called_at, visit.serving_since = one.at, one.at
        if visit.turns:
            visit.way = visit.turns.pop().way

    @take.register
    def _(self, event: e.TicketNotThere, one: Recorded) -> None:
        self._end(event.ticket, one.at, Ending.NOT_THERE)

    @take.register
    def _(self, event: e.TicketReturned, one: Recorded) -> None:
        visit = self.visits[event.ticket]
        if visit.turns and visit.called_at is not None:
            missed_at = visit.called_at + visit.turns[-1].way
            visit.turns[-1] = replace(visit.turns[-1], returns_after=one.at - missed_at)

    @take.register
    def _(self, event: e.TicketPutBack, one: Recorded) -> None:
        self._end(event.ticket, one.at, Ending.PUT_BACK)

    @take.register
    def _(self, event: e.TicketTransferred, one: Recorded) -> None:
        self._end(event.ticket, one.at, Ending.HANDED_ON)
        visit = self.visits[event.ticket]
        if visit.turns:
            to = HandedOn(event.counter, event.concern, event.expected_min)
            visit.turns[-1] = replace(visit.turns[-1], handed_on=to)

    @take.register
    def _(self, event: e.TicketWentAway, one: Recorded) -> None:
        self._meanwhile(event.ticket, Meanwhile(one.at, Doing.GOES_AWAY, one.seq))

    @take.register
    def _(self, event: e.TicketCameBack, one: Recorded) -> None:
        self._meanwhile(event.ticket, Meanwhile(one.at, Doing.COMES_BACK, one.seq))

    @take.register
    def _(self, event: e.TicketCancelled, one: Recorded) -> None:
        self._meanwhile(event.ticket, Meanwhile(one.at, Doing.GIVES_UP, one.seq))
        self._end(event.ticket, one.at)

    @take.register
    def _(self, event: e.TicketJoined, one: Recorded) -> None:
        self._meanwhile(event.ticket, Meanwhile(one.at, Doing.GIVES_UP, one.seq))

    @take.register
    def _(self, event: e.TicketDirected, one: Recorded) -> None:
        self._meanwhile(event.ticket, Meanwhile(one.at, Doing.IS_DIRECTED, one.seq, event.counters))

    @take.register
    def _(self, event: e.TicketReleased, one: Recorded) -> None:
        self._meanwhile(event.ticket, Meanwhile(one.at, Doing.IS_RELEASED, one.seq))

    @take.register
    def _(self, event: e.ConcernChanged, one: Recorded) -> None:
        changed = Meanwhile(one.at, Doing.CHANGES, one.seq, None, event.concern, event.expected_min)
        self._meanwhile(event.ticket, changed)

    @take.register
    def _(self, event: e.CounterOpened, one: Recorded) -> None:
        self.counter(event.counter).since = one.at

    @take.register
    def _(self, event: e.CounterPaused, one: Recorded) -> None:
        self._close(event.counter, one.at)

    @take.register
    def _(self, event: e.CounterClosed, one: Recorded) -> None:
        self._close(event.counter, one.at)

    def _meanwhile(self, ticket_id: int, one: Meanwhile) -> None:
        self.visits[ticket_id].meanwhile.append(one)

    def _end(self, ticket_id: int, at: datetime, ending: Ending = Ending.FINISHED) -> None:
        visit = self.visits[ticket_id]
        if visit.called_at is None:
            return
        if visit.serving_since is None:
            turn = Turn(at - visit.called_at, timedelta(0), ending)
        else:
            turn = Turn(visit.way, visit.served + (at - visit.serving_since), ending)
        visit.turns.append(turn)
        visit.served, visit.serving_since = timedelta(0), None
        self.counter(visit.counter).ended_at = at
        if ending is not Ending.NOT_THERE:
            visit.called_at = None

    def _close(self, counter_id: str, at: datetime) -> None:
        counter = self.counter(counter_id)
        if counter.since is not None:
            counter.shifts.append(Shift(counter.since, at, frozenset(counter.used)))
        counter.since, counter.used, counter.ended_at = None, set(), None

    def plan(self, on: date, last_at: datetime | None) -> DayPlan:
        for counter_id in self.counters:
            if last_at is not None:
                self._close(counter_id, last_at)
        short = sorted(one for one in self.breathers if one <= LONGEST_BREATHER)
        breather = short[len(short) // 2] if short else timedelta(0)
        desks = tuple(
            Desk(counter_id, tuple(_filled(one.shifts)), breather, tuple(one.presses))
            for counter_id, one in sorted(self.counters.items())
            if one.shifts
        )
        return DayPlan(on, desks, tuple(_visitor(one) for one in self.visits.values()))


def _filled(shifts: Iterable[Shift]) -> Iterator[Shift]:
    """Let a shift in which nobody was called be one for what the counter called for at other times."""
    shifts = list(shifts)
    whole = frozenset[str]().union(*(shift.skills for shift in shifts))
    return (shift if shift.skills else replace(shift, skills=whole) for shift in shifts)


def _visitor(visit: _Visit) -> Visitor:
    expected = timedelta(minutes=visit.visitor.expected_min)
    turns = tuple(visit.turns) or (Turn(USUAL_WAY, expected),)
    return replace(visit.visitor, turns=turns, meanwhile=tuple(visit.meanwhile))
