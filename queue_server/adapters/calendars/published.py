"""When a clerk is busy according to a published calendar, an address from which anybody may fetch a file.

Outlook and Exchange publish such. It is fetched only when it changed (ETag, Last-Modified), and once a day
in any case: repeated events are worked out for 400 days ahead. Of the file nothing is kept but stretches.
"""

import asyncio
from datetime import datetime, timedelta
from typing import Final

from queue_server.adapters.calendars.busy_cells import Cells, Owner, merged, window
from queue_server.adapters.calendars.busy_times import busy_times
from queue_server.adapters.calendars.web_client import TIMEOUT_S, CalendarTrouble, Trouble, WebClient, kind_of

FULL_EVERY: Final = timedelta(hours=24)
_MARKS: Final = {"etag": "If-None-Match", "last-modified": "If-Modified-Since"}


class PublishedReader:
    """One address. `read` is called by one task at a time; when it fails, what was known stays."""

    def __init__(self, address: str, web: WebClient, owner: Owner, timeout_s: float = TIMEOUT_S) -> None:
        self._address = address
        self._web = web
        self._owner = owner
        self._timeout_s = timeout_s
        self._marks: dict[str, str] = {}
        self._full_at: datetime | None = None
        self._cells: tuple[Cells, ...] = ()

    async def read(self, now: datetime) -> tuple[Cells, ...]:
        """Return when the clerk is busy. Raises `CalendarTrouble`, `BrokenCalendar`."""
        is_old = self._full_at is None or not timedelta(0) <= now - self._full_at < FULL_EVERY
        asked = {} if is_old else self._marks
        reply = await self._web.ask("GET", self._address, headers=asked, timeout_s=self._timeout_s)
        if reply.status == 304 and asked:
            return self._cells
        if reply.status != 200:
            kind = kind_of(reply.status) if reply.status >= 400 else Trouble.NONSENSE
            raise CalendarTrouble(kind, reply.status)
        cells = await asyncio.to_thread(self._work_out, reply.body, now)
        headers = reply.headers
        self._marks = {asks: headers[told] for told, asks in _MARKS.items() if told in headers}
        self._cells, self._full_at = cells, now
        return cells

    def _work_out(self, content: bytes, now: datetime) -> tuple[Cells, ...]:
        return merged(busy_times(content, *window(now), self._owner.zone, ours=self._owner.ours))
