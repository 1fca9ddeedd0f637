"""How often the waits that were told held, how appointments are kept, and what lies between two visits.

Worked out once a day for each site, from the last weeks' log and from what pages showed. It is derived and
not kept: a restart works it out anew. What must not live here: what counts as held
(`domain.estimate_outcomes`, `domain.later_ranges`), and what a site's habits are
(`domain.forecast.arrival_habits`, `turnover`).
"""

import asyncio
from dataclasses import replace
from datetime import date, datetime, timedelta
from functools import partial
from typing import Final
from zoneinfo import ZoneInfo

from sqlalchemy.engine import Connection

from queue_server.domain.business_day import business_day
from queue_server.domain.estimate_outcomes import DAYS
from queue_server.domain.figures.hit_rate import HitRate, Judging
from queue_server.domain.forecast.arrival_habits import Arrivals, habits_of
from queue_server.domain.forecast.drawing import Habits
from queue_server.domain.forecast.turnover import DAYS as TURNOVER_DAYS
from queue_server.domain.forecast.turnover import Turnovers, paced
from queue_server.domain.service_times import Configured
from queue_server.live.forecasts import Knowledge
from queue_server.live.repeating import OneByOne
from queue_server.web.house import House
from queue_server.web.ports import ToldEstimates

LOOK_S: Final = 300.0
AGAIN: Final = timedelta(hours=20)
BREATH_S: Final = 0.02
USUAL: Final = Habits()


class HitRates:
    """Keeps `House.hit_rates`, and tells what the next ranges are widened by."""

    def __init__(self, house: House) -> None:
        self._house = house
        self._worked_out: dict[str, datetime] = {}
        self._one_by_one = OneByOne("counting what held")
        self._habits: dict[str, Habits] = {}

    def knowledge(self, site_id: str) -> Knowledge:
        """Return what a forecast of the site may build on."""
        known = self._house.hit_rates.get(site_id)
        town, site = self._house.directory.sites[site_id]
        durations = self._house.durations.get(town.id)
        return Knowledge(
            times=Configured() if durations is None else durations.times,
            habits=replace(self._habits.get(site_id, USUAL), grace_min=site.grace_min),
            widened=1.0 if known is None else known.widened,
        )

    async def turn(self) -> None:
        """Work out what is older than a day; a day of one site after the other, with pauses."""
        now = self._house.clock()
        for site_id, (_, site) in list(self._house.directory.sites.items()):
            last = self._worked_out.get(site_id)
            if last is not None and timedelta(0) <= now - last < AGAIN:
                continue
            if await self._one_by_one.at(site_id, self._work_out(site_id, ZoneInfo(site.time_zone), now)):
                self._worked_out[site_id] = now

    async def _work_out(self, site_id: str, zone: ZoneInfo, now: datetime) -> None:
        today = business_day(now, zone)
        rate, arrivals = await self._last_weeks(site_id, zone, today)
        self._house.hit_rates[site_id] = rate
        self._habits[site_id] = paced(habits_of(arrivals, USUAL), await self._turnovers(site_id, today))

    async def _turnovers(self, site_id: str, today: date) -> Turnovers:
        found = Turnovers()
        for days in range(1, TURNOVER_DAYS + 1):
            read = partial(
                self._house.told_estimates.turnovers, site_id=site_id, day=today - timedelta(days=days)
            )
            found.add(await self._house.read(read))
            await asyncio.sleep(BREATH_S)
        return found

    async def _last_weeks(self, site_id: str, zone: ZoneInfo, today: date) -> tuple[HitRate, Arrivals]:
        """Return what the log says. The running day tells of estimates alone: who is missed comes last."""
        log, judging, arrivals = self._house.told_estimates, Judging(zone), Arrivals()
        for days in range(DAYS):
            day = today - timedelta(days=days)
            await self._house.read(partial(_judge, judging, log, site_id=site_id, day=day))
            if days > 0:
                arrivals.add(await self._house.read(partial(log.arrivals, site_id=site_id, day=day)))
            await asyncio.sleep(BREATH_S)
        return judging.rate(), arrivals


def _judge(judging: Judging, log: ToldEstimates, connection: Connection, site_id: str, day: date) -> None:
    """Add up a day, away from the event loop: a large hall's pages show some thousand ranges."""
    judging.add(*log.of_day(connection, site_id, day))
