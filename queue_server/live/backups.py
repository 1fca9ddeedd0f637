"""A backup each night by the running server itself, and how the backups stand.

When it is due is asked of the backups that lie there: a restart makes neither a second one nor none. What
must not live here: how one is made; that runs in a process of its own, off the road.
"""

import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta, tzinfo
from typing import Final, Protocol

from queue_server.live.hanging import PATIENCE_S, Hanging
from queue_server.live.repeating import Repeating

LOOK_EVERY_S: Final = 600.0
NIGHT: Final = range(2, 5)
"""Local hours, behind the first of those in which people are erased."""
ONCE: Final = timedelta(hours=12)
"""One that is younger is tonight's."""
OVERDUE: Final = timedelta(hours=26)
"""Where the machine is switched off at night, it is made by day."""
log = logging.getLogger(__name__)


class Maker(Protocol):
    """Makes a backup apart from this process, and knows those that lie there."""

    def newest(self) -> datetime | None:
        """Return when the newest was made; may wait for a disk, or for ever."""

    async def make(self) -> str:
        """Make one; return what went wrong in a sentence, or nothing."""


@dataclass(frozen=True, slots=True)
class BackupState:
    """How old the newest backup is, None when there is none, and what went wrong last, if anything."""

    age_s: int | None
    error: str


def is_due(newest: datetime | None, now: datetime, zone: tzinfo) -> bool:
    """Say whether a backup should be made now."""
    if newest is not None and timedelta(0) <= now - newest < ONCE:
        return False
    if now.astimezone(zone).hour in NIGHT:
        return True
    return newest is None or not timedelta(0) <= now - newest < OVERDUE


class Backups:
    """One task that looks every ten minutes. `maker` None: no backups are made here."""

    def __init__(
        self, maker: Maker | None, clock: Callable[[], datetime], zone: Callable[[], tzinfo]
    ) -> None:
        self._maker = maker
        self._clock = clock
        self._zone = zone
        self._error = ""
        self._failed_at: datetime | None = None
        self._folder = Hanging[datetime | None](PATIENCE_S)
        self._repeating = Repeating("looking at the backups", self.look, LOOK_EVERY_S, unhurried=True)

    def start(self) -> None:
        if self._maker is not None:
            self._repeating.start()

    async def stop(self) -> None:
        await self._repeating.stop()

    async def state(self) -> BackupState:
        """Tell how the backups stand."""
        if self._maker is None:
            return BackupState(None, self._error)
        try:
            newest = await self._folder.run(self._maker.newest)
        except TimeoutError:
            return BackupState(None, "the folder does not answer")
        self._take_in(newest)
        age = None if newest is None else max(0, int((self._clock() - newest).total_seconds()))
        return BackupState(age, self._error or self._repeating.trouble)

    async def look(self) -> bool:
        """Make a backup when it is due; say whether one was tried."""
        maker = self._maker
        if maker is None:
            return False
        try:
            newest = await self._folder.run(maker.newest)
        except TimeoutError:  # `state` tells of it
            return False
        self._take_in(newest)
        if not is_due(newest, self._clock(), self._zone()):
            return False
        self._error, self._failed_at = await maker.make(), self._clock()
        if self._error:
            log.error("no backup could be made: %s", self._error)
        return True

    def _take_in(self, newest: datetime | None) -> None:
        """Forget what went wrong when somebody made a backup by hand since."""
        if newest is not None and self._failed_at is not None and newest > self._failed_at:
            self._error = ""
