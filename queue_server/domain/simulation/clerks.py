"""Counters whose clerks press as soon as they are free: who is next is the hall's answer, not theirs.

Who is parked is served on at the same counter, as soon as that is free once the visitor is back; who missed
the call and stands at the counter is called by the number. Of two who were served together the one who is
called first has the visit, and the other joins it. What must not live here: acts of the log (`presses`).
"""

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from queue_server.domain import calling, visiting
from queue_server.domain import events as e
from queue_server.domain.hall import CounterState
from queue_server.domain.simulation.doors import OpenCounter, is_turned_away
from queue_server.domain.simulation.plan import Begin, DayPlan, Desk, Ending, Joined, Shift, Turn
from queue_server.domain.simulation.virtual_day import BACK, FIRST, LAST, VirtualDay
from queue_server.domain.ticket import Ticket, TicketState

_MAY_JOIN = (TicketState.WAITING, TicketState.NO_SHOW)


@dataclass(slots=True)
class _Place:
    """A counter as its clerk sees it: `shift` None is closed, `free_since` None not waiting for anybody.

    `back` are the tickets of those who stand at the counter again. `turn` numbers the turn that runs there.
    """

    desk: Desk
    shift: Shift | None = None
    free_since: datetime | None = None
    back: list[int] = field(default_factory=list)
    turn: int = 0


@dataclass(slots=True)
class _Running:
    """A visitor's turn, and since when."""

    turn: Turn
    began_at: datetime


class Clerks:
    """The counters of a day on which nobody tells when to press."""

    def __init__(self, day: VirtualDay, plan: DayPlan) -> None:
        self.day, self.hall, self.plan = day, day.hall, plan
        self.closes_at = plan.ends_at if plan.has_doors else None
        self.places = {desk.id: _Place(desk) for desk in plan.desks}
        self.running: dict[int, _Running] = {}
        self._turns_taken: defaultdict[int, int] = defaultdict(int)
        self._turn_count = 0
        self._by_seq = {one.seq: place for place, one in reversed(list(enumerate(plan.visitors)))}
        self._joining: defaultdict[tuple[int, int], list[tuple[int, int]]] = defaultdict(list)
        for place, visitor in enumerate(plan.visitors):
            day.at(visitor.arrives_at, self._arrive, place, seq=visitor.seq)
            for n, turn in enumerate(visitor.turns):
                if turn.joined is not None:
                    self._joining[turn.joined.seq, turn.joined.turn].append((place, n))
        for desk, shift in plan.shifts():
            day.at(shift.begins_at, self._open, desk.id, shift, rank=FIRST)
            is_last = shift is desk.shifts[-1]
            serves_out = is_last and shift.ends_at == plan.ends_at
            day.at(shift.ends_at, self._leave, desk.id, is_last, serves_out, rank=LAST)

    def look_about(self) -> None:
        """Let every free clerk see to who is back, or call who is next: the longest free one first."""
        if not len(self.hall.waiting) and not any(place.back for place in self.places.values()):
            return
        free = [place for place in self.places.values() if place.free_since is not None]
        for place in sorted(free, key=lambda place: (place.free_since, place.desk.id)):
            if not self._see_again(place) and place.shift is not None and self._is_somebody_for(place):
                self._call(place, place.shift.skills)

    def _arrive(self, place: int) -> None:
        visitor = self.plan.visitors[place]
        if self.closes_at is not None:
            counters = [
                OpenCounter(one.desk.id, one.shift.skills) for one in self.places.values() if one.shift
            ]
            lanes = self.hall.waiting.lanes()
            if is_turned_away(visitor, self.day.now, self.closes_at, counters, lanes):
                self.day.lived.turned_away[place] = self.day.now < self.closes_at
                return
        self.day.begin(place)

    # -- shifts ------------------------------------------------------------------------------------

    def _open(self, counter_id: str, shift: Shift) -> None:
        place = self.places[counter_id]
        place.shift = shift
        place.free_since = self.day.now if self.hall.ticket_at(counter_id) is None else None
        self.day.record(calling.open_counter(self.hall, counter_id))

    def _leave(self, counter_id: str, is_last: bool, serves_out: bool) -> None:
        """End a shift: at once, or when the visit at the counter is over, or when nobody waits any more."""
        place = self.places[counter_id]
        if serves_out:
            return
        place.shift = place.free_since = None
        if not is_last:
            self.day.record(calling.pause_counter(self.hall, counter_id))
            self.day.after(calling.RELEASE_AFTER, self._release, counter_id)
        elif self.hall.ticket_at(counter_id) is None:
            self._go(place)

    def _release(self, counter_id: str) -> None:
        self.day.record(calling.release_overdue(self.hall, counter_id, self.day.now))
        if any(one.bound_counter_id == counter_id for one in self.hall.in_state(TicketState.WAITING)):
            self.day.after(timedelta(minutes=1), self._release, counter_id)

    def _go(self, place: _Place) -> None:
        """Close a counter at which nobody is any more, unless somebody it keeps is back just now."""
        if self._see_again(place) or self.hall.counter(place.desk.id).state is not CounterState.OPEN:
            return
        for ticket_id in place.back:
            self._line_up(ticket_id)
        place.back.clear()
        self.day.record(calling.close_counter(self.hall, place.desk.id))

    def _line_up(self, ticket_id: int) -> None:
        """Let somebody who missed the call wait again."""
        ticket = self.hall.tickets[ticket_id]
        if ticket.state is TicketState.NO_SHOW:
            self.day.record(visiting.come_back(ticket, self.day.now))

    # -- calls -------------------------------------------------------------------------------------

    def _is_somebody_for(self, place: _Place) -> bool:
        skills = place.shift.skills if place.shift else frozenset()
        found = self.hall.waiting.next_for(
            lambda lane: calling.may_serve(lane, place.desk.id, skills), self.day.now
        )
        return found is not None

    def _call(self, place: _Place, skills: frozenset[str]) -> None:
        counter_id, now = place.desk.id, self.day.now
        named = self.day.discipline.choose(
            self.hall, lambda lane: calling.may_serve(lane, counter_id, skills), now
        )
        ticket_id = None if named is None else named.id
        self.day.record(calling.call(self.hall, counter_id, skills, now, ticket_id=ticket_id))
        self._begin(place)
        self._await(place)

    def _see_again(self, place: _Place) -> bool:
        """See to the first who stands at the counter again; say whether there was anybody."""
        for ticket_id in list(place.back):
            ticket = self.hall.tickets[ticket_id]
            is_resumed = ticket.state is TicketState.PARKED and self._begins(ticket) is Begin.RESUMED
            if self._is_kept(place, ticket) and not is_resumed and place.shift is None:
                continue  # nobody is called in a pause
            place.back.remove(ticket_id)
            if self._is_kept(place, ticket) and self._goes_on(place, ticket, is_resumed=is_resumed):
                return True
        return False

    def _goes_on(self, place: _Place, ticket: Ticket, *, is_resumed: bool) -> bool:
        """Serve on who was parked, or call by the number; who cannot be called there waits again."""
        counter_id, hall = place.desk.id, self.hall
        if is_resumed:
            self.day.record(calling.start(hall, counter_id, ticket.id))
            self._begin(place)
            self.day.after(self.running[ticket.id].turn.lasts, self._end, place, place.turn)
            return True
        services, now = ticket.services, self.day.now
        if self.day.attempt(lambda: calling.call(hall, counter_id, services, now, ticket_id=ticket.id)):
            self._begin(place)
            self._await(place)
            return True
        self._line_up(ticket.id)
        return False

    def _is_kept(self, place: _Place, ticket: Ticket) -> bool:
        if ticket.state is TicketState.PARKED:
            return ticket.counter_id == place.desk.id and ticket.joined_to is None
        return ticket.state is TicketState.NO_SHOW

    # -- turns -------------------------------------------------------------------------------------

    def _begin(self, place: _Place) -> None:
        """Let the turn of whom the counter has now begin, and let those join who joined it."""
        leader = calling.current_ticket(self.hall, place.desk.id)
        place.free_since = None
        self._turn_count += 1
        place.turn = self._turn_count
        joinable = [(self.day.visitor_of(leader).seq, self._turns_taken[leader.id])]
        for one in self.hall.group(leader):
            self._take_turn(one)
        joined = self.running[leader.id].turn.joined
        if joined is not None and (other := self._still_to_come(joined)) is not None:
            # Called before the one they were served with: this one has the visit, and the other joins.
            self.running[leader.id].turn = self._turn_of(other)
            self.day.after(joined.after, self._join, place, place.turn, other.id)
            joinable.append((joined.seq, joined.turn))
        for visitor, turn in (one for key in joinable for one in self._joining.get(key, ())):
            after = self.plan.visitors[visitor].turns[turn].joined
            if after is not None:
                self.day.after(after.after, self._follow, place, place.turn, visitor, turn)

    def _still_to_come(self, joined: Joined) -> Ticket | None:
        """Return whose turn it would have been to join, as long as that one has it still to come."""
        place = self._by_seq.get(joined.seq)
        ticket = None if place is None else self.day.lived.ticket_of(place)
        if ticket is None or ticket.state not in _MAY_JOIN or self._turns_taken[ticket.id] != joined.turn:
            return None
        return ticket

    def _follow(self, place: _Place, number: int, visitor: int, turn: int) -> None:
        ticket = self.day.lived.ticket_of(visitor)
        if ticket is not None and self._turns_taken[ticket.id] == turn:
            self._join(place, number, ticket.id)

    def _join(self, place: _Place, number: int, ticket_id: int) -> None:
        ticket = self.hall.tickets[ticket_id]
        may_join = place.turn == number and ticket.state in _MAY_JOIN
        if may_join and self.day.attempt(lambda: calling.join(self.hall, place.desk.id, ticket_id)):
            self._take_turn(ticket)

    def _take_turn(self, ticket: Ticket) -> None:
        self.running[ticket.id] = _Running(self._turn_of(ticket), self.day.now)
        self._turns_taken[ticket.id] += 1

    def _turn_of(self, ticket: Ticket) -> Turn:
        """Return what comes next of somebody; beyond what is on the plan it is over, or it might never be."""
        turns, taken = self.day.visitor_of(ticket).turns, self._turns_taken[ticket.id]
        last = turns[-1]
        return turns[taken] if taken < len(turns) else Turn(last.way, last.lasts)

    def _begins(self, ticket: Ticket) -> Begin:
        turns, taken = self.day.visitor_of(ticket).turns, self._turns_taken[ticket.id]
        if taken < len(turns):
            return turns[taken].begins
        return Begin.RESUMED if ticket.state is TicketState.PARKED else Begin.CALLED

    def _await(self, place: _Place) -> None:
        """Wait for who was called: until they come, or are known not to."""
        running = self.running[calling.current_ticket(self.hall, place.desk.id).id]
        at = max(self.day.now, running.began_at + running.turn.way)
        self.day.at(at, self._come, place, place.turn, rank=FIRST)

    def _come(self, place: _Place, number: int) -> None:
        leader = self.hall.ticket_at(place.desk.id)
        if leader is None or place.turn != number:
            return
        turn = self.running[leader.id].turn
        match turn.ending:
            case Ending.NOT_THERE:
                self._end(place, number)
            case Ending.GIVES_UP:
                self._give_up(place, leader)
            case _:
                self.day.record(calling.start(self.hall, place.desk.id))
                self.day.after(turn.lasts, self._end, place, number)

    def _give_up(self, place: _Place, leader: Ticket) -> None:
        """Leave when called; who was joined to that call is waited for by themselves."""
        self.day.record(visiting.cancel(leader))
        if self.hall.ticket_at(place.desk.id) is None:
            self._be_free(place)
        else:
            self._await(place)

    def _end(self, place: _Place, number: int) -> None:
        leader = self.hall.ticket_at(place.desk.id)
        if leader is None or place.turn != number:
            return
        group = self.hall.group(leader)
        self.day.record(self._ended(place.desk.id, leader))
        for one in group:
            returns_after = self.running[one.id].turn.returns_after
            if returns_after is not None:
                self.day.after(returns_after, self._be_back, place, one.id, rank=BACK)
        self._be_free(place)

    def _ended(self, counter_id: str, leader: Ticket) -> list[e.Event]:
        hall, turn = self.hall, self.running[leader.id].turn
        match turn.ending:
            case Ending.NOT_THERE if leader.state is TicketState.CALLED:
                return calling.mark_no_show(hall, counter_id)
            case Ending.PUT_BACK:
                return calling.put_back(hall, counter_id, self.day.now)
            case Ending.PARKED:
                return calling.park(hall, counter_id)
            case Ending.HANDED_ON if turn.handed_on and self._may_hand_to(turn.handed_on.counter):
                to = turn.handed_on
                return calling.transfer(
                    hall, counter_id,
                    to_counter=to.counter, concern=to.concern, expected_min=to.expected_min, area=None,
                )  # fmt: skip
        return calling.finish(hall, counter_id)

    def _may_hand_to(self, counter_id: str | None) -> bool:
        return counter_id is None or self.hall.counter(counter_id).state is not CounterState.CLOSED

    def _be_back(self, place: _Place, ticket_id: int) -> None:
        """Be there again: at the counter that keeps the visit, or calls it by the number, or in the line."""
        ticket, state = self.hall.tickets[ticket_id], self.hall.counter(place.desk.id).state
        is_named = self._begins(ticket) is Begin.BY_NAME and state is not CounterState.CLOSED
        if ticket.state is TicketState.NO_SHOW and not is_named:
            self._line_up(ticket_id)
        elif ticket.state in {TicketState.NO_SHOW, TicketState.PARKED}:
            place.back.append(ticket_id)
            if place.shift is None and self.hall.ticket_at(place.desk.id) is None:
                self._see_again(place)  # a clerk in a pause sees to who was only gone for a paper

    def _be_free(self, place: _Place) -> None:
        """The visit is over: see to the next after a breath, or go when the shift is over."""
        place.turn = 0
        if place.shift is None:
            self._go(place)
        elif place.desk.breather:
            self.day.after(place.desk.breather, self._breathed, place)
        else:
            place.free_since = self.day.now

    def _breathed(self, place: _Place) -> None:
        if place.shift is not None and self.hall.ticket_at(place.desk.id) is None:
            place.free_since = self.day.now
