"""What is read for the report of missing documents: notes, visits, and the services as they once were.

What must not live here: what it adds up to (`domain.missing_documents`).
"""

from collections import Counter, defaultdict
from collections.abc import Collection
from datetime import date
from operator import itemgetter
from typing import Final

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from queue_server.adapters import came
from queue_server.adapters.kept_beside import kept
from queue_server.adapters.rows.base import EVENT
from queue_server.adapters.tables.hall import ABOUT_DOCUMENTS
from queue_server.adapters.town.plain import read_value
from queue_server.adapters.town.store import SETTING
from queue_server.domain.events import Event, event_of
from queue_server.domain.missing_documents import Counts, missed_in, month_of
from queue_server.domain.town import Service

LACKED: Final = "lacked"
"""Under this name it stands in a kept day, beside counts and times."""


def of_day(connection: Connection, site_id: str, day: date) -> dict[str, dict[str, int]]:
    """Return how often documents were missing on a day, by its log: service → document → count."""
    found: dict[str, dict[str, int]] = {}
    for (service, document), count in missed_in(_noted(connection, site_id, [day]).get(day, ())).items():
        found.setdefault(service, {})[document] = count
    return found


def counts(connection: Connection, site_ids: Collection[str], first: date, last: date) -> Counts:
    """Return how often each document was missing, by month.

    Days that are over are read as they were kept; of the others the log is read.
    """
    found: defaultdict[tuple[str, str], Counter[str]] = defaultdict(Counter)
    for site_id in site_ids:
        known, others = kept(connection, site_id, LACKED, first, last)
        for day, lacked in known.items():
            month = month_of(day)
            for service, of_service in lacked.items():
                for document, count in of_service.items():
                    found[service, document][month] += count
        for day, events in _noted(connection, site_id, others).items():
            for what, count in missed_in(events).items():
                found[what][month_of(day)] += count
    return found


def _noted(connection: Connection, site_id: str, days: Collection[date]) -> dict[date, list[Event]]:
    """Return what was noted on these days, each day's in order, by the index of such entries."""
    columns = EVENT.c.seq, EVENT.c.business_day, EVENT.c.type, EVENT.c.payload
    mine = (EVENT.c.site_id == site_id) & EVENT.c.business_day.in_(days)
    rows = connection.execute(sa.select(*columns).where(mine, sa.text(ABOUT_DOCUMENTS)))
    found: dict[date, list[Event]] = {}
    # Put in order here: told to do it, SQLite goes through the whole log of the site by its key.
    for _, day, kind, payload in sorted(rows, key=itemgetter(0)):
        found.setdefault(day, []).append(event_of(kind, payload))
    return found


def visits(
    connection: Connection, site_ids: Collection[str], first: date, last: date
) -> Counter[tuple[str, str]]:
    """Return how many visits of each service came to a counter, by month: (service, "2026-03") → count."""
    return came.by_month(connection, site_ids, first, last)


def versions(connection: Connection, organisation_id: str, service_ids: Collection[str]) -> list[Service]:
    """Return these services in all their versions, the newest first; also of those that are gone."""
    query = (
        sa.select(SETTING.c.body)
        .where(
            SETTING.c.organisation_id == organisation_id,
            SETTING.c.kind == "service",
            SETTING.c.id.in_(service_ids),
        )
        .order_by(SETTING.c.version.desc())
    )
    return [read_value(Service, body) for body in connection.execute(query).scalars() if body is not None]
