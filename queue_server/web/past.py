"""When the past of a hall is forgotten: at night, years later, and so slowly that nobody notices.

What must not live here: what is forgotten, and how (`adapters.hall_past`).
"""

import asyncio
from collections.abc import Mapping
from datetime import date, datetime, timedelta
from functools import partial
from typing import Any, Final, Protocol
from zoneinfo import ZoneInfo

from sqlalchemy.engine import Connection

from queue_server.web.house import House

LOOK_S: Final = 60.0
ONE_TURN: Final = 10
"""So many batches follow each other: a server that is stopped at night ends with one last turn."""
BREATH_S: Final = 0.05
NIGHTLY: Final = timedelta(hours=20)


class Rows(Protocol):
    """What forgets, as `adapters.hall_past` does."""

    def sites_to_look_at(
        self, connection: Connection, now: datetime, zones: Mapping[str, str]
    ) -> list[str]: ...

    def find_cut(self, connection: Connection, site_id: str, today: date, years: int) -> Any | None: ...
    def move_cut(self, connection: Connection, cut: Any, now: datetime) -> None: ...
    def delete_some(self, connection: Connection, site_id: str) -> int: ...


class Past:
    """Moves each site's cut once a night, by a month at most, and deletes what lies before it."""

    def __init__(self, house: House, rows: Rows) -> None:
        self._house = house
        self._rows = rows
        self._looked: dict[str, datetime] = {}

    async def turn(self) -> None:
        """Do a little of it; nothing by day."""
        now = self._house.clock()
        zones = {id_: site.time_zone for id_, (_, site) in self._house.directory.sites.items()}
        sites = await self._house.read(partial(self._rows.sites_to_look_at, now=now, zones=zones))
        for site_id in sites:
            await self._look(site_id, now, zones.get(site_id, "UTC"))
        for site_id in sites:
            for _ in range(ONE_TURN):
                if not await self._house.write(partial(self._rows.delete_some, site_id=site_id)):
                    break
                await asyncio.sleep(BREATH_S)

    async def _look(self, site_id: str, now: datetime, zone: str) -> None:
        """Move the cut. Outside of the writer's time: what is long over changes no more."""
        looked = self._looked.get(site_id)
        if looked is not None and timedelta(0) <= now - looked < NIGHTLY:
            return
        today, years = now.astimezone(ZoneInfo(zone)).date(), self._house.settings.past_years
        cut = await self._house.read(partial(self._rows.find_cut, site_id=site_id, today=today, years=years))
        if cut is not None:
            await self._house.write(partial(self._rows.move_cut, cut=cut, now=now))
        self._looked[site_id] = now
