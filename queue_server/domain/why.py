"""Why one number was called before another: told from a day's log alone, for clerks and auditors.

At the moment of the first call of either something was so: the other had not come yet, was away, had missed
the call, was at a counter, was not for this counter, or was due later. These are the facts that the hall
decided by, without anybody's concern or need. The visitor's own page: `services.visits.explain`.
What must not live here: words.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from queue_server.domain import events as e
from queue_server.domain.events import Recorded
from queue_server.domain.fold import apply
from queue_server.domain.hall import Hall
from queue_server.domain.order import order_key
from queue_server.domain.ticket import Adjustment, DueReason, Ticket, TicketState


class Reason(StrEnum):
    """What decided. A new word needs a sentence `why.because_<word>` in every language of the staff."""

    DUE = "due"
    """The first was due sooner."""
    ARRIVED = "arrived"
    """Both were due at the same time; the first came sooner, or took the number sooner."""
    EARLY = "early"
    """The time of the other's appointment had not come."""
    CHOSEN = "chosen"
    """A clerk called the number by name, past the order."""
    TOGETHER = "together"
    """Called to a visit that was running: they came together."""
    NOT_COME = "not_come"
    AWAY = "away"
    MISSED = "missed"
    PARKED = "parked"
    AT_COUNTER = "at_counter"
    """The other was at a counter already, after a call that was taken back or before going on."""
    ENDED = "ended"
    SECOND_VISIT = "second_visit"
    """The other was the second visit of somebody whose first was not over."""
    KEPT = "kept"
    """The other waited for certain counters, and this was none of them."""
    OTHER_COUNTER = "other_counter"
    """The other was due sooner, and this counter did not do what they came for."""
    NEITHER = "neither"
    """Both wait still; the first stands before the other."""
    NEITHER_CALLED = "neither_called"
    """Neither was called, and not both wait."""


@dataclass(frozen=True, slots=True)
class Side:
    """One of the two, as it was at the moment that is told of. `due_at` is None for who had not come yet."""

    ticket_id: int
    number: int
    arrived_at: datetime
    due_at: datetime | None
    due_reason: DueReason | None = None
    adjustment: Adjustment | None = None


@dataclass(frozen=True, slots=True)
class Answer:
    """`first` was called at `at` by `counter_id`, or is the next of the two; `reason` is why not `other`."""

    first: Side
    other: Side
    reason: Reason
    at: datetime | None = None
    counter_id: str = ""


def why(log: Sequence[Recorded], on: date, one: int, another: int) -> Answer | None:
    """Return why which of two tickets of a business day was called first; None when the log lacks one.

    `log` holds all of the day, in order.
    """
    taken = {r.seq: r for r in log if isinstance(r.event, e.TicketTaken) and r.seq in {one, another}}
    if len(taken) < 2:
        return None
    hall = Hall("", on, log[0].seq - 1)
    for entry in log:
        first = _called(entry, one, another)
        if first is not None and not _is_undone(log, entry):
            other = taken[another if first == one else one]
            return _at_call(hall, entry, first, other)
        apply(hall, entry)
    return _still(hall, log[-1].at, one, another)


def numbered(log: Sequence[Recorded], number: int) -> int | None:
    """Return the last visit of the day that had this number; None when nobody had it."""
    found = (r.seq for r in log if isinstance(r.event, e.TicketTaken) and r.event.number == number)
    return max(found, default=None)


def _called(entry: Recorded, *tickets: int) -> int | None:
    event = entry.event
    if isinstance(event, e.TicketCalled | e.TicketJoined) and event.ticket in tickets:
        return event.ticket
    return None


def _is_undone(log: Sequence[Recorded], call: Recorded) -> bool:
    """Say whether this very call was taken back; a recall and a second number in between change nothing."""
    subject = getattr(call.event, "leader", None) or getattr(call.event, "ticket", None)
    later = (
        r.event
        for r in log
        if r.seq > call.seq
        and getattr(r.event, "ticket", None) == subject
        and not isinstance(r.event, e.TicketRecalled)
    )
    return isinstance(next(later, None), e.CallUndone)


def _at_call(hall: Hall, call: Recorded, first_id: int, other: Recorded) -> Answer:
    first = hall.tickets[first_id]
    known = hall.tickets.get(other.seq)
    event = call.event
    leader = hall.tickets[event.leader] if isinstance(event, e.TicketJoined) else None
    counter_id = (leader.counter_id or "") if leader else str(getattr(event, "counter", ""))
    if known is None:
        side = Side(other.seq, getattr(other.event, "number", 0), other.at, None)
        return Answer(_side(first), side, Reason.NOT_COME, call.at, counter_id)
    reason = _reason(hall, call, first, known, counter_id)
    return Answer(_side(first), _side(known), reason, call.at, counter_id)


_NOT_WAITING = {
    TicketState.AWAY: Reason.AWAY,
    TicketState.NO_SHOW: Reason.MISSED,
    TicketState.PARKED: Reason.PARKED,
    TicketState.CALLED: Reason.AT_COUNTER,
    TicketState.SERVING: Reason.AT_COUNTER,
    TicketState.FINISHED: Reason.ENDED,
    TicketState.CANCELLED: Reason.ENDED,
    TicketState.EXPIRED: Reason.ENDED,
}


def _reason(hall: Hall, call: Recorded, first: Ticket, other: Ticket, counter_id: str) -> Reason:
    """Return what stood in the other's way, the most certain first."""
    if isinstance(call.event, e.TicketJoined):
        return Reason.TOGETHER
    if other.state is not TicketState.WAITING:
        return _NOT_WAITING[other.state]
    if not _stands_in_line(hall, other):
        return Reason.SECOND_VISIT
    if order_key(first, call.at) < order_key(other, call.at) and first.state is TicketState.WAITING:
        return _of_order(first, other, call.at)
    if isinstance(call.event, e.TicketCalled) and call.event.chosen:
        return Reason.CHOSEN
    lane = hall.waiting.lane_of(other.id)
    return Reason.OTHER_COUNTER if lane.is_for(counter_id) else Reason.KEPT


def _of_order(first: Ticket, other: Ticket, now: datetime) -> Reason:
    if other.is_early(now) and not first.is_early(now):
        return Reason.EARLY
    return Reason.DUE if first.due_at < other.due_at else Reason.ARRIVED


def _stands_in_line(hall: Hall, ticket: Ticket) -> bool:
    try:
        hall.waiting.lane_of(ticket.id)
    except KeyError:
        return False
    return True


def _still(hall: Hall, now: datetime, one: int, another: int) -> Answer:
    """Neither was called: who waits stands before who does not, and of two the order tells."""
    tickets = [hall.tickets[one], hall.tickets[another]]
    first, other = sorted(tickets, key=lambda t: (not _stands_in_line(hall, t), order_key(t, now)))
    waits = all(_stands_in_line(hall, one) for one in tickets)
    reason = Reason.NEITHER if waits else Reason.NEITHER_CALLED
    return Answer(_side(first), _side(other), reason)


def _side(ticket: Ticket) -> Side:
    return Side(
        ticket.id, ticket.number, ticket.arrived_at, ticket.due_at, ticket.due_reason, ticket.adjustment
    )
