"""Reads a site's log of one business day, to tell what happened on it.

What must not live here: what is told of it (`domain.why`).
"""

from datetime import date

from sqlalchemy.engine import Connection

from queue_server.adapters.rows.base import read_log
from queue_server.domain.events import Recorded


def of_day(connection: Connection, site_id: str, day: date) -> list[Recorded]:
    """Return the entries of the day in their order; none where they are forgotten."""
    return read_log(connection, site_id, 0, day)
