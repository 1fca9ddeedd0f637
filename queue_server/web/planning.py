"""Does what was planned when its local day begins, and at start what was due while no server ran.

What must not live here: what a change does and whether it still fits (`adapters.planned_changes`).
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from functools import partial
from typing import Final

from queue_server.web.house import House

DUE_S: Final = 1.0
AGAIN: Final = timedelta(minutes=1)
"""So often what could not be done is tried: a counter is still in use, or something no longer fits."""


class Planning:
    """One for a process. Of several servers the first one does it; the others see a new set-up."""

    def __init__(self, house: House) -> None:
        self._house = house
        self._version: int | None = None
        self._moments: Sequence[datetime] = ()
        self._not_before: datetime | None = None

    async def turn(self) -> None:
        """Look whether a day has come. It compares two moments, and asks nobody until one has come.

        Asking whether something is due read every town's set-up, 53 ms in each second of an evening.
        """
        house, now = self._house, self._house.clock()
        await self._renew()
        if self._not_before is None or now < self._not_before:
            return
        done = await house.write(partial(house.settlement.apply_due, now=now))
        later = (one for one in self._moments if one > now)
        self._not_before = min((now + AGAIN, *later))
        if done:
            self._version = None  # one that changed nothing any more raised none
            await house.renew_settings()

    async def _renew(self) -> None:
        """Take up when the next of what is planned begins, once for each version of the set-up."""
        version = self._house.hub.config_version
        if version == self._version:
            return
        self._moments = await self._house.read(self._house.settlement.due_moments)
        self._not_before = next(iter(self._moments), None)
        self._version = version
