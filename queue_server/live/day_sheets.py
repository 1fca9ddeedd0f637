"""The sheets of today and tomorrow, made anew by the running server when what stands on them changes.

What must not live here: how one is made; that runs in a process of its own, off the road.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from typing import Final, Protocol

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
        self.error = ""
        self._maker = maker
        self._see = see
        self._clock = clock
        self._made: tuple[Seen, datetime] | None = None
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        if self._maker is not None:
            self._task = asyncio.create_task(self._run(), name="day sheets")

    async def stop(self) -> None:
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)

    async def look(self) -> bool:
        """Make the sheets when they are no longer right; say whether that was tried."""
        if self._maker is None:
            return False
        seen, now = await self._see(), self._clock()
        if not self._is_due(seen, now):
            return False
        error = await self._maker.make()
        if error and error != self.error:  # not at each turn: a folder that is gone would fill the log
            log.error("the day sheets could not be made: %s", error)
        self.error = error
        if not error:
            self._made = (seen, now)
        return True

    def _is_due(self, seen: Seen, now: datetime) -> bool:
        if self._made is None:
            return True
        made, at = self._made
        return made.book != seen.book or (made.queue != seen.queue and now - at >= QUEUE_EVERY)

    async def _run(self) -> None:
        while True:
            await asyncio.sleep(LOOK_EVERY_S)  # first, too: a start is no time to be slow
            try:
                await self.look()
            except Exception as error:  # it is tried again
                if type(error).__name__ != self.error:
                    log.exception("the day sheets could not be looked at")
                self.error = type(error).__name__
