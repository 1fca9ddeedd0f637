"""The walls every request passes: safe headers, bounded bodies, and the order of all of them.

What lives here: plain ASGI wrappers that know nothing of the hall. What must not: who somebody is
(`web.sessions`), whose page it comes from (`web.origin`), how often (`web.limits`). No wrapper uses
Starlette's BaseHTTPMiddleware: it starts a task for each request and costs more than a ticket.
"""

from collections.abc import Callable, Collection, Mapping
from typing import Final

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from queue_server.domain.errors import Refusal
from queue_server.web.origin import OriginCheck
from queue_server.web.proxies import ForwardedAddress
from queue_server.web.refusing import Refuse, answer_refusal

BODY_LIMIT: Final = 1024 * 1024
"""The longest body that an address takes but `LONGER`; each has its own, shorter one (`web.route_limits`)."""
LONGEST_PICTURE: Final = 2 * 1024 * 1024
LONGEST_SET_UP: Final = 24 * 1024 * 1024
"""A set-up with its pictures. Twenty have 40 MB at most, but it is held in memory, some times over."""
LONGEST_CARRIED: Final = LONGEST_SET_UP // 3 * 4 + 64 * 1024
"""The same in a field of a form."""
LONGER: Final[Mapping[str, int]] = {
    "/admin/pictures": LONGEST_PICTURE + 64 * 1024,
    "/admin/look": LONGEST_PICTURE + 64 * 1024,
    "/admin/exchange": LONGEST_CARRIED + 64 * 1024,
}
"""Addresses that take more, for a file that cannot be short; with room for the form around it."""

CONTENT_SECURITY_POLICY: Final = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; "
    "connect-src 'self'; media-src 'self'; manifest-src 'self'; form-action 'self'; base-uri 'none'; "
    "frame-ancestors 'none'"
)
PERMISSIONS_POLICY: Final = (
    "camera=(), geolocation=(), microphone=(), payment=(), usb=(), serial=(), "
    "display-capture=(), browsing-topics=()"
)
"""Sound, vibration, full screen and wake lock stay allowed: display and phone pages need them."""

_HEADERS: Final[tuple[tuple[bytes, bytes], ...]] = (
    (b"content-security-policy", CONTENT_SECURITY_POLICY.encode()),
    (b"referrer-policy", b"no-referrer"),
    (b"x-content-type-options", b"nosniff"),
    (b"permissions-policy", PERMISSIONS_POLICY.encode()),
    (b"cross-origin-opener-policy", b"same-origin"),
    (b"cross-origin-resource-policy", b"same-origin"),
)
_HSTS: Final = (b"strict-transport-security", b"max-age=31536000; includeSubDomains")
"""RFC 6797: only where TLS was spoken, to us or to a trusted proxy; never in a hall on plain http."""
_NO_STORE: Final = (b"cache-control", b"no-store")


class PayloadTooLarge(Refusal):
    """The body is longer than `limit` bytes."""

    code = "payload_too_large"


class SecurityHeaders:
    """Adds the headers above. What a route set itself stays; what says nothing of caching is not stored."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return

        async def send_safely(message: Message) -> None:
            if message["type"] == "http.response.start":
                message["headers"] = _with_safe_headers(message.get("headers", ()))
                if scope["scheme"] == "https":
                    message["headers"].append(_HSTS)
            await send(message)

        await self.app(scope, receive, send_safely)


class SizeLimit:
    """Answers 413 to a body above the limit: by its announced length, or while it comes in pieces."""

    def __init__(self, app: ASGIApp, refuse: Refuse, limit: int = BODY_LIMIT) -> None:
        self.app = app
        self.refuse = refuse
        self.limit = limit

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        length, limit = announced_length(scope), LONGER.get(scope["path"], self.limit)
        if length is not None and length <= limit:
            # The server cuts a body at its announced length, so it needs no watching.
            await self.app(scope, receive, send)
        elif length is not None:
            await self._refuse(scope, receive, send, limit)
        else:
            await self._watch(scope, receive, send, limit)

    async def _watch(self, scope: Scope, receive: Receive, send: Send, limit: int) -> None:
        received, started = 0, False

        async def receive_bounded() -> Message:
            nonlocal received
            message = await receive()
            received += len(message.get("body", b""))
            if received > limit:
                raise PayloadTooLarge(limit=limit)
            return message

        async def send_noticing(message: Message) -> None:
            nonlocal started
            started = True
            await send(message)

        try:
            await self.app(scope, receive_bounded, send_noticing)
        except PayloadTooLarge:
            if started:
                raise
            await self._refuse(scope, receive, send, limit)

    async def _refuse(self, scope: Scope, receive: Receive, send: Send, limit: int) -> None:
        await answer_refusal(scope, receive, send, self.refuse, PayloadTooLarge(limit=limit))


def secured(
    app: ASGIApp,
    *,
    refuse: Refuse,
    trusted_proxies: Collection[str] = (),
    own_origins: Collection[str] = (),
    body_limit: int = BODY_LIMIT,
) -> ASGIApp:
    """Wrap the whole application in every wall, in the order that makes each of them right.

    `trusted_proxies`: addresses, networks (`10.0.0.0/8`) or `unix`. `own_origins`: origins besides the
    request's own host, such as that of `public_url`. The address comes first, for the walls behind it
    judge by it; the headers stand outside of the refusals, so that refusals carry them too.
    """
    walls: list[Callable[[ASGIApp], ASGIApp]] = [
        lambda inner: SizeLimit(inner, refuse, body_limit),
        lambda inner: OriginCheck(inner, refuse, own_origins),
        SecurityHeaders,
    ]
    if trusted_proxies:
        walls.append(lambda inner: ForwardedAddress(inner, trusted_proxies))
    for wall in walls:
        app = wall(app)
    return app


def _with_safe_headers(headers: Collection[tuple[bytes, bytes]]) -> list[tuple[bytes, bytes]]:
    have = {name.lower() for name, _ in headers}
    safe = [*headers, *(header for header in _HEADERS if header[0] not in have)]
    if b"cache-control" not in have and b"etag" not in have:
        safe.append(_NO_STORE)
    return safe


def announced_length(scope: Scope) -> int | None:
    """Return the length of the body, 0 when there is none, None when it comes in pieces."""
    length: int | None = 0
    for name, value in scope["headers"]:
        if name == b"transfer-encoding":
            return None
        if name == b"content-length":
            # HTTP servers refuse a length that is no number; isdigit also keeps "-1" and "١" out.
            length = int(value) if value.isdigit() and len(value) < 19 else None
    return length
