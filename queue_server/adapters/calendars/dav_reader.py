"""When a clerk is busy according to a CalDAV calendar, kept up to date by what changed.

A server that keeps a list of changes is asked for it; another one for all ETags, when its ctag differs.
Once a day everything is read anew: repeated events are worked out for 400 days ahead, and a list of changes
that missed one is put right. Of an entry only its ETag and its stretches are kept, never a title; what we
wrote ourselves is passed over, because the book knows it.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import chain
from typing import Final
from urllib.parse import unquote

from queue_server.adapters.calendars.busy_cells import Cells, Owner, merged, window
from queue_server.adapters.calendars.busy_times import Busy, busy_times
from queue_server.adapters.calendars.caldav import CalDav, Resource
from queue_server.adapters.calendars.web_client import CalendarTrouble, Trouble
from queue_server.adapters.calendars.workbench import Workbench

FULL_EVERY: Final = timedelta(hours=24)
"""At the longest: each calendar has an hour of its own."""
AT_ONCE: Final = 50
"""So many entries are asked for in one question."""
PAGES_MOST: Final = 200
ENTRIES_MOST: Final = 20_000
Listed = tuple[str, str]
"""(address as the server wrote it, ETag)."""


@dataclass(frozen=True, slots=True)
class _Entry:
    etag: str
    busy: tuple[Busy, ...]


class DavReader:
    """One calendar. `read` is called by one task at a time; when it fails, what was known stays."""

    def __init__(self, dav: CalDav, owner: Owner, bench: Workbench, full_every: timedelta) -> None:
        self._dav = dav
        self._bench = bench
        self._full_every = full_every
        self._owner = owner
        self._entries: dict[str, _Entry] = {}
        self._token = ""
        self._ctag = ""
        self._full_at: datetime | None = None
        self._cells: tuple[Cells, ...] = ()

    @property
    def etags(self) -> dict[str, str]:
        """Return which version of each entry was seen at the last reading, ours too."""
        return {name: entry.etag for name, entry in self._entries.items()}

    async def read(self, now: datetime) -> tuple[Cells, ...]:
        """Return when the clerk is busy. Raises `CalendarTrouble`, `BrokenCalendar`."""
        if self._full_at is None or not timedelta(0) <= now - self._full_at < self._full_every:
            await self._read_all(now)
        elif self._token:
            try:
                await self._read_changes(now)
            except CalendarTrouble as trouble:
                if trouble.kind is not Trouble.TOKEN_LOST:
                    raise
                await self._read_all(now)
        else:
            await self._compare(now)
        return self._cells

    async def _read_all(self, now: datetime) -> None:
        # Where it stands is asked first: what changes meanwhile is then seen again, not missed.
        state = await self._dav.state()
        listed = {} if state.token else _named(await self._dav.listing())
        found = await self._dav.between(*window(now))
        worked_out = await self._worked_out(found, now)
        # What lies outside of the window is known, too: else it would be fetched at each look.
        entries = {name: _Entry(etag, ()) for name, (_, etag) in listed.items()} | worked_out
        self._keep(entries, state.token, state.ctag)
        self._full_at = now

    async def _read_changes(self, now: datetime) -> None:
        entries, token = self._entries, self._token
        for _ in range(PAGES_MOST):
            found = await self._dav.changes(token)
            entries = await self._changed(entries, _named(found.changed), map(unquote, found.gone), now)
            token = found.token
            if not found.more:
                self._keep(entries, token, self._ctag)
                return
        raise CalendarTrouble(Trouble.NONSENSE)

    async def _compare(self, now: datetime) -> None:
        state = await self._dav.state()
        if state.ctag and state.ctag == self._ctag:
            return
        listed = _named(await self._dav.listing())
        gone = self._entries.keys() - listed.keys()
        self._keep(await self._changed(self._entries, listed, gone, now), state.token, state.ctag)

    async def _changed(
        self, before: dict[str, _Entry], listed: dict[str, Listed], gone: Iterable[str], now: datetime
    ) -> dict[str, _Entry]:
        entries = dict(before)
        for name in gone:
            entries.pop(name, None)
        asked = [
            (name, href)
            for name, (href, etag) in listed.items()
            if name not in entries or entries[name].etag != etag
        ]
        for start in range(0, len(asked), AT_ONCE):
            some = asked[start : start + AT_ONCE]
            found = await self._worked_out(await self._dav.several([href for _, href in some]), now)
            for name, _ in some:
                entries.pop(name, None)  # gone since it was listed, unless it was found
            entries |= found
        return entries

    async def _worked_out(self, found: Collection[Resource], now: datetime) -> dict[str, _Entry]:
        first, until = window(now)
        zone, ours = self._owner.zone, self._owner.ours

        def work(one: Resource) -> _Entry:
            return _Entry(one.etag, tuple(busy_times(one.data, first, until, zone, ours=ours)))

        worked_out = await self._bench.each(work, found)
        return {unquote(one.href): entry for one, entry in zip(found, worked_out, strict=True)}

    def _keep(self, entries: dict[str, _Entry], token: str, ctag: str) -> None:
        if len(entries) > ENTRIES_MOST:
            raise CalendarTrouble(Trouble.NONSENSE)
        if entries != self._entries:
            self._cells = merged(chain.from_iterable(one.busy for one in entries.values()))
        self._entries, self._token, self._ctag = entries, token, ctag


def _named(listed: dict[str, str]) -> dict[str, Listed]:
    """Name entries alike: the same server writes "@" and "%40" as it pleases."""
    return {unquote(href): (href, etag) for href, etag in listed.items()}
