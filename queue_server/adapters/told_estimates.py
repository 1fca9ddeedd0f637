"""Reads from the log which waits were told on a day, and who was called when.

What must not live here: what it comes to (`domain.estimate_outcomes`).
"""

from datetime import date

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from queue_server.adapters.rows.base import EVENT
from queue_server.domain.estimate_outcomes import KINDS, Outcome, outcomes_of
from queue_server.domain.figures.visits import Entry


def of_day(connection: Connection, site_id: str, day: date) -> list[Outcome]:
    """Return what became of the estimates of a business day."""
    query = sa.select(EVENT.c.seq, EVENT.c.at, EVENT.c.type, EVENT.c.payload).order_by(EVENT.c.seq)
    mine = (EVENT.c.site_id == site_id) & (EVENT.c.business_day == day) & EVENT.c.type.in_(KINDS)
    return outcomes_of(Entry(*row) for row in connection.execute(query.where(mine)))
