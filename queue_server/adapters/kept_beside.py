"""What is kept of a day beside its figures, and which days of the log that may be asked for are not kept.

What must not live here: what is kept so (`came`, `missing_documents`), and when (`day_figures`).
"""

from collections.abc import Collection, Iterator
from datetime import date, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from queue_server.adapters.rows.base import EVENT
from queue_server.adapters.rows.stream_rows import StreamRows
from queue_server.adapters.tables.figures import DAY_FIGURES
from queue_server.domain.figures.day import VERSION


def kept(
    connection: Connection, site_id: str, what: str, first: date, last: date
) -> tuple[dict[date, dict[str, Any]], list[date]]:
    """Return what is kept under a name, by day, and the days of the log of which it is not.

    What is forgotten of the log is neither, though its figures stay.
    """
    oldest = _oldest(connection, site_id)
    if oldest is None:
        return {}, []
    begins, days = max(first, oldest), DAY_FIGURES.c.business_day
    mine = (DAY_FIGURES.c.site_id == site_id) & (DAY_FIGURES.c.version == VERSION)
    # The database takes it out of the day's figures, which are a hundred times as long.
    query = sa.select(days, DAY_FIGURES.c.body[what]).where(mine & days.between(begins, last))
    found = {day: body for day, body in connection.execute(query) if body is not None}
    return found, list(_without(found, begins, last))


def _oldest(connection: Connection, site_id: str) -> date | None:
    """Return the first day that is still in the log."""
    mine = (EVENT.c.site_id == site_id) & (EVENT.c.seq > StreamRows.forgotten(connection, site_id))
    query = sa.select(EVENT.c.business_day).where(mine).order_by(EVENT.c.business_day).limit(1)
    found: date | None = connection.execute(query).scalar()
    return found


def _without(known: Collection[date], first: date, last: date) -> Iterator[date]:
    days = (first + timedelta(days=n) for n in range((last - first).days + 1))
    return (day for day in days if day not in known)
