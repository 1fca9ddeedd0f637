"""What visitors came without, as a clerk notes it at a counter. Decides; changes nothing.

What lives here: of which visits it may be noted, and the entries that follow. What must not: which documents
a visit needs (`domain.papers`), and what the notes add up to (`domain.missing_documents`).
"""

from datetime import datetime, timedelta
from typing import Final

from queue_server.domain import events as e
from queue_server.domain.errors import BadInput, VisitGone
from queue_server.domain.hall import Hall
from queue_server.domain.ticket import Adjustment, Ticket, TicketState

NOTED_WITHIN: Final = timedelta(minutes=10)
"""So long after a visit something may still be noted of it: first the visitor is served, then one writes."""
_GONE: Final = frozenset({TicketState.FINISHED, TicketState.PARKED, TicketState.WAITING})
"""What a visit is after it was at a counter. Who was not there came without nothing."""


def visits(hall: Hall, counter_id: str, now: datetime) -> list[Ticket]:
    """Return the visits of which a counter may note it: who is served, who went last, who is called.

    Somebody who is called has not come yet; what they lack is only known where nobody presses "has come".
    """
    here, last = hall.ticket_at(counter_id), _last(hall, counter_id, now)
    found = [here, last] if here is None or here.state is TicketState.SERVING else [last, here]
    return [one for ticket in found if ticket is not None for one in hall.group(ticket)]


def note(hall: Hall, counter_id: str, ticket: Ticket, what: tuple[str, str], now: datetime) -> list[e.Event]:
    """Note that a visitor came without a document, `what` is its service and its key; twice is once.

    Raises `VisitGone` for a visit that is not, and was not just now, at this counter.
    """
    _require(hall, counter_id, ticket, what, now)
    return [] if what in hall.lacking.get(ticket.id, ()) else [e.DocumentWasMissing(ticket.id, *what)]


def take_back(
    hall: Hall, counter_id: str, ticket: Ticket, what: tuple[str, str], now: datetime
) -> list[e.Event]:
    """Take back what was noted; what was not noted stays so. Raises as `note` does."""
    _require(hall, counter_id, ticket, what, now)
    return [e.DocumentWasThere(ticket.id, *what)] if what in hall.lacking.get(ticket.id, ()) else []


def _require(hall: Hall, counter_id: str, ticket: Ticket, what: tuple[str, str], now: datetime) -> None:
    if all(one.id != ticket.id for one in visits(hall, counter_id, now)):
        raise VisitGone
    if what[0] not in ticket.services:
        raise BadInput(field="service")


def _last(hall: Hall, counter_id: str, now: datetime) -> Ticket | None:
    """Return who left the counter last, and not long ago."""
    left = (
        ticket
        for ticket in hall.last_calls()
        if ticket.last_counter_id == counter_id
        and ticket.state in _GONE
        and ticket.adjustment is not Adjustment.MISSED_BACK
        and ticket.joined_to is None
        and now - ticket.state_at <= NOTED_WITHIN
    )
    return max(left, key=lambda ticket: (ticket.state_at, ticket.id), default=None)
