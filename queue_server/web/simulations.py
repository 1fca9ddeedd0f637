"""Simulated days that were asked for: one at a time for each site, answers kept for an hour in memory.

What must not live here: simulating (a child process does, `adapters.simulating`), and words.
"""

import asyncio
import json
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime, timedelta
from typing import Any, Final

from queue_server.domain.simulation.asking import Question

KEPT: Final = timedelta(hours=1)
"""As long an answer is given again; then the log may say something else. A new set-up asks anew at once."""
KEPT_FAILED: Final = timedelta(seconds=30)
"""As long a failure is: who asked reads it, and who asks later tries again."""
KEPT_MOST: Final = 100
AT_ONCE: Final = 2
"""So many sites' children work at a time: the hall has the cores for itself, however many ask."""

Answer = Mapping[str, Any]


class Simulations:
    """Starts what is asked, and remembers what came of it."""

    def __init__(
        self, answer: Callable[[Mapping[str, Any]], Awaitable[Answer]], clock: Callable[[], datetime]
    ) -> None:
        self.answer, self._clock = answer, clock
        self._known: OrderedDict[str, tuple[datetime, Answer]] = OrderedDict()
        self._running: dict[str, asyncio.Task[None]] = {}
        self._set_ups = 0

    def forget(self) -> None:
        """Let all answers go, and those under way: the set-up has changed."""
        self._set_ups += 1
        self._known.clear()

    async def ask(self, question: Question, patience_s: float) -> Answer | None:
        """Return the answer, or None when it was not there after so long: ask again."""
        key = json.dumps(question.words())
        if (known := self._fresh(key)) is not None:
            return known
        if question.site_id not in self._running and len(self._running) < AT_ONCE:
            self._running[question.site_id] = asyncio.create_task(self._work(key, question))
        running = list(self._running.values())
        # Whoever is behind another's question is told so, and asks again.
        await asyncio.wait([self._running.get(question.site_id, running[0])], timeout=patience_s)
        return self._fresh(key)

    async def stop(self) -> None:
        """End what is under way; its child dies with it."""
        running = list(self._running.values())
        for task in running:
            task.cancel()
        await asyncio.gather(*running, return_exceptions=True)

    async def _work(self, key: str, question: Question) -> None:
        of = self._set_ups
        try:
            told = await self.answer(question.words())
            if of == self._set_ups:
                self._known[key] = self._clock(), told
            while len(self._known) > KEPT_MOST:
                self._known.popitem(last=False)
        finally:
            del self._running[question.site_id]

    def _fresh(self, key: str) -> Answer | None:
        at, answer = self._known.get(key, (None, {}))
        if at is None:
            return None
        kept = KEPT_FAILED if answer.get("refused") == "failed" else KEPT
        if timedelta(0) <= self._clock() - at < kept:
            return answer
        del self._known[key]
        return None
