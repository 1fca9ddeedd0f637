"""A real recent day of a service, lived through again with the minutes that are proposed for it.

What lives here: finding that day. What must not: living through it (`domain.durations.real_day`), and words.
"""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import partial
from typing import Final
from zoneinfo import ZoneInfo

from sqlalchemy.engine import Connection

from queue_server.domain.business_day import business_day
from queue_server.domain.durations.proposing import Proposal
from queue_server.domain.durations.real_day import RealDay, is_telling, real_day
from queue_server.domain.events import Recorded
from queue_server.domain.simulation.demand import Booked
from queue_server.domain.simulation.disciplines import Ours
from queue_server.domain.simulation.past import plan_of
from queue_server.domain.town import Service, Site
from queue_server.web.house import House

DAYS: Final = 7
"""So many days back somebody still knows the day; and each that is looked at has to be read."""


@dataclass(frozen=True, slots=True)
class Shown:
    """A day with the site that it was at."""

    site: Site
    day: RealDay


async def recent_day(house: House, service: Service, made: Proposal) -> Shown | None:
    """Return the newest telling day of the last week; None where there is none."""
    sites = [house.directory.sites[id_][1] for id_ in service.site_ids if id_ in house.directory.sites]
    for back in range(1, DAYS + 1):
        for site in sites:
            on = business_day(house.clock(), ZoneInfo(site.time_zone)) - timedelta(days=back)
            log, book = await house.read(partial(_recorded, house, site.id, on))
            if log and (found := await asyncio.to_thread(_lived, log, book, on, site, service, made)):
                return Shown(site, found)
    return None


def _recorded(
    house: House, site_id: str, on: date, connection: Connection
) -> tuple[Sequence[Recorded], Sequence[Booked]]:
    days = house.recorded_days
    log = days.log_of(connection, site_id, on)
    return log, days.book_of(connection, site_id, on) if log else ()


def _lived(
    log: Sequence[Recorded],
    book: Sequence[Booked],
    on: date,
    site: Site,
    service: Service,
    made: Proposal,
) -> RealDay | None:
    plan = plan_of(log, on)
    if not is_telling(plan, book, service):
        return None
    rule = Ours(site.patience_factor, timedelta(minutes=site.grace_min))
    return real_day(plan, book, service, made, rule)
