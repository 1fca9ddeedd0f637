"""Which waits visitors' pages showed, noted when they change: to be judged by what came.

A page counts while it is asked for or connected and says which visit it follows; it shows what the picture of
all phones says of that visit. Noted in the event loop, kept together once a second beside the log: no press
writes any of it. What the last second showed is lost with the power, and nothing hangs on it.

What must not live here: what becomes of it (`domain.later_ranges`), and how it is kept
(`adapters.told_estimates`).
"""

from collections import defaultdict
from collections.abc import Awaitable, Callable, Collection, Iterable
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import partial
from typing import Final, NamedTuple

from queue_server.domain.errors import NotFound
from queue_server.domain.later_ranges import Noted, Told
from queue_server.live.rooms import Queue
from queue_server.protocol import PublicEntry
from queue_server.services.ports import Unit

KEEP_S: Final = 1.0
PACE: Final = timedelta(minutes=1)
"""At most so often for a visit. Ranges are told in minutes; one that sways in between says nothing new, and
would be most of what is kept."""
MOST: Final = 5_000
"""So many are kept in mind: a disk that is full for hours, a server that runs for months, need no more."""


class _Note(NamedTuple):
    site_id: str
    key: str
    at: datetime
    from_min: int
    to_min: int
    while_early: bool


@dataclass(frozen=True, slots=True)
class _Visit:
    organisation_id: str
    business_day: date
    ticket_id: int
    appointed_at: datetime | None


class ToldRanges:
    """What pages showed of all sites. `keep` writes it down, and raises when it cannot."""

    def __init__(self, queue: Queue, keep: Callable[[list[Noted]], Awaitable[None]]) -> None:
        self._queue = queue
        self._write = keep
        self._last: dict[tuple[str, str], _Note] = {}
        self._visits: dict[tuple[str, str], _Visit] = {}
        self._notes: list[_Note] = []

    def shown(
        self,
        site_id: str,
        at: datetime,
        waiting: Iterable[PublicEntry],
        keys: Collection[str],
        *,
        while_early: bool = False,
    ) -> None:
        """Note what a picture says to the pages that follow the visits with these keys.

        `while_early`: the page tells the wait of an appointment also before its time has come.
        """
        found = {entry["key"]: entry for entry in waiting if entry["key"] in keys}
        for key in keys:
            entry = found.get(key)
            if entry is None or entry["from_min"] < 0:
                self._last.pop((site_id, key), None)
            else:
                self._see(_Note(site_id, key, at, entry["from_min"], entry["to_min"], while_early))

    def _see(self, note: _Note) -> None:
        place = note.site_id, note.key
        if _is_hidden(note, self._visits.get(place)):
            return
        last = self._last.get(place)
        if last is not None:
            is_same = (last.from_min, last.to_min) == (note.from_min, note.to_min)
            if is_same or timedelta(0) <= note.at - last.at < PACE:
                return
        if len(self._last) >= MOST:
            self._last.clear()  # what stands is noted again, and counts once
        if len(self._notes) >= MOST:
            del self._notes[: MOST // 2]
        self._last[place] = note
        self._notes.append(note)

    async def keep(self) -> None:
        """Write down what was noted since the last time. What cannot be written waits for the next."""
        if not self._notes:
            return
        notes, self._notes = self._notes, []
        try:
            await self._learn(notes)
            if kept := [one for note in notes if (one := self._noted(note)) is not None]:
                await self._write(kept)
        except BaseException:
            self._notes[:0] = notes
            raise

    async def _learn(self, notes: Iterable[_Note]) -> None:
        """Find the visits of keys that are seen for the first time: one look for each site."""
        if len(self._visits) >= MOST:
            self._visits.clear()
        unknown: dict[str, set[str]] = defaultdict(set)
        for note in notes:
            if (note.site_id, note.key) not in self._visits:
                unknown[note.site_id].add(note.key)
        for site_id, keys in unknown.items():
            with suppress(NotFound):  # a site that the town has no more
                found: dict[str, _Visit] = await self._queue.look(site_id, partial(_visits, keys))
                self._visits |= {(site_id, key): visit for key, visit in found.items()}

    def _noted(self, note: _Note) -> Noted | None:
        visit = self._visits.get((note.site_id, note.key))
        if visit is None:
            return None
        if _is_hidden(note, visit):
            self._last.pop((note.site_id, note.key), None)  # so that it is noted once its page shows it
            return None
        told = Told(note.at, visit.ticket_id, note.from_min, note.to_min)
        return Noted(visit.organisation_id, note.site_id, visit.business_day, told)


def _visits(keys: Collection[str], unit: Unit) -> dict[str, _Visit]:
    day, town_id = unit.hall.business_day, unit.town.id
    return {
        one.key: _Visit(town_id, day, one.id, one.appointed_at)
        for one in unit.hall.tickets.values()
        if one.key in keys
    }


def _is_hidden(note: _Note, visit: _Visit | None) -> bool:
    """Say whether the page shows the appointed time in place of a wait: until that has come."""
    if note.while_early or visit is None or visit.appointed_at is None:
        return False
    return note.at < visit.appointed_at
