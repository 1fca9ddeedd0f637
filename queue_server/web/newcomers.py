"""Who stands at the door: the address, the kind of browser, and whether it was let in before.

What lives here: reading that of a request, and the cookie of a browser that has signed in. What must not:
checking passwords (`web.signing_in`), counting (`web.throttle`).

The cookie opens nothing. It tells a browser that was in an account before from a stranger's, so that
guessing at the account does not slow its owner down (OWASP, device cookies).
"""

import hashlib
import re
import secrets
from dataclasses import dataclass
from typing import Final

from starlette.types import Scope

from queue_server.web.cookies import header, known_cookie_name, read_cookie
from queue_server.web.ports import Sealer
from queue_server.web.proxies import client_address

SEAL: Final = "known browser"
_BROWSERS: Final = (
    ("Edg", "Edge"),
    ("OPR", "Opera"),
    ("SamsungBrowser", "Samsung Internet"),
    ("Firefox", "Firefox"),
    ("FxiOS", "Firefox"),
    ("Chrome", "Chrome"),
    ("CriOS", "Chrome"),
    ("Safari", "Safari"),
)
_SYSTEMS: Final = (
    ("Windows", "Windows"),
    ("Android", "Android"),
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Mac OS X", "macOS"),
    ("CrOS", "ChromeOS"),
    ("Linux", "Linux"),
)


@dataclass(frozen=True, slots=True)
class Newcomer:
    """Somebody who wants to sign in, by form, API or the town's directory."""

    scope: Scope

    @property
    def address(self) -> str:
        return client_address(self.scope)

    @property
    def browser(self) -> str:
        return browser_of(header(self.scope, b"user-agent") or "")

    def known_to(self, sealer: Sealer, user: str) -> str | None:
        """Return the name of a browser that was in this account before; None for a stranger's."""
        cookie = read_cookie(self.scope, known_cookie_name(_mark(user)))
        opened = sealer.open_seal(SEAL, cookie) if cookie else None
        if opened is None:
            return None
        name, _, mark = opened[0].partition(":")
        return name if mark == _mark(user) else None


def new_known_cookie(sealer: Sealer, user: str, name: str | None) -> tuple[str, str]:
    """Return name and value of the cookie of a browser that has signed in; a known one keeps its `name`."""
    mark = _mark(user)
    return known_cookie_name(mark), sealer.seal(SEAL, f"{name or secrets.token_hex(8)}:{mark}", 1)


def browser_of(user_agent: str) -> str:
    """Return what an owner recognises a browser by, such as "Firefox, Windows"; empty for what is none."""
    browser = next((name for sign, name in _BROWSERS if re.search(rf"\b{sign}\w*/", user_agent)), "")
    system = next((name for sign, name in _SYSTEMS if sign in user_agent), "")
    return ", ".join(part for part in (browser, system) if part)


def _mark(user: str) -> str:
    """Return which account a cookie is for, without its name: the browser may be shared."""
    return hashlib.sha256(user.encode("utf-8", "surrogatepass")).hexdigest()[:12]
