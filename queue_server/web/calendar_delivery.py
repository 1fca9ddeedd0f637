"""From a row of the outbox to a clerk's calendar: makes the calendar say what is so now.

A row says that something changed, and in whose calendar; what is written is read when it is delivered. So
rows may come late, twice or out of turn. What lives here: whether an appointment belongs into a calendar,
and noting what stands there. What must not: the protocol and the clerk's own doings (`own_entries`), what an
entry says (`web.calendar_entries`), trying again (`live.postman`).
"""

import asyncio
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, Final, Protocol

from sqlalchemy.engine import Connection

from queue_server.domain.appointment import AppointmentState
from queue_server.domain.calendar_entry import CalendarEntry, calendar_uid, revision
from queue_server.domain.errors import NotFound
from queue_server.live.postman import Undeliverable
from queue_server.web.calendar_entries import Planned as Told
from queue_server.web.calendar_entries import entry_of
from queue_server.web.house import House
from queue_server.web.mailing import Claimed

_S = AppointmentState
_SHOWN: Final = frozenset({_S.BOOKED, _S.CHECKED_IN, _S.COMPLETED, _S.MISSED})
"""Who was served or missed stays: it was so."""


class Planned(Told, Protocol):
    @property
    def id(self) -> int: ...
    @property
    def state(self) -> AppointmentState: ...
    @property
    def clerk_id(self) -> str | None: ...


@dataclass(frozen=True, slots=True)
class Tools:
    """What delivering needs from the adapters; `web.app` fills it.

    `copies` is `adapters.calendars.copies`, `entries` is `adapters.calendars.own_entries`; `calendar_of`
    returns a clerk's calendar as it may be written, None for a clerk who has none.
    """

    copies: Any
    entries: Any
    calendar_of: Callable[[str], Any | None]


class CalendarDelivery:
    """Delivers one row."""

    def __init__(self, house: House, tools: Tools) -> None:
        self._house = house
        self._tools = tools
        self._locks: defaultdict[str, asyncio.Lock] = defaultdict(asyncio.Lock)

    async def deliver(self, claimed: Claimed) -> bool:
        """Write or remove the entry; False when there is nothing to do, or no calendar to do it in."""
        clerk_id = str(claimed.payload.get("clerk", ""))
        calendar = self._tools.calendar_of(clerk_id)
        if calendar is None:
            return False
        # One after the other: a removal and what takes its place may be the same entry.
        async with self._locks[clerk_id]:
            return await self._converge(calendar, claimed, clerk_id)

    async def _converge(self, calendar: Any, claimed: Claimed, clerk_id: str) -> bool:
        planned, copy = await self._house.read(lambda conn: self._read(conn, claimed, clerk_id))
        if planned is None or planned.state is _S.MISSED:
            return False
        if planned.clerk_id != clerk_id or planned.state not in _SHOWN:
            return await self._remove(calendar, planned, copy, clerk_id)
        try:
            entry = self._entry(claimed, planned, copy)
        except NotFound:
            raise Undeliverable("site_gone") from None
        return await self._put(calendar, planned, entry, copy, clerk_id)

    def _read(self, conn: Connection, claimed: Claimed, clerk_id: str) -> tuple[Planned | None, Any]:
        planned = self._tools.copies.planned(conn, claimed.site_id, claimed.appointment_id)
        copy = self._tools.copies.copy_of(conn, claimed.site_id, claimed.appointment_id, clerk_id)
        return planned, copy

    def _entry(self, claimed: Claimed, planned: Planned, copy: Any) -> CalendarEntry:
        sequence = revision(claimed.created_at, int(claimed.payload.get("sequence", 0)))
        if copy is not None:
            sequence = max(sequence, copy.sequence)  # a row that comes late tells nothing older
        return entry_of(self._house, planned, sequence, claimed.created_at)

    async def _put(
        self, calendar: Any, planned: Planned, entry: CalendarEntry, copy: Any, clerk_id: str
    ) -> bool:
        tools = self._tools
        if copy is None:
            # The same entry may be there under the number that the appointment had at another site.
            href = calendar.href(f"{entry.uid}.ics")
            copy = await self._house.read(lambda conn: tools.copies.copy_at(conn, clerk_id, href))
        last = tools.entries.Written(copy.href, copy.etag, copy.trouble) if copy else None
        written = await tools.entries.put(calendar, entry, last, _times(copy) if copy else None)
        new = tools.copies.Copy(
            planned.organisation_id,
            planned.site_id,
            planned.id,
            clerk_id,
            written.href,
            written.etag,
            entry.sequence,
            entry.starts_at,
            entry.minutes,
            written.doing,
            self._house.clock(),
        )
        await self._house.write(lambda conn: tools.copies.keep(conn, new, copy))
        return True

    async def _remove(self, calendar: Any, planned: Planned, copy: Any, clerk_id: str) -> bool:
        tools, uid = self._tools, calendar_uid(planned.organisation_id, planned.reference)
        if copy is None:
            # It may have been written by somebody who could not note it any more.
            href = calendar.href(f"{uid}.ics")
            if await self._house.read(lambda conn: tools.copies.copy_at(conn, clerk_id, href)) is not None:
                return False
            last = tools.entries.Written(href, "")
        else:
            last = tools.entries.Written(copy.href, copy.etag, copy.trouble)
        left = await tools.entries.remove(calendar, last, _times(copy or planned))
        if copy is None:
            return left is None
        if left is None:
            await self._house.write(lambda conn: tools.copies.drop(conn, copy))
        else:
            changed = replace(copy, etag=left.etag, trouble=left.doing)
            await self._house.write(lambda conn: tools.copies.keep(conn, changed))
        return True


def _times(told: Any) -> tuple[datetime, datetime]:
    return told.starts_at, told.starts_at + timedelta(minutes=told.minutes)
