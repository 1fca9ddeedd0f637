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
from queue_server.domain.simulation.demand import Booked
from queue_server.domain.simulation.disciplines import Ours
from queue_server.domain.simulation.past import plan_of
from queue_server.domain.simulation.plan import DayPlan
from queue_server.domain.town import Service, Site
from queue_server.web.house import House

DAYS: Final = 7
"""So many days back somebody still knows the day; and each that is looked at has to be read."""


@dataclass(frozen=True, slots=True)
class Shown:
    """A day with the site that it was at."""

    site: Site
    day: RealDay


class RecentDays:
    """The days of the last week, each read once, however many proposals are looked at together."""

    def __init__(self, house: House) -> None:
        self._house = house
        self._read: dict[tuple[str, date], tuple[DayPlan | None, Sequence[Booked]]] = {}

    async def newest(self, service: Service, made: Proposal) -> Shown | None:
        """Return the newest day that tells of a service, with its new minutes; None where there is none."""
        directory = self._house.directory.sites
        sites = [directory[id_][1] for id_ in service.site_ids if id_ in directory]
        for back in range(1, DAYS + 1):
            for site in sites:
                on = business_day(self._house.clock(), ZoneInfo(site.time_zone)) - timedelta(days=back)
                plan, book = await self._day(site.id, on)
                if plan is not None and is_telling(plan, book, service):
                    rule = Ours(site.patience_factor, timedelta(minutes=site.grace_min))
                    return Shown(site, await asyncio.to_thread(real_day, plan, book, service, made, rule))
        return None

    async def _day(self, site_id: str, on: date) -> tuple[DayPlan | None, Sequence[Booked]]:
        found = self._read.get((site_id, on))
        if found is None:
            read = partial(_recorded, self._house, site_id, on)
            found = self._read[site_id, on] = await self._house.read(read)
        return found


def _recorded(
    house: House, site_id: str, on: date, connection: Connection
) -> tuple[DayPlan | None, Sequence[Booked]]:
    """Return a day and its book; no plan where nobody was called."""
    days = house.recorded_days
    log = days.log_of(connection, site_id, on)
    return (plan_of(log, on), days.book_of(connection, site_id, on)) if log else (None, ())
