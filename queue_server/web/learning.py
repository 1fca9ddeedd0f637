"""How long visits really take: worked out once a day for each town, from the last weeks' log of its sites.

It is derived and not kept: a restart works it out anew. What must not live here: what is made of the times
(`domain.durations`), and proposing anything (`web.admin.page_durations`).
"""

import asyncio
from collections.abc import Callable, Sequence
from datetime import date, datetime, timedelta
from functools import partial
from typing import Final
from zoneinfo import ZoneInfo

from sqlalchemy.engine import Connection

from queue_server.domain.business_day import business_day
from queue_server.domain.durations.known import DAYS, durations_of
from queue_server.domain.durations.served import Served
from queue_server.domain.town import Town
from queue_server.live.repeating import OneByOne
from queue_server.web.house import House

LOOK_S: Final = 300.0
AGAIN: Final = timedelta(hours=20)
BREATH_S: Final = 0.02

OfDay = Callable[[Connection, str, date], Sequence[Served]]
Minutes = tuple[tuple[str, int, int, int], ...]


class Learning:
    """Keeps `House.durations`."""

    def __init__(self, house: House, of_day: OfDay) -> None:
        self._house, self._of_day = house, of_day
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
        served: list[Served] = []
        today = business_day(now, ZoneInfo(town.sites[0].time_zone))
        first, last = today - timedelta(days=DAYS), today - timedelta(days=1)
        for site in town.sites:
            for days in range(DAYS):
                day = first + timedelta(days=days)
                served += await self._house.read(_reading(self._of_day, site.id, day))
                await asyncio.sleep(BREATH_S)
        work = partial(durations_of, served, town.services, first, last)
        self._house.durations[town.id] = await asyncio.to_thread(work)


def _minutes(town: Town) -> Minutes:
    return tuple((one.id, one.minutes, one.further_minutes, one.included) for one in town.services)


def _reading(of_day: OfDay, site_id: str, day: date) -> Callable[[Connection], Sequence[Served]]:
    return lambda connection: of_day(connection, site_id, day)
