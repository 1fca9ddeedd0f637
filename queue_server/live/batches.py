"""A batch of commands in one transaction: run, shown to come, committed, and done again when it failed.

Runs in the writer's thread and knows of no other. Whose turn it is, and who is told what came of it, is
the business of `live.sequencer`.
"""

import contextlib
import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from queue_server.domain.errors import DiskFull, Refusal, RequestIdReused, StorageUnavailable
from queue_server.live.inbox import Command
from queue_server.services.ports import Answer, Storage, Unit

log = logging.getLogger(__name__)


@dataclass(slots=True)
class Moved:
    """What a commit changed: site → sequence number, and what the screens' pictures are built from."""

    sites: Mapping[str, int]
    pictures: dict[str, Any] = field(default_factory=dict)
    outage: StorageUnavailable | None = None


class Batches:
    """Runs batches on a storage.

    `picture(unit)` is what the screens' pictures are built from, of each site that a batch moves.
    `foretell` is called with all of them before the disk is asked to keep the batch: nothing of it may be
    shown yet, and nothing of it may ever be.
    """

    def __init__(
        self,
        storage: Storage,
        clock: Callable[[], datetime],
        picture: Callable[[Unit], Any],
        foretell: Callable[[Moved], None],
    ) -> None:
        self.storage = storage
        self.outage = ""
        """The code of what keeps the storage from being written; empty while all is well."""
        self._clock = clock
        self._picture = picture
        self._foretell = foretell

    def run(self, batch: Sequence[Command]) -> Moved:
        """Run a batch and commit it; each command has its outcome then. Raises nothing."""
        try:
            return self._together(batch) or self._one_by_one(batch)
        except BaseException as error:
            # Nothing may end the writer's thread: all commands of all sites would wait for ever.
            log.critical("a batch could not be run", exc_info=error)
            with contextlib.suppress(Exception):
                self.storage.rollback()
            for command in batch:
                command.outcome = StorageUnavailable()
            return Moved({})

    def _one_by_one(self, batch: Sequence[Command]) -> Moved:
        """Do the commands of a failed batch again, so that a bad one fails alone."""
        sites: dict[str, int] = {}
        pictures: dict[str, Any] = {}
        for place, command in enumerate(batch):
            # None once: it was in conflict with another process, and the second try says what holds.
            alone = self._together([command]) or self._together([command]) or Moved({})
            sites.update(alone.sites)
            pictures.update(alone.pictures)
            if alone.outage is not None:
                for later in batch[place + 1 :]:
                    later.outcome = alone.outage
                break
        return Moved(sites, pictures)

    def _together(self, batch: Sequence[Command]) -> Moved | None:
        """Run commands in one transaction. None: rolled back, and they should be tried one by one."""
        at = self._clock()
        try:
            self.storage.begin()
            self.storage.recall([(c.request.scope, c.request.id) for c in batch if c.request is not None])
            # Sites in one order, so that two processes never wait for each other.
            self._lock_several(batch, at)
            for command in sorted(batch, key=lambda c: c.site_id) if len(batch) > 1 else batch:
                command.outcome = self._one(command, at)
            sites = self.storage.write()
            moved = Moved(sites, {site_id: self._picture_of(site_id, at) for site_id in sites})
            self._foretell(moved)
            self.storage.commit()
            self.note(None)
        except Exception as error:
            self.storage.rollback()
            return self._failed(batch, error)
        return moved

    def _lock_several(self, batch: Sequence[Command], at: datetime) -> None:
        """Take all locks of a batch first when one of its commands needs several of them."""
        if any(command.beside for command in batch):
            sites = {site for one in batch for site in (one.site_id, *one.beside)}
            for site_id in sorted(sites):
                with contextlib.suppress(Refusal):  # no such site: its command says so
                    self.storage.unit(site_id, at)

    def note(self, outage: StorageUnavailable | None) -> None:
        """Note whether the storage could be written; the log tells when that changes, not at each press."""
        code = "" if outage is None else outage.code
        if code == self.outage:
            return
        self.outage = code
        if code:
            log.error("nothing can be kept (%s): presses are refused until it can", code)
        else:
            log.warning("the storage can be written again")

    def refusal(self, error: Exception) -> StorageUnavailable | None:
        """Return as what an outage of the storage is answered; None for any other error."""
        if not self.storage.is_outage(error):
            return None
        return DiskFull() if self.storage.is_full(error) else StorageUnavailable()

    def _failed(self, batch: Sequence[Command], error: Exception) -> Moved | None:
        if (outage := self.refusal(error)) is not None:
            # Trying the others one by one would only keep everybody waiting on a full disk.
            self.note(outage)
            log.debug("nothing of %d commands was kept", len(batch), exc_info=error)
            for command in batch:
                command.outcome = outage
            return Moved({}, outage=outage)
        if len(batch) > 1:
            return None
        if self.storage.is_conflict(error) and not batch[0].was_in_conflict:
            # Another process answered the same press while we waited for the site's lock.
            batch[0].was_in_conflict = True
            return None
        if not isinstance(error, Refusal):
            log.error("a command failed", exc_info=error)
        batch[0].outcome = error
        return Moved({})

    def _picture_of(self, site_id: str, at: datetime) -> Any:
        try:
            return self._picture(self.storage.view(site_id, at))
        except Exception:
            log.exception("a picture failed")
            return None

    def _one(self, command: Command, at: datetime) -> Answer | BaseException:
        request = command.request
        if request is not None:
            kept = self.storage.remembered(request.scope, request.id)
            if kept is not None:
                fingerprint, answer = kept
                same = fingerprint == request.fingerprint
                return answer if same else RequestIdReused(request_id=request.id)
        try:
            sites = [command.site_id, *command.beside]
            units = [self.storage.unit(site_id, at) for site_id in sites]
        except Refusal as refusal:
            return refusal  # there is no such site, and nothing was begun
        before = sum(unit.changes for unit in units)
        try:
            answer = command.work(*units)
        except Refusal as refusal:
            if sum(unit.changes for unit in units) != before:
                raise  # it had written before it refused: only a rollback is safe
            return refusal
        if request is not None:
            self.storage.remember(units[0], request.scope, request.id, request.fingerprint, answer)
        return answer
