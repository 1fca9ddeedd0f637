"""Whose page a request comes from: commands and sockets of browsers only from our own pages.

What lives here: the check of `Origin` and `Sec-Fetch-Site`, and the token in plain HTML forms. What
must not: cookies' names, sign-in.

The check follows what browsers promise: they send `Origin` with every unsafe request and every socket,
and `Sec-Fetch-Site` where the page is on TLS or localhost. A request with neither is no browser's, so
nobody's cookies were borrowed for it (the reasoning of Go's `http.CrossOriginProtection`).

A trap: under `Referrer-Policy: no-referrer`, which keeps the secrets of status pages out of logs, a
browser sends `Origin: null` with a plain form, even to our own host (Fetch standard, "append a request
Origin header"). On a town hall's plain http there is no `Sec-Fetch-Site` either. So a form with a null
origin passes here and stands on its CSRF token: **whoever reads a form calls `Csrf.check`**.
"""

import hashlib
import hmac
import secrets
from collections.abc import Collection
from typing import Final

from starlette.types import ASGIApp, Receive, Scope, Send

from queue_server.domain.errors import Refusal
from queue_server.web.cookies import SESSION_COOKIE, device_cookie_name, read_cookie
from queue_server.web.refusing import Refuse, answer_refusal
from queue_server.web.security_log import note

SAFE_METHODS: Final = frozenset({"GET", "HEAD", "OPTIONS"})
CSRF_FIELD: Final = "csrf"
_FORMS: Final = (b"application/x-www-form-urlencoded", b"multipart/form-data")
_READ: Final = frozenset(
    {b"origin", b"sec-fetch-site", b"host", b"cookie", b"authorization", b"content-type"}
)


class WrongOrigin(Refusal):
    """The request comes from a page that is not ours."""

    code = "origin"


class WrongCsrf(Refusal):
    """The form's token is missing, or belongs to another session: the page is old, or not ours."""

    code = "csrf"


class OriginCheck:
    """Refuses unsafe requests and sockets that a foreign page started in somebody's browser."""

    def __init__(self, app: ASGIApp, refuse: Refuse, own_origins: Collection[str] = ()) -> None:
        self.app = app
        self.refuse = refuse
        self.own = frozenset(origin.rstrip("/").lower().encode() for origin in own_origins)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if _can_act(scope) and not self._is_ours(scope):
            note("foreign_page_refused", scope, kind=scope["type"])
            await answer_refusal(scope, receive, send, self.refuse, WrongOrigin())
            return
        await self.app(scope, receive, send)

    def _is_ours(self, scope: Scope) -> bool:
        found = {name: value for name, value in scope["headers"] if name in _READ}
        if b"authorization" in found and b"cookie" not in found:
            return True  # No page can add this header for another site, and nothing was borrowed.
        site, origin = found.get(b"sec-fetch-site"), found.get(b"origin")
        if site is not None and site not in {b"same-origin", b"none"}:
            return origin is not None and origin.lower() in self.own
        if origin is None:
            return True
        if origin == b"null":
            return site is not None or (scope["type"] == "http" and _is_form(found))
        # Host against host, without the scheme: a proxy may end TLS and tell us nothing of it.
        host = origin.lower().partition(b"://")[2]
        return host == found.get(b"host", b"").lower() or origin.lower() in self.own


class Csrf:
    """Makes and checks the hidden field of forms, bound to the cookie by which the sender is known.

    Each token looks different (a nonce goes in), so that a compressed page does not leak it by its
    length. Without a cookie the token is bound to nothing: there is nothing of the sender's to borrow.
    """

    def __init__(self, key: bytes) -> None:
        """Take a key of its own: `Secrets.derive("csrf")`."""
        self._key = key

    def token(self, scope: Scope, device_id: str | None = None) -> str:
        """Return the value of the form's hidden field named `CSRF_FIELD`."""
        nonce = secrets.token_hex(8)
        return f"{nonce}.{self._mac(nonce, scope, device_id)}"

    def check(self, scope: Scope, sent: object, device_id: str | None = None) -> None:
        """Raise WrongCsrf unless the field fits the sender. `sent` is what the form held, None if nothing."""
        nonce, _, mac = sent.partition(".") if isinstance(sent, str) else ("", "", "")
        if not hmac.compare_digest(mac.encode(), self._mac(nonce, scope, device_id).encode()):
            raise WrongCsrf

    def _mac(self, nonce: str, scope: Scope, device_id: str | None) -> str:
        message = f"{nonce}\0{_known_by(scope, device_id)}".encode("utf-8", "surrogatepass")
        return hmac.digest(self._key, message, hashlib.sha256).hex()[:32]


def _can_act(scope: Scope) -> bool:
    if scope["type"] == "http":
        return scope["method"] not in SAFE_METHODS
    return bool(scope["type"] == "websocket")


def _is_form(found: dict[bytes, bytes]) -> bool:
    return found.get(b"content-type", b"").lower().startswith(_FORMS)


def _known_by(scope: Scope, device_id: str | None) -> str:
    name = device_cookie_name(device_id) if device_id else None
    return (read_cookie(scope, name) if name else None) or read_cookie(scope, SESSION_COOKIE) or ""
