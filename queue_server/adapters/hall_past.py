"""Forgetting the past of a hall after years: its log, visits and appointments, a month of a site at a time.

First the cut moves, in one short transaction: from then on neither entries nor rows up to it count
(`checking`, `book_checking`, `rebuilding`). Then they are deleted, few at a time: whoever is killed between
two batches leaves a house that agrees with itself, and the next night goes on.

What must not live here: when it is done (`web.past`), and erasing people, which happened long before.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from queue_server.adapters import audit
from queue_server.adapters.checking import first_kept_day
from queue_server.adapters.forgetting.nightly import sites_at_night
from queue_server.adapters.rows.appointment_rows import APPOINTMENT
from queue_server.adapters.rows.base import COUNTER, DAY, EVENT, LEASE, TICKET
from queue_server.adapters.rows.person_rows import PERSON
from queue_server.adapters.rows.print_rows import JOB
from queue_server.adapters.rows.stream_rows import STREAM, StreamRows
from queue_server.adapters.rows.visitor_rows import VISITOR
from queue_server.domain.administration import THE_SERVER_ITSELF, Done
from queue_server.domain.appointment import LIVE

AT_ONCE: Final = 500
"""So many rows go in one transaction: the writer is held for some milliseconds."""


@dataclass(frozen=True, slots=True)
class Cut:
    """The log of a site up to entry `seq`, all of the days before `day`."""

    organisation_id: str
    site_id: str
    seq: int
    day: date


def sites_to_look_at(connection: Connection, now: datetime, zones: Mapping[str, str]) -> list[str]:
    """Return the sites at which it is night; of those that the town has no more, too."""
    all_sites = connection.execute(sa.select(STREAM.c.site_id).order_by(STREAM.c.site_id)).scalars()
    return sites_at_night(now, {id_: zones.get(id_, "UTC") for id_ in all_sites})


def find_cut(connection: Connection, site_id: str, today: date, years: int) -> Cut | None:
    """Return up to where the site's past is to be forgotten now; None when it stays as it is.

    One month at most: a clock that is years ahead must not cost the past of years in one night. The newest
    month stays whatever its age, and so does everything from the oldest appointment on that is not over for
    so many years, or whose person is not erased. A day goes whole or not at all.
    """
    limit = (today - timedelta(days=366 * years)).replace(day=1)
    done = StreamRows.forgotten(connection, site_id)
    first, newest = _days(connection, site_id, done)
    if first is None or newest is None or first >= limit:
        return None
    day = min(limit, newest.replace(day=1), _next_month(first))
    held_back_by = _oldest_that_counts(connection, site_id, _begin_of(connection, site_id, day), limit)
    if held_back_by is not None:
        day = min(day, _day_of(connection, site_id, held_back_by).replace(day=1))
    seq = _begin_of(connection, site_id, day) - 1
    if seq <= done or not _is_in_order(connection, site_id, seq, day):
        return None
    organisation = sa.select(STREAM.c.organisation_id).where(STREAM.c.site_id == site_id)
    return Cut(connection.execute(organisation).scalar_one(), site_id, seq, day)


def move_cut(connection: Connection, cut: Cut, now: datetime) -> None:
    """Forget what lies before the cut, and leave a line that says so.

    What was found in another transaction is still true: nothing that is over for years begins again.
    """
    done = StreamRows.forgotten(connection, cut.site_id)
    if cut.seq <= done:
        return
    place = sa.update(STREAM).where(STREAM.c.site_id == cut.site_id)
    connection.execute(place.values(forgotten_seq=cut.seq))
    server = THE_SERVER_ITSELF
    audit.note(
        connection,
        organisation_id=cut.organisation_id,
        site_id=cut.site_id,
        at=now,
        actor=server.actor,
        role=server.role,
        via=server.via,
        act=Done.RECORDS_DELETED,
        kind="past",
        ref=f"{cut.day:%Y-%m-%d}",
        after={"count": cut.seq - done},
    )


def delete_some(connection: Connection, site_id: str) -> int:
    """Delete a few of the rows that are forgotten; return how many, 0 when none is left."""
    seq = StreamRows.forgotten(connection, site_id)
    day = first_kept_day(connection, site_id)
    if day is None:
        return 0
    for rows, key in ((APPOINTMENT, "id"), (TICKET, "id"), (JOB, "ticket_id")):
        if gone := _delete_up_to(connection, rows.c.site_id, rows.c[key], site_id, seq):
            return gone
    for rows in (LEASE, DAY, COUNTER):
        if gone := _delete_a_day(connection, rows, site_id, day):
            return gone
    return _delete_up_to(connection, EVENT.c.site_id, EVENT.c.seq, site_id, seq)


def _delete_up_to(
    connection: Connection, site: sa.Column[str], key: sa.Column[int], site_id: str, last: int
) -> int:
    mine = (site == site_id) & (key <= last)
    if key.table is JOB:
        # Else SQLite gives the last id again, and a kiosk knows it as one that it has printed.
        mine &= JOB.c.id < sa.select(sa.func.max(JOB.c.id)).scalar_subquery()
    found = connection.execute(sa.select(key).where(mine).order_by(key).limit(AT_ONCE)).scalars().all()
    if not found:
        return 0
    return connection.execute(sa.delete(key.table).where(mine, key <= found[-1])).rowcount


def _delete_a_day(connection: Connection, rows: sa.Table, site_id: str, before: date) -> int:
    mine = (rows.c.site_id == site_id) & (rows.c.business_day < before)
    oldest = connection.execute(sa.select(sa.func.min(rows.c.business_day)).where(mine)).scalar()
    if oldest is None:
        return 0
    return connection.execute(sa.delete(rows).where(mine, rows.c.business_day == oldest)).rowcount


def _days(connection: Connection, site_id: str, done: int) -> tuple[date | None, date | None]:
    """Return the first day that is not forgotten, and the newest that has entries."""
    query = sa.select(EVENT.c.business_day).where(EVENT.c.site_id == site_id, EVENT.c.seq > done)
    ends = (query.order_by(order).limit(1) for order in (EVENT.c.seq, EVENT.c.seq.desc()))
    first, newest = (connection.execute(end).scalar() for end in ends)
    return first, newest


def _begin_of(connection: Connection, site_id: str, day: date) -> int:
    """Return the first entry of the first day from `day` on; the caller knows that there is one."""
    query = sa.select(EVENT.c.seq).where(EVENT.c.site_id == site_id, EVENT.c.business_day >= day)
    return int(connection.execute(query.order_by(EVENT.c.business_day, EVENT.c.seq).limit(1)).scalar_one())


def _day_of(connection: Connection, site_id: str, seq: int) -> date:
    """Return the day of an entry, or of the next one behind it."""
    query = sa.select(EVENT.c.business_day).where(EVENT.c.site_id == site_id, EVENT.c.seq >= seq)
    found: date = connection.execute(query.order_by(EVENT.c.seq).limit(1)).scalar_one()
    return found


def _oldest_that_counts(connection: Connection, site_id: str, before: int, limit: date) -> int | None:
    """Return the oldest appointment or visit before an entry that is not over long ago, or not erased."""
    counts = APPOINTMENT.c.state.in_(LIVE) | (APPOINTMENT.c.day >= limit)
    queries = (
        sa.select(sa.func.min(APPOINTMENT.c.id)).where(APPOINTMENT.c.site_id == site_id, counts),
        sa.select(sa.func.min(PERSON.c.appointment_id)).where(PERSON.c.site_id == site_id),
        sa.select(sa.func.min(VISITOR.c.ticket_id)).where(VISITOR.c.site_id == site_id),
    )
    keys = (APPOINTMENT.c.id, PERSON.c.appointment_id, VISITOR.c.ticket_id)
    found = (
        connection.execute(query.where(key < before)).scalar()
        for query, key in zip(queries, keys, strict=True)
    )
    return min((id_ for id_ in found if id_ is not None), default=None)


def _is_in_order(connection: Connection, site_id: str, seq: int, day: date) -> bool:
    """Say whether no entry behind the cut is of a day before it: else half a day would be left."""
    query = sa.select(EVENT.c.seq).where(
        EVENT.c.site_id == site_id, EVENT.c.business_day < day, EVENT.c.seq > seq
    )
    return connection.execute(query.limit(1)).first() is None


def _next_month(day: date) -> date:
    return (day.replace(day=1) + timedelta(days=32)).replace(day=1)
