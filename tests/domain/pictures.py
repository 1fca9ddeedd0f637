"""A hall as plain values, so that two can be compared; and the two other ways in which one comes to be."""

from copy import deepcopy
from dataclasses import asdict
from typing import Any

from queue_server.domain.fold import apply
from queue_server.domain.hall import TALLIED, Hall
from queue_server.domain.ticket import TicketState
from tests.domain.builders import Day


def picture(hall: Hall) -> dict[str, Any]:
    """Return all that matters in a hall; `touched` and what time has let go are left out."""
    now = max((t.state_at for t in hall.tickets.values()), default=None)
    return {
        "seq": hall.seq,
        "tickets": {ticket.id: asdict(ticket) for ticket in hall.tickets.values()},
        "by_state": {state: [t.id for t in hall.in_state(state)] for state in TicketState},
        "waiting": [t.id for t in hall.waiting.in_order(now)] if now else [],
        "lanes": {key: (count, minutes) for key, count, minutes in hall.waiting.lanes()},
        "counters": hall.counters,
        "leases": dict(hall.leases),
        "in_hall": sorted(hall.in_hall()),
        "next_counted": hall.leases.next_in_sequence(now) if now else None,
        "recent": hall.recent,
        "followers": hall.followers,
        "figures": {(state, id_): hall.count(state, id_) for state in TALLIED for id_ in hall.counters},
        "day": hall.day,
    }


def from_log(day: Day) -> Hall:
    """Return the hall that the log tells."""
    hall = Hall(day.hall.site_id, day.hall.business_day)
    for recorded in day.log:
        apply(hall, recorded)
    return hall


def from_rows(lived: Hall) -> Hall:
    """Return the hall that its rows tell, in whatever order the database gives them."""
    hall = Hall(lived.site_id, lived.business_day, lived.seq)
    for ticket in sorted(lived.tickets.values(), key=lambda t: t.key):
        hall.restore_ticket(deepcopy(ticket))
    for _, counter in sorted(lived.counters.items(), reverse=True):
        hall.restore_counter(deepcopy(counter))
    for _, lease in sorted(lived.leases.items()):
        hall.restore_lease(deepcopy(lease))
    hall.day = deepcopy(lived.day)
    hall.restore_recent()
    return hall
