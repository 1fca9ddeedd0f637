"""How long visits really take: worked out once a day for each town, from the last weeks of its sites.

Of each day that is over the log is read once, and what it tells is kept; so a start, or other minutes, read
what is new and no more. What must not live here: what is made of the times (`domain.durations`), how they are
kept, and proposing anything (`web.admin.page_durations`).
"""

import asyncio
from collections.abc import Iterable, Sequence
from datetime import date, datetime, timedelta
from functools import partial
from typing import Final, Protocol
from zoneinfo import ZoneInfo

from sqlalchemy.engine import Connection

from queue_server.domain.business_day import business_day
from queue_server.domain.durations.known import DAYS, durations_of
from queue_server.domain.durations.served import Lasted
from queue_server.domain.town import Town
from queue_server.live.repeating import OneByOne
from queue_server.web.house import House

LOOK_S: Final = 60.0
AGAIN: Final = timedelta(hours=20)
BREATH_S: Final = 0.02

Minutes = tuple[tuple[str, int, int, int], ...]


class Rows(Protocol):
    """What reads and keeps days, as `adapters.served_visits` does."""

    def of_day(self, connection: Connection, site_id: str, day: date) -> list[Lasted]: ...
    def of_days(self, connection: Connection, site_id: str, first: date, last: date) -> Sequence[Lasted]: ...
    def days_to_keep(
        self, connection: Connection, site_id: str, first: date, last: date
    ) -> Iterable[date]: ...
    def keep_day(
        self, connection: Connection, site_id: str, day: date, lasted: list[Lasted], first: date
    ) -> None: ...


class Learning:
    """Keeps `House.durations`."""

    def __init__(self, house: House, rows: Rows) -> None:
        self._house, self._rows = house, rows
        self._worked_out: dict[str, tuple[datetime, Minutes]] = {}
        self._one_by_one = OneByOne("learning")

    async def turn(self) -> None:
        """Work out what is older than a day, or was for other minutes; a day after the other, with pauses."""
        now = self._house.clock()
        for town in {town.id: town for town, _ in self._house.directory.sites.values()}.values():
            at, minutes = self._worked_out.get(town.id, (now - AGAIN, ()))
            if minutes == _minutes(town) and timedelta(0) <= now - at < AGAIN:
                continue
            if await self._one_by_one.at(town.id, self._learn(town, now)):
                self._worked_out[town.id] = (now, _minutes(town))

    async def _learn(self, town: Town, now: datetime) -> None:
        house, lasted = self._house, list[Lasted]()
        today = business_day(now, ZoneInfo(town.sites[0].time_zone))
        first, last = today - timedelta(days=DAYS), today - timedelta(days=1)
        for site in town.sites:
            await self._keep(site.id, first, last)
            lasted += await house.read(partial(self._rows.of_days, site_id=site.id, first=first, last=last))
            await asyncio.sleep(BREATH_S)
        work = partial(durations_of, lasted, town.services, first, last)
        house.durations[town.id] = await asyncio.to_thread(work)

    async def _keep(self, site_id: str, first: date, last: date) -> None:
        """Read from the log, in a reader's thread, the days that are not kept; the writer takes the row."""
        house, rows = self._house, self._rows
        for day in await house.read(partial(rows.days_to_keep, site_id=site_id, first=first, last=last)):
            found = await house.read(partial(rows.of_day, site_id=site_id, day=day))
            await house.write(partial(rows.keep_day, site_id=site_id, day=day, lasted=found, first=first))
            await asyncio.sleep(BREATH_S)


def _minutes(town: Town) -> Minutes:
    return tuple((one.id, one.minutes, one.further_minutes, one.included) for one in town.services)
