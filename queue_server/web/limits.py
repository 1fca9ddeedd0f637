"""How often somebody may ask: limits in memory, bounded in size, each with its `Retry-After`.

What lives here: the rule (one number for each key), the limits of this product, and the narrow gate in
front of password checks. What must not: routes, and limits that hold across processes: each process
counts for itself, so that a town with n processes allows n times as much.
"""

import asyncio
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field, fields
from functools import lru_cache
from ipaddress import IPv6Address, ip_address
from math import ceil
from typing import Final, TypeVar

from queue_server.domain.access import TooManyRequests

Result = TypeVar("Result")


@dataclass(frozen=True, slots=True)
class Rate:
    """`burst` at once, and `per_min` in the long run."""

    per_min: float
    burst: int


@dataclass(frozen=True, slots=True)
class Rates:
    """The settings; None switches one off."""

    wrong_sign_in: Rate | None = field(default=Rate(2, 30))
    """For one address, whatever the user name; only wrong ones count. See `web.throttle` for the others."""
    pairing: Rate | None = field(default=Rate(10, 10))
    guesses: Rate | None = field(default=Rate(60, 300))
    """For one address: cookies and tokens that nobody has. Each costs a look into the database."""
    directory: Rate | None = field(default=Rate(30, 60))
    """For one address, both ways of signing in by the directory: all clerks of a town hall come at eight."""
    tickets: Rate | None = field(default=Rate(60, 30))
    """For one device or token. A kiosk gives out one number in ten seconds at most."""
    speech: Rate | None = field(default=Rate(60, 60))
    """For one kiosk: one hand steps through a page no faster, and one that runs wild silences no other."""
    status: Rate | None = field(default=Rate(3000, 2000))
    """For one address: 1,000 phones behind the hall's wireless come back at once after a break."""
    why: Rate | None = field(default=Rate(6, 12))
    """For one visitor's page: who was called before whom is read from the whole day's log."""
    holds: Rate | None = field(default=Rate(3, 30))
    """For one address without a token: 30 in ten minutes; each keeps a time from everybody else."""
    wrong_check_in: Rate | None = field(default=Rate(1, 3))
    """For one device: references and numbers are short, so that guessing must be slow."""
    wrong_helper_code: Rate | None = field(default=Rate(0.5, 5))
    """For one address: the code of a helper lifts every limit for a contact."""
    visitors: Rate | None = field(default=Rate(3000, 2000))
    """For one address without having signed in, at all addresses that have no bucket of their own."""
    files: Rate | None = field(default=Rate(60_000, 30_000))
    """For one address: scripts, pictures and sounds, of which each page loads ten."""
    known: Rate | None = field(default=Rate(3000, 1500))
    """For one session or token: no clerk presses so fast; a program that runs wild is held."""
    messages: Rate | None = field(default=Rate(1200, 600))
    """For one socket, by what the device says: four reports for each call."""
    feeds: Rate | None = field(default=Rate(60, 120))
    """For one address: behind the town hall's stand all its clerks, each asking every few minutes."""


UNLIMITED: Final = Rates(**dict.fromkeys((one.name for one in fields(Rates)), None))
"""For load tests."""


class RateLimiter:
    """A token bucket for each key, kept as one number: when it will be full again (GCRA).

    At most `most_keys` are remembered; the one unused for longest is forgotten first, which by then is
    a full bucket unless somebody comes from that many places at once.
    """

    def __init__(
        self, rate: Rate | None, *, clock: Callable[[], float] = time.monotonic, most_keys: int = 10_000
    ) -> None:
        self._interval = 60 / rate.per_min if rate else 0.0
        self._tolerance = self._interval * (rate.burst - 1) if rate else 0.0
        self._clock = clock
        self._most_keys = most_keys
        self._full_at: dict[str, float] = {}

    def check(self, key: str) -> None:
        """Count one request. Raises TooManyRequests, which is not counted: waiting helps."""
        if not self._interval:
            return
        now = self._clock()
        full_at = max(now, self._full_at.pop(key, now))
        wait = full_at - now - self._tolerance
        # A refused key keeps its place at the young end too, or a flood would wash it out.
        self._full_at[key] = full_at if wait > 1e-9 else full_at + self._interval
        if len(self._full_at) > self._most_keys:
            del self._full_at[next(iter(self._full_at))]
        if wait > 1e-9:
            raise TooManyRequests(retry_after_s=max(1, ceil(wait)))

    def give_back(self, key: str) -> None:
        """Uncount one request that `check` let through."""
        if key in self._full_at:
            self._full_at[key] -= self._interval

    def check_only(self, key: str) -> None:
        """Raise what `check` would, and count nothing: for limits on what went wrong."""
        if not self._interval:
            return
        now = self._clock()
        wait = self._full_at.get(key, now) - now - self._tolerance
        if wait > 1e-9:
            raise TooManyRequests(retry_after_s=max(1, ceil(wait)))


class Limits:
    """The limits of this product, each with the question it answers."""

    def __init__(self, rates: Rates | None = None, *, clock: Callable[[], float] = time.monotonic) -> None:
        rates = rates or Rates()
        self.wrong_sign_in = RateLimiter(rates.wrong_sign_in, clock=clock)
        self._pairing = RateLimiter(rates.pairing, clock=clock)
        self._tickets = RateLimiter(rates.tickets, clock=clock)
        self._speech = RateLimiter(rates.speech, clock=clock)
        self._why = RateLimiter(rates.why, clock=clock)
        self._strangers = {
            name: RateLimiter(getattr(rates, name), clock=clock)
            for name in ("visitors", "status", "feeds", "files")
        }
        self._known = RateLimiter(rates.known, clock=clock)
        self._guesses = RateLimiter(rates.guesses, clock=clock)
        self._directory = RateLimiter(rates.directory, clock=clock)
        self._messages = rates.messages
        self._clock = clock
        self._holds = RateLimiter(rates.holds, clock=clock)
        self._wrong_check_in = RateLimiter(rates.wrong_check_in, clock=clock)
        self._wrong_helper_code = RateLimiter(rates.wrong_helper_code, clock=clock)

    def check_pairing(self, address: str) -> None:
        """Before a device's new code is made, and before an administrator's code is tried."""
        self._pairing.check(network_of(address))

    def check_ticket(self, who: str) -> None:
        """Before a number is given. `who` is the device, token or session that takes it."""
        self._tickets.check(who)

    def check_speech(self, kiosk: str) -> None:
        """Before a kiosk's page is read aloud."""
        self._speech.check(kiosk)

    def check_why(self, visit: str) -> None:
        """Before the log is asked why another number was called first. `visit` is whose page asks."""
        self._why.check(visit)

    def check_stranger(self, bucket: str, address: str) -> None:
        """For each request of somebody who has not signed in. `bucket`: that of the address they ask."""
        self._strangers[bucket].check(network_of(address))

    def check_guess(self, address: str) -> None:
        """Before the database is asked who brings a secret that was never right here."""
        self._guesses.check(network_of(address))

    def forgive_guess(self, address: str) -> None:
        """The secret was right."""
        self._guesses.give_back(network_of(address))

    def check_directory(self, address: str) -> None:
        """Before somebody is sent to the directory, and before a code of it is redeemed."""
        self._directory.check(network_of(address))

    def check_known(self, who: str) -> None:
        """For each request of a session or token."""
        self._known.check(who)

    def of_socket(self) -> RateLimiter:
        """Return the limit of one socket, on what it is told."""
        return RateLimiter(self._messages, clock=self._clock, most_keys=1)

    def check_hold(self, address: str) -> None:
        """Before a time is held for somebody without a token."""
        self._holds.check(network_of(address))

    def check_check_in(self, who: str) -> None:
        """Before a reference or number is looked up; after three wrong ones `who` has to pause."""
        self._wrong_check_in.check_only(who)

    def note_wrong_check_in(self, who: str) -> None:
        """After a reference or number that did not fit."""
        self._wrong_check_in.check(who)

    def check_helper_code(self, address: str) -> None:
        """Before a helper's code is looked up; after five wrong ones an address has to wait."""
        self._wrong_helper_code.check_only(network_of(address))

    def note_wrong_helper_code(self, address: str) -> None:
        """After a code that nobody has. Never refuses: the wrong code has its own answer."""
        with suppress(TooManyRequests):
            self._wrong_helper_code.check(network_of(address))


class Gate:
    """Lets few slow checks run at once, in threads, and few wait: the rest is told to come back.

    A password check takes 150–250 ms and 64 MiB. Two at a time are 128 MiB and leave a core to the hall.
    """

    def __init__(self, at_once: int = 2, most_waiting: int = 20) -> None:
        self._room = asyncio.Semaphore(at_once)
        self._most = at_once + most_waiting
        self._inside = 0

    async def run(self, check: Callable[[], Result]) -> Result:
        """Run the check in a thread and return its result. Raises TooManyRequests when too many wait."""
        if self._inside >= self._most:
            raise TooManyRequests(retry_after_s=5)
        self._inside += 1
        try:
            async with self._room:
                return await asyncio.to_thread(check)
        finally:
            self._inside -= 1


@lru_cache(4096)  # reading an address takes longer than counting it
def network_of(address: str) -> str:
    """Return what one customer of a provider holds: an IPv4 address, or a /64 of IPv6."""
    try:
        parsed = ip_address(address)
    except ValueError:
        return address
    if isinstance(parsed, IPv6Address):
        return str(IPv6Address(int(parsed) >> 64 << 64))
    return address
