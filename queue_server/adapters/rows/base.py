"""The tables of a hall: statements about many rows, and how today's rows and the log are read back."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from queue_server.adapters.rows.inserting import insert_into
from queue_server.adapters.rows.prepared import numbered
from queue_server.adapters.tables.hall import (
    ABOUT_DOCUMENTS,
    CounterStatusRow,
    DayStatusRow,
    EventRow,
    NumberLeaseRow,
    TicketRow,
)
from queue_server.domain.events import Event, Recorded, event_of
from queue_server.domain.fold import restore_lacking
from queue_server.domain.hall import CounterStatus, Hall
from queue_server.domain.leases import Lease
from queue_server.domain.ticket import Ticket


def table(model: object) -> sa.Table:
    """Return the Core table of a SQLModel class: on the road, statements are Core."""
    found: sa.Table = model.__table__  # type: ignore[attr-defined]
    return found


EVENT, TICKET, COUNTER = table(EventRow), table(TicketRow), table(CounterStatusRow)
LEASE, DAY = table(NumberLeaseRow), table(DayStatusRow)

_DAYLESS = frozenset({"organisation_id", "business_day"})


def insert(target: sa.Table, _dialect: str, rows: int) -> sa.Insert:
    """Return an insert of so many rows, for `PreparedRows`."""
    return sa.insert(target).values(_numbered_rows(target, rows))


def upsert(target: sa.Table, dialect: str, rows: int, kept: Sequence[str] = ()) -> Any:
    """Return "insert, or replace what differs but the key, and what is `kept`", which both databases know."""
    statement = insert_into(target, dialect).values(_numbered_rows(target, rows))
    kept = (*kept, *(c.name for c in target.primary_key))
    return statement.on_conflict_do_update(
        index_elements=list(target.primary_key),
        set_={c.name: statement.excluded[c.name] for c in target.columns if c.name not in kept},
    )


def _numbered_rows(target: sa.Table, rows: int) -> list[dict[str, Any]]:
    return [{c.name: numbered(c, row) for c in target.columns} for row in range(rows)]


def read_hall(connection: Connection, site_id: str, business_day: date, seq: int) -> Hall:
    """Return the hall as today's rows tell it, at sequence number `seq`."""
    hall = Hall(site_id, business_day, seq)
    for row in _rows_of_day(connection, TICKET, site_id, business_day):
        row["concern"] = tuple((str(service), int(count)) for service, count in row["concern"])
        row["counters"] = None if row["counters"] is None else tuple(row["counters"])
        hall.restore_ticket(Ticket(**_without_day(row)))
    for row in _rows_of_day(connection, COUNTER, site_id, business_day):
        hall.restore_counter(CounterStatus(**_without_day(row)))
    for row in _rows_of_day(connection, LEASE, site_id, business_day):
        hall.restore_lease(Lease(**_without_day(row)))
    for row in _rows_of_day(connection, DAY, site_id, business_day):
        hall.day.issuing, hall.day.call_mode = row["issuing"], row["call_mode"]
    hall.restore_recent()
    restore_lacking(hall, read_about_documents(connection, site_id, business_day, business_day))
    return hall


def _rows_of_day(
    connection: Connection, source: sa.Table, site_id: str, business_day: date
) -> Iterable[dict[str, Any]]:
    query = sa.select(source).where(source.c.site_id == site_id, source.c.business_day == business_day)
    return [dict(row) for row in connection.execute(query).mappings()]


def read_about_documents(
    connection: Connection, site_id: str, first: date, last: date
) -> list[tuple[date, Event]]:
    """Return what was noted of documents on these business days, in order, by their own index."""
    query = sa.select(EVENT.c.business_day, EVENT.c.type, EVENT.c.payload).order_by(EVENT.c.seq)
    query = query.where(
        EVENT.c.site_id == site_id, EVENT.c.business_day.between(first, last), sa.text(ABOUT_DOCUMENTS)
    )
    return [(day, event_of(kind, payload)) for day, kind, payload in connection.execute(query)]


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
