"""What keeps the figures up: each day measured at noon, searches written down, days that are over counted.

Beside the road: a day is counted in a reader's thread, and the writer only takes the row. What must not
live here: what is counted (`domain.figures`), what is measured (`services.measuring`), and how it is kept.
"""

import asyncio
from collections.abc import Callable, Mapping
from datetime import date, tzinfo
from functools import partial
from typing import Any, Final, Protocol
from zoneinfo import ZoneInfo

from sqlalchemy.engine import Connection

from queue_server.domain.events import Event, SearchesFoundNothing
from queue_server.domain.town import Site
from queue_server.live.repeating import OneByOne
from queue_server.services import measuring
from queue_server.services.ports import Answer, Unit
from queue_server.web.house import House

LOOK_S: Final = 60.0
NOON: Final = 12
"""From this local hour on a day is measured: when people look for a time."""
WRITE_EVERY: Final = 5
"""Searches are written down each so many turns."""
AT_ONCE: Final = 30
"""So many days are counted in one turn: a year of a new release is there in a quarter of an hour."""
BREATH_S: Final = 0.2


class Rows(Protocol):
    """What counts and keeps, as `adapters.day_figures` does."""

    def count_to_keep(
        self, connection: Connection, site_id: str, day: date, zone: tzinfo
    ) -> Mapping[str, Any]: ...
    def keep_counted(
        self, connection: Connection, site_id: str, day: date, body: Mapping[str, Any]
    ) -> None: ...
    def days_to_count(self, connection: Connection, site_id: str, most: int) -> list[date]: ...
    def is_measured(self, connection: Connection, site_id: str, day: date) -> bool: ...


class Measuring:
    """Does what is due for each site, a turn a minute. Nothing is kept here that a restart could lose."""

    def __init__(self, house: House, rows: Rows) -> None:
        self._house = house
        self._rows = rows
        self._turns = 0
        self._measured: dict[str, date] = {}
        self._counted: dict[str, date] = {}
        self._uncountable: dict[str, tuple[date, set[date]]] = {}
        self._one_by_one = OneByOne("counting")

    async def turn(self) -> None:
        now = self._house.clock()
        self._turns += 1
        if self._turns % WRITE_EVERY == 0:
            await self.write_searches()
        for site_id, (_, site) in list(self._house.directory.sites.items()):
            local = now.astimezone(ZoneInfo(site.time_zone))
            if local.hour >= NOON:
                await self._one_by_one.at(f"{site_id} at noon", self._measure(site_id, local.date()))
            await self._one_by_one.at(site_id, self._count(site, local.date()))

    async def write_searches(self) -> None:
        for site_id in self._house.searches.sites():
            found = self._house.searches.take(site_id)
            if site_id in self._house.directory.sites:
                work = self._house.sequencer.do(site_id, _record(partial(_searched, found)))
                await self._one_by_one.at(f"the searches of {site_id}", work)

    async def _measure(self, site_id: str, today: date) -> None:
        """Measure the day, once; two processes in the same minute do it twice, and the first one counts."""
        if self._measured.get(site_id) == today:
            return
        house = self._house
        if not await house.read(partial(self._rows.is_measured, site_id=site_id, day=today)):
            earliest = []
            for service in await house.sequencer.look(site_id, measuring.bookable_services):
                # One by one: nobody's press waits for sixty of them.
                days = await house.sequencer.look(
                    site_id, partial(measuring.days_until_free, service_id=service)
                )
                if days is not None:
                    earliest.append((service, days))
            entry = partial(measuring.measured, earliest=tuple(earliest))
            await house.sequencer.do(site_id, _record(entry))
        self._measured[site_id] = today

    async def _count(self, site: Site, today: date) -> None:
        """Count the days that are over; once all are, nothing is asked until the next day.

        A day that cannot be counted is tried again the next day, and holds up none of the older ones.
        """
        if self._counted.get(site.id) == today:
            return
        house, rows, zone = self._house, self._rows, ZoneInfo(site.time_zone)
        since, failed = self._uncountable.get(site.id, (today, set()))
        failed = failed if since == today else set()
        self._uncountable[site.id] = (today, failed)
        most = AT_ONCE + len(failed)
        found = await house.read(partial(rows.days_to_count, site_id=site.id, most=most))
        days = [day for day in found if day not in failed]
        for day in days:
            if not await self._one_by_one.at(f"{site.id} on {day}", self._count_day(site.id, day, zone)):
                failed.add(day)
            await asyncio.sleep(BREATH_S)
        if not days and await house.sequencer.look(site.id, lambda unit: unit.hall.business_day) == today:
            self._counted[site.id] = today

    async def _count_day(self, site_id: str, day: date, zone: tzinfo) -> None:
        house, rows = self._house, self._rows
        body = await house.read(partial(rows.count_to_keep, site_id=site_id, day=day, zone=zone))
        await house.write(partial(rows.keep_counted, site_id=site_id, day=day, body=body))


def _searched(found: tuple[tuple[str, int], ...], _unit: Unit) -> SearchesFoundNothing:
    return SearchesFoundNothing(found)


def _record(entry: Callable[[Unit], Event]) -> Callable[[Unit], Answer]:
    def work(unit: Unit) -> Answer:
        unit.record([entry(unit)])
        return {}

    return work
