"""Something small that is done again and again beside the road, whatever becomes of it once."""

import asyncio
import logging
from collections.abc import Awaitable, Callable

log = logging.getLogger(__name__)


class OneByOne:
    """Does `name` for several things in turn: what fails for one of them keeps none of the others from it.

    A failure is logged when it begins, and not at each turn.
    """

    def __init__(self, name: str) -> None:
        self._name = name
        self._troubles: dict[str, str] = {}

    async def at(self, key: str, work: Awaitable[object]) -> bool:
        """Do it for one; False when it failed."""
        try:
            await work
        except Exception as error:  # it is tried again
            kind = type(error).__name__
            if self._troubles.get(key) != kind:
                log.exception("%s failed for %s, and is tried again", self._name, key)
            self._troubles[key] = kind
            return False
        self._troubles.pop(key, None)
        return True


class Repeating:
    """One task that does `work` every `every_s` seconds. `trouble` is the kind of the last failure, or empty.

    `unhurried`: not at the start, which is no time to be slow, but `every_s` after it, or `first_s` where
    that is given; nor once more at the end. A failure is logged when it begins, not at each turn: a disk that
    is gone for a night would fill the log.
    """

    def __init__(
        self,
        name: str,
        work: Callable[[], Awaitable[object]],
        every_s: float,
        *,
        unhurried: bool = False,
        first_s: float | None = None,
    ) -> None:
        self.trouble = ""
        self._name = name
        self._work = work
        self._every_s = every_s
        self._unhurried = unhurried
        self._first_s = every_s if first_s is None else first_s
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        self._task = asyncio.create_task(self._run(), name=self._name)

    async def stop(self) -> None:
        """Stop; unless unhurried after one last turn: what was committed before is done."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)
            if not self._unhurried:
                await self.turn()

    async def _run(self) -> None:
        if self._unhurried:
            await asyncio.sleep(self._first_s)
        while True:
            await self.turn()
            await asyncio.sleep(self._every_s)

    async def turn(self) -> None:
        """Do it once."""
        try:
            await self._work()
        except Exception as error:  # it is tried again
            kind = type(error).__name__
            if kind != self.trouble:
                log.exception("%s failed, and is tried again", self._name)
            self.trouble = kind
        else:
            self.trouble = ""
