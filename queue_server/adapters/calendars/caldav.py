"""A small CalDAV client (RFC 4791, RFC 6578): what reading busy times and writing bookings need, no more.

What must not live here: which times are busy (`busy_times`), when a calendar is read (`reading`), what is
written. Entries are known by the address that the server gave them (`href`), which is opaque to us.
"""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from html import escape
from typing import TYPE_CHECKING, Final
from urllib.parse import quote, unquote, urljoin, urlsplit

from queue_server.adapters.calendars.accounts import CalendarAccount
from queue_server.adapters.calendars.multistatus import CALDAV, DAV, SERVER, Entry, entries, parse
from queue_server.adapters.calendars.web_client import (
    TIMEOUT_S,
    CalendarTrouble,
    Login,
    Reply,
    Trouble,
    WebClient,
    kind_of,
    origin,
)

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element

LARGE: Final = 65_536
"""Bytes; as many take about a millisecond."""
SPACES: Final = (
    'xmlns:D="DAV:" xmlns:C="urn:ietf:params:xml:ns:caldav" xmlns:S="http://calendarserver.org/ns/"'
)
ETAG_ALONE: Final = "<D:prop><D:getetag/></D:prop>"
ETAG_AND_DATA: Final = "<D:prop><D:getetag/><C:calendar-data/></D:prop>"
_NO_TOKEN: Final = frozenset({400, 403, 409, 410, 412, 507})
"""Statuses with which servers tell that a token is not known any more: only with the reason in the body."""


@dataclass(frozen=True, slots=True)
class Collection:
    """How a calendar stands. `token` is empty for a server that keeps no list of changes, `ctag` perhaps."""

    token: str
    ctag: str


@dataclass(frozen=True, slots=True)
class Changes:
    """What changed since a token. `more`: ask again with the new token before anything is believed."""

    token: str
    changed: dict[str, str]
    gone: frozenset[str]
    more: bool


@dataclass(frozen=True, slots=True)
class Resource:
    """One calendar object: an event with all its exceptions."""

    href: str
    etag: str
    data: bytes


class CalDav:
    """One calendar of one clerk. Every method raises `CalendarTrouble`."""

    def __init__(self, account: CalendarAccount, web: WebClient, timeout_s: float = TIMEOUT_S) -> None:
        self._url = account.url
        self._login: Login | None = (account.user, account.password) if account.user else None
        self._web = web
        self._timeout_s = timeout_s

    # -- reading -----------------------------------------------------------------------------------

    async def state(self) -> Collection:
        """Ask where the calendar stands; raises `NONSENSE` when the address is no calendar."""
        wanted = "<D:resourcetype/><D:sync-token/><S:getctag/><D:supported-report-set/>"
        body = f"<D:propfind {SPACES}><D:prop>{wanted}</D:prop></D:propfind>"
        found = next(iter(await self._many("PROPFIND", body)), None)
        if found is None or not found.has(f"{DAV}resourcetype", f"{CALDAV}calendar"):
            raise CalendarTrouble(Trouble.NONSENSE)
        knows = found.has(f"{DAV}supported-report-set", f".//{DAV}sync-collection")
        return Collection(found.text(f"{DAV}sync-token") if knows else "", found.text(f"{SERVER}getctag"))

    async def listing(self) -> dict[str, str]:
        """Return all entries, href → ETag: for servers that keep no list of changes."""
        body = f"<D:propfind {SPACES}>{ETAG_ALONE}</D:propfind>"
        found = await self._many("PROPFIND", body, depth="1")
        return {one.href: one.etag for one in found if one.etag and not self._is_itself(one)}

    async def between(self, first: datetime, until: datetime) -> list[Resource]:
        """Return the entries with an event between two moments, repeated ones too."""
        span = f'<C:time-range start="{_utc(first)}" end="{_utc(until)}"/>'
        events = f'<C:comp-filter name="VEVENT">{span}</C:comp-filter>'
        body = (
            f"<C:calendar-query {SPACES}>{ETAG_AND_DATA}"
            f'<C:filter><C:comp-filter name="VCALENDAR">{events}</C:comp-filter></C:filter>'
            "</C:calendar-query>"
        )
        return _resources(await self._many("REPORT", body, depth="1"))

    async def several(self, hrefs: Sequence[str]) -> list[Resource]:
        """Return these entries; those that are gone are left out.

        Raises `NONSENSE` when the answer leaves one out without a word: its time would be taken for free.
        """
        if not hrefs:
            return []
        names = "".join(f"<D:href>{escape(href)}</D:href>" for href in hrefs)
        body = f"<C:calendar-multiget {SPACES}>{ETAG_AND_DATA}{names}</C:calendar-multiget>"
        found = await self._many("REPORT", body, depth="1")
        told = {unquote(one.href) for one in found if one.data is not None or one.status in {404, 410}}
        if not told.issuperset(map(unquote, hrefs)):
            raise CalendarTrouble(Trouble.NONSENSE)
        return _resources(found)

    async def changes(self, token: str) -> Changes:
        """Return what changed since `token`; raises `TOKEN_LOST` when all must be read anew."""
        body = (
            f"<D:sync-collection {SPACES}><D:sync-token>{escape(token)}</D:sync-token>"
            f"<D:sync-level>1</D:sync-level>{ETAG_ALONE}</D:sync-collection>"
        )
        reply = await self._ask("REPORT", self._url, body=_xml(body), depth="0")
        if reply.status in _NO_TOKEN and b"valid-sync-token" in reply.body:
            raise CalendarTrouble(Trouble.TOKEN_LOST, reply.status)
        root, told = await _read(_expect(reply, 207).body)
        found = [one for one in told if one.href]
        # The collection's own 507 says that the list was cut short (RFC 6578 section 3.6).
        own = [one for one in found if self._is_itself(one)]
        others = [one for one in found if not self._is_itself(one)]
        new = (root.findtext(f"{DAV}sync-token") or "").strip()
        if not new:
            raise CalendarTrouble(Trouble.NONSENSE)
        return Changes(
            token=new,
            changed={one.href: one.etag for one in others if one.status == 200},
            gone=frozenset(one.href for one in others if one.status in {404, 410}),
            more=any(one.status == 507 for one in own),
        )

    async def get(self, href: str) -> Resource:
        """Return one entry; raises `GONE`."""
        reply = _expect(await self._ask("GET", self._at(href)), 200)
        return Resource(href, reply.headers.get("etag", ""), reply.body)

    # -- writing -----------------------------------------------------------------------------------

    def href(self, name: str) -> str:
        """Return the address for a new entry: `name` without folder, such as `UID.ics`."""
        return urlsplit(urljoin(self._url, quote(name, safe="@"))).path

    async def put(self, href: str, data: bytes, etag: str = "") -> str:
        """Write an entry: a new one, or the one that still has `etag`. Return its ETag, "" when not told.

        Raises `CHANGED` when there is one already, or another, or none any more.
        """
        condition = {"If-Match": etag} if etag else {"If-None-Match": "*"}
        headers = {"Content-Type": "text/calendar; charset=utf-8", **condition}
        reply = await self._ask("PUT", self._at(href), headers=headers, body=data)
        if reply.status == 404 and etag:
            raise CalendarTrouble(Trouble.CHANGED, 404)
        # A weak ETag means that the server changed what it was given: it is not to be matched.
        told = _expect(reply, 200, 201, 204).headers.get("etag", "")
        return "" if told.startswith("W/") else told

    async def delete(self, href: str, etag: str = "") -> None:
        """Remove an entry, with `etag` only that state of it. Raises `GONE`, `CHANGED`."""
        headers = {"If-Match": etag} if etag else {}
        _expect(await self._ask("DELETE", self._at(href), headers=headers), 200, 204)

    # -- asking ------------------------------------------------------------------------------------

    async def _many(self, method: str, body: str, depth: str = "0") -> list[Entry]:
        reply = _expect(await self._ask(method, self._url, body=_xml(body), depth=depth), 207)
        return (await _read(reply.body))[1]

    async def _ask(
        self,
        method: str,
        url: str,
        *,
        headers: dict[str, str] | None = None,
        body: bytes = b"",
        depth: str = "",
    ) -> Reply:
        sent = dict(headers or {})
        if depth:
            sent |= {"Depth": depth, "Content-Type": "application/xml; charset=utf-8"}
        return await self._web.ask(
            method, url, login=self._login, headers=sent, body=body, timeout_s=self._timeout_s
        )

    def _at(self, href: str) -> str:
        url = urljoin(self._url, href)
        if origin(url) != origin(self._url):
            raise CalendarTrouble(Trouble.NONSENSE)  # the password would go along
        return url

    def _is_itself(self, entry: Entry) -> bool:
        return _path(urljoin(self._url, entry.href)) == _path(self._url)


async def _read(body: bytes) -> "tuple[Element, list[Entry]]":
    """Read an answer; a large one, of a whole calendar, beside the event loop."""
    return _entries(body) if len(body) < LARGE else await asyncio.to_thread(_entries, body)


def _entries(body: bytes) -> "tuple[Element, list[Entry]]":
    root = parse(body)
    return root, list(entries(root))


def _expect(reply: Reply, *statuses: int) -> Reply:
    if reply.status not in statuses:
        raise CalendarTrouble(kind_of(reply.status), reply.status)
    return reply


def _resources(found: list[Entry]) -> list[Resource]:
    return [Resource(one.href, one.etag, one.data) for one in found if one.data is not None]


def _path(url: str) -> str:
    return unquote(urlsplit(url).path).rstrip("/")


def _utc(at: datetime) -> str:
    return f"{at.astimezone(UTC):%Y%m%dT%H%M%SZ}"


def _xml(body: str) -> bytes:
    return f'<?xml version="1.0" encoding="utf-8"?>{body}'.encode()
