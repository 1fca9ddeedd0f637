"""Reads from the log which waits were told on a day, who was called when, and how appointments were kept.

What must not live here: what it comes to (`domain.estimate_outcomes`, `domain.forecast.arrival_habits`).
"""

from collections.abc import Collection, Iterator
from datetime import date

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from queue_server.adapters.rows.base import EVENT
from queue_server.domain import estimate_outcomes
from queue_server.domain.entry import Entry
from queue_server.domain.estimate_outcomes import Outcome
from queue_server.domain.forecast import arrival_habits
from queue_server.domain.forecast.arrival_habits import Arrivals


def of_day(connection: Connection, site_id: str, day: date) -> list[Outcome]:
    """Return what became of the estimates of a business day."""
    return estimate_outcomes.outcomes_of(_entries(connection, site_id, day, estimate_outcomes.KINDS))


def arrivals(connection: Connection, site_id: str, day: date) -> Arrivals:
    """Return how the appointments of a business day were kept."""
    return arrival_habits.arrivals_of(_entries(connection, site_id, day, arrival_habits.KINDS))


def _entries(connection: Connection, site_id: str, day: date, kinds: Collection[str]) -> Iterator[Entry]:
    query = sa.select(EVENT.c.seq, EVENT.c.at, EVENT.c.type, EVENT.c.payload).order_by(EVENT.c.seq)
    mine = (EVENT.c.site_id == site_id) & (EVENT.c.business_day == day) & EVENT.c.type.in_(kinds)
    return (Entry(*row) for row in connection.execute(query.where(mine)))
