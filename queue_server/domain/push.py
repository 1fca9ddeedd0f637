"""Where a phone wants its call pushed to, and which addresses we would ever send to.

What must not live here: how a push is encrypted and sent (`adapters.push`), and when (`live.pushes`).
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

LONGEST_ENDPOINT: Final = 1000
_ADDRESS: Final = re.compile(r"https://([a-z0-9.-]+(?::[0-9]{1,5})?)/[!-\[\]-~]*", re.IGNORECASE)
"""Plain ASCII without spaces and backslashes: no two programs may find different hosts in it."""
_P256DH, _AUTH = 65, 16


@dataclass(frozen=True, slots=True, repr=False)
class Subscription:
    """What a browser gives to be pushed to (RFC 8030): an address, and the keys to write for it alone."""

    endpoint: str
    p256dh: bytes
    auth: bytes
    language: str = "de"

    def __repr__(self) -> str:
        return "Subscription(…)"  # its address belongs to one phone

    @property
    def is_whole(self) -> bool:
        """Tell whether the keys have the form that RFC 8291 wants: an uncompressed point and 16 bytes."""
        return len(self.p256dh) == _P256DH and self.p256dh[0] == 4 and len(self.auth) == _AUTH


class Outcome(StrEnum):
    """What became of one try."""

    TAKEN = "taken"
    GONE = "gone"
    """The phone does not want it any more."""
    LATER = "later"
    REFUSED = "refused"
    """Trying again changes nothing."""


def may_push(endpoint: str, services: Iterable[str]) -> bool:
    """Tell whether an address lies at one of the services: `host`, `host:port`, or `.host` for all below it.

    The address comes from a stranger's browser: without the list our server would knock wherever it is told.
    """
    found = _ADDRESS.fullmatch(endpoint) if len(endpoint) <= LONGEST_ENDPOINT else None
    if found is None:
        return False
    host = found[1].lower()
    return any(host.endswith(one) if one.startswith(".") else host == one for one in services)
