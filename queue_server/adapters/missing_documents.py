"""What is read for the report of missing documents: notes, visits, and the services as they once were.

What must not live here: what it adds up to (`domain.missing_documents`).
"""

from collections import Counter
from collections.abc import Collection
from datetime import date

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from queue_server.adapters import came
from queue_server.adapters.rows.base import read_about_documents
from queue_server.adapters.town.plain import read_value
from queue_server.adapters.town.store import SETTING
from queue_server.domain.missing_documents import Noted, month_of
from queue_server.domain.town import Service


def noted(connection: Connection, site_ids: Collection[str], first: date, last: date) -> list[Noted]:
    """Return what was noted at these sites, each site's in order."""
    return [
        Noted(site_id, month_of(day), event)
        for site_id in site_ids
        for day, event in read_about_documents(connection, site_id, first, last)
    ]


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
