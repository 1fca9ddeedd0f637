"""Sends one push to a browser's service, and knows what its answer means.

What must not live here: when, to whom and what (`live.pushes`, `web.pushing`), and trying again. No log line
holds an address: it belongs to one phone.
"""

import asyncio
import logging
import ssl
from datetime import datetime
from importlib import import_module
from typing import TYPE_CHECKING, Final, Protocol

from queue_server.adapters.push.encrypting import VapidKey, encrypt
from queue_server.adapters.push.section import PushServices
from queue_server.domain.push import Outcome, Subscription, may_push

if TYPE_CHECKING:
    from httpx2 import AsyncClient

TIMEOUT_S: Final = 10.0
_GONE: Final = frozenset({404, 410})
_LATER: Final = frozenset({408, 425, 429})
log = logging.getLogger(__name__)


class Sections(Protocol):
    @property
    def push(self) -> PushServices | None: ...


class File(Protocol):
    """`adapters.connections.ConnectionsFile`, as pushes need it."""

    @property
    def now(self) -> Sections: ...


class PushSender:
    """One for a process. `stays_here`: nothing leaves the machine, as in the demo."""

    def __init__(self, connections: File, key: VapidKey, *, stays_here: bool) -> None:
        self._connections = connections
        self._key = key
        self._stays_here = stays_here
        self._connecting = asyncio.Lock()
        self._client: tuple[PushServices, AsyncClient] | None = None

    @property
    def public_key(self) -> str:
        """The key that browsers ask for; empty where calls are not pushed."""
        return "" if self._services is None else self._key.public

    def takes(self, to: Subscription) -> bool:
        """Tell whether we would send there at all."""
        services = self._services
        return services is not None and to.is_whole and may_push(to.endpoint, services.services)

    async def send(self, to: Subscription, message: bytes, ttl_s: int, now: datetime) -> Outcome:
        """Send one push that is worth something for `ttl_s` seconds; never raises for what others do."""
        services = self._services
        if services is None or not self.takes(to):
            return Outcome.REFUSED
        try:
            body = encrypt(message, to)
        except ValueError:  # a point that lies beside the curve
            return Outcome.GONE
        headers = {
            "Authorization": self._key.authorization(to.endpoint, services.contact, int(now.timestamp())),
            "Content-Encoding": "aes128gcm",
            "TTL": str(ttl_s),
            "Urgency": "high",
            "Topic": "call",  # of several that wait for one phone the newest alone is delivered
        }
        return await self._post(await self._connected(services), to.endpoint, body, headers)

    async def warm_up(self) -> None:
        """Load what pushes need, where there are any: else the first phone's page or call waits for it."""
        services = self._services
        if services is not None:
            await asyncio.to_thread(self._load)
            try:
                await self._connected(services)
            except OSError as error:  # a certificate that cannot be read: the first push tries again
                log.warning("pushes cannot be sent: %s", error)

    def _load(self) -> None:
        import_module("httpx2")
        self._key.authorization("https://localhost", "", 0)
        encrypt(b"", Subscription("", self._key.point, bytes(16)))

    async def stop(self) -> None:
        if self._client is not None:
            await self._client[1].aclose()
            self._client = None

    async def _post(self, client: "AsyncClient", url: str, body: bytes, headers: dict[str, str]) -> Outcome:
        from httpx2 import HTTPError

        try:
            async with (
                asyncio.timeout(TIMEOUT_S),
                client.stream("POST", url, content=body, headers=headers) as got,
            ):
                return judge(got.status_code)
        except (TimeoutError, HTTPError, RuntimeError) as error:  # the last: the client was closed
            log.warning("a push service could not be reached: %s", type(error).__name__)
            return Outcome.LATER

    async def _connected(self, services: PushServices) -> "AsyncClient":
        from httpx2 import AsyncClient

        async with self._connecting:  # of several first pushes one opens, and none closes what another uses
            if self._client is None or self._client[0] != services:
                ca_file = str(services.ca_file) if services.ca_file else None
                context = await asyncio.to_thread(ssl.create_default_context, cafile=ca_file)
                await self.stop()
                headers = {"User-Agent": "Aufruf"}
                client = AsyncClient(
                    verify=context, timeout=TIMEOUT_S, follow_redirects=False, headers=headers
                )
                self._client = services, client
            return self._client[1]

    @property
    def _services(self) -> PushServices | None:
        return None if self._stays_here else self._connections.now.push


def judge(status: int) -> Outcome:
    """Return what a service's answer means (RFC 8030)."""
    if 200 <= status < 300:
        return Outcome.TAKEN
    if status in _GONE:
        return Outcome.GONE
    if status in _LATER or status >= 500:
        return Outcome.LATER
    log.warning("a push service answered %d", status)
    return Outcome.REFUSED
