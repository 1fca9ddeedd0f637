"""Between the hall in memory and its rows: how a ticket, counter or lease is written and read back."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, fields
from datetime import date
from functools import partial
from operator import attrgetter
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import Connection

from queue_server.adapters.prepared import PreparedRows, numbered
from queue_server.adapters.tables.hall import (
    CounterStatusRow,
    DayStatusRow,
    EventRow,
    NumberLeaseRow,
    TicketRow,
)
from queue_server.domain.events import Recorded, event_of, payload_of
from queue_server.domain.hall import CounterStatus, Hall
from queue_server.domain.leases import Lease
from queue_server.domain.ticket import AT_COUNTER, Ticket


def table(model: object) -> sa.Table:
    """Return the Core table of a SQLModel class: on the road, statements are Core."""
    found: sa.Table = model.__table__  # type: ignore[attr-defined]
    return found


EVENT, TICKET, COUNTER = table(EventRow), table(TicketRow), table(CounterStatusRow)
LEASE, DAY = table(NumberLeaseRow), table(DayStatusRow)

_TICKET_FIELDS: Final = tuple(f.name for f in fields(Ticket))
_ALL_OF_TICKET: Final = attrgetter(*_TICKET_FIELDS)
_DAYLESS = frozenset({"organisation_id", "business_day"})


def insert(target: sa.Table, _dialect: str, rows: int) -> sa.Insert:
    """Return an insert of so many rows, for `PreparedRows`."""
    return sa.insert(target).values(_numbered_rows(target, rows))


def upsert(target: sa.Table, dialect: str, rows: int) -> Any:
    """Return "insert, or replace what differs but the key", which both databases know."""
    insert_of = sqlite.insert if dialect == "sqlite" else postgresql.insert
    statement = insert_of(target).values(_numbered_rows(target, rows))
    keys = {c.name for c in target.primary_key}
    return statement.on_conflict_do_update(
        index_elements=list(target.primary_key),
        set_={c.name: statement.excluded[c.name] for c in target.columns if c.name not in keys},
    )


def _numbered_rows(target: sa.Table, rows: int) -> list[dict[str, Any]]:
    return [{c.name: numbered(c, row) for c in target.columns} for row in range(rows)]


_ADD_EVENTS = PreparedRows(partial(insert, EVENT))
_PUT_TICKETS, _PUT_COUNTERS, _PUT_LEASES, _PUT_DAY = (
    PreparedRows(partial(upsert, target)) for target in (TICKET, COUNTER, LEASE, DAY)
)


@dataclass(slots=True)
class HallRows:
    """What a commit writes of all halls that it changed: one statement for each table, however many."""

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

    def write(self, connection: Connection) -> None:
        """Append the log and bring the rows up to date."""
        _ADD_EVENTS.run(connection, self.events)
        _PUT_TICKETS.run(connection, self.tickets)
        _PUT_COUNTERS.run(connection, self.counters)
        _PUT_LEASES.run(connection, self.leases)
        _PUT_DAY.run(connection, self.days)


def write_hall(connection: Connection, organisation_id: str, hall: Hall, log: Iterable[Recorded]) -> None:
    """Write one hall by itself."""
    rows = HallRows()
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


def read_hall(connection: Connection, site_id: str, business_day: date, seq: int) -> Hall:
    """Return the hall as today's rows tell it, at sequence number `seq`."""
    hall = Hall(site_id, business_day, seq)
    for row in _rows_of_day(connection, TICKET, site_id, business_day):
        row["concern"] = tuple((str(service), int(count)) for service, count in row["concern"])
        hall.restore_ticket(Ticket(**_without_day(row)))
    for row in _rows_of_day(connection, COUNTER, site_id, business_day):
        hall.restore_counter(CounterStatus(**_without_day(row)))
    for row in _rows_of_day(connection, LEASE, site_id, business_day):
        hall.restore_lease(Lease(**_without_day(row)))
    for row in _rows_of_day(connection, DAY, site_id, business_day):
        hall.day.issuing, hall.day.call_mode = row["issuing"], row["call_mode"]
    hall.restore_recent()
    return hall


def _rows_of_day(
    connection: Connection, source: sa.Table, site_id: str, business_day: date
) -> Iterable[dict[str, Any]]:
    query = sa.select(source).where(source.c.site_id == site_id, source.c.business_day == business_day)
    return [dict(row) for row in connection.execute(query).mappings()]


def _without_day(row: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in row.items() if name not in _DAYLESS and name != "site_id"}


def read_log(
    connection: Connection, site_id: str, after: int, business_day: date | None = None
) -> list[Recorded]:
    """Return the entries of a site's log after `after` in order, of one business day or all."""
    query = sa.select(EVENT.c.seq, EVENT.c.at, EVENT.c.type, EVENT.c.payload)
    query = query.where(EVENT.c.site_id == site_id, EVENT.c.seq > after).order_by(EVENT.c.seq)
    if business_day is not None:
        query = query.where(EVENT.c.business_day == business_day)
    return [
        Recorded(seq, at, event_of(kind, payload)) for seq, at, kind, payload in connection.execute(query)
    ]
