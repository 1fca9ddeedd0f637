"""What a visitor does: take a number, be away and back, miss it and return, give up. Decides only."""

from datetime import datetime

from queue_server.domain import events as e
from queue_server.domain.hall import CounterState, Hall
from queue_server.domain.number_space import Below
from queue_server.domain.order import after_return
from queue_server.domain.ticket import OPEN, Ticket, TicketState


def choose_number(hall: Hall, now: datetime, below: Below, *, sequential: bool) -> int:
    """Return the number of a new visit, not yet taken; raises `NoNumberLeft`."""
    return hall.leases.next_in_sequence(now) if sequential else hall.leases.draw(now, below)


def go_away(ticket: Ticket) -> list[e.Event]:
    """ "Be right back": keeps the place, is not called meanwhile. Twice is once."""
    if ticket.state is TicketState.AWAY:
        return []
    ticket.require(TicketState.WAITING)
    return [e.TicketWentAway(ticket.id)]


def come_back(ticket: Ticket, now: datetime) -> list[e.Event]:
    """Wait again: after "be right back" with the old due time, after a missed call five minutes from now."""
    if ticket.state is TicketState.WAITING:
        return []
    if ticket.state is TicketState.AWAY:
        return [e.TicketCameBack(ticket.id)]
    ticket.require(TicketState.NO_SHOW)
    return [e.TicketReturned(ticket.id, after_return(ticket.due_at, now))]


def direct(ticket: Ticket, counters: tuple[str, ...] | None) -> list[e.Event]:
    """Let these counters alone call it by themselves; None: all. Nothing happens where that is so already."""
    return [] if ticket.counters == counters else [e.TicketDirected(ticket.id, counters)]


def cancel(ticket: Ticket) -> list[e.Event]:
    """Give the number back. Refused while being served; twice is once."""
    if ticket.state is TicketState.CANCELLED:
        return []
    ticket.require(TicketState.WAITING, TicketState.AWAY, TicketState.CALLED, TicketState.PARKED)
    return [e.TicketCancelled(ticket.id)]


def close_day(hall: Hall) -> list[e.Event]:
    """End the business day: every open ticket expires, every counter closes."""
    expired: list[e.Event] = [e.TicketExpired(t.id) for t in hall.in_state(*OPEN)]
    closed = [e.CounterClosed(c.id) for c in hall.counters.values() if c.state is not CounterState.CLOSED]
    return [*expired, *closed]
