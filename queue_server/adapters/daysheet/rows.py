"""What a day sheet is made of: the day's appointments, who waits, and whether anything of it changed.

What must not live here: words, and drawing.
"""

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Final, NamedTuple
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from queue_server.adapters.rows.appointment_rows import APPOINTMENT
from queue_server.adapters.rows.base import TICKET, table
from queue_server.adapters.rows.person_rows import PERSON
from queue_server.adapters.tables.hall import SiteStream
from queue_server.adapters.town.store import config_version
from queue_server.domain.appointment import AppointmentState
from queue_server.domain.day_sheet import Expected, InLine
from queue_server.domain.ticket import TicketState

STREAM: Final = table(SiteStream)
MORNING: Final = 6
"""At this local hour every site has its sheet, whatever has changed."""
_SHOWN: Final = (
    AppointmentState.BOOKED,
    AppointmentState.CHECKED_IN,
    AppointmentState.COMPLETED,
    AppointmentState.MISSED,
)
_IN_LINE: Final = (TicketState.WAITING, TicketState.AWAY)


class Seen(NamedTuple):
    """Marks of what the sheets would say: `book` of the appointments, `queue` of who waits."""

    book: tuple[object, ...]
    queue: tuple[object, ...]


def expected(conn: Connection, site_id: str, day: date, *, names: bool = False) -> list[Expected]:
    """List a day's appointments by time; who cancelled is not among them."""
    columns = [APPOINTMENT.c[name] for name in ("id", *_COLUMNS)]
    wanted = [APPOINTMENT.c.site_id == site_id, APPOINTMENT.c.day == day, APPOINTMENT.c.state.in_(_SHOWN)]
    query = sa.select(*columns).where(*wanted).order_by(APPOINTMENT.c.starts_at, APPOINTMENT.c.number)
    rows = conn.execute(query).mappings().all()
    known: dict[int, str] = _names(conn, site_id, [row["id"] for row in rows]) if names else {}
    return [
        Expected(
            starts_at=row["starts_at"],
            number=row["number"],
            concern=tuple((id_, count) for id_, count in row["concern"]),
            persons=row["persons"],
            clerk_id=row["clerk_id"],
            state=row["state"].value,
            name=known.get(row["id"], ""),
        )
        for row in rows
    ]


_COLUMNS: Final = ("starts_at", "number", "concern", "persons", "clerk_id", "state")


def in_line(conn: Connection, site_id: str, day: date) -> list[InLine]:
    """List who waits with a number on that business day, in the order of calling."""
    columns = [TICKET.c[name] for name in ("number", "concern", "arrived_at", "state")]
    wanted = [TICKET.c.site_id == site_id, TICKET.c.business_day == day, TICKET.c.state.in_(_IN_LINE)]
    query = sa.select(*columns).where(*wanted).order_by(TICKET.c.due_at, TICKET.c.arrived_at, TICKET.c.id)
    return [
        InLine(row.number, tuple((id_, count) for id_, count in row.concern), row.arrived_at, row.state.value)
        for row in conn.execute(query)
    ]


def look(conn: Connection, now: datetime, zones: Mapping[str, str]) -> Seen:
    """Return what tells whether the sheets of today and tomorrow are still right. Costs a query a site."""
    book: list[object] = [config_version(conn)]
    queue: list[object] = []
    for site_id, zone in zones.items():
        local = now.astimezone(ZoneInfo(zone))
        days = (local.date(), local.date() + timedelta(days=1))
        mine = (APPOINTMENT.c.site_id == site_id) & APPOINTMENT.c.day.in_(days)
        told = sa.select(sa.func.count(), sa.func.max(APPOINTMENT.c.id), sa.func.max(APPOINTMENT.c.state_at))
        shown = conn.execute(told.where(mine, APPOINTMENT.c.state.in_(_SHOWN))).one()
        book.append((site_id, local.date(), local.hour >= MORNING, *shown))
        queue.append(conn.execute(sa.select(STREAM.c.seq).where(STREAM.c.site_id == site_id)).scalar())
    return Seen(tuple(book), tuple(queue))


def _names(conn: Connection, site_id: str, ids: list[int]) -> dict[int, str]:
    query = sa.select(PERSON.c.appointment_id, PERSON.c.name).where(PERSON.c.site_id == site_id)
    found = conn.execute(query.where(PERSON.c.appointment_id.in_(ids)))
    return {row.appointment_id: row.name for row in found}
