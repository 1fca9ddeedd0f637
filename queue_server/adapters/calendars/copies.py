"""What of ours stands in clerks' calendars: rows of `calendar_copy`, and appointments as an entry shows them.

What must not live here: the calendars themselves (`adapters.calendars.own_entries`), and anybody's name or
concern.
"""

from collections.abc import Collection, Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime, timedelta
from functools import partial
from typing import Final

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from queue_server.adapters.rows.base import table, upsert
from queue_server.adapters.rows.prepared import PreparedRows
from queue_server.adapters.tables.appointments import AppointmentRow
from queue_server.adapters.tables.calendars import CalendarCopy
from queue_server.domain.appointment import AppointmentState

APPOINTMENT, COPY = table(AppointmentRow), table(CalendarCopy)
KEPT: Final = timedelta(days=1)
"""So long after its appointment is a copy remembered: what is over is nobody's to change."""


@dataclass(frozen=True, slots=True)
class Planned:
    """An appointment, as far as a calendar is told of it."""

    organisation_id: str
    site_id: str
    id: int
    reference: str
    state: AppointmentState
    number: int | None
    starts_at: datetime
    minutes: int
    clerk_id: str | None
    state_at: datetime


@dataclass(frozen=True, slots=True)
class Copy:
    """See `tables.calendars.CalendarCopy`."""

    organisation_id: str
    site_id: str
    appointment_id: int
    clerk_id: str
    href: str
    etag: str
    sequence: int
    starts_at: datetime
    minutes: int
    trouble: str
    written_at: datetime


_KEEP: Final = PreparedRows(partial(upsert, COPY))
_PLANNED: Final = [APPOINTMENT.c[name] for name in Planned.__dataclass_fields__]
_COPIED: Final = [COPY.c[name] for name in Copy.__dataclass_fields__]


def planned(connection: Connection, site_id: str, appointment_id: int) -> Planned | None:
    """Return an appointment as it stands."""
    query = sa.select(*_PLANNED).where(APPOINTMENT.c.site_id == site_id, APPOINTMENT.c.id == appointment_id)
    row = connection.execute(query).mappings().first()
    return None if row is None else Planned(**row)


def planned_of(
    connection: Connection, clerk_id: str, site_ids: Sequence[str], first: date, until: date
) -> list[Planned]:
    """Return what a clerk is booked for at these sites from one local day until before another, in order."""
    query = (
        sa.select(*_PLANNED)
        .where(
            APPOINTMENT.c.site_id.in_(site_ids),
            APPOINTMENT.c.state.in_((AppointmentState.BOOKED, AppointmentState.CHECKED_IN)),
            APPOINTMENT.c.day >= first,
            APPOINTMENT.c.day < until,
            APPOINTMENT.c.clerk_id == clerk_id,
        )
        .order_by(APPOINTMENT.c.starts_at, APPOINTMENT.c.id)
    )
    return [Planned(**row) for row in connection.execute(query).mappings()]


def copy_of(connection: Connection, site_id: str, appointment_id: int, clerk_id: str) -> Copy | None:
    """Return what was written of an appointment into a clerk's calendar."""
    return _first(connection, *_is(site_id, appointment_id), COPY.c.clerk_id == clerk_id)


def copy_at(connection: Connection, clerk_id: str, href: str) -> Copy | None:
    """Return what was written there: an appointment that came from another site has a new id."""
    return _first(connection, COPY.c.clerk_id == clerk_id, COPY.c.href == href)


def copies_of(connection: Connection, clerk_id: str, now: datetime) -> list[Copy]:
    """Return all that was written into a clerk's calendar and is still to come."""
    query = sa.select(*_COPIED).where(COPY.c.clerk_id == clerk_id, COPY.c.starts_at > now)
    rows = connection.execute(query).mappings()
    return [Copy(**row) for row in rows]


def strayed(
    connection: Connection, clerk_id: str, now: datetime, shown: Collection[AppointmentState]
) -> list[Copy]:
    """Return what stands as written in a clerk's calendar, but whose appointment is not theirs any more."""
    is_its = sa.and_(COPY.c.site_id == APPOINTMENT.c.site_id, COPY.c.appointment_id == APPOINTMENT.c.id)
    is_theirs = sa.and_(APPOINTMENT.c.state.in_(shown), APPOINTMENT.c.clerk_id == COPY.c.clerk_id)
    query = (
        sa.select(*_COPIED)
        .join(APPOINTMENT, is_its)
        .where(COPY.c.clerk_id == clerk_id, COPY.c.starts_at > now, COPY.c.trouble == "")
        .where(sa.or_(APPOINTMENT.c.clerk_id.is_(None), sa.not_(is_theirs)))
    )
    return [Copy(**row) for row in connection.execute(query).mappings()]


def troubled(connection: Connection, site_id: str) -> list[Copy]:
    """Return the entries of a site that do not stand as they should."""
    query = sa.select(*_COPIED).where(COPY.c.site_id == site_id, COPY.c.trouble != "")
    return [Copy(**row) for row in connection.execute(query.order_by(COPY.c.starts_at)).mappings()]


def keep(connection: Connection, copy: Copy, instead_of: Copy | None = None) -> None:
    """Note what was written, in place of what another id had there."""
    if instead_of is not None and _key(instead_of) != _key(copy):
        drop(connection, instead_of)
    _KEEP.run(connection, [asdict(copy)])


def drop(connection: Connection, copy: Copy) -> None:
    """Note that it does not stand there any more."""
    site_id, appointment_id, clerk_id = _key(copy)
    connection.execute(sa.delete(COPY).where(*_is(site_id, appointment_id), COPY.c.clerk_id == clerk_id))


def forget(connection: Connection, now: datetime) -> int:
    """Remove what is over; the entries stay in the calendars."""
    return connection.execute(sa.delete(COPY).where(COPY.c.starts_at < now - KEPT)).rowcount


def _first(connection: Connection, *conditions: sa.ColumnElement[bool]) -> Copy | None:
    row = connection.execute(sa.select(*_COPIED).where(*conditions).limit(1)).mappings().first()
    return None if row is None else Copy(**row)


def _is(site_id: str, appointment_id: int) -> tuple[sa.ColumnElement[bool], sa.ColumnElement[bool]]:
    return COPY.c.site_id == site_id, COPY.c.appointment_id == appointment_id


def _key(copy: Copy) -> tuple[str, int, str]:
    return copy.site_id, copy.appointment_id, copy.clerk_id
