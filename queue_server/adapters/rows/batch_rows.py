"""What a batch of commands changed, gathered over all its sites and written once for each table.

What must not live here: reading (`adapters.rows.base`), and what is written at once because it may be asked
for within the same batch (slips, needs, persons, letters).
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, fields
from functools import partial
from operator import attrgetter
from typing import Any, Final

from sqlalchemy.engine import Connection

from queue_server.adapters.rows.appointment_rows import AppointmentRows
from queue_server.adapters.rows.base import COUNTER, DAY, EVENT, LEASE, TICKET, insert, upsert
from queue_server.adapters.rows.prepared import PreparedRows
from queue_server.domain.book import Book
from queue_server.domain.events import Recorded, payload_of
from queue_server.domain.hall import CounterStatus, Hall
from queue_server.domain.leases import Lease
from queue_server.domain.ticket import AT_COUNTER, Ticket

_TICKET_FIELDS: Final = tuple(f.name for f in fields(Ticket))
_ALL_OF_TICKET: Final = attrgetter(*_TICKET_FIELDS)
_ADD_EVENTS = PreparedRows(partial(insert, EVENT))
# A ticket stays in its day: to name the day among what changes would write the index of days anew each time.
_PUT_TICKETS = PreparedRows(partial(upsert, TICKET, kept=("organisation_id", "business_day")))
_PUT_COUNTERS, _PUT_LEASES, _PUT_DAY = (
    PreparedRows(partial(upsert, target)) for target in (COUNTER, LEASE, DAY)
)


@dataclass(slots=True)
class BatchRows:
    """What a commit writes of all sites that it changed: one statement for each table, however many."""

    events: list[dict[str, Any]] = field(default_factory=list)
    tickets: list[dict[str, Any]] = field(default_factory=list)
    counters: list[dict[str, Any]] = field(default_factory=list)
    leases: list[dict[str, Any]] = field(default_factory=list)
    days: list[dict[str, Any]] = field(default_factory=list)
    appointments: list[Mapping[str, Any]] = field(default_factory=list)

    def take(self, organisation_id: str, hall: Hall, log: Iterable[Recorded]) -> None:
        """Take in the entries of a hall's log and the rows that they touched; empties `hall.touched`."""
        base = {
            "organisation_id": organisation_id,
            "site_id": hall.site_id,
            "business_day": hall.business_day,
        }
        self.events += [
            {**base, "seq": r.seq, "at": r.at, "type": r.event.type, "payload": payload_of(r.event)}
            for r in log
        ]
        touched = hall.touched
        tickets = [hall.tickets[i] for i in touched.tickets]
        # Who leaves a counter is written before who comes to it: the unique index looks at each row.
        tickets.sort(key=lambda t: t.state in AT_COUNTER)
        self.tickets += [{**base, **_ticket_values(t)} for t in tickets]
        self.counters += [{**base, **_counter_values(hall.counters[i])} for i in touched.counters]
        self.leases += [{**base, **_lease_values(hall.leases[n])} for n in touched.leases]
        if touched.day:
            self.days.append({**base, "issuing": hall.day.issuing, "call_mode": hall.day.call_mode})
        touched.clear()

    def take_book(self, organisation_id: str, book: Book) -> None:
        """Take in the rows that a visitors' book touched; empties what the book keeps for that."""
        self.appointments += AppointmentRows.of_book(organisation_id, book)

    def write(self, connection: Connection) -> None:
        """Append the log and bring the rows up to date."""
        _ADD_EVENTS.run(connection, self.events)
        _PUT_TICKETS.run(connection, self.tickets)
        _PUT_COUNTERS.run(connection, self.counters)
        _PUT_LEASES.run(connection, self.leases)
        _PUT_DAY.run(connection, self.days)
        # Of two sites: who leaves its reference is written before who brings it along.
        AppointmentRows.put(connection, sorted(self.appointments, key=AppointmentRows.is_expected))


def write_hall(connection: Connection, organisation_id: str, hall: Hall, log: Iterable[Recorded]) -> None:
    """Write one hall by itself."""
    rows = BatchRows()
    rows.take(organisation_id, hall, log)
    rows.write(connection)


def _ticket_values(ticket: Ticket) -> dict[str, Any]:
    return dict(zip(_TICKET_FIELDS, _ALL_OF_TICKET(ticket), strict=True))


def _counter_values(counter: CounterStatus) -> dict[str, Any]:
    return {
        "id": counter.id,
        "state": counter.state,
        "state_at": counter.state_at,
        "ticket_id": counter.ticket_id,
    }


def _lease_values(lease: Lease) -> dict[str, Any]:
    return {"number": lease.number, "ticket_id": lease.ticket_id, "ended_at": lease.ended_at}
