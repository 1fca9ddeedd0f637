"""Does what was planned when its local day begins, and at start what was due while no server ran.

What must not live here: what a change does and whether it still fits (`adapters.planned_changes`).
"""

from datetime import datetime, timedelta
from functools import partial
from typing import Final

from queue_server.web.house import House

DUE_S: Final = 1.0
AGAIN: Final = timedelta(minutes=1)
"""So often what could not be done is tried: a counter is still in use, or something no longer fits."""
_FURTHEST: Final = timedelta(hours=14)
"""No clock on earth is further ahead of UTC."""


class Planning:
    """One for a process. Of several servers the first one does it; the others see a new set-up."""

    def __init__(self, house: House) -> None:
        self._house = house
        self._not_before: datetime | None = None

    async def turn(self) -> None:
        """Look whether a day has come. Costs nothing where none is near."""
        house, now = self._house, self._house.clock()
        if not self._is_near(now) or (self._not_before is not None and now < self._not_before):
            return
        if not await house.read(partial(house.settlement.is_due, now=now)):
            return
        done = await house.write(partial(house.settlement.apply_due, now=now))
        self._not_before = None if done else now + AGAIN
        if done:
            await house.renew_settings()

    def _is_near(self, now: datetime) -> bool:
        latest = (now + _FURTHEST).date()
        return any(
            era.begins_on is not None and era.begins_on <= latest
            for eras in self._house.settlement.eras.values()
            for era in eras.all
        )
