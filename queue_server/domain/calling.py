"""What a counter may do: call, recall, start, finish and the rest. Decides; changes nothing.

Each function takes the hall and the time and returns the events that follow, or raises the refusal.
"""

from datetime import datetime, timedelta

from queue_server.domain import events as e
from queue_server.domain.errors import (
    BadInput,
    CannotServe,
    CounterBusy,
    CounterNotOpen,
    NobodyWaiting,
    NoCurrentTicket,
    NotFound,
    OtherTicket,
    TooLate,
    VisitorElsewhere,
)
from queue_server.domain.hall import CounterState, Hall
from queue_server.domain.order import after_return
from queue_server.domain.ticket import AT_COUNTER, UNDO_WITHIN, Ticket, TicketState, states_before
from queue_server.domain.waiting_line import LaneKey

CALLABLE = states_before(TicketState.CALLED)
BINDABLE = (TicketState.WAITING, TicketState.AWAY, TicketState.CALLED)
RELEASE_AFTER = timedelta(minutes=10)


def open_counter(hall: Hall, counter_id: str) -> list[e.Event]:
    """Open a closed or paused counter; nothing happens to an open one."""
    return [] if hall.counter(counter_id).state is CounterState.OPEN else [e.CounterOpened(counter_id)]


def pause_counter(hall: Hall, counter_id: str) -> list[e.Event]:
    """Pause: the visit at the counter goes on, nobody new is called."""
    state = hall.counter(counter_id).state
    if state is CounterState.PAUSED:
        return []
    if state is CounterState.CLOSED:
        raise CounterNotOpen(state=state.value)
    return [e.CounterPaused(counter_id)]


def close_counter(hall: Hall, counter_id: str) -> list[e.Event]:
    """Close; whoever was kept for this counter returns to the service's pool. Refused during a visit."""
    if hall.counter(counter_id).state is CounterState.CLOSED:
        return []
    current = hall.ticket_at(counter_id)
    if current is not None:
        raise CounterBusy(number=current.number, ticket=current.id)
    return [*release_bound(hall, counter_id), e.CounterClosed(counter_id)]


def release_bound(hall: Hall, counter_id: str) -> list[e.Event]:
    """Release the tickets that are kept for this counter alone, the parked ones included.

    One that was joined to a call elsewhere loses the bond too: put back, it would wait for nobody.
    """
    bound = [t for t in hall.in_state(*BINDABLE) if t.bound_counter_id == counter_id]
    parked = [
        t for t in hall.in_state(TicketState.PARKED) if t.counter_id == counter_id and t.joined_to is None
    ]
    return [e.TicketReleased(t.id) for t in [*bound, *parked]]


def release_overdue(hall: Hall, counter_id: str, now: datetime) -> list[e.Event]:
    """Release who waits for a paused counter: ten minutes after the pause, the due time and the transfer.

    Parked visitors stay: their clerk comes back, and they are never called by themselves (failure 12).
    """
    counter = hall.counter(counter_id)
    if counter.state is not CounterState.PAUSED or counter.state_at is None:
        return []
    return [
        e.TicketReleased(t.id)
        for t in hall.in_state(TicketState.WAITING)
        if t.bound_counter_id == counter_id
        and max(t.due_at, t.state_at, counter.state_at) + RELEASE_AFTER <= now
    ]


def call(
    hall: Hall,
    counter_id: str,
    skills: frozenset[str],
    now: datetime,
    *,
    ticket_id: int | None = None,
    finish_current: bool = False,
    expected: int | None = None,
) -> list[e.Event]:
    """Call who is next, or the ticket named. `finish_current` ends the running visit in the same breath.

    `expected` is the ticket that the clerk believes to be at the counter. A parked, missed or waiting
    ticket may be named. Raises `NobodyWaiting`, `CounterBusy`, `CounterNotOpen`, `CannotServe`, …
    """
    if hall.counter(counter_id).state is not CounterState.OPEN:
        raise CounterNotOpen(state=hall.counter(counter_id).state.value)
    current = hall.ticket_at(counter_id)
    if expected is not None:
        _require_expected(current, expected)
    if current is not None and not finish_current:
        raise CounterBusy(number=current.number, ticket=current.id)
    ticket = (
        next_for(hall, counter_id, skills, now)
        if ticket_id is None
        else _chosen(hall, counter_id, skills, ticket_id)
    )
    before: list[e.Event] = []
    if current is not None and current.state is TicketState.CALLED:
        before = [e.ServiceStarted(current.id, by="finish")]
    finished = None if current is None else current.id
    return [*before, e.TicketCalled(ticket.id, counter_id, chosen=ticket_id is not None, finished=finished)]


def next_for(hall: Hall, counter_id: str, skills: frozenset[str], now: datetime) -> Ticket:
    """Return who is next at a counter; raises `NobodyWaiting`."""
    ticket = hall.waiting.next_for(lambda lane: may_serve(lane, counter_id, skills), now)
    if ticket is None:
        raise NobodyWaiting
    return ticket


def may_serve(lane: LaneKey, counter_id: str, skills: frozenset[str]) -> bool:
    """Say whether the counter may serve a lane: all its services, and not kept for other counters."""
    return lane.services <= skills and lane.is_for(counter_id)


def _chosen(hall: Hall, counter_id: str, skills: frozenset[str], ticket_id: int) -> Ticket:
    ticket = find(hall, ticket_id)
    ticket.require(*CALLABLE)
    _require_leader(ticket)
    _require_free(hall, counter_id, ticket)
    kept = ticket.bound_counter_id or (ticket.counter_id if ticket.state is TicketState.PARKED else None)
    if kept not in {None, counter_id} or not ticket.services <= skills:
        raise CannotServe(number=ticket.number)
    return ticket


def recall(hall: Hall, counter_id: str, expected: int | None = None) -> list[e.Event]:
    """Summon the called visitor again: a call with an identity of its own, so it rings."""
    ticket = current_ticket(hall, counter_id, expected)
    ticket.require(TicketState.CALLED)
    return [e.TicketRecalled(ticket.id)]


def join(hall: Hall, counter_id: str, ticket_id: int, expected: int | None = None) -> list[e.Event]:
    """Call a second number to the running call or service: from now on they are one visit."""
    leader = current_ticket(hall, counter_id, expected)
    ticket = find(hall, ticket_id)
    ticket.require(*CALLABLE - {TicketState.PARKED})
    _require_free(hall, counter_id, ticket)
    return [e.TicketJoined(ticket.id, leader.id)]


def start(hall: Hall, counter_id: str, expected: int | None = None, *, by: str = "clerk") -> list[e.Event]:
    """The visitor has come. With a parked ticket expected: serve it again."""
    parked = hall.tickets.get(expected) if expected is not None else None
    if parked is not None and parked.state is TicketState.PARKED:
        return _resume(hall, counter_id, parked)
    ticket = current_ticket(hall, counter_id, expected)
    ticket.require(TicketState.CALLED)
    return [e.ServiceStarted(ticket.id, by=by)]


def _resume(hall: Hall, counter_id: str, parked: Ticket) -> list[e.Event]:
    current = hall.ticket_at(counter_id)
    if current is not None:
        raise CounterBusy(number=current.number, ticket=current.id)
    if hall.counter(counter_id).state is CounterState.CLOSED:
        raise CounterNotOpen(state=CounterState.CLOSED.value)
    if parked.counter_id != counter_id:
        raise CannotServe(number=parked.number)
    _require_leader(parked)
    return [e.TicketResumed(parked.id)]


def finish(hall: Hall, counter_id: str, expected: int | None = None) -> list[e.Event]:
    """End the visit. One that was called and never started is started and ended together."""
    ticket = current_ticket(hall, counter_id, expected)
    begin: list[e.Event] = (
        [e.ServiceStarted(ticket.id, by="finish")] if ticket.state is TicketState.CALLED else []
    )
    return [*begin, e.ServiceFinished(ticket.id)]


def mark_no_show(hall: Hall, counter_id: str, expected: int | None = None) -> list[e.Event]:
    """Called, did not come. Never called again by itself (failure 12)."""
    ticket = current_ticket(hall, counter_id, expected)
    ticket.require(TicketState.CALLED)
    return [e.TicketNotThere(ticket.id)]


def put_back(hall: Hall, counter_id: str, now: datetime, expected: int | None = None) -> list[e.Event]:
    """Return the visit to waiting, due in five minutes at the soonest, so that "next" finds somebody else."""
    ticket = current_ticket(hall, counter_id, expected)
    return [e.TicketPutBack(ticket.id, after_return(ticket.due_at, now))]


def park(hall: Hall, counter_id: str, expected: int | None = None) -> list[e.Event]:
    """Keep the visit for later at this counter; it frees the counter."""
    ticket = current_ticket(hall, counter_id, expected)
    ticket.require(TicketState.SERVING)
    return [e.TicketParked(ticket.id)]


def transfer(
    hall: Hall,
    counter_id: str,
    expected: int | None = None,
    *,
    to_counter: str | None,
    concern: tuple[tuple[str, int], ...] | None,
    expected_min: int | None,
    area: str | None,
) -> list[e.Event]:
    """Hand the visit to another counter, or with another concern to whoever can do it."""
    ticket = current_ticket(hall, counter_id, expected)
    if to_counter is None and concern is None:
        raise BadInput(field="counter")
    if to_counter is not None and hall.counter(to_counter).state is CounterState.CLOSED:
        raise CounterNotOpen(state=CounterState.CLOSED.value)
    return [
        e.TicketTransferred(
            ticket.id, to_counter, concern or ticket.concern, expected_min or ticket.expected_min, area
        )
    ]


def undo(hall: Hall, counter_id: str, now: datetime, expected: int | None = None) -> list[e.Event]:
    """Take the last call back, within 10 s and only while nobody came; what it ended goes on again.

    After a recall, or when another of the group leads now, it is too late: something happened since.
    """
    ticket = current_ticket(hall, counter_id, expected)
    ticket.require(TicketState.CALLED)
    if ticket.call_kind != "call" or ticket.called_at is None or now - ticket.called_at > UNDO_WITHIN:
        raise TooLate
    return [e.CallUndone(ticket.id, ticket.call_finished)]


def current_ticket(hall: Hall, counter_id: str, expected: int | None = None) -> Ticket:
    """Return whom the counter calls or serves; raises when nobody, or not the one expected."""
    ticket = hall.ticket_at(counter_id)
    if ticket is None:
        raise NoCurrentTicket
    _require_expected(ticket, expected)
    return ticket


def _require_expected(current: Ticket | None, expected: int | None) -> None:
    if expected is not None and (current is None or current.id != expected):
        raise OtherTicket(ticket=None if current is None else current.id)


def _require_leader(ticket: Ticket) -> None:
    """One that follows another is called and served with that one."""
    if ticket.joined_to is not None:
        raise OtherTicket(ticket=ticket.joined_to)


def _require_free(hall: Hall, counter_id: str, ticket: Ticket) -> None:
    """Refuse to call somebody who has two appointments and is at another counter for the first."""
    first = hall.first_of(ticket)
    if first is not None and first.state in AT_COUNTER and first.counter_id != counter_id:
        raise VisitorElsewhere(number=ticket.number, first=first.number)


def find(hall: Hall, ticket_id: int) -> Ticket:
    """Return a ticket of today; raises `NotFound`."""
    ticket = hall.tickets.get(ticket_id)
    if ticket is None:
        raise NotFound(what="ticket")
    return ticket
