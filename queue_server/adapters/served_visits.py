"""How long the visits of a day took: read from the log once, and kept as long as it is learned from.

Derived: what is not kept is read from the log as before, and `aufruf rebuild` lets all of it go. What must
not live here: which visits tell something (`domain.durations.served`), and when a day is kept
(`web.learning`).
"""

from datetime import date, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from queue_server.adapters.day_figures import days_before, entries
from queue_server.adapters.rows.inserting import insert_into
from queue_server.adapters.rows.stream_rows import STREAM
from queue_server.adapters.tables.figures import DAY_DURATIONS
from queue_server.domain.durations.served import VERSION, Lasted, from_json, gathered, served_of, to_json
from queue_server.domain.entry import Entry


def of_day(connection: Connection, site_id: str, day: date) -> list[Lasted]:
    """Return how long the visits of a business day took, by its log."""
    return gathered(served_of(Entry(*one) for one in entries(connection, site_id, day)))


def of_days(connection: Connection, site_id: str, first: date, last: date) -> list[Lasted]:
    """Return how long the visits of these days took: as it was kept, and of the others by the log."""
    kept = read_kept(connection, site_id, first, last)
    others = [day for day in _in_log(connection, site_id, first, last) if day not in kept]
    days = [*kept.values(), *(of_day(connection, site_id, day) for day in others)]
    return [one for day in days for one in day]


def days_to_keep(connection: Connection, site_id: str, first: date, last: date) -> list[date]:
    """Return the days that are over and not kept, or by another version; the newest first."""
    today = connection.execute(sa.select(STREAM.c.business_day).where(STREAM.c.site_id == site_id)).scalar()
    kept = set(
        connection.execute(
            _kept(site_id, first, last).with_only_columns(DAY_DURATIONS.c.business_day)
        ).scalars()
    )
    days = _in_log(connection, site_id, first, last)
    return [day for day in days if day not in kept and today is not None and day < today]


def keep_day(connection: Connection, site_id: str, day: date, lasted: list[Lasted], first: date) -> None:
    """Keep a day, in place of what was kept of it; what is older than `first` goes."""
    organisation = sa.select(STREAM.c.organisation_id).where(STREAM.c.site_id == site_id).scalar_subquery()
    insert = insert_into(DAY_DURATIONS, connection.dialect.name).values(
        site_id=site_id,
        business_day=day,
        organisation_id=organisation,
        version=VERSION,
        body=to_json(lasted),
    )
    changed = {name: insert.excluded[name] for name in ("version", "body")}
    connection.execute(
        insert.on_conflict_do_update(index_elements=list(DAY_DURATIONS.primary_key), set_=changed)
    )
    old = (DAY_DURATIONS.c.site_id == site_id) & (DAY_DURATIONS.c.business_day < first)
    connection.execute(sa.delete(DAY_DURATIONS).where(old))


def read_kept(connection: Connection, site_id: str, first: date, last: date) -> dict[date, list[Lasted]]:
    """Return what is kept of these days."""
    return {row[0]: from_json(row[1]) for row in connection.execute(_kept(site_id, first, last))}


def let_go(connection: Connection, site_id: str) -> None:
    """Drop all that is kept: it is read from the log anew."""
    connection.execute(sa.delete(DAY_DURATIONS).where(DAY_DURATIONS.c.site_id == site_id))


def _kept(site_id: str, first: date, last: date) -> sa.Select[tuple[date, list[Any]]]:
    mine = (DAY_DURATIONS.c.site_id == site_id) & (DAY_DURATIONS.c.version == VERSION)
    days = DAY_DURATIONS.c.business_day
    return sa.select(days, DAY_DURATIONS.c.body).where(mine & days.between(first, last)).order_by(days)


def _in_log(connection: Connection, site_id: str, first: date, last: date) -> list[date]:
    """Return the days with entries, the newest first."""
    found = []
    for day in days_before(connection, site_id, last + timedelta(days=1)):
        if day < first:
            break
        found.append(day)
    return found
