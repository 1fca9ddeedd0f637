"""Today's queue of one site: what it holds, the questions one may ask, the changes it is made of.

Only `domain.fold` makes the changes, entry by entry of the log. What may happen is decided in
`domain.calling` and `domain.visiting`; here nothing is refused.
"""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from heapq import nlargest

from queue_server.domain.leases import NOBODY, Lease, Leases, is_leased
from queue_server.domain.ticket import AT_COUNTER, IN_THE_WAY, TRANSITIONS, Ticket, TicketState
from queue_server.domain.waiting_line import WaitingLine

RECENT_CALLS = 48
TALLIED = frozenset({TicketState.FINISHED, TicketState.NO_SHOW})
"""States whose tickets are counted for each counter, because they grow with the day."""


class CounterState(StrEnum):
    CLOSED = "closed"
    OPEN = "open"
    PAUSED = "paused"


@dataclass(slots=True)
class CounterStatus:
    """A counter today. `ticket_id` is whom it calls or serves; parked ones do not count."""

    id: str
    state: CounterState = CounterState.CLOSED
    state_at: datetime | None = None
    ticket_id: int | None = None


@dataclass(slots=True)
class DayStatus:
    """What holds for the whole site today."""

    issuing: bool = True
    call_mode: str | None = None


@dataclass(slots=True)
class Touched:
    """What changed since it was last emptied: the rows that a commit has to write.

    `undrawn` are the tickets that changed since the screens were drawn; whoever draws takes them out.
    """

    tickets: set[int] = field(default_factory=set)
    counters: set[str] = field(default_factory=set)
    leases: set[int] = field(default_factory=set)
    day: bool = False
    undrawn: set[int] = field(default_factory=set)

    def clear(self) -> None:
        self.undrawn |= self.tickets
        self.tickets.clear()
        self.counters.clear()
        self.leases.clear()
        self.day = False


class Hall:
    """The queue of `site_id` on `business_day` at sequence number `seq`."""

    def __init__(self, site_id: str, business_day: date, seq: int = 0) -> None:
        self.site_id = site_id
        self.business_day = business_day
        self.seq = seq
        self.last_at: datetime | None = None
        self.tickets: dict[int, Ticket] = {}
        self.waiting = WaitingLine()
        self.counters: dict[str, CounterStatus] = {}
        self.leases = Leases()
        self.recent: list[int] = []
        self.followers: dict[int, set[int]] = {}
        self._second: dict[int, int] = {}
        self._by_state: dict[TicketState, dict[int, Ticket]] = {state: {} for state in TicketState}
        self._tallies: Counter[tuple[TicketState, str | None]] = Counter()
        self.day = DayStatus()
        self.lacking: dict[int, set[tuple[str, str]]] = {}
        """Ticket → (service, key of a document) of what its visitor came without."""
        self.touched = Touched()

    # -- questions ---------------------------------------------------------------------------------

    def counter(self, counter_id: str) -> CounterStatus:
        """Return the counter's status; one that nothing happened to today is closed."""
        return self.counters.get(counter_id) or CounterStatus(counter_id)

    def ticket_at(self, counter_id: str) -> Ticket | None:
        ticket_id = self.counter(counter_id).ticket_id
        return None if ticket_id is None else self.tickets[ticket_id]

    def by_number(self, number: int) -> Ticket | None:
        """Return the visit that holds the number now, or held it last."""
        lease = self.leases.get(number)
        return None if lease is None else self.tickets.get(lease.ticket_id)

    def is_withheld(self, number: int) -> bool:
        """Say whether somebody may have this number from before a restore, and no visit with it is known."""
        lease = self.leases.get(number)
        return lease is not None and lease.ticket_id == NOBODY

    def open_counters(self) -> list[CounterStatus]:
        return [c for c in self.counters.values() if c.state is CounterState.OPEN]

    def leased(self, now: datetime) -> list[int]:
        """Return the numbers that may not be drawn."""
        return [lease.number for lease in self.leases.values() if is_leased(lease, now)]

    def in_hall(self) -> Iterator[int]:
        """Yield the numbers of open visits: a new one should differ from them in two digits."""
        return (lease.number for lease in self.leases.values() if lease.ended_at is None)

    def in_state(self, *states: TicketState) -> list[Ticket]:
        """Return the tickets in these states, in order of their beginning."""
        return sorted((t for state in states for t in self._by_state[state].values()), key=lambda t: t.id)

    def count(self, state: TicketState, counter_id: str) -> int:
        """Return how many tickets in one of the `TALLIED` states were called last to a counter."""
        if state not in TALLIED:
            raise ValueError(f"tickets in state {state} are not counted")
        return self._tallies[state, counter_id]

    def group(self, ticket: Ticket) -> list[Ticket]:
        """Return the ticket and those that were joined to it, the leader first."""
        return [ticket, *(self.tickets[i] for i in sorted(self.followers.get(ticket.id, ())))]

    def first_of(self, ticket: Ticket) -> Ticket | None:
        """Return the first of two visits of one person for the second; None for every other ticket."""
        return None if ticket.after is None else self.tickets.get(ticket.after)

    def both_of(self, ticket: Ticket) -> list[Ticket]:
        """Return the two visits of one person, the first one first; of every other ticket itself alone."""
        first = self.first_of(ticket) or ticket
        second = self.tickets.get(self._second.get(first.id, 0))
        return [first] if second is None else [first, second]

    def held_back(self) -> list[Ticket]:
        """Return who waits outside of the line: second visits whose first one is not over."""
        seconds = (self.tickets[i] for i in self._second.values())
        return [t for t in seconds if t.state is TicketState.WAITING and t.id not in self.waiting]

    def last_calls(self) -> list[Ticket]:
        """Return the last called tickets, newest call first; undone calls are not among them."""
        return [self.tickets[ticket_id] for ticket_id in self.recent]

    def take_undrawn(self) -> set[int]:
        """Return the tickets that changed since this was last asked."""
        undrawn = self.touched.undrawn | self.touched.tickets
        self.touched.undrawn.clear()
        return undrawn

    # -- restoring from rows -----------------------------------------------------------------------

    def restore_ticket(self, ticket: Ticket) -> None:
        """Take in a ticket as its row tells it; leases and counters have rows of their own."""
        self.tickets[ticket.id] = ticket
        self._enter(ticket)
        if ticket.after is not None:
            self._second[ticket.after] = ticket.id
        self._line_up(ticket)
        if ticket.joined_to is not None:
            self.followers.setdefault(ticket.joined_to, set()).add(ticket.id)

    def restore_lease(self, lease: Lease) -> None:
        self.leases.restore(lease)

    def restore_counter(self, counter: CounterStatus) -> None:
        self.counters[counter.id] = counter

    def restore_recent(self) -> None:
        """Find the last calls again, after all tickets were restored."""
        called = (t for t in self.tickets.values() if t.call_seq is not None)
        self.recent = [t.id for t in nlargest(RECENT_CALLS, called, key=_call_order)]

    # -- changes that the fold is made of ------------------------------------------------------

    def move(self, ticket: Ticket, state: TicketState, at: datetime) -> None:
        if state not in TRANSITIONS[ticket.state]:
            raise ValueError(f"ticket {ticket.id}: {ticket.state} -> {state}")
        self.waiting.discard(ticket.id)
        self._leave(ticket)
        ticket.state, ticket.state_at = state, at
        self._enter(ticket)
        self._line_up(ticket)
        self.touched.tickets.add(ticket.id)

    def _line_up(self, ticket: Ticket) -> None:
        """Put who waits into the line; a second visit of one person stands there once the first is over."""
        for one in (ticket, self.tickets.get(self._second.get(ticket.id, 0))):
            if one is not None:
                self.waiting.discard(one.id)
                first = self.first_of(one)
                if one.state is TicketState.WAITING and (first is None or first.state not in IN_THE_WAY):
                    self.waiting.add(one)

    def _enter(self, ticket: Ticket) -> None:
        self._by_state[ticket.state][ticket.id] = ticket
        if ticket.state in TALLIED:
            self._tallies[ticket.state, ticket.last_counter_id] += 1

    def _leave(self, ticket: Ticket) -> None:
        # `last_counter_id` changes only in states that are not tallied.
        del self._by_state[ticket.state][ticket.id]
        if ticket.state in TALLIED:
            self._tallies[ticket.state, ticket.last_counter_id] -= 1

    def to_waiting(self, ticket: Ticket, at: datetime) -> None:
        ticket.counter_id = None
        ticket.started_at = None
        self.move(ticket, TicketState.WAITING, at)

    def summon(
        self, ticket: Ticket, counter_id: str, at: datetime, kind: str, finished: int | None = None
    ) -> None:
        """Call to a counter. The bond stays until somebody serves it: an undone call must not lose it."""
        ticket.called_from, ticket.call_finished = ticket.state, finished
        self.move(ticket, TicketState.CALLED, at)
        ticket.counter_id = ticket.last_counter_id = counter_id
        ticket.first_called_at = ticket.first_called_at or at
        self.note_call(ticket, at, kind)

    def note_call(self, ticket: Ticket, at: datetime, kind: str) -> None:
        """Give the ticket a call with the identity of the entry that is being taken in."""
        ticket.call_seq, ticket.called_at, ticket.call_kind = self.seq, at, kind
        others = [i for i in self.recent if i != ticket.id]
        # At the front but for those called together: so it is the order that rows give, too.
        place = next((n for n, i in enumerate(others) if self._is_called_after(ticket, i)), len(others))
        self.recent = [*others[:place], ticket.id, *others[place:]][:RECENT_CALLS]
        self.touched.tickets.add(ticket.id)

    def _is_called_after(self, ticket: Ticket, other_id: int) -> bool:
        return _call_order(ticket) > _call_order(self.tickets[other_id])

    def withdraw_call(self, ticket: Ticket, at: datetime) -> None:
        """Undo a call: back to the state before, still due then; the board forgets it.

        A parked visit keeps its counter and its group: put among the waiting it would be called by itself.
        """
        if ticket.first_called_at == ticket.called_at:
            ticket.first_called_at = None
        ticket.call_seq = ticket.called_at = ticket.call_kind = None
        before = ticket.called_from or TicketState.WAITING
        if before is not TicketState.PARKED:
            ticket.counter_id = None
            self.part(ticket)
        self.move(ticket, before, at)

    def serve(self, ticket: Ticket, at: datetime) -> None:
        self.move(ticket, TicketState.SERVING, at)
        ticket.bound_counter_id = None
        ticket.started_at = at

    def follow(self, ticket: Ticket, leader: Ticket) -> None:
        ticket.joined_to = leader.id
        self.followers.setdefault(leader.id, set()).add(ticket.id)
        self.touched.tickets.add(ticket.id)

    def part(self, ticket: Ticket) -> None:
        """Let a joined ticket go its own way again."""
        if ticket.joined_to is not None:
            group = self.followers[ticket.joined_to]
            group.discard(ticket.id)
            if not group:
                del self.followers[ticket.joined_to]
            ticket.joined_to = None
            self.touched.tickets.add(ticket.id)

    def end(self, ticket: Ticket, state: TicketState, at: datetime) -> None:
        self.free_counter(ticket)
        for one in self.group(ticket):
            self._end_one(one, state, at)

    def go_on(self, ticket: Ticket, at: datetime) -> None:
        """Take back the end of a visit (an undo of "done, next"): it is served again, and its group."""
        for one in self.group(ticket):
            self.move(one, TicketState.SERVING, at)
            one.ended_at = None
            self.leases.go_on(one.number, one.id)
            self.touched.leases.add(one.number)

    def end_alone(self, ticket: Ticket, state: TicketState, at: datetime) -> None:
        """End one ticket; those joined to it go on under the first of them."""
        followers = self.group(ticket)[1:]
        self.free_counter(ticket)
        self.part(ticket)
        if followers:
            self._promote(followers[0], followers[1:])
        self._end_one(ticket, state, at)

    def _promote(self, leader: Ticket, followers: list[Ticket]) -> None:
        self.part(leader)
        for follower in followers:
            self.part(follower)
            self.follow(follower, leader)
        if leader.state in AT_COUNTER and leader.counter_id is not None:
            self.touch_counter(leader.counter_id).ticket_id = leader.id

    def _end_one(self, ticket: Ticket, state: TicketState, at: datetime) -> None:
        self.move(ticket, state, at)
        ticket.ended_at = at
        self.leases.end(ticket.number, ticket.id, at)
        self.touched.leases.add(ticket.number)

    def free_counter(self, ticket: Ticket) -> None:
        if ticket.state in AT_COUNTER and ticket.counter_id is not None:
            counter = self.touch_counter(ticket.counter_id)
            if counter.ticket_id == ticket.id:
                counter.ticket_id = None

    def counter_of(self, ticket: Ticket) -> CounterStatus:
        """Return the counter that calls, serves or keeps the ticket, to be changed."""
        if ticket.counter_id is None:
            raise ValueError(f"ticket {ticket.id} is at no counter")
        return self.touch_counter(ticket.counter_id)

    def touch_counter(self, counter_id: str) -> CounterStatus:
        self.touched.counters.add(counter_id)
        return self.counters.setdefault(counter_id, CounterStatus(counter_id))

    def switch(self, counter_id: str, state: CounterState, at: datetime) -> None:
        counter = self.touch_counter(counter_id)
        counter.state, counter.state_at = state, at


def _call_order(ticket: Ticket) -> tuple[int, int]:
    """Later calls are greater; those called together go by their id."""
    return (ticket.call_seq or 0, ticket.id)
