"""What waits for the writer's thread: commands, looks, errands, and how much of it is a batch.

What must not live here: running any of it (`live.sequencer`).
"""

import asyncio
import queue
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Final

from queue_server.services.ports import Answer, Unit

BATCH_MOST: Final = 64
BATCH_S: Final = 0.005

Work = Callable[[Unit], Answer]


@dataclass(frozen=True, slots=True)
class RequestKey:
    """Whose press it was: the first answer to (scope, id) is given again.

    `fingerprint` hashes the command, so that the same id with another body is refused.
    """

    scope: str
    id: str
    fingerprint: str


@dataclass(slots=True)
class Command:
    """A use case for one site, or several (`beside`), waiting for its turn."""

    site_id: str
    work: Callable[..., Answer]
    request: RequestKey | None
    done: "asyncio.Future[Answer]"
    outcome: Answer | BaseException | None = None
    was_in_conflict: bool = False
    beside: tuple[str, ...] = ()


@dataclass(slots=True)
class Look:
    """A question to the memories of sites between two batches; changes nothing."""

    site_ids: Sequence[str]
    work: Callable[[Sequence[Unit]], Any]
    done: "asyncio.Future[Any]"


@dataclass(slots=True)
class Errand:
    """Work in the writer's thread that is neither a site's command nor a look, such as reloading settings."""

    work: Callable[[], Any]
    done: "asyncio.Future[Any]"


class Inbox:
    """Filled by the event loop, emptied by the writer's thread."""

    def __init__(self) -> None:
        self._queue: queue.SimpleQueue[Command | Look | Errand | None] = queue.SimpleQueue()

    def put(self, item: Command | Look | Errand) -> None:
        self._queue.put(item)

    def close(self) -> None:
        """Let the thread end once all that is there is done."""
        self._queue.put(None)

    def drain(self) -> tuple[list[Command], list[Look | Errand], bool]:
        """Wait for work; return the commands and the rest that is there, and whether to end after it."""
        batch: list[Command] = []
        others: list[Look | Errand] = []
        item = self._queue.get()
        until = time.monotonic() + BATCH_S
        while item is not None:
            if isinstance(item, Command):
                batch.append(item)
            else:
                others.append(item)
            if len(batch) >= BATCH_MOST or time.monotonic() > until:
                return batch, others, False
            try:
                item = self._queue.get_nowait()
            except queue.Empty:
                return batch, others, False
        return batch, others, True
