"""The town's logo for the slip, fetched from the server once and kept while the agent runs.

A slip never waits long for a picture, and is printed without one that does not come: paper is what a visitor
stands there for. What must not live here: drawing it (`drawing`).
"""

import logging
import time
from collections.abc import Callable
from http.client import HTTPException
from typing import Final
from urllib.error import URLError
from urllib.request import ProxyHandler, build_opener

from kiosk import drawing

log = logging.getLogger(__name__)

WITHIN_S: Final = 2.0
NOT_AGAIN_S: Final = 60.0
MOST_BYTES: Final = 4 * 1024 * 1024


class Logos:
    """Fetches pictures of one server; a picture's address is a hash of it, so that it never changes."""

    def __init__(self, server: str, *, clock: Callable[[], float] = time.monotonic) -> None:
        self._server = server.rstrip("/")
        self._clock = clock
        self._kept: tuple[str, bytes] = ("", b"")
        self._failed_at: float | None = None
        self._opener = build_opener(ProxyHandler({}))  # kiosk and server stand in one house

    def fetch(self, path: str) -> bytes | None:
        """Return a picture's bytes; None when it does not come, and then not asked again for a minute."""
        if self._kept[0] == path:
            return self._kept[1]
        if self._failed_at is not None and self._clock() - self._failed_at < NOT_AGAIN_S:
            return None
        try:
            with self._opener.open(f"{self._server}{path}", timeout=WITHIN_S) as answer:
                body: bytes = answer.read(MOST_BYTES)
        except (URLError, OSError, ValueError, HTTPException) as error:
            self._failed(type(error).__name__)
            return None
        if not drawing.is_picture(body):
            self._failed("no picture")
            return None
        self._kept, self._failed_at = (path, body), None
        return body

    def _failed(self, why: str) -> None:
        log.warning("no logo for the slips: %s", why)
        self._failed_at = self._clock()
