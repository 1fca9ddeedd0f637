"""From a row of the outbox to a clerk's calendar: makes the calendar say what is so now.

A row says that something changed, and in whose calendar; what is written is read when it is delivered. So
rows may come late, twice or out of turn. What lives here: whether an appointment belongs into a calendar,
and noting what stands there. What must not: the protocol and the clerk's own doings (`own_entries`), what an
entry says (`web.calendar_entries`), trying again (`live.postman`).
"""

import asyncio
from collections import defaultdict
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, Final, Protocol
from urllib.parse import unquote

from sqlalchemy.engine import Connection

from queue_server.domain.appointment import AppointmentState
from queue_server.domain.calendar_entry import CalendarEntry, calendar_uid, revision
from queue_server.domain.errors import NotFound
from queue_server.live.postman import Undeliverable
from queue_server.web.calendar_entries import Planned as Told
from queue_server.web.calendar_entries import clerk_named, entry_of
from queue_server.web.calendar_mail import CalendarMail
from queue_server.web.house import House
from queue_server.web.mailing import Claimed

_S = AppointmentState
DAY: Final = timedelta(days=1)
AHEAD: Final = timedelta(days=400)
SETTLED: Final = timedelta(minutes=2)
"""So long the outbox has to deliver a booking before somebody else looks whether it is there."""
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
    returns a clerk's calendar as it may be written, None for a clerk who has none; `mailbox_of` the address
    that is written to instead, or nothing.
    """

    copies: Any
    entries: Any
    calendar_of: Callable[[str], Any | None]
    mailbox_of: Callable[[str], str] = lambda _: ""


class CalendarDelivery:
    """Delivers one row."""

    def __init__(self, house: House, tools: Tools, mail: CalendarMail | None = None) -> None:
        self._house = house
        self._tools = tools
        self._mail = mail
        self._locks: defaultdict[str, asyncio.Lock] = defaultdict(asyncio.Lock)

    async def deliver(self, claimed: Claimed) -> bool:
        """Write or remove the entry; False when there is nothing to do, or no calendar to do it in."""
        clerk_id = str(claimed.payload.get("clerk", ""))
        calendar, mailbox = self._tools.calendar_of(clerk_id), self._tools.mailbox_of(clerk_id)
        if calendar is None and not (mailbox and self._mail):
            return False
        # One after the other: a removal and what takes its place may be the same entry.
        async with self._locks[clerk_id]:
            return await self._converge(calendar, mailbox, claimed, clerk_id)

    async def look_after(self, clerk_id: str, read_at: datetime, etags: Mapping[str, str]) -> None:
        """Note what the clerk did with our entries, and write what is missing, as a reading saw it.

        Raises whatever the calendar raises; what was not reached is reached after the next reading.
        """
        calendar, house = self._tools.calendar_of(clerk_id), self._house
        if calendar is None:
            return
        async with self._locks[clerk_id]:
            now, copies = house.clock(), self._tools.copies
            found = await house.read(lambda conn: copies.copies_of(conn, clerk_id, now))
            # Another process may have put an entry while its removal found nothing here.
            strayed = await house.read(lambda conn: copies.strayed(conn, clerk_id, now, _SHOWN))
            for copy in found:
                if copy.written_at < read_at and (copy in strayed or not _is_as_noted(copy, etags)):
                    await self._look_at(calendar, copy)
            known = {(copy.site_id, copy.appointment_id) for copy in found}
            for planned in await self._missing(clerk_id, read_at, known):
                sequence = revision(planned.state_at, 0)
                entry = entry_of(house, planned, sequence, planned.state_at)
                await self._put(calendar, planned, entry, None, clerk_id)

    async def _missing(self, clerk_id: str, read_at: datetime, known: set[tuple[str, int]]) -> list[Any]:
        """Return what was booked before the calendar was linked."""
        _, clerk = clerk_named(self._house, clerk_id)
        now = self._house.clock()
        days = (now - DAY).date(), (now + AHEAD).date()
        found = await self._house.read(
            lambda conn: self._tools.copies.planned_of(conn, clerk_id, clerk.site_ids, *days)
        )
        return [
            one
            for one in found
            if (one.site_id, one.id) not in known and one.starts_at > now and one.state_at < read_at - SETTLED
        ]

    async def _look_at(self, calendar: Any, copy: Any) -> None:
        tools = self._tools
        planned = await self._house.read(
            lambda conn: tools.copies.planned(conn, copy.site_id, copy.appointment_id)
        )
        if planned is None or planned.state is _S.MISSED:
            return
        if planned.clerk_id != copy.clerk_id or planned.state not in _SHOWN:
            await self._remove(calendar, planned, copy, copy.clerk_id)
            return
        written = await tools.entries.look_at(calendar, copy.href, _times(copy))
        noted = replace(copy, etag=written.etag, trouble=written.doing)
        await self._house.write(lambda conn: tools.copies.keep(conn, noted))

    async def _converge(self, calendar: Any, mailbox: str, claimed: Claimed, clerk_id: str) -> bool:
        planned, copy = await self._house.read(lambda conn: self._read(conn, claimed, clerk_id))
        if planned is None or planned.state is _S.MISSED:
            return False
        stays = planned.clerk_id == clerk_id and planned.state in _SHOWN
        try:
            if calendar is None and self._mail is not None:
                tell = self._mail.ask if stays else self._mail.take_back
                return await tell(claimed, planned, copy, mailbox)
            if not stays:
                return await self._remove(calendar, planned, copy, clerk_id)
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


def _is_as_noted(copy: Any, etags: Mapping[str, str]) -> bool:
    seen = etags.get(unquote(copy.href), "")
    return bool(seen == copy.etag and (copy.etag or copy.trouble))


def _times(told: Any) -> tuple[datetime, datetime]:
    return told.starts_at, told.starts_at + timedelta(minutes=told.minutes)
