"""A simulated day that is over. What must not live here: living it, and what it comes to (`results`)."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from queue_server.domain import events as e
from queue_server.domain.events import Recorded
from queue_server.domain.hall import Hall
from queue_server.domain.simulation.plan import DayPlan
from queue_server.domain.ticket import Ticket

SITE: Final = "simulated"


@dataclass(slots=True)
class Lived:
    """A day that is over: the hall with its log; `tickets` of the visitors by their place in the plan.

    `turned_away` are the places of those who came too late for a number, and whether it was before closing,
    so that more counters would have helped.
    """

    plan: DayPlan
    hall: Hall
    log: list[Recorded] = field(default_factory=list)
    tickets: dict[int, int] = field(default_factory=dict)
    turned_away: dict[int, bool] = field(default_factory=dict)

    def ticket_of(self, place: int) -> Ticket | None:
        """Return the visitor's ticket; None for one who never came."""
        ticket_id = self.tickets.get(place)
        return None if ticket_id is None else self.hall.tickets[ticket_id]

    def calls(self) -> list[tuple[datetime, str, int]]:
        """Return the calls in order: when, to which counter, which visitor by place in the plan.

        Who was called to another's visit was called to that counter.
        """
        places = {ticket_id: place for place, ticket_id in self.tickets.items()}
        counters: dict[int, str] = {}
        found: list[tuple[datetime, str, int]] = []
        for one in self.log:
            if isinstance(one.event, e.TicketCalled):
                counters[one.event.ticket] = one.event.counter
            elif isinstance(one.event, e.TicketJoined):
                counters[one.event.ticket] = counters[one.event.leader]
            else:
                continue
            found.append((one.at, counters[one.event.ticket], places[one.event.ticket]))
        return found
