"""Moves the database's log into its file from time to time, so that no press has to.

What must not live here: how a database does that (`adapters.database`).
"""

import asyncio
import logging
from collections.abc import Callable
from typing import Final

REST_S: Final = 5.0
BUSY_REST_S: Final = 1.0
BUSY_PAGES: Final = 4000
"""A day with so many pages in five seconds moves them more often, in smaller parts."""
log = logging.getLogger(__name__)


class Checkpoints:
    """One for a server. `move` runs in a thread and returns how much there was."""

    def __init__(self, move: Callable[[], int], rest_s: float = REST_S) -> None:
        self._move = move
        self._rest_s = rest_s
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        self._task = asyncio.create_task(self._run(), name="checkpoints")

    async def stop(self) -> None:
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)

    async def _run(self) -> None:
        rest_s = self._rest_s
        failed: type[Exception] | None = None
        while True:
            await asyncio.sleep(rest_s)
            try:
                pages = await asyncio.to_thread(self._move)
            except Exception as error:  # a full disk: the commits say so, and move the log themselves
                if type(error) is not failed:  # said once, not every five seconds for a night
                    log.warning("the log could not be moved into the file: %s", error)
                pages, failed = 0, type(error)
            else:
                failed = None
            rest_s = min(BUSY_REST_S, self._rest_s) if pages > BUSY_PAGES else self._rest_s
