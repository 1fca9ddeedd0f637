"""The visits of a recorded day, entry by entry of its log: who came, and what their turns were like.

For a day whose counters do otherwise than they did (`clerks`). Each of several who were served together has
turns of their own, as long as each of them was there. What must not live here: acts at counters
(`recorded_acts`), and what was undone, which is left out before.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from functools import singledispatchmethod
from typing import Final

from queue_server.domain import events as e
from queue_server.domain.calling import may_serve
from queue_server.domain.events import Recorded
from queue_server.domain.hall import Hall
from queue_server.domain.order import Due
from queue_server.domain.simulation.plan import (
    Begin,
    Doing,
    Ending,
    HandedOn,
    Joined,
    Meanwhile,
    Turn,
    Visitor,
)
from queue_server.domain.ticket import AT_COUNTER, Adjustment, TicketState

USUAL_WAY: Final = timedelta(seconds=45)
LONGEST_BREATHER: Final = timedelta(minutes=5)
"""Who presses later than this was not at the counter; it is no habit."""
_NONE: Final = timedelta(0)
_CALLED_BACK: Final = (TicketState.NO_SHOW, TicketState.PARKED)


@dataclass
class _Visit:
    """`began_at` is of the running turn, None: none; `ended_at` of the last one."""

    place: int
    visitor: Visitor
    turns: list[Turn] = field(default_factory=list)
    meanwhile: list[Meanwhile] = field(default_factory=list)
    began_at: datetime | None = None
    serving_since: datetime | None = None
    begins: Begin = Begin.CALLED
    joined: Joined | None = None
    ended_at: datetime | None = None


@dataclass
class _Counter:
    used: set[str] = field(default_factory=set)
    ended_at: datetime | None = None


class RecordedVisits:
    """Takes in entries, each before `hall` does."""

    def __init__(self, hall: Hall) -> None:
        self.hall = hall
        self.visits: dict[int, _Visit] = {}
        self.breathers: list[timedelta] = []
        self._counters: dict[str, _Counter] = {}

    def visitors(self) -> Iterator[Visitor]:
        """Yield who came, in order of arrival."""
        for one in self.visits.values():
            expected = timedelta(minutes=one.visitor.expected_min)
            turns = tuple(one.turns) or (Turn(USUAL_WAY, expected),)
            yield replace(one.visitor, turns=turns, meanwhile=tuple(one.meanwhile))

    def breather(self) -> timedelta:
        """Return how long after a visit "next" was pressed in the middle, while somebody waited."""
        short = sorted(one for one in self.breathers if one <= LONGEST_BREATHER)
        return short[len(short) // 2] if short else _NONE

    @singledispatchmethod
    def take(self, event: e.Event, one: Recorded) -> None:
        """Take in an entry; most tell nothing about a visit's course."""

    # -- turns -------------------------------------------------------------------------------------

    def _group(self, ticket_id: int) -> list[_Visit]:
        return [self.visits[one.id] for one in self.hall.group(self.hall.tickets[ticket_id])]

    def _counter(self, counter_id: str) -> _Counter:
        return self._counters.setdefault(counter_id, _Counter())

    @staticmethod
    def _begin(
        visit: _Visit, at: datetime, begins: Begin, *, serving: bool, joined: Joined | None = None
    ) -> None:
        visit.began_at, visit.begins, visit.joined = at, begins, joined
        visit.serving_since = at if serving else None

    def _end(self, ticket_id: int, at: datetime, ending: Ending = Ending.FINISHED) -> None:
        """End the turn of a visit and of those that were joined to it."""
        for visit in self._group(ticket_id):
            self._end_one(visit, at, ending)
        counter_id = self.hall.tickets[ticket_id].counter_id
        if counter_id is not None:
            self._counter(counter_id).ended_at = at

    @staticmethod
    def _end_one(visit: _Visit, at: datetime, ending: Ending) -> None:
        if visit.began_at is None:
            return
        started_at = at if visit.serving_since is None else visit.serving_since
        visit.turns.append(
            Turn(
                started_at - visit.began_at,
                at - started_at,
                ending,
                begins=visit.begins,
                joined=visit.joined,
            )
        )
        visit.began_at, visit.ended_at = None, at

    @staticmethod
    def _be_back(visit: _Visit, at: datetime) -> None:
        """Note when somebody who had missed the call, or was parked, was there again."""
        if visit.turns and visit.ended_at is not None:
            visit.turns[-1] = replace(visit.turns[-1], returns_after=max(_NONE, at - visit.ended_at))

    def _there_since(self, counter_id: str, at: datetime) -> datetime:
        """Return when somebody was back whom the counter saw to now: before, if the clerk only took a breath.

        It was a breath if somebody else could have been called since the last visit there.
        """
        counter = self._counter(counter_id)
        ended_at = counter.ended_at
        if ended_at is None or at - ended_at > LONGEST_BREATHER:
            return at
        others = self.hall.waiting.in_order(
            at, lambda lane: may_serve(lane, counter_id, frozenset(counter.used))
        )
        return ended_at if any(one.state_at <= ended_at for one in others) else at

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
        self.visits[one.seq] = _Visit(len(self.visits), visitor)

    @take.register
    def _(self, event: e.TicketCalled, one: Recorded) -> None:
        if event.finished is not None:
            self._end(event.finished, one.at)
        ticket, counter = self.hall.tickets[event.ticket], self._counter(event.counter)
        begins = Begin.BY_NAME if ticket.state in _CALLED_BACK else Begin.CALLED
        there_since = self._there_since(event.counter, one.at)
        for visit in self._group(event.ticket):
            if begins is Begin.BY_NAME:
                self._be_back(visit, there_since)
            self._begin(visit, one.at, begins, serving=False)
        counter.used |= ticket.services
        if counter.ended_at is not None and ticket.arrived_at <= counter.ended_at:
            self.breathers.append(one.at - counter.ended_at)

    @take.register
    def _(self, event: e.TicketJoined, one: Recorded) -> None:
        visit, leader = self.visits[event.ticket], self.visits[event.leader]
        if leader.began_at is None:
            return
        serving = self.hall.tickets[event.leader].state is TicketState.SERVING
        joined = Joined(leader.visitor.seq, len(leader.turns), one.at - leader.began_at)
        self._begin(visit, one.at, Begin.JOINED, serving=serving, joined=joined)

    @take.register
    def _(self, event: e.ServiceStarted, one: Recorded) -> None:
        for visit in self._group(event.ticket):
            visit.serving_since = one.at

    @take.register
    def _(self, event: e.ServiceFinished, one: Recorded) -> None:
        self._end(event.ticket, one.at)

    @take.register
    def _(self, event: e.TicketParked, one: Recorded) -> None:
        self._end(event.ticket, one.at, Ending.PARKED)

    @take.register
    def _(self, event: e.TicketResumed, one: Recorded) -> None:
        if event.finished is not None:
            self._end(event.finished, one.at)
        there_since = self._there_since(self.hall.tickets[event.ticket].counter_id or "", one.at)
        for visit in self._group(event.ticket):
            self._be_back(visit, there_since)
            self._begin(visit, one.at, Begin.RESUMED, serving=True)

    @take.register
    def _(self, event: e.TicketNotThere, one: Recorded) -> None:
        self._end(event.ticket, one.at, Ending.NOT_THERE)

    @take.register
    def _(self, event: e.TicketReturned, one: Recorded) -> None:
        self._be_back(self.visits[event.ticket], one.at)
        self._meanwhile(event.ticket, Meanwhile(one.at, Doing.RETURNS, one.seq))

    @take.register
    def _(self, event: e.TicketPutBack, one: Recorded) -> None:
        self._end(event.ticket, one.at, Ending.PUT_BACK)

    @take.register
    def _(self, event: e.TicketTransferred, one: Recorded) -> None:
        group = self._group(event.ticket)
        self._end(event.ticket, one.at, Ending.HANDED_ON)
        for visit, ticket in zip(group, self.hall.group(self.hall.tickets[event.ticket]), strict=True):
            if not visit.turns:
                continue
            to = HandedOn(event.counter, ticket.concern, ticket.expected_min)
            if ticket.id == event.ticket:
                to = HandedOn(event.counter, event.concern, event.expected_min)
            visit.turns[-1] = replace(visit.turns[-1], handed_on=to)

    @take.register
    def _(self, event: e.TicketCancelled, one: Recorded) -> None:
        ticket = self.hall.tickets[event.ticket]
        if ticket.state in AT_COUNTER:
            self._end_one(self.visits[event.ticket], one.at, Ending.GIVES_UP)
            if (
                ticket.counter_id is not None
                and len(self._group(event.ticket)) == 1
                and ticket.joined_to is None
            ):
                self._counter(ticket.counter_id).ended_at = one.at
        self._meanwhile(event.ticket, Meanwhile(one.at, Doing.GIVES_UP, one.seq))

    # -- what is done by visitors, or about them -----------------------------------------------------

    def _meanwhile(self, ticket_id: int, one: Meanwhile) -> None:
        self.visits[ticket_id].meanwhile.append(one)

    @take.register
    def _(self, event: e.TicketWentAway, one: Recorded) -> None:
        self._meanwhile(event.ticket, Meanwhile(one.at, Doing.GOES_AWAY, one.seq))

    @take.register
    def _(self, event: e.TicketCameBack, one: Recorded) -> None:
        self._meanwhile(event.ticket, Meanwhile(one.at, Doing.COMES_BACK, one.seq))

    @take.register
    def _(self, event: e.TicketDirected, one: Recorded) -> None:
        self._meanwhile(event.ticket, Meanwhile(one.at, Doing.IS_DIRECTED, one.seq, event.counters))

    @take.register
    def _(self, event: e.TicketReleased, one: Recorded) -> None:
        self._meanwhile(event.ticket, Meanwhile(one.at, Doing.IS_RELEASED, one.seq))

    @take.register
    def _(self, event: e.TicketExpired, one: Recorded) -> None:
        self._meanwhile(event.ticket, Meanwhile(one.at, Doing.EXPIRES, one.seq))

    @take.register
    def _(self, event: e.ConcernChanged, one: Recorded) -> None:
        concern = event.concern, event.expected_min, event.persons
        self._meanwhile(event.ticket, Meanwhile(one.at, Doing.CHANGES, one.seq, None, *concern))
