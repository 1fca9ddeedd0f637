"""The cookies: their names, how they are read and how they are set.

What lives here: strings in and out of headers. What must not: what a cookie stands for (`web.sessions`).

All are HttpOnly, and all but a visitor's are SameSite=Strict. Strict has one visible effect: who follows
a link from another website to the counter page comes without cookies and sees the sign-in page once; a
reload signs in. A visitor may come back to a held time by a link from the town's page, so theirs is Lax.

Where the browser speaks TLS, each name begins with `__Host-` (RFC 6265bis, 4.1.3.2): browsers then take it
from this very host and over TLS alone, so that no neighbour under the town's domain can plant one.
"""

import re
from typing import Final, Literal

from starlette.responses import Response
from starlette.types import Scope

SESSION_COOKIE: Final = "aufruf_session"
LANGUAGE_COOKIE: Final = "aufruf_language"
CLIENT_COOKIE: Final = "aufruf_client"
"""A random key of a visitor's browser: who holds a time is known by it, and nothing else."""
CLIENT_COOKIE_AGE_S: Final = 24 * 3600
DEVICE_COOKIE: Final = "aufruf_device_"
KNOWN_COOKIE: Final = "aufruf_known_"
"""Marks a browser that has signed in to an account before; opens nothing (`web.newcomers`)."""
FLOW_COOKIE: Final = "aufruf_sign_in"
"""Binds the way to the town's directory and back to one browser."""
FLOW_COOKIE_AGE_S: Final = 600
HOST_PREFIX: Final = "__Host-"
DEVICE_HEADER: Final = b"aufruf-device"
"""Names the device a page speaks for, where the address does not: one browser may hold several."""
DEVICE_COOKIE_AGE_S: Final = 400 * 24 * 3600
"""The longest that browsers keep a cookie (RFC 6265bis); a page in use sets it anew."""

_DEVICE_ID: Final = re.compile(r"[A-Za-z0-9_-]{1,64}")


def header(scope: Scope, name: bytes) -> str | None:
    """Return the first header of that lower-case name."""
    for found, value in scope["headers"]:
        if found == name:
            return str(value.decode("latin-1"))
    return None


def read_cookie(scope: Scope, name: str) -> str | None:
    """Return the cookie of that name, or None; over TLS only one that this host set over TLS."""
    name = _full_name(name, secure=is_secure(scope))
    for found, value in scope["headers"]:
        if found == b"cookie":
            for pair in value.decode("latin-1").split(";"):
                key, _, content = pair.partition("=")
                if key.strip() == name:
                    return content.strip() or None
    return None


def device_cookie_name(device_id: str) -> str | None:
    """Return the name of a device's cookie; None for what cannot be a device's id."""
    return DEVICE_COOKIE + device_id if _DEVICE_ID.fullmatch(device_id) else None


def is_secure(scope: Scope) -> bool:
    """Tell whether the visitor's browser speaks TLS, to us or to a trusted proxy."""
    return scope["scheme"] in {"https", "wss"}


def set_session_cookie(response: Response, cookie: str, *, secure: bool) -> None:
    """Give the browser its session until it closes; the server ends it sooner (`SESSION_LIFETIME`)."""
    _set(response, SESSION_COOKIE, cookie, secure=secure, max_age=None)


def clear_session_cookie(response: Response, *, secure: bool) -> None:
    """Take the session from the browser."""
    _set(response, SESSION_COOKIE, "", secure=secure, max_age=0)


def known_cookie_name(mark: str) -> str:
    """Return the name of the cookie that a browser keeps for one account; `mark` are hexadecimal digits."""
    return KNOWN_COOKIE + mark


def set_known_cookie(response: Response, name: str, value: str, *, secure: bool) -> None:
    """Mark the browser as one that has signed in; it stays when signing out."""
    _set(response, name, value, secure=secure, max_age=DEVICE_COOKIE_AGE_S)


def set_device_cookie(response: Response, device_id: str, token: str, *, secure: bool) -> None:
    """Give the browser a device's token. Raises ValueError for what cannot be a device's id."""
    name = device_cookie_name(device_id)
    if name is None:
        raise ValueError(f"not a device's id: {device_id!r}")
    _set(response, name, token, secure=secure, max_age=DEVICE_COOKIE_AGE_S)


def set_language_cookie(response: Response, language: str, *, secure: bool) -> None:
    """Remember the language that somebody chose with a link; it holds nothing else."""
    _set(response, LANGUAGE_COOKIE, language, secure=secure, max_age=DEVICE_COOKIE_AGE_S)


def set_client_cookie(response: Response, client: str, *, secure: bool) -> None:
    """Give a visitor's browser the key by which it holds a time."""
    _set(response, CLIENT_COOKIE, client, secure=secure, max_age=CLIENT_COOKIE_AGE_S, same_site="lax")


def set_flow_cookie(response: Response, flow: str, *, secure: bool) -> None:
    """Remember who went to the town's directory: Lax, for the way back begins at another host."""
    _set(response, FLOW_COOKIE, flow, secure=secure, max_age=FLOW_COOKIE_AGE_S, same_site="lax")


def clear_flow_cookie(response: Response, *, secure: bool) -> None:
    """Forget it: one way back for one way there."""
    _set(response, FLOW_COOKIE, "", secure=secure, max_age=0, same_site="lax")


def _full_name(name: str, *, secure: bool) -> str:
    return HOST_PREFIX + name if secure else name


def _set(
    response: Response,
    name: str,
    value: str,
    *,
    secure: bool,
    max_age: int | None,
    same_site: Literal["strict", "lax"] = "strict",
) -> None:
    # The prefix asks for this very path and for no domain.
    response.set_cookie(
        _full_name(name, secure=secure),
        value,
        max_age=max_age,
        path="/",
        secure=secure,
        httponly=True,
        samesite=same_site,
    )
