"""Whether the figures that are kept of a day are what its log says.

Days of an older version, and those whose log is forgotten, are left alone: what was counted of them stays.
What must not live here: counting (`domain.figures`), and mending (`adapters.rebuilding`).
"""

from collections.abc import Callable, Iterator, Mapping
from datetime import date
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from queue_server.adapters import came, missing_documents, served_visits
from queue_server.adapters.came import CAME
from queue_server.adapters.day_figures import count_day, days_before
from queue_server.adapters.missing_documents import LACKED
from queue_server.adapters.tables.figures import DAY_FIGURES
from queue_server.adapters.town.store import zone_of
from queue_server.domain.figures.day import VERSION
from queue_server.domain.figures.tally import to_json

_BESIDE: Final[Mapping[str, Callable[[Connection, str, date], dict[str, Any]]]] = {
    CAME: came.of_day,
    LACKED: missing_documents.of_day,
}


def compare_figures(
    connection: Connection, site_id: str
) -> Iterator[tuple[date, tuple[str, object, object]]]:
    """Yield of each day the measures that are kept otherwise than counted now: by the log, and as kept."""
    zone = zone_of(connection, site_id)
    for day, kept in _kept(connection, site_id):
        counted = to_json(count_day(connection, site_id, day, zone))
        for group in ("counts", "times"):
            now, before = counted[group], kept.get(group, {})
            for measure in sorted({*now, *before}):
                if now.get(measure) != before.get(measure):
                    yield day, (measure, now.get(measure), before.get(measure))
        for name, count in _BESIDE.items():
            if (now := count(connection, site_id, day)) != (before := kept.get(name, {})):
                yield day, (name, now, before)
    in_log = set(days_before(connection, site_id, date.max))
    for day, lasted in served_visits.read_kept(connection, site_id, date.min, date.max).items():
        if day in in_log and (told := served_visits.of_day(connection, site_id, day)) != lasted:
            yield day, ("service times", len(told), len(lasted))


def _kept(connection: Connection, site_id: str) -> list[tuple[date, dict[str, Any]]]:
    """Return what is kept of the days whose log is still there."""
    in_log = set(days_before(connection, site_id, date.max))
    mine = (DAY_FIGURES.c.site_id == site_id) & (DAY_FIGURES.c.version == VERSION)
    query = sa.select(DAY_FIGURES.c.business_day, DAY_FIGURES.c.body).where(mine)
    rows = connection.execute(query.order_by(DAY_FIGURES.c.business_day)).all()
    return [(day, body) for day, body in rows if day in in_log]
