"""The sheets of today and tomorrow, made anew by the running server when what stands on them changes.

What must not live here: how one is made; that runs in a process of its own, off the road.
"""

import logging
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from typing import Final, Protocol

from queue_server.live.repeating import Repeating

LOOK_EVERY_S: Final = 60.0
"""Bookings that come one after the other are one change."""
QUEUE_EVERY: Final = timedelta(minutes=5)
"""Who waits changes all day long; so old may that part of the paper be."""
log = logging.getLogger(__name__)


class Seen(Protocol):
    """Marks that change with what the sheets would say: `book` soon, `queue` now and then."""

    @property
    def book(self) -> object: ...
    @property
    def queue(self) -> object: ...


class Maker(Protocol):
    async def make(self) -> str:
        """Make the sheets; return what went wrong in a sentence, or nothing."""


class DaySheets:
    """One task that looks once a minute. `maker` None: no sheets are made here."""

    def __init__(
        self, maker: Maker | None, see: Callable[[], Awaitable[Seen]], clock: Callable[[], datetime]
    ) -> None:
        self._error = ""
        self._maker = maker
        self._see = see
        self._clock = clock
        self._made: tuple[Seen, datetime] | None = None
        self._repeating = Repeating("looking at the day sheets", self.look, LOOK_EVERY_S, unhurried=True)

    @property
    def error(self) -> str:
        """What went wrong last, in a word or a sentence; empty when all is well."""
        return self._repeating.trouble or self._error

    def start(self) -> None:
        if self._maker is not None:
            self._repeating.start()

    async def stop(self) -> None:
        await self._repeating.stop()

    async def look(self) -> bool:
        """Make the sheets when they are no longer right; say whether that was tried."""
        if self._maker is None:
            return False
        seen, now = await self._see(), self._clock()
        if not self._is_due(seen, now):
            return False
        error = await self._maker.make()
        if error and error != self._error:  # not at each turn: a folder that is gone would fill the log
            log.error("the day sheets could not be made: %s", error)
        self._error = error
        if not error:
            self._made = (seen, now)
        return True

    def _is_due(self, seen: Seen, now: datetime) -> bool:
        if self._made is None:
            return True
        made, at = self._made
        return made.book != seen.book or (made.queue != seen.queue and now - at >= QUEUE_EVERY)
