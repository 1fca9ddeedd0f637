"""Makes guessing passwords slow, and never locks anybody out for good.

What lives here: counting wrong passwords, in memory, for each process by itself. What must not: the waits
(`domain.sign_in`), cookies (`web.newcomers`), other limits (`web.limits`).

Three counts stand in a stranger's way: of this network with this user name, of all networks with this user
name, of this network with any name. **A browser that has signed in to the account before has a count of its
own** (OWASP's device cookies): whoever guesses at an account, from wherever, does not keep its owner's own
computer out. An attempt counts as wrong before the password is looked at, else a hundred at once would all
be let through; what proves right is taken back. A restart forgets everything.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass
from math import ceil
from typing import Final

from queue_server.domain.access import TooManyRequests
from queue_server.domain.sign_in import FORGOTTEN_AFTER, FREE_TRIES, FREE_TRIES_OF_ALL, wait_after
from queue_server.web.limits import Limits, network_of

MOST_KEYS: Final = 10_000


@dataclass(slots=True)
class _Count:
    wrong: int
    last: float


class Strikes:
    """Wrong attempts by key; the key that is quiet for longest is forgotten first."""

    def __init__(self, free: int, clock: Callable[[], float], most_keys: int = MOST_KEYS) -> None:
        self._free, self._clock, self._most = free, clock, most_keys
        self._counts: dict[str, _Count] = {}

    def take(self, key: str) -> None:
        """Count an attempt as wrong. Raises TooManyRequests, which counts nothing, while the wait lasts."""
        now = self._clock()
        count = self._counts.pop(key, None)
        if count is None or now - count.last >= FORGOTTEN_AFTER.total_seconds():
            count = _Count(0, now)
        # A refused key keeps its place at the young end too, or a flood would wash it out.
        self._counts[key] = count
        if len(self._counts) > self._most:
            del self._counts[next(iter(self._counts))]
        rest = count.last + wait_after(count.wrong, self._free).total_seconds() - now
        if rest > 0:
            raise TooManyRequests(retry_after_s=max(1, ceil(rest)))
        count.wrong, count.last = count.wrong + 1, now

    def give_back(self, key: str) -> None:
        """Uncount one attempt: it was right, or never looked at."""
        count = self._counts.get(key)
        if count is not None:
            count.wrong = max(0, count.wrong - 1)

    def clear(self, key: str) -> None:
        self._counts.pop(key, None)


@dataclass(slots=True)
class Attempt:
    """One password that is being looked at; whoever says nothing leaves it counted as wrong."""

    taken: list[tuple[Callable[[str], None], str]]
    own: tuple[Strikes, str] | None

    def right(self) -> None:
        """The password fits: it does not count, and neither do the mistakes made here before it."""
        self.unseen()
        if self.own is not None:
            self.own[0].clear(self.own[1])

    def unseen(self) -> None:
        """The password was not looked at."""
        for give_back, key in self.taken:
            give_back(key)


class Throttle:
    """One for the process. `on` False: for load tests and for tests of other things."""

    def __init__(
        self, limits: Limits, *, on: bool = True, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._limits, self._on = limits, on
        self._near = Strikes(FREE_TRIES, clock)
        self._of_all = Strikes(FREE_TRIES_OF_ALL, clock)

    def begin(self, user: str, address: str, known: str | None) -> Attempt:
        """Let somebody try a password, or raise TooManyRequests.

        `user` as `normal_user` spells it; `known` names a browser that was in this account before.
        """
        attempt = Attempt([], None)
        if not self._on:
            return attempt
        place = network_of(address)
        key = f"{user}\0known {known}" if known else f"{user}\0{place}"
        try:
            self._near.take(key)
            attempt.taken.append((self._near.give_back, key))
            attempt.own = (self._near, key)
            if not known:
                self._of_all.take(user)
                attempt.taken.append((self._of_all.give_back, user))
                self._limits.wrong_sign_in.check(place)
                attempt.taken.append((self._limits.wrong_sign_in.give_back, place))
        except TooManyRequests:
            attempt.unseen()
            raise
        return attempt
