"""What is read for the report of missing documents: notes, visits, and the services as they once were.

What must not live here: what it adds up to (`domain.missing_documents`).
"""

import json
from collections import Counter
from collections.abc import Collection
from datetime import date

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from queue_server.adapters.rows.base import TICKET, read_about_documents
from queue_server.adapters.town.plain import read_value
from queue_server.adapters.town.store import SETTING
from queue_server.domain.missing_documents import Noted, month_of
from queue_server.domain.ticket import TicketState
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
    """Return how many visits of each service came to a counter, by month: (service, "2026-03") → count.

    The database adds up what has the same concern: a year of visits is some hundred rows. First by day, then
    the days by month: asking each of 600,000 visits for its month took a third longer.
    """
    day, concern = TICKET.c.business_day, sa.cast(TICKET.c.concern, sa.Text).label("concern")
    came = TICKET.c.started_at.is_not(None) | (TICKET.c.state == TicketState.FINISHED)
    days = (
        sa.select(day, concern, sa.func.count().label("count"))
        .where(TICKET.c.site_id.in_(site_ids), day.between(first, last), came)
        .group_by(day, concern)
        .subquery()
    )
    year, month = (sa.extract(part, days.c.business_day) for part in ("year", "month"))
    query = sa.select(year, month, days.c.concern, sa.func.sum(days.c.count)).group_by(
        year, month, days.c.concern
    )
    found: Counter[tuple[str, str]] = Counter()
    for in_year, in_month, services, count in connection.execute(query):
        for service, _ in json.loads(services):
            found[service, f"{int(in_year):04}-{int(in_month):02}"] += int(count)
    return found


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
