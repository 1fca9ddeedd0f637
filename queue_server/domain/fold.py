"""The one reducer: takes in a site's log, entry by entry, and makes the hall of it.

Used by the running server, by `aufruf check` and by `aufruf rebuild`. It refuses nothing: what is in
the log has happened. An entry that does not fit raises `ValueError`, because then the log or the rows
are broken and nobody should go on quietly.
"""
# ruff: noqa: ARG001 - every handler takes the same three arguments

from collections.abc import Iterable
from datetime import date, datetime
from functools import singledispatch

from queue_server.domain import events as e
from queue_server.domain.hall import CounterState, Hall
from queue_server.domain.leases import NOBODY
from queue_server.domain.ticket import Adjustment, Ticket, TicketState


def apply(hall: Hall, recorded: e.Recorded) -> None:
    """Take in one entry of the log, in order and without gaps; raises `ValueError` otherwise."""
    if recorded.seq != hall.seq + 1:
        raise ValueError(f"entry {recorded.seq} does not follow {hall.seq}")
    hall.seq = recorded.seq
    hall.last_at = recorded.at
    _take(recorded.event, hall, recorded.at)


@singledispatch
def _take(event: e.Event, hall: Hall, at: datetime) -> None:
    raise NotImplementedError(type(event))


def restore_lacking(hall: Hall, noted: Iterable[tuple[date, e.Event]]) -> None:
    """Take in what was noted of documents today, in order: the rows of a hall tell nothing of that."""
    for _, event in noted:
        if isinstance(event, e.DocumentWasMissing | e.DocumentWasThere):
            note_document(hall.lacking, event)


def note_document(
    lacking: dict[int, set[tuple[str, str]]], event: e.DocumentWasMissing | e.DocumentWasThere
) -> None:
    """Take in one entry about a document: what is noted twice is noted once, what is taken back is gone."""
    of_ticket, what = lacking.setdefault(event.ticket, set()), (event.service, event.document)
    if isinstance(event, e.DocumentWasMissing):
        of_ticket.add(what)
    else:
        of_ticket.discard(what)


@_take.register
def _ticket_taken(event: e.TicketTaken, hall: Hall, at: datetime) -> None:
    ticket = Ticket(
        id=hall.seq,
        number=event.number,
        key=event.key,
        state=TicketState.WAITING,
        origin=event.origin,
        concern=event.concern,
        persons=event.persons,
        language=event.language,
        expected_min=event.expected_min,
        area_id=event.area,
        arrived_at=at,
        due_at=event.due_at,
        due_reason=event.due_reason,
        state_at=at,
        appointed_at=event.appointed_at,
        adjustment=event.adjustment,
        after=event.after,
        counters=event.counters,
    )
    hall.restore_ticket(ticket)
    hall.leases.begin(ticket.number, ticket.id)
    hall.touched.tickets.add(ticket.id)
    hall.touched.leases.add(ticket.number)


@_take.register
def _ticket_called(event: e.TicketCalled, hall: Hall, at: datetime) -> None:
    if event.finished is not None:
        hall.end(hall.tickets[event.finished], TicketState.FINISHED, at)
    ticket = hall.tickets[event.ticket]
    for one in hall.group(ticket):
        hall.summon(one, event.counter, at, "call", event.finished)
    hall.touch_counter(event.counter).ticket_id = ticket.id


@_take.register
def _ticket_recalled(event: e.TicketRecalled, hall: Hall, at: datetime) -> None:
    for one in hall.group(hall.tickets[event.ticket]):
        hall.note_call(one, at, "recall")


@_take.register
def _ticket_joined(event: e.TicketJoined, hall: Hall, at: datetime) -> None:
    leader = hall.tickets[event.leader]
    ticket = hall.tickets[event.ticket]
    counter_id = leader.counter_id
    if counter_id is None:
        raise ValueError("the leader is at no counter")
    hall.summon(ticket, counter_id, at, "join")
    if leader.state is TicketState.SERVING:
        hall.serve(ticket, at)
    hall.follow(ticket, leader)


@_take.register
def _call_undone(event: e.CallUndone, hall: Hall, at: datetime) -> None:
    ticket = hall.tickets[event.ticket]
    counter = hall.counter_of(ticket)
    for one in hall.group(ticket):
        hall.withdraw_call(one, at)
    hall.restore_recent()
    if event.restored is not None:
        hall.go_on(hall.tickets[event.restored], at)
    counter.ticket_id = event.restored


@_take.register
def _call_settled(event: e.CallSettled, hall: Hall, at: datetime) -> None:
    pass  # kept for the log's readers


@_take.register
def _estimate_given(event: e.EstimateGiven, hall: Hall, at: datetime) -> None:
    pass  # kept for the log's readers


@_take.register
def _day_measured(event: e.DayMeasured, hall: Hall, at: datetime) -> None:
    pass  # kept for the figures


@_take.register
def _searched(event: e.SearchesFoundNothing, hall: Hall, at: datetime) -> None:
    pass  # kept for the figures


@_take.register
def _service_started(event: e.ServiceStarted, hall: Hall, at: datetime) -> None:
    for one in hall.group(hall.tickets[event.ticket]):
        hall.serve(one, at)


@_take.register
def _service_finished(event: e.ServiceFinished, hall: Hall, at: datetime) -> None:
    hall.end(hall.tickets[event.ticket], TicketState.FINISHED, at)


@_take.register
def _concern_changed(event: e.ConcernChanged, hall: Hall, at: datetime) -> None:
    ticket = hall.tickets[event.ticket]
    was_waiting = ticket.id in hall.waiting
    hall.waiting.discard(ticket.id)
    ticket.concern, ticket.persons, ticket.expected_min = event.concern, event.persons, event.expected_min
    if was_waiting:
        hall.waiting.add(ticket)
    hall.touched.tickets.add(ticket.id)


@_take.register
def _ticket_not_there(event: e.TicketNotThere, hall: Hall, at: datetime) -> None:
    ticket = hall.tickets[event.ticket]
    hall.free_counter(ticket)
    for one in hall.group(ticket):
        hall.move(one, TicketState.NO_SHOW, at)
        one.counter_id = one.bound_counter_id = None
        hall.part(one)


@_take.register
def _ticket_returned(event: e.TicketReturned, hall: Hall, at: datetime) -> None:
    ticket = hall.tickets[event.ticket]
    ticket.due_at, ticket.adjustment = event.due_at, Adjustment.MISSED_BACK
    hall.to_waiting(ticket, at)


@_take.register
def _ticket_directed(event: e.TicketDirected, hall: Hall, at: datetime) -> None:
    ticket = hall.tickets[event.ticket]
    was_waiting = ticket.id in hall.waiting
    hall.waiting.discard(ticket.id)
    ticket.counters = event.counters
    if was_waiting:
        hall.waiting.add(ticket)
    hall.touched.tickets.add(ticket.id)


@_take.register
def _ticket_went_away(event: e.TicketWentAway, hall: Hall, at: datetime) -> None:
    hall.move(hall.tickets[event.ticket], TicketState.AWAY, at)


@_take.register
def _ticket_came_back(event: e.TicketCameBack, hall: Hall, at: datetime) -> None:
    hall.to_waiting(hall.tickets[event.ticket], at)


@_take.register
def _ticket_put_back(event: e.TicketPutBack, hall: Hall, at: datetime) -> None:
    ticket = hall.tickets[event.ticket]
    hall.free_counter(ticket)
    for one in hall.group(ticket):
        one.due_at, one.adjustment = max(one.due_at, event.due_at), Adjustment.PUT_BACK
        hall.to_waiting(one, at)
        hall.part(one)


@_take.register
def _ticket_parked(event: e.TicketParked, hall: Hall, at: datetime) -> None:
    ticket = hall.tickets[event.ticket]
    hall.free_counter(ticket)
    for one in hall.group(ticket):
        hall.move(one, TicketState.PARKED, at)


@_take.register
def _ticket_resumed(event: e.TicketResumed, hall: Hall, at: datetime) -> None:
    if event.finished is not None:
        hall.end(hall.tickets[event.finished], TicketState.FINISHED, at)
    ticket = hall.tickets[event.ticket]
    for one in hall.group(ticket):
        hall.move(one, TicketState.SERVING, at)
    hall.counter_of(ticket).ticket_id = ticket.id


@_take.register
def _ticket_transferred(event: e.TicketTransferred, hall: Hall, at: datetime) -> None:
    ticket = hall.tickets[event.ticket]
    hall.free_counter(ticket)
    for one in hall.group(ticket):
        hall.part(one)
        if one is ticket:
            one.concern, one.expected_min = event.concern, event.expected_min
        one.area_id = event.area
        one.bound_counter_id = event.counter
        hall.to_waiting(one, at)


@_take.register
def _ticket_released(event: e.TicketReleased, hall: Hall, at: datetime) -> None:
    ticket = hall.tickets[event.ticket]
    was_waiting = ticket.id in hall.waiting
    hall.waiting.discard(ticket.id)
    ticket.bound_counter_id = None
    if was_waiting:
        hall.waiting.add(ticket)
    elif ticket.state is TicketState.PARKED:
        for one in hall.group(ticket):
            hall.to_waiting(one, at)
            hall.part(one)
    hall.touched.tickets.add(ticket.id)


@_take.register
def _ticket_cancelled(event: e.TicketCancelled, hall: Hall, at: datetime) -> None:
    hall.end_alone(hall.tickets[event.ticket], TicketState.CANCELLED, at)


@_take.register
def _ticket_expired(event: e.TicketExpired, hall: Hall, at: datetime) -> None:
    hall.end_alone(hall.tickets[event.ticket], TicketState.EXPIRED, at)


@_take.register
def _counter_opened(event: e.CounterOpened, hall: Hall, at: datetime) -> None:
    hall.switch(event.counter, CounterState.OPEN, at)


@_take.register
def _counter_paused(event: e.CounterPaused, hall: Hall, at: datetime) -> None:
    hall.switch(event.counter, CounterState.PAUSED, at)


@_take.register
def _counter_closed(event: e.CounterClosed, hall: Hall, at: datetime) -> None:
    hall.switch(event.counter, CounterState.CLOSED, at)


@_take.register
def _issuing_stopped(event: e.IssuingStopped, hall: Hall, at: datetime) -> None:
    hall.day.issuing, hall.touched.day = False, True


@_take.register
def _issuing_resumed(event: e.IssuingResumed, hall: Hall, at: datetime) -> None:
    hall.day.issuing, hall.touched.day = True, True


@_take.register
def _number_withheld(event: e.NumberWithheld, hall: Hall, at: datetime) -> None:
    hall.leases.begin(event.number, NOBODY)
    hall.touched.leases.add(event.number)


@_take.register
def _call_mode_switched(event: e.CallModeSwitched, hall: Hall, at: datetime) -> None:
    hall.day.call_mode, hall.touched.day = event.mode, True


@_take.register
def _document_was_missing(event: e.DocumentWasMissing, hall: Hall, at: datetime) -> None:
    note_document(hall.lacking, event)


@_take.register
def _document_was_there(event: e.DocumentWasThere, hall: Hall, at: datetime) -> None:
    note_document(hall.lacking, event)


@_take.register
def _of_the_book(event: e.AppointmentEvent, hall: Hall, at: datetime) -> None:
    pass  # the site's book takes it in (`domain.book_fold`); the log is one
