"""Which waits were told on a day, who was called when, and how appointments were kept.

What was told with a number stands in the log, what a visitor's page showed later in a table beside it. What
must not live here: what it comes to (`domain.estimate_outcomes`, `domain.later_ranges`,
`domain.forecast.arrival_habits`), and when a range is noted (`live.told_ranges`).
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from queue_server.adapters.forgetting.nightly import sites_at_night
from queue_server.adapters.rows.base import EVENT
from queue_server.adapters.rows.stream_rows import STREAM
from queue_server.adapters.tables.figures import TOLD_RANGE
from queue_server.domain import estimate_outcomes
from queue_server.domain.entry import Entry
from queue_server.domain.estimate_outcomes import DAYS, Outcome, outcomes_of
from queue_server.domain.forecast import arrival_habits, turnover
from queue_server.domain.forecast.arrival_habits import Arrivals
from queue_server.domain.forecast.turnover import Turnovers
from queue_server.domain.later_ranges import Noted, Told, later_outcomes_of

_INSERT = TOLD_RANGE.insert()


class DayOutcomes(NamedTuple):
    """What became of a day's estimates: told with the number, and shown later."""

    first: list[Outcome]
    later: list[Outcome]


def of_day(connection: Connection, site_id: str, day: date) -> DayOutcomes:
    """Return what became of the estimates of a business day."""
    entries = list(_entries(connection, site_id, day, estimate_outcomes.KINDS))
    return DayOutcomes(outcomes_of(entries), later_outcomes_of(entries, shown(connection, site_id, day)))


def arrivals(connection: Connection, site_id: str, day: date) -> Arrivals:
    """Return how the appointments of a business day were kept."""
    return arrival_habits.arrivals_of(_entries(connection, site_id, day, arrival_habits.KINDS))


def turnovers(connection: Connection, site_id: str, day: date) -> Turnovers:
    """Return how long the counters took between visits on a business day."""
    return turnover.turnovers_of(_entries(connection, site_id, day, turnover.KINDS))


def keep(connection: Connection, noted: Sequence[Noted]) -> None:
    """Keep what pages showed."""
    rows = [
        {
            "organisation_id": one.organisation_id,
            "site_id": one.site_id,
            "business_day": one.business_day,
            "ticket_id": one.told.ticket,
            "at": one.told.at,
            "from_min": one.told.from_min,
            "to_min": one.told.to_min,
        }
        for one in noted
    ]
    connection.execute(_INSERT, rows)


def shown(connection: Connection, site_id: str, day: date) -> list[Told]:
    """Return what pages showed on a business day, as it was noted."""
    row = TOLD_RANGE.c
    query = sa.select(row.at, row.ticket_id, row.from_min, row.to_min).order_by(row.id)
    return [Told(*one) for one in connection.execute(query.where(_of(site_id, day)))]


def forget(connection: Connection, now: datetime, zones: Mapping[str, str]) -> int:
    """Delete what is not judged by any more: at night, at each site one day at most; return how many.

    A day at a time, for a large hall's has some thousands.
    """
    all_sites = connection.execute(sa.select(STREAM.c.site_id)).scalars()
    gone = 0
    for site_id in sites_at_night(now, {id_: zones.get(id_, "UTC") for id_ in all_sites}):
        first = now.astimezone(ZoneInfo(zones.get(site_id, "UTC"))).date() - timedelta(days=DAYS)
        days = sa.select(sa.func.min(TOLD_RANGE.c.business_day)).where(TOLD_RANGE.c.site_id == site_id)
        oldest = connection.execute(days).scalar()
        if oldest is not None and oldest < first:
            gone += connection.execute(sa.delete(TOLD_RANGE).where(_of(site_id, oldest))).rowcount
    return gone


def _of(site_id: str, day: date) -> sa.ColumnElement[bool]:
    return (TOLD_RANGE.c.site_id == site_id) & (TOLD_RANGE.c.business_day == day)


def _entries(connection: Connection, site_id: str, day: date, kinds: Collection[str]) -> Iterator[Entry]:
    query = sa.select(EVENT.c.seq, EVENT.c.at, EVENT.c.type, EVENT.c.payload).order_by(EVENT.c.seq)
    mine = (EVENT.c.site_id == site_id) & (EVENT.c.business_day == day) & EVENT.c.type.in_(kinds)
    return (Entry(*row) for row in connection.execute(query.where(mine)))
