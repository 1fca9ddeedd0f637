"""Looks after each reading of a clerk's calendar whether our entries stand there as we wrote them.

What the clerk did with one is noted, so that desk and clerk are told; what is booked and does not stand
there yet, because the calendar was linked only now, is written. What must not live here: reading (it has just
been done, `adapters.calendars`), and what to make of an entry (`web.calendar_delivery`).
"""

import logging
from datetime import datetime
from typing import Final

from queue_server.live.repeating import Repeating
from queue_server.web.calendar_delivery import CalendarDelivery
from queue_server.web.house import House

LOOK_EVERY_S: Final = 5.0
log = logging.getLogger(__name__)


class CalendarWatch:
    """One task. Nothing is kept here that a restart could lose."""

    def __init__(self, house: House, delivery: CalendarDelivery) -> None:
        self._house = house
        self._delivery = delivery
        self._seen: dict[str, datetime] = {}
        self._repeating = Repeating("looking into calendars", self.look, LOOK_EVERY_S, unhurried=True)

    def start(self) -> None:
        self._repeating.start()

    async def stop(self) -> None:
        await self._repeating.stop()

    async def look(self) -> None:
        """Look at every calendar that was read since the last time."""
        for clerk_id, listing in self._house.clerk_calendars.listings().items():
            if self._seen.get(clerk_id) == listing.read_at:
                continue
            self._seen[clerk_id] = listing.read_at
            try:
                await self._delivery.look_after(clerk_id, listing.read_at, listing.etags)
            except Exception as trouble:  # the calendar, or the database: after the next reading again
                word = getattr(trouble, "word", type(trouble).__name__)
                log.warning("entries in the calendar of %s could not be looked at (%s)", clerk_id, word)
