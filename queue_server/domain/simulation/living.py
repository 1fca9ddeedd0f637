"""A planned day, lived through: `calling` and `visiting` decide, `fold` takes in, on virtual time.

Nothing here decides who is next; the clerks press, and the hall answers. What must not live here: chance,
and what a day comes to (`results`).
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from heapq import heappop, heappush
from typing import Any, Final

from queue_server.domain import calling, visiting
from queue_server.domain import events as e
from queue_server.domain.events import Recorded
from queue_server.domain.fold import apply
from queue_server.domain.hall import CounterState, Hall
from queue_server.domain.simulation.disciplines import Discipline
from queue_server.domain.simulation.doors import OpenCounter, is_turned_away
from queue_server.domain.simulation.plan import (
    DayPlan,
    Desk,
    Doing,
    Ending,
    Meanwhile,
    Press,
    Shift,
    Turn,
    Visitor,
)
from queue_server.domain.ticket import Origin, Ticket, TicketState

SITE: Final = "simulated"
_FIRST, _USUAL, _LAST = range(3)
"""At the same moment visits end before anybody comes, and shifts end last."""


@dataclass(slots=True)
class Lived:
    """A day that is over: the hall with its log; `tickets` of the visitors by their place in the plan.

    `turned_away` are the places of those who came too late for a number, and whether it was before closing,
    so that more counters would have helped.
    """

    plan: DayPlan
    hall: Hall
    log: list[Recorded] = field(default_factory=list)
    tickets: dict[int, int] = field(default_factory=dict)
    turned_away: dict[int, bool] = field(default_factory=dict)

    def ticket_of(self, place: int) -> Ticket | None:
        """Return the visitor's ticket; None for one who never came."""
        ticket_id = self.tickets.get(place)
        return None if ticket_id is None else self.hall.tickets[ticket_id]

    def calls(self) -> list[tuple[datetime, str, int]]:
        """Return the calls in order: when, to which counter, which visitor by place in the plan."""
        places = {ticket_id: place for place, ticket_id in self.tickets.items()}
        return [
            (one.at, one.event.counter, places[one.event.ticket])
            for one in self.log
            if isinstance(one.event, e.TicketCalled)
        ]


Looking = Callable[[datetime, Hall], None]


def live(plan: DayPlan, discipline: Discipline, looking: Looking | None = None) -> Lived:
    """Live through a day. `looking` is shown the hall after each moment, and must not change it."""
    return _Day(plan, discipline).until_the_end(looking)


@dataclass(slots=True)
class _Place:
    """A counter as its clerk sees it: `shift` None is closed, `free_since` None not waiting for anybody."""

    desk: Desk
    shift: Shift | None = None
    serves_out: bool = False
    free_since: datetime | None = None


class _Day:
    def __init__(self, plan: DayPlan, discipline: Discipline) -> None:
        self.lived = Lived(plan, Hall(SITE, plan.on))
        self.hall = self.lived.hall
        self.discipline = discipline
        self.closes_at = plan.ends_at if plan.has_doors else None
        self.places = {desk.id: _Place(desk) for desk in plan.desks}
        self.visitor_of: dict[int, Visitor] = {}
        self.turns_taken: dict[int, int] = {}
        self.now = datetime.min.replace(tzinfo=UTC)
        self._ahead: list[tuple[datetime, int, int, int, Callable[..., None], tuple[Any, ...]]] = []
        self._count = 0
        self._plan_ahead(plan)

    def _plan_ahead(self, plan: DayPlan) -> None:
        for place, visitor in enumerate(plan.visitors):
            self._at(visitor.arrives_at, self._arrive, place, seq=visitor.seq)
        end = plan.ends_at
        for desk in plan.desks:
            for press in desk.presses or ():
                self._at(press.at, self._press, desk.id, press, seq=press.seq)
            for shift in desk.shifts:
                recorded = desk.presses is not None
                self._at(shift.begins_at, self._open, desk.id, shift, rank=_FIRST)
                last = shift is desk.shifts[-1]
                self._at(
                    shift.ends_at, self._leave, desk.id, last, last and shift.ends_at == end and not recorded,
                    rank=_LAST,
                )  # fmt: skip

    def _at(
        self, at: datetime, act: Callable[..., None], *about: object, rank: int = _USUAL, seq: int = 0
    ) -> None:
        self._count += 1
        heappush(self._ahead, (at, rank, seq, self._count, act, about))

    def _in(self, after: timedelta, act: Callable[..., None], *about: object) -> None:
        self._at(self.now + after, act, *about, rank=_FIRST)

    def until_the_end(self, looking: Looking | None) -> Lived:
        while self._ahead:
            self.now, _, _, _, act, about = heappop(self._ahead)
            act(*about)
            self._call_where_free()
            if looking is not None:
                looking(self.now, self.hall)
        self._record(visiting.close_day(self.hall))
        return self.lived

    def _record(self, events: Iterable[e.Event]) -> None:
        for event in events:
            recorded = Recorded(self.hall.seq + 1, self.now, event)
            apply(self.hall, recorded)
            self.lived.log.append(recorded)

    # -- visitors ----------------------------------------------------------------------------------

    def _arrive(self, place: int) -> None:
        visitor = self.lived.plan.visitors[place]
        if self.closes_at is not None and self._comes_too_late(visitor, self.closes_at):
            self.lived.turned_away[place] = self.now < self.closes_at
            return
        placed = self.discipline.place(visitor)
        self._record(
            [
                e.TicketTaken(
                    number=visiting.choose_number(self.hall, self.now, _never, sequential=True),
                    key="",
                    origin=Origin.APPOINTMENT if visitor.appointed_at else Origin.KIOSK,
                    concern=visitor.concern,
                    persons=1,
                    language="de",
                    expected_min=visitor.expected_min,
                    area=None,
                    due_at=placed.due.at,
                    due_reason=placed.due.reason,
                    adjustment=placed.due.adjustment,
                    appointed_at=placed.appointed_at,
                    counters=visitor.counters,
                    after=None if visitor.after is None else self.lived.tickets.get(visitor.after),
                )
            ]
        )
        ticket_id = self.lived.tickets[place] = self.hall.seq
        self.visitor_of[ticket_id] = visitor
        for one in visitor.meanwhile:
            self._at(one.at, self._happen, ticket_id, one, seq=one.seq)

    def _comes_too_late(self, visitor: Visitor, closes_at: datetime) -> bool:
        counters = [
            OpenCounter(place.desk.id, place.shift.skills)
            for place in self.places.values()
            if place.shift is not None
        ]
        return is_turned_away(visitor, self.now, closes_at, counters, self.hall.waiting.lanes())

    def _happen(self, ticket_id: int, one: Meanwhile) -> None:
        """Let happen what the log, or the plan, tells of somebody; nothing when it cannot be now."""
        ticket = self.hall.tickets[ticket_id]
        waits, away = ticket.state is TicketState.WAITING, ticket.state is TicketState.AWAY
        match one.what:
            case Doing.GOES_AWAY if waits:
                self._record(visiting.go_away(ticket))
            case Doing.COMES_BACK if away:
                self._record(visiting.come_back(ticket, self.now))
            case Doing.GIVES_UP if waits or away:
                self._record(visiting.cancel(ticket))
            case Doing.IS_DIRECTED if waits or away:
                self._record([e.TicketDirected(ticket_id, one.counters)])
            case Doing.IS_RELEASED if waits or away:
                self._record([e.TicketReleased(ticket_id)])
            case Doing.CHANGES if waits or away:
                self._record([e.ConcernChanged(ticket_id, one.concern, ticket.persons, one.expected_min)])
            case _:
                pass

    def _return(self, ticket_id: int) -> None:
        ticket = self.hall.tickets[ticket_id]
        if ticket.state is TicketState.NO_SHOW:
            self._record(visiting.come_back(ticket, self.now))

    # -- counters ----------------------------------------------------------------------------------

    def _open(self, counter_id: str, shift: Shift) -> None:
        place = self.places[counter_id]
        place.shift = shift
        place.free_since = self.now if self.hall.ticket_at(counter_id) is None else None
        self._record(calling.open_counter(self.hall, counter_id))

    def _leave(self, counter_id: str, last: bool, serves_out: bool) -> None:
        """End a shift: at once, or when the visit at the counter is over, or when nobody waits any more."""
        place = self.places[counter_id]
        if serves_out:
            place.serves_out = True
            return
        place.shift = place.free_since = None
        if not last:
            self._record(calling.pause_counter(self.hall, counter_id))
            if place.desk.presses is not None:
                return  # the log tells who was released, and when
            self._in(calling.RELEASE_AFTER, self._release, counter_id)
        elif self.hall.ticket_at(counter_id) is None:
            self._record(calling.close_counter(self.hall, counter_id))

    def _release(self, counter_id: str) -> None:
        self._record(calling.release_overdue(self.hall, counter_id, self.now))
        if any(one.bound_counter_id == counter_id for one in self.hall.in_state(TicketState.WAITING)):
            self._in(timedelta(minutes=1), self._release, counter_id)

    def _call_where_free(self) -> None:
        if not len(self.hall.waiting):
            return
        free = [place for place in self.places.values() if place.free_since is not None]
        for place in sorted(free, key=lambda place: (place.free_since, place.desk.id)):
            if place.desk.presses is None and place.shift is not None and self._next_at(place) is not None:
                self._call(place, place.shift.skills)

    def _next_at(self, place: _Place) -> Ticket | None:
        skills = place.shift.skills if place.shift else frozenset()
        return self.hall.waiting.next_for(
            lambda lane: calling.may_serve(lane, place.desk.id, skills), self.now
        )

    def _press(self, counter_id: str, press: Press) -> None:
        """Press at a recorded moment; nothing happens where it would be refused now."""
        place = self.places[counter_id]
        if place.shift is None:
            return
        if press.chosen is not None:
            ticket = self.lived.ticket_of(press.chosen)
            if ticket is not None and ticket.state in calling.CALLABLE:
                self._call(place, place.shift.skills, ticket.id)
        elif self._next_at(place) is not None:
            self._call(place, place.shift.skills)

    def _call(self, place: _Place, skills: frozenset[str], chosen: int | None = None) -> None:
        counter_id = place.desk.id
        if chosen is None:
            named = self.discipline.choose(
                self.hall, lambda lane: calling.may_serve(lane, counter_id, skills), self.now
            )
            chosen = None if named is None else named.id
        found = calling.call(self.hall, counter_id, skills, self.now, ticket_id=chosen, finish_current=True)
        self._record(found)
        place.free_since = None
        ticket = calling.current_ticket(self.hall, counter_id)
        turn = self._turn_of(ticket)
        after = self._not_there if turn.ending is Ending.NOT_THERE else self._start
        self._in(turn.way, after, counter_id, ticket.id, self.hall.seq, turn)

    def _turn_of(self, ticket: Ticket) -> Turn:
        """Return what this call comes to; beyond those on the plan it is over, or it might never be."""
        turns = self.visitor_of[ticket.id].turns
        taken = self.turns_taken[ticket.id] = self.turns_taken.get(ticket.id, 0) + 1
        last = turns[-1]
        return turns[taken - 1] if taken <= len(turns) else Turn(last.way, last.lasts)

    def _start(self, counter_id: str, ticket_id: int, call_seq: int, turn: Turn) -> None:
        if self._is_current(counter_id, ticket_id, call_seq):
            self._record(calling.start(self.hall, counter_id))
            self._in(turn.lasts, self._end, counter_id, ticket_id, call_seq, turn)

    def _end(self, counter_id: str, ticket_id: int, call_seq: int, turn: Turn) -> None:
        if not self._is_current(counter_id, ticket_id, call_seq):
            return
        if turn.ending is Ending.PUT_BACK:
            self._record(calling.put_back(self.hall, counter_id, self.now))
        elif turn.handed_on is not None and self._may_hand_to(turn.handed_on.counter):
            to = turn.handed_on
            self._record(
                calling.transfer(
                    self.hall, counter_id,
                    to_counter=to.counter, concern=to.concern, expected_min=to.expected_min, area=None,
                )
            )  # fmt: skip
        else:
            self._record(calling.finish(self.hall, counter_id))
        self._be_free(counter_id)

    def _may_hand_to(self, counter_id: str | None) -> bool:
        return counter_id is None or self.hall.counter(counter_id).state is not CounterState.CLOSED

    def _not_there(self, counter_id: str, ticket_id: int, call_seq: int, turn: Turn) -> None:
        if not self._is_current(counter_id, ticket_id, call_seq):
            return
        self._record(calling.mark_no_show(self.hall, counter_id))
        if turn.returns_after is not None:
            self._in(turn.returns_after, self._return, ticket_id)
        self._be_free(counter_id)

    def _is_current(self, counter_id: str, ticket_id: int, call_seq: int) -> bool:
        current = self.hall.ticket_at(counter_id)
        return current is not None and current.id == ticket_id and current.call_seq == call_seq

    def _be_free(self, counter_id: str) -> None:
        """The visit is over: press "next" after a breath, or go when the shift is over."""
        place = self.places[counter_id]
        if place.shift is None:
            if self.hall.counter(counter_id).state is CounterState.OPEN:
                self._record(calling.close_counter(self.hall, counter_id))
        elif place.desk.breather:
            self._in(place.desk.breather, self._breathed, counter_id)
        else:
            place.free_since = self.now

    def _breathed(self, counter_id: str) -> None:
        place = self.places[counter_id]
        if place.shift is not None and self.hall.ticket_at(counter_id) is None:
            place.free_since = self.now


def _never(below: int) -> int:
    """Stand in for chance: numbers are counted here, because they decide nothing."""
    raise AssertionError(below)
