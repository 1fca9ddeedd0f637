"""Working calendars out beside the event loop, without taking much from anybody.

A thousand events are a second of work. All calendars share one thread at a time: more would take turns with
the event loop and fill the pool in which the database is read. What must not live here: what is worked out.
"""

import asyncio
import time
from collections.abc import Callable, Iterable, Sequence
from itertools import islice
from typing import Final, TypeVar

T = TypeVar("T")
R = TypeVar("R")
PORTION: Final = 50
"""So many in one turn; then another calendar has one: a booking may wait for its own."""


class Workbench:
    """One for all readers of a process."""

    def __init__(self) -> None:
        self._turn = asyncio.Semaphore(1)

    async def each(self, work: Callable[[T], R], things: Iterable[T]) -> list[R]:
        """Return what `work` makes of each thing, in their order; raises what it raises."""
        found: list[R] = []
        left = iter(things)
        while portion := list(islice(left, PORTION)):
            async with self._turn:
                found += await asyncio.to_thread(_work, work, portion)
        return found


def _work(work: Callable[[T], R], portion: Sequence[T]) -> list[R]:
    found = []
    for thing in portion:
        found.append(work(thing))
        time.sleep(0)  # whoever waits for the interpreter has it now, not five milliseconds later
    return found
