"""What the doctor keeps in the database: since when, whom it told, when it reported.

A disk that is gone or full must not silence who tells of it: what cannot be written stays in memory, and is
written when that works again. What must not live here: what is wrong, and the telling itself.
"""

import logging
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from queue_server.domain.doctor.telling import Key, Known, Turn, compare
from queue_server.web.house import House

log = logging.getLogger(__name__)


class Memory:
    """The findings that are known, in `house.condition`, and their table `rows`."""

    def __init__(self, house: House, rows: Any) -> None:
        self._house = house
        self._rows = rows
        self._unwritten: dict[Key, Known] = {}
        self._reported_at: datetime | None = None
        self._is_recalled = False
        self._is_away = False

    async def recall(self) -> None:
        """Take up, once, what was known before a restart."""
        if not self._is_recalled:
            await self._try(self._load)

    async def _load(self) -> None:
        condition = self._house.condition
        loaded = await self._house.read(self._rows.load)
        newer = {key: one for key, one in condition.known.items() if one.told_at or key not in loaded}
        condition.known = {**loaded, **newer}
        self._is_recalled = True

    async def keep(self, now: datetime) -> Turn:
        """Take in what was found; return what that changed."""
        condition = self._house.condition
        turn = compare(condition.known, condition.findings, condition.looked_at, now)
        condition.known = turn.known
        await self._write((*turn.begun, *turn.over))
        return turn

    async def note(self, keys: Sequence[Key], at: datetime | None) -> None:
        """Note that somebody was told of these, or, with None, that nobody was after all."""
        known = self._house.condition.known
        told = {key: replace(known[key], told_at=at) for key in keys if key in known}
        self._house.condition.known = {**known, **told}
        await self._write(tuple(told.values()))

    async def _write(self, changed: Sequence[Known]) -> None:
        self._unwritten.update({one.key: one for one in changed})
        if not self._unwritten:
            return
        known = self._house.condition.known
        begun = [known[key] for key in self._unwritten if key in known]
        over = [one for key, one in self._unwritten.items() if key not in known]
        organisations = {one.key: one.organisation_id for one in self._house.condition.findings}

        async def save() -> None:
            await self._house.write(lambda conn: self._rows.save(conn, begun, over, organisations))
            self._unwritten.clear()

        await self._try(save)

    async def reported_at(self) -> datetime | None:
        """Return when the last report was made. Raises what the database raises."""
        if self._reported_at is None:
            self._reported_at = await self._house.read(self._rows.reported_at)
        return self._reported_at

    async def note_report(self, now: datetime) -> None:
        self._reported_at = now
        await self._try(lambda: self._house.write(lambda conn: self._rows.note_report(conn, now)))

    async def _try(self, work: Callable[[], Awaitable[None]]) -> None:
        """Do something with the database; say once that it is away."""
        try:
            await work()
        except Exception as error:  # whatever it is, people are told all the same
            if not self._is_away:
                log.warning("the doctor cannot use the database: %s", type(error).__name__)
            self._is_away = True
        else:
            self._is_away = False
