"""Delivers what waits in the outbox, beside the road: a slow or broken mail server holds nobody up.

Nothing is kept here that a restart could lose. A crash between sending and noting sends twice; the
message's stable id makes the second one harmless. What must not live here: how a message travels or
what it says; logs name a letter by its row's number, never by who gets it.
"""

import asyncio
import logging
import random
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, Final, Generic, Protocol, TypeVar

LOOK_EVERY_S: Final = 1.0
MOST: Final = 20
TIMEOUT_S: Final = 90.0
"""For one delivery, from the moment it has a turn."""
PATIENCE_S: Final = 80.0
"""So long a claimed letter waits for a turn; with its delivery that is less than the lease of three minutes,
within which nobody else takes it."""
FIRST_WAIT: Final = timedelta(seconds=30)
LONGEST_WAIT: Final = timedelta(hours=1)
MOST_TRIES: Final = 54
"""Two days of trying. Then staff see it instead: a letter that late may be worse than none."""
log = logging.getLogger(__name__)


class Waiting(Protocol):
    """A letter that was claimed."""

    @property
    def id(self) -> int: ...
    @property
    def tries(self) -> int: ...


L = TypeVar("L", bound=Waiting)


class State(StrEnum):
    """What becomes of a letter."""

    WAITING = "waiting"
    SENT = "sent"
    FAILED = "failed"
    CANCELLED = "cancelled"
    """There was nothing to send, or nobody to send it to."""


@dataclass(frozen=True, slots=True)
class Outcome(Generic[L]):
    """What one delivery ended in. `error` names a kind of trouble, without anybody's data."""

    letter: L
    state: State
    due_at: datetime | None = None
    error: str = ""


class Undeliverable(Exception):  # noqa: N818 - it says what is so
    """This letter can never be delivered; `code` says why, in a word for staff."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


class NotYet(Exception):  # noqa: N818 - it says what is so
    """This letter waits until a certain time, for a reason that `word` names; nothing is wrong with it."""

    def __init__(self, until: datetime, word: str) -> None:
        super().__init__(word)
        self.until = until
        self.word = word


class Outbox(Protocol[L]):
    """The outbox, as the postman needs it."""

    async def is_due(self, now: datetime) -> bool: ...
    async def claim(self, now: datetime, most: int) -> Sequence[L]: ...
    async def note(self, outcomes: Sequence[Outcome[L]]) -> Any: ...


Deliver = Callable[[L], Awaitable[bool]]
"""Sends a letter; False when there is nothing to send. Raises `Undeliverable`, `NotYet`, else "later"."""


class Postman(Generic[L]):
    """One task that looks every `every_s` seconds and delivers a round of letters at a time."""

    def __init__(
        self,
        outbox: Outbox[L],
        deliver: Deliver[L],
        clock: Callable[[], datetime],
        chance: Callable[[], float] = random.random,
        at_once: int = MOST,
        every_s: float = LOOK_EVERY_S,
        most_tries: int = MOST_TRIES,
    ) -> None:
        self._outbox = outbox
        self._deliver = deliver
        self._clock = clock
        self._chance = chance
        self._turns = asyncio.Semaphore(at_once)
        self._every_s = every_s
        self._most_tries = most_tries
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        self._task = asyncio.create_task(self._run(), name="postman")

    async def stop(self) -> None:
        """Stop between or within deliveries: what was not noted is claimed again after its lease."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)

    async def _run(self) -> None:
        while True:
            try:
                done = await self.round()
            except Exception:  # the database is away, perhaps; what waits keeps waiting
                log.exception("the outbox could not be worked on")
                done = 0
            if done < MOST:
                await asyncio.sleep(self._every_s)

    async def round(self) -> int:
        """Deliver what is due, at most `MOST`; return how many letters were taken."""
        now = self._clock()
        if not await self._outbox.is_due(now):
            return 0
        letters = await self._outbox.claim(now, MOST)
        until = asyncio.get_running_loop().time() + PATIENCE_S
        running = [asyncio.create_task(self._in_turn(letter, until)) for letter in letters]
        try:
            await self._note_as_they_end(running)
        finally:
            for one in running:
                one.cancel()
            await asyncio.gather(*running, return_exceptions=True)
        return len(letters)

    async def _note_as_they_end(self, running: Sequence[asyncio.Task[Outcome[L]]]) -> None:
        """Note each outcome soon: what a crash finds sent but not noted is sent a second time.

        Not when the slowest has ended, then, nor in a commit for each.
        """
        left, trouble = set(running), None
        while left:
            ended, left = await asyncio.wait(left, return_when=asyncio.FIRST_COMPLETED)
            try:
                await self._outbox.note([one.result() for one in running if one in ended])
            except Exception as error:  # those under way are not broken off for it
                trouble = error
        if trouble is not None:
            raise trouble

    async def _in_turn(self, letter: L, until: float) -> Outcome[L]:
        """Deliver a letter when it has a turn; one that waited too long for it is given back untouched.

        What waits is not under way: a time-out over both broke letters off that a slow server had taken.
        """
        async with self._turns:
            if asyncio.get_running_loop().time() > until:
                return Outcome(letter, State.WAITING)
            return await self._try(letter)

    async def _try(self, letter: L) -> Outcome[L]:
        try:
            async with asyncio.timeout(TIMEOUT_S):
                is_sent = await self._deliver(letter)
        except Undeliverable as never:
            log.warning("letter %d cannot be delivered (%s)", letter.id, never.code)
            return Outcome(letter, State.FAILED, error=never.code)
        except NotYet as wait:
            return Outcome(letter, State.WAITING, wait.until, wait.word)
        except Exception as trouble:  # whatever it is, the next letter is not to blame
            return self._later(letter, _kind(trouble))
        return Outcome(letter, State.SENT if is_sent else State.CANCELLED)

    def _later(self, letter: L, error: str) -> Outcome[L]:
        if letter.tries >= self._most_tries:
            log.warning("letter %d was given up after %d tries (%s)", letter.id, letter.tries, error)
            return Outcome(letter, State.FAILED, error=error)
        log.warning("letter %d waits after try %d (%s)", letter.id, letter.tries, error)
        due_at = self._clock() + pause(letter.tries, self._chance())
        return Outcome(letter, State.WAITING, due_at, error)


def pause(tries: int, chance: float) -> timedelta:
    """Return how long to wait after so many tries: twice as long each time, ± a quarter by `chance` (0–1).

    The quarter parts those that failed together: else they would all come back at once.
    """
    doubled: timedelta = min(FIRST_WAIT * 2 ** min(tries - 1, 16), LONGEST_WAIT)
    return doubled * (0.75 + chance / 2)


def _kind(trouble: Exception) -> str:
    """Name an error without its text, which may hold an address; some bring a word for that."""
    if isinstance(word := getattr(trouble, "word", None), str):
        return word
    number = getattr(trouble, "errno", None) or getattr(trouble, "code", None)
    name = type(trouble).__name__
    return f"{name} {number}" if isinstance(number, int) else name
