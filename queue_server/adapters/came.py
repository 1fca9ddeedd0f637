"""How many visits came to a counter, by service: as the rows of a day's tickets tell, and as it is kept.

Kept with the figures of a day that is over, for three years of tickets take seconds to go through. What must
not live here: when a day is kept (`day_figures`), and what it is compared with (`missing_documents`).
"""

import json
from collections import Counter
from collections.abc import Collection, Iterator
from datetime import date
from typing import Final

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from queue_server.adapters.kept_beside import kept
from queue_server.adapters.rows.base import TICKET
from queue_server.domain.missing_documents import month_of
from queue_server.domain.ticket import TicketState

CAME: Final = "came"
"""Under this name it stands in a kept day, beside counts and times."""


def of_day(connection: Connection, site_id: str, day: date) -> dict[str, int]:
    """Return how many visits of each service came to a counter on a day, by its tickets."""
    found = Counter[str]()
    for _, services, count in _in_rows(connection, site_id, [day]):
        found.update(dict.fromkeys(services, count))
    return dict(sorted(found.items()))


def by_month(
    connection: Connection, site_ids: Collection[str], first: date, last: date
) -> Counter[tuple[str, str]]:
    """Return how many visits of each service came to a counter: (service, "2026-03") → count.

    Days that are over are read as they were kept; of the others the tickets are counted.
    """
    found = Counter[tuple[str, str]]()
    for site_id in site_ids:
        known, others = kept(connection, site_id, CAME, first, last)
        for day, came in known.items():
            month = month_of(day)
            found.update({(service, month): count for service, count in came.items()})
        for day, services, count in _in_rows(connection, site_id, others):
            found.update(dict.fromkeys(((service, month_of(day)) for service in services), count))
    return found


def _in_rows(
    connection: Connection, site_id: str, days: Collection[date]
) -> Iterator[tuple[date, list[str], int]]:
    """Yield days, the services of a concern, and how many came with it: the database adds up equal ones."""
    day, concern = TICKET.c.business_day, sa.cast(TICKET.c.concern, sa.Text)
    came = TICKET.c.started_at.is_not(None) | (TICKET.c.state == TicketState.FINISHED)
    query = (
        sa.select(day, concern, sa.func.count())
        .where(TICKET.c.site_id == site_id, day.in_(days), came)
        .group_by(day, concern)
    )
    for on, services, count in connection.execute(query):
        yield on, [service for service, _ in json.loads(services)], count
