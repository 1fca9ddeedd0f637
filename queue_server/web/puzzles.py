"""Puzzles at the door of the portal: made, signed, taken once; and when a site asks for one.

What lives here: tokens and the counts in memory. What must not: what solves a puzzle (`domain.puzzle`),
pages. A puzzle is no row anywhere: it holds its time and is signed. That each is taken once, and how many
times are asked for a minute, each process knows for itself.
"""

import base64
import binascii
import hashlib
import hmac
import secrets
from collections import deque
from collections.abc import Callable
from datetime import datetime
from typing import Final

from queue_server.domain.errors import PuzzleRequired
from queue_server.domain.puzzle import BITS, PARTS, is_solved
from queue_server.domain.town import Challenge, Site

LIFE_S: Final = 600
"""A puzzle lives as long as a hold: who waits longer solves another."""
MINUTE_S: Final = 60
MOST_USED: Final = 100_000
_TIME_BYTES: Final = 5
_NONCE_BYTES: Final = 7
_MAC_BYTES: Final = 12


class Puzzles:
    """One for a process."""

    def __init__(self, key: bytes, clock: Callable[[], datetime]) -> None:
        """Take a key of its own: `Secrets.derive("puzzle")`."""
        self._key = key
        self._clock = clock
        self._used: dict[str, float] = {}
        self._asked: dict[str, deque[float]] = {}

    def require(self, site: Site, solution: str) -> None:
        """Raise PuzzleRequired, with a puzzle, unless the site asks for none or `solution` solves one.

        The caller's duty: once for each time that somebody without a token wants to have held.
        """
        self._note(site)
        if not self.is_asked(site):
            return
        puzzle, _, answers = solution.partition(":")
        if not (self._is_ours(site, puzzle) and is_solved(puzzle, answers) and self._use(puzzle)):
            raise PuzzleRequired(puzzle=self.issue(site), parts=PARTS, bits=BITS)

    def is_asked(self, site: Site) -> bool:
        """Say whether the site asks for a puzzle now."""
        if site.challenge is Challenge.ABOVE:
            return len(self._asked.get(site.id, ())) > site.challenge_above
        return site.challenge is Challenge.ON

    def issue(self, site: Site) -> str:
        """Return a new puzzle for the site: its time and a nonce, signed."""
        body = int(self._now()).to_bytes(_TIME_BYTES, "big") + secrets.token_bytes(_NONCE_BYTES)
        return base64.urlsafe_b64encode(body + self._mac(site, body)).decode()

    def _note(self, site: Site) -> None:
        """Count what is wanted, not what is held: who fails at the puzzle must not switch it off."""
        if site.challenge is not Challenge.ABOVE:
            return
        asked, now = self._asked.setdefault(site.id, deque()), self._now()
        while asked and asked[0] <= now - MINUTE_S:
            asked.popleft()
        asked.append(now)
        # The newest are kept: as long as an attack goes on, it must not find the door open once a minute.
        while len(asked) > site.challenge_above + 1:
            asked.popleft()

    def _is_ours(self, site: Site, puzzle: str) -> bool:
        try:
            raw = base64.b64decode(puzzle, b"-_", validate=True) if puzzle.isascii() else b""
        except binascii.Error:
            return False
        body, mac = raw[:-_MAC_BYTES], raw[-_MAC_BYTES:]
        if len(body) != _TIME_BYTES + _NONCE_BYTES or not hmac.compare_digest(mac, self._mac(site, body)):
            return False
        age = self._now() - int.from_bytes(body[:_TIME_BYTES], "big")
        return -1 <= age < LIFE_S

    def _use(self, puzzle: str) -> bool:
        """Take a puzzle; False when it was taken before."""
        if puzzle in self._used:
            return False
        now = self._now()
        self._used[puzzle] = now
        while self._used and (
            len(self._used) > MOST_USED or next(iter(self._used.values())) < now - 2 * LIFE_S
        ):
            del self._used[next(iter(self._used))]
        return True

    def _mac(self, site: Site, body: bytes) -> bytes:
        # Not `hmac.digest`: it lets the interpreter go, and beside a busy writer it comes back late.
        return hmac.new(self._key, site.id.encode() + b"\0" + body, hashlib.sha256).digest()[:_MAC_BYTES]

    def _now(self) -> float:
        return self._clock().timestamp()
