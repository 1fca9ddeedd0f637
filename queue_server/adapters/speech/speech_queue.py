"""Speech for an event loop: render ahead of time, most urgent first, never in anyone's way.

Here live the waiting line and its workers. Rendering itself is `speech`. Every answer may be None: then the
call has its chime and its number on the screen, and nobody waits for a voice.
"""

import asyncio
import logging
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, field
from enum import IntEnum

from queue_server.adapters.speech.speech import Rendered, SpeechHealth, SpeechRenderer

WORKERS = 2
STOP_S = 0.8  # running children are killed first, so this is never used up

_log = logging.getLogger(__name__)


class Urgency(IntEnum):
    """Why a text is rendered; the lowest goes first."""

    CALLED = 0  # a call waits for it
    ASKED = 1  # somebody listens at a kiosk
    DRAWN = 2  # the number was given out
    SET_UP = 3  # rooms, texts for tests


@dataclass(order=True)
class _Job:
    urgency: Urgency
    order: int
    language: str = field(compare=False)
    text: str = field(compare=False)
    done: "asyncio.Future[Rendered | None]" = field(compare=False)


class SpeechQueue:
    """A bounded line of texts to render. Use it from one event loop."""

    def __init__(
        self,
        renderer: SpeechRenderer,
        *,
        limit: int = 2000,
        workers: int = WORKERS,
        keep_bytes: int | None = None,
    ) -> None:
        """Hold at most `limit` waiting texts (900 numbers in two languages, and the rooms).

        One of the `workers` takes everything, the others only what somebody waits for now: a long text, once
        begun, must not hold up a call or the next kiosk, and rendering ahead must not take both cores.
        At its start, and with each `prune`, the files used longest ago are deleted until `keep_bytes` remain.
        """
        self._renderer = renderer
        self._keep_bytes = keep_bytes
        self._limit = limit
        self._worker_count = workers
        self._pool = ThreadPoolExecutor(workers, thread_name_prefix="speech")
        self._jobs: dict[tuple[str, str], _Job] = {}  # waiting and running, so that none is done twice
        self._waiting: dict[tuple[str, str], _Job] = {}
        self._order = 0
        self._wake = asyncio.Event()
        self._task: asyncio.Task[None] | None = None
        self._opened = False

    @property
    def may_speak(self) -> bool:
        """Tell whether there is an engine, or one may still be found."""
        return self._renderer.available or not self._opened

    @property
    def waiting_count(self) -> int:
        """How many texts wait for a worker."""
        return len(self._waiting)

    async def start(self) -> None:
        """Begin; returns at once. The engine is looked for meanwhile, and texts may already be given."""
        self._task = asyncio.create_task(self._run(), name="speech")

    async def stop(self) -> None:
        """End within a second: running texts are killed, waiting callers get None."""
        self._renderer.close()
        if self._task:
            self._task.cancel()
            with suppress(asyncio.CancelledError):
                await self._task
        self._give_up()  # once more: a task cancelled before its first step has done nothing
        with suppress(TimeoutError):
            await asyncio.wait_for(asyncio.to_thread(self._pool.shutdown), STOP_S)

    def get_cached(self, language: str, text: str) -> Rendered | None:
        """Look up a finished text; answers in well under a millisecond and starts nothing."""
        return self._renderer.cached(language, text)

    def render_soon(self, language: str, text: str, urgency: Urgency = Urgency.DRAWN) -> bool:
        """Have a text rendered ahead; False when it will not be (no engine, no voice, line full)."""
        if self.get_cached(language, text):
            return True
        return self._add(language, text, urgency) is not None

    async def ensure(
        self,
        language: str,
        text: str,
        *,
        timeout_s: float | None = None,
        urgency: Urgency = Urgency.CALLED,
    ) -> Rendered | None:
        """Give the file, rendered first when needed; None when there will be none in time.

        After `timeout_s` the rendering goes on: the next call of this text finds it done.
        """
        if found := self.get_cached(language, text):
            return found
        job = self._add(language, text, urgency)
        if job is None:
            return None
        with suppress(TimeoutError):
            # Not `wait_for`, which swallows a cancellation before Python 3.12. Shielded: others may wait for
            # the same text.
            async with asyncio.timeout(timeout_s):
                return await asyncio.shield(job.done)
        return None

    async def prune(self) -> None:
        """Delete what was used longest ago; not now when a text waits, for deleting takes a worker's turn."""
        if self._opened and self._renderer.available and not self._jobs:
            await self._prune()

    def health(self, languages: Sequence[str] = ()) -> SpeechHealth:
        """Report the engine, its voices for `languages`, and the last error."""
        return self._renderer.health(languages)

    def _add(self, language: str, text: str, urgency: Urgency) -> _Job | None:
        key = (language, text)
        if job := self._jobs.get(key):
            job.urgency = min(job.urgency, urgency)
            self._wake.set()
            return job
        if not self._speakable(language, text) or not self._has_room(urgency):
            return None
        self._order += 1
        done: asyncio.Future[Rendered | None] = asyncio.get_running_loop().create_future()
        job = _Job(urgency, self._order, language, text, done)
        self._jobs[key] = self._waiting[key] = job
        self._wake.set()
        return job

    def _speakable(self, language: str, text: str) -> bool:
        if self._task is None or self._task.done():
            return False
        return not self._opened or self._renderer.can_speak(language, text)

    def _has_room(self, urgency: Urgency) -> bool:
        """Make room for a more urgent text by dropping the least urgent, latest one."""
        if len(self._waiting) < self._limit:
            return True
        worst = max(self._waiting.values())
        if worst.urgency <= urgency:
            return False
        self._waiting.pop((worst.language, worst.text))
        self._finish(worst, None)
        return True

    async def _run(self) -> None:
        try:
            await asyncio.get_running_loop().run_in_executor(self._pool, self._renderer.open)
            self._opened = True
            if not self._renderer.available:
                _log.warning("calls are not spoken: %s", self._renderer.health().last_error)
                return
            await self._prune()
            async with asyncio.TaskGroup() as group:
                group.create_task(self._work(Urgency.SET_UP))
                for _ in range(self._worker_count - 1):
                    group.create_task(self._work(Urgency.ASKED))
        finally:
            self._give_up()  # however it ends, nobody is left waiting

    async def _prune(self) -> None:
        if self._keep_bytes is not None:
            loop = asyncio.get_running_loop()
            await loop.run_in_executor(self._pool, self._renderer.prune, self._keep_bytes)

    async def _work(self, least: Urgency) -> None:
        """Render what is at least as urgent as `least`, the most urgent first."""
        while True:
            # A search, not a heap: urgency may change while waiting, and 2,000 take 0.1 ms of every 100.
            job = min(self._waiting.values(), default=None)
            if job is None or job.urgency > least:
                self._wake.clear()
                await self._wake.wait()
                continue
            del self._waiting[(job.language, job.text)]
            self._finish(job, await self._render(job))

    async def _render(self, job: _Job) -> Rendered | None:
        loop = asyncio.get_running_loop()
        try:
            return await loop.run_in_executor(self._pool, self._renderer.render, job.language, job.text)
        except Exception as error:  # a voice that breaks, however, must not end the line
            _log.warning("a text could not be spoken: %s", error)
            return None

    def _finish(self, job: _Job, rendered: Rendered | None) -> None:
        self._jobs.pop((job.language, job.text), None)
        if not job.done.done():
            job.done.set_result(rendered)

    def _give_up(self) -> None:
        self._waiting.clear()
        for job in list(self._jobs.values()):
            self._finish(job, None)
