"""One request to somebody else's calendar server, with all the care that strangers' answers need.

Time and size are bounded, redirects stay at the same origin, nothing is sent unencrypted to another machine,
and no cookie is kept: one client serves all clerks, and a session of one must not open another's calendar.
What must not live here: what is asked (`caldav`, `published`). Errors and logs name no address: an address
may be a secret.
"""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Final
from urllib.parse import urljoin, urlsplit

from queue_server.adapters.calendars.accounts import is_safe

if TYPE_CHECKING:
    from httpx2 import AsyncClient

TIMEOUT_S: Final = 20.0
LARGEST: Final = 20_000_000
REDIRECTS_MOST: Final = 3
_REDIRECTS: Final = frozenset({301, 302, 307, 308})
Login = tuple[str, str]
"""(user, password)."""


class Trouble(StrEnum):
    """Why a calendar could not be read or written."""

    UNREACHABLE = "unreachable"  # no answer, too slow, or the server is in trouble itself (5xx, 429)
    REFUSED = "refused"  # 401, 403: the password, or the right to this calendar
    GONE = "gone"  # 404, 410
    CHANGED = "changed"  # 412: somebody else changed or made it meanwhile
    TOKEN_LOST = "token_lost"  # noqa: S105 - the server forgot what it told us: read all anew
    NONSENSE = "nonsense"  # not what the standards allow, or too large


class CalendarTrouble(Exception):  # noqa: N818 - a server's trouble is no error of ours
    """A request failed. `status` is 0 when there was no answer."""

    def __init__(self, kind: Trouble, status: int = 0) -> None:
        self.kind = kind
        self.status = status
        self.word = f"calendar_{kind}"
        """What staff read of it, in the outbox."""
        super().__init__(f"{kind} ({status})" if status else str(kind))


@dataclass(frozen=True, slots=True)
class Reply:
    """What came back. `url` is where it came from at last; `headers` have small names."""

    status: int
    url: str
    headers: Mapping[str, str]
    body: bytes


class WebClient:
    """One for a process, used in one event loop. The library behind it is loaded by the first request."""

    def __init__(self) -> None:
        self._client: AsyncClient | None = None
        self._opening = asyncio.Lock()

    async def close(self) -> None:
        if self._client is not None:
            await self._client.aclose()
            self._client = None

    async def ask(
        self,
        method: str,
        url: str,
        *,
        login: Login | None = None,
        headers: Mapping[str, str] | None = None,
        body: bytes = b"",
        timeout_s: float = TIMEOUT_S,
    ) -> Reply:
        """Send a request and return the whole answer, whatever its status. Raises `CalendarTrouble`."""
        client = await self._open()
        from httpx2 import HTTPError, InvalidURL

        try:
            # For all of it: a drip of bytes has no time-out of its own.
            async with asyncio.timeout(timeout_s):
                return await _follow(client, method, url, login, headers or {}, body)
        except (TimeoutError, HTTPError, OSError) as error:
            raise CalendarTrouble(Trouble.UNREACHABLE) from error
        except (InvalidURL, ValueError) as error:
            raise CalendarTrouble(Trouble.NONSENSE) from error

    async def _open(self) -> "AsyncClient":
        async with self._opening:
            if self._client is None:
                # Half a second of loading, in which the hall goes on.
                self._client = await asyncio.to_thread(_client)
            return self._client


async def _follow(
    client: "AsyncClient", method: str, url: str, login: Login | None, headers: Mapping[str, str], body: bytes
) -> Reply:
    for _ in range(REDIRECTS_MOST + 1):
        if not is_safe(url):
            raise CalendarTrouble(Trouble.NONSENSE)
        reply = await _send(client, method, url, login, headers, body)
        if reply.status not in _REDIRECTS:
            return reply
        target = urljoin(url, reply.headers.get("location", ""))
        if origin(target) != origin(url):
            raise CalendarTrouble(Trouble.NONSENSE, reply.status)  # the password would go along
        url = target
    raise CalendarTrouble(Trouble.NONSENSE, 310)


async def _send(
    client: "AsyncClient", method: str, url: str, login: Login | None, headers: Mapping[str, str], body: bytes
) -> Reply:
    # Not packed: a small answer that unpacks to gigabytes is an old trick.
    asked = {"Accept-Encoding": "identity", **headers}
    request = client.build_request(method, url, headers=asked, content=body or None)
    response = await client.send(request, stream=True, auth=login, follow_redirects=False)
    try:
        found = bytearray()
        async for piece in response.aiter_raw():
            found += piece
            if len(found) > LARGEST:
                raise CalendarTrouble(Trouble.NONSENSE, response.status_code)
        names = {name.lower(): value for name, value in response.headers.items()}
        return Reply(response.status_code, url, names, bytes(found))
    finally:
        await response.aclose()


def origin(url: str) -> tuple[str, str, int | None]:
    parts = urlsplit(url)
    port = parts.port or {"https": 443, "http": 80}.get(parts.scheme)
    return parts.scheme, (parts.hostname or "").lower(), port


def kind_of(status: int) -> Trouble:
    """Return what an unwelcome status means."""
    if status in {401, 403}:
        return Trouble.REFUSED
    if status in {404, 410}:
        return Trouble.GONE
    if status in {409, 412}:
        return Trouble.CHANGED
    return Trouble.UNREACHABLE if status >= 500 or status in {408, 423, 429} else Trouble.NONSENSE


def _client() -> "AsyncClient":
    from http.cookiejar import CookieJar, DefaultCookiePolicy

    from httpx2 import AsyncClient, Limits

    no_cookies = CookieJar(DefaultCookiePolicy(allowed_domains=[]))
    return AsyncClient(
        cookies=no_cookies,
        timeout=TIMEOUT_S,
        limits=Limits(max_connections=50, max_keepalive_connections=10, keepalive_expiry=30),
        headers={"User-Agent": "Aufruf"},
    )
