"""One visit as its holder and staff ask about it: being away, coming back, and "why before me?"."""

from collections.abc import Callable, Collection
from typing import Final, Literal

from queue_server.domain import calling, visiting
from queue_server.domain.errors import BadInput
from queue_server.domain.hall import CounterState
from queue_server.domain.needs import NEEDS, STAFFS
from queue_server.domain.order import order_key
from queue_server.domain.ticket import Ticket, TicketState
from queue_server.domain.waiting_line import LaneKey, lane_key
from queue_server.services import reception, waits
from queue_server.services.ports import Answer, Unit
from queue_server.services.steering import counters_for

VisitAct = Literal["away", "back", "cancel"]
SHOWN_BEFORE = 5
_HOLDERS: Final = NEEDS - STAFFS
_TO_COME: Final = (TicketState.WAITING, TicketState.AWAY)


def by_id(unit: Unit, ticket_id: int) -> Ticket:
    """Return a ticket of today; raises `NotFound`."""
    return calling.find(unit.hall, ticket_id)


def act(unit: Unit, ticket: Ticket, what: VisitAct) -> Answer:
    """Do what the holder of a ticket may do."""
    if what == "away":
        return reception.go_away(unit, ticket)
    if what == "back":
        return reception.come_back(unit, ticket)
    return reception.cancel(unit, ticket)


def tell_needs(unit: Unit, ticket: Ticket, needs: Collection[str]) -> Answer:
    """Take what the holder of a waiting ticket needs, in place of what was said before; staff see it.

    Of two visits of one person it is told for both, as far as they are to come. Raises `BadInput` for an
    unknown one. What staff said of priority stays.
    """
    ticket.require(*_TO_COME)
    if unknown := set(needs) - _HOLDERS:
        raise BadInput(field="needs", found=min(unknown))
    for one in unit.hall.both_of(ticket):
        if one.state in _TO_COME:
            _tell(unit, one, needs)
    return status(ticket)


def _tell(unit: Unit, ticket: Ticket, needs: Collection[str]) -> None:
    before = set(unit.needs(ticket.id))
    after = set(needs) | (before - _HOLDERS)
    if after != before:
        unit.forget_needs(ticket.id)
        if after:
            unit.keep_needs(ticket.id, sorted(after))
        unit.record(visiting.direct(ticket, counters_for(unit.site, after)))


def explain(unit: Unit, ticket_id: int) -> Answer:
    """Return why a waiting ticket stands where it stands: due times and reasons, no concern.

    `before` lists the nearest of those who are called before it, last first; the due time decides, and
    the earlier arrival among equals. Who waits for other counters is before nobody here.
    """
    ticket = by_id(unit, ticket_id)
    if ticket.state is not TicketState.WAITING:
        return {"state": ticket.state.value, "before": [], "before_count": 0, **_reason(unit, ticket)}
    mine = order_key(ticket, unit.now)
    line = unit.hall.waiting.in_order(unit.now, _competing(unit, ticket))
    before = [one for one in line if order_key(one, unit.now) < mine]
    return {
        "state": ticket.state.value,
        "before": [_reason(unit, t) for t in reversed(before[-SHOWN_BEFORE:])],
        "before_count": len(before),
        **_reason(unit, ticket),
    }


def _competing(unit: Unit, ticket: Ticket) -> Callable[[LaneKey], bool] | None:
    """Return whom the open counters may serve that may serve this one; None, for all, where there is none.

    So the visitor's page counts as many here as stand "before you" above.
    """
    lane, hall = lane_key(ticket), unit.hall
    able = [
        (id_, can)
        for id_, can in waits.skills(unit).items()
        if hall.counter(id_).state is CounterState.OPEN and calling.may_serve(lane, id_, can)
    ]
    return (lambda other: any(calling.may_serve(other, id_, can) for id_, can in able)) if able else None


def called_before(unit: Unit, ticket: Ticket) -> list[Answer]:
    """Return the numbers that were called while this one waited and are not its own, the last first.

    What the hall's screens showed, and whether each was due sooner; never why somebody was not.
    """
    until = ticket.first_called_at
    if until is None:
        return []
    others = [
        (one.first_called_at, one)
        for one in unit.hall.tickets.values()
        if one.first_called_at is not None and ticket.arrived_at <= one.first_called_at < until
    ]
    others.sort(key=lambda pair: (pair[0], pair[1].id), reverse=True)
    return [
        {"number": one.number, "at": at, "sooner": one.due_at <= ticket.due_at}
        for at, one in others[:SHOWN_BEFORE]
    ]


def status(ticket: Ticket) -> Answer:
    """Return what the status page shows on its first answer; later the shared picture keeps it right."""
    return {
        "number": ticket.number,
        "key": ticket.key,
        "state": ticket.state.value,
        "area_id": ticket.area_id,
        "language": ticket.language,
        "counter_id": ticket.counter_id,
        "appointed_at": ticket.appointed_at.isoformat() if ticket.appointed_at else None,
    }


def _reason(unit: Unit, ticket: Ticket) -> Answer:
    return {
        "number": ticket.number,
        "arrived_min": _minutes_ago(unit, ticket),
        "due_in_min": round((ticket.due_at - unit.now).total_seconds() / 60),
        "due_reason": ticket.due_reason.value,
        "adjustment": ticket.adjustment.value if ticket.adjustment else None,
        "early": ticket.is_early(unit.now),
    }


def _minutes_ago(unit: Unit, ticket: Ticket) -> int:
    return int((unit.now - ticket.arrived_at).total_seconds() // 60)
