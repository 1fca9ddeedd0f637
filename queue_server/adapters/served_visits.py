"""Reads from the log how long the visits of a day took.

What must not live here: which of them tell something (`domain.durations.served`).
"""

from datetime import date

from sqlalchemy.engine import Connection

from queue_server.adapters.day_figures import entries
from queue_server.domain.durations.served import Served, served_of
from queue_server.domain.figures.visits import Entry


def of_day(connection: Connection, site_id: str, day: date) -> list[Served]:
    """Return the visits of a business day of which it is known how long they took."""
    return served_of(Entry(*one) for one in entries(connection, site_id, day))
