"""When a clerk is busy according to a published calendar, an address from which anybody may fetch a file.

Outlook and Exchange publish such. It is fetched only when it changed (ETag, Last-Modified), and once a day
in any case: repeated events are worked out for 400 days ahead. Of the file nothing is kept but stretches.
"""

from datetime import datetime, timedelta
from functools import partial
from typing import Final

from queue_server.adapters.calendars.accounts import CalendarAccount
from queue_server.adapters.calendars.busy_cells import Cells, Owner, merged, window
from queue_server.adapters.calendars.busy_times import busy_times
from queue_server.adapters.calendars.web_client import CalendarTrouble, Trouble, WebClient, kind_of
from queue_server.adapters.calendars.workbench import Workbench

_MARKS: Final = {"etag": "If-None-Match", "last-modified": "If-Modified-Since"}


class PublishedReader:
    """One address. `read` is called by one task at a time; when it fails, what was known stays."""

    def __init__(
        self,
        account: CalendarAccount,
        web: WebClient,
        owner: Owner,
        bench: Workbench,
        full_every: timedelta,
    ) -> None:
        self._address = account.ics
        self._login = (account.user, account.password) if account.user else None
        self._bench = bench
        self._full_every = full_every
        self._web = web
        self._owner = owner
        self._marks: dict[str, str] = {}
        self._full_at: datetime | None = None
        self._cells: tuple[Cells, ...] = ()

    async def read(self, now: datetime) -> tuple[Cells, ...]:
        """Return when the clerk is busy. Raises `CalendarTrouble`, `BrokenCalendar`."""
        is_old = self._full_at is None or not timedelta(0) <= now - self._full_at < self._full_every
        asked = {} if is_old else self._marks
        reply = await self._web.ask("GET", self._address, login=self._login, headers=asked)
        if reply.status == 304 and asked:
            return self._cells
        if reply.status != 200:
            kind = kind_of(reply.status) if reply.status >= 400 else Trouble.NONSENSE
            raise CalendarTrouble(kind, reply.status)
        (cells,) = await self._bench.each(partial(self._work_out, now=now), [reply.body])
        headers = reply.headers
        self._marks = {asks: headers[told] for told, asks in _MARKS.items() if told in headers}
        self._cells, self._full_at = cells, now
        return cells

    def _work_out(self, content: bytes, now: datetime) -> tuple[Cells, ...]:
        return merged(busy_times(content, *window(now), self._owner.zone, ours=self._owner.ours))
