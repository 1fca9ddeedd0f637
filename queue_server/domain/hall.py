"""Today's queue of one site: what it holds, the questions one may ask, the changes it is made of.

Only `domain.fold` makes the changes, entry by entry of the log. What may happen is decided in
`domain.calling` and `domain.visiting`; here nothing is refused.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum

from queue_server.domain.numbers import is_leased
from queue_server.domain.ticket import AT_COUNTER, TRANSITIONS, Ticket, TicketState
from queue_server.domain.waiting_line import WaitingLine

RECENT_CALLS = 12


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
class Lease:
    """The right to a number: one visit on this business day."""

    number: int
    ticket_id: int
    ended_at: datetime | None = None


@dataclass(slots=True)
class DayStatus:
    """What holds for the whole site today."""

    issuing: bool = True
    call_mode: str | None = None


@dataclass(slots=True)
class Touched:
    """What changed since it was last emptied: the rows that a commit has to write."""

    tickets: set[int] = field(default_factory=set)
    counters: set[str] = field(default_factory=set)
    leases: set[int] = field(default_factory=set)
    day: bool = False

    def clear(self) -> None:
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
        self.by_key: dict[str, int] = {}
        self.waiting = WaitingLine()
        self.counters: dict[str, CounterStatus] = {}
        self.leases: dict[int, Lease] = {}
        self.recent: list[int] = []
        self.followers: dict[int, set[int]] = {}
        self.day = DayStatus()
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

    def open_counters(self) -> list[CounterStatus]:
        return [c for c in self.counters.values() if c.state is CounterState.OPEN]

    def leased(self, now: datetime) -> list[int]:
        """Return the numbers that may not be drawn."""
        return [lease.number for lease in self.leases.values() if is_leased(lease.ended_at, now)]

    def in_hall(self) -> Iterator[int]:
        """Yield the numbers of open visits: a new one should differ from them in two digits."""
        return (lease.number for lease in self.leases.values() if lease.ended_at is None)

    def in_state(self, *states: TicketState) -> list[Ticket]:
        return [t for t in self.tickets.values() if t.state in states]

    def group(self, ticket: Ticket) -> list[Ticket]:
        """Return the ticket and those that were joined to it, the leader first."""
        return [ticket, *(self.tickets[i] for i in sorted(self.followers.get(ticket.id, ())))]

    def last_calls(self) -> list[Ticket]:
        """Return the last called tickets, newest call first; undone calls are not among them."""
        return [self.tickets[ticket_id] for ticket_id in self.recent]

    # -- restoring from rows -----------------------------------------------------------------------

    def restore_ticket(self, ticket: Ticket) -> None:
        """Take in a ticket as its row tells it (the lease and the counter come by themselves)."""
        self.tickets[ticket.id] = ticket
        self.by_key[ticket.key] = ticket.id
        if ticket.state is TicketState.WAITING:
            self.waiting.add(ticket)
        if ticket.joined_to is not None:
            self.followers.setdefault(ticket.joined_to, set()).add(ticket.id)

    def restore_recent(self) -> None:
        """Find the last calls again, after all tickets were restored."""
        called = [t for t in self.tickets.values() if t.call_seq is not None]
        called.sort(key=lambda t: (t.call_seq or 0, t.id), reverse=True)
        self.recent = [t.id for t in called[:RECENT_CALLS]]

    # -- changes that the fold is made of ------------------------------------------------------

    def move(self, ticket: Ticket, state: TicketState, at: datetime) -> None:
        if state not in TRANSITIONS[ticket.state]:
            raise ValueError(f"ticket {ticket.id}: {ticket.state} -> {state}")
        self.waiting.discard(ticket.id)
        ticket.state, ticket.state_at = state, at
        if state is TicketState.WAITING:
            self.waiting.add(ticket)
        self.touched.tickets.add(ticket.id)

    def to_waiting(self, ticket: Ticket, at: datetime) -> None:
        ticket.counter_id = None
        ticket.started_at = None
        self.move(ticket, TicketState.WAITING, at)

    def summon(self, ticket: Ticket, counter_id: str, at: datetime, kind: str) -> None:
        self.move(ticket, TicketState.CALLED, at)
        ticket.counter_id, ticket.bound_counter_id = counter_id, None
        ticket.call_seq, ticket.called_at, ticket.call_kind = self.seq, at, kind
        ticket.first_called_at = ticket.first_called_at or at
        self.note_call(ticket)

    def note_call(self, ticket: Ticket) -> None:
        self.recent = [ticket.id, *(i for i in self.recent if i != ticket.id)][:RECENT_CALLS]

    def withdraw_call(self, ticket: Ticket) -> None:
        ticket.call_seq = ticket.called_at = ticket.call_kind = None
        ticket.first_called_at = None
        self.recent = [i for i in self.recent if i != ticket.id]
        if len(self.recent) < RECENT_CALLS:
            self.restore_recent()

    def part(self, ticket: Ticket) -> None:
        """Let a joined ticket go its own way again."""
        if ticket.joined_to is not None:
            self.followers.get(ticket.joined_to, set()).discard(ticket.id)
            ticket.joined_to = None
            self.touched.tickets.add(ticket.id)

    def end(self, ticket: Ticket, state: TicketState, at: datetime) -> None:
        self.free_counter(ticket)
        for one in self.group(ticket):
            self.move(one, state, at)
            one.ended_at = at
            self._release_number(one, at)

    def end_alone(self, ticket: Ticket, state: TicketState, at: datetime) -> None:
        """End one ticket; those joined to it go on under the first of them."""
        followers = self.group(ticket)[1:]
        self.free_counter(ticket)
        self.part(ticket)
        if followers:
            self._promote(followers[0], followers[1:])
        self.move(ticket, state, at)
        ticket.ended_at = at
        self._release_number(ticket, at)

    def _promote(self, leader: Ticket, followers: list[Ticket]) -> None:
        self.part(leader)
        for follower in followers:
            self.part(follower)
            follower.joined_to = leader.id
            self.followers.setdefault(leader.id, set()).add(follower.id)
        if leader.state in AT_COUNTER and leader.counter_id is not None:
            self.touch_counter(leader.counter_id).ticket_id = leader.id

    def _release_number(self, ticket: Ticket, at: datetime) -> None:
        lease = self.leases.get(ticket.number)
        if lease is not None and lease.ticket_id == ticket.id:
            lease.ended_at = at
            self.touched.leases.add(ticket.number)

    def free_counter(self, ticket: Ticket) -> None:
        if ticket.state in AT_COUNTER and ticket.counter_id is not None:
            counter = self.touch_counter(ticket.counter_id)
            if counter.ticket_id == ticket.id:
                counter.ticket_id = None

    def touch_counter(self, counter_id: str) -> CounterStatus:
        self.touched.counters.add(counter_id)
        return self.counters.setdefault(counter_id, CounterStatus(counter_id))

    def switch(self, counter_id: str, state: CounterState, at: datetime) -> None:
        counter = self.touch_counter(counter_id)
        counter.state, counter.state_at = state, at
