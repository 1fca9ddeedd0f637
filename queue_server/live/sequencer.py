"""The one writer: commands in commit order, a batch to a commit.

A single thread owns the write connection. It drains its inbox, runs up to 64 commands (or 5 ms) in one
transaction (`live.batches`) and commits once; nothing is answered or shown before that commit is on the
disk. While it is on its way, the event loop draws what will be shown. Looks (pictures of the queue) run
in the same thread between batches, so that nobody sees a half batch.

Measured when it was chosen, 64 at once: this 10,400 commands/s; with a savepoint for each 5,200;
a thread and a transaction for each request 555.
"""

import asyncio
import logging
import threading
from collections.abc import Callable, Hashable, Sequence
from datetime import datetime
from typing import Any, Final, TypeVar

from queue_server.domain.errors import StorageUnavailable
from queue_server.live.batches import Batches, Moved
from queue_server.live.inbox import Command, Errand, Inbox, Look, RequestKey, Work
from queue_server.services.ports import Answer, Storage, Unit

SEEN_MOST: Final = 200
"""So many answers to looks are kept to be given again."""
log = logging.getLogger(__name__)

T = TypeVar("T")


class Sequencer:
    """Runs commands one after the other and tells, in the event loop, what moved.

    `picture(unit)` is called in the writer's thread for each site that a batch moved. The results go to
    `before_commit` as soon as they are there, to be drawn and kept back, and once they are certain to
    `after_commit`, which is called before the answers are given.
    """

    def __init__(
        self,
        storage: Storage,
        clock: Callable[[], datetime],
        picture: Callable[[Unit], Any],
        after_commit: Callable[[Moved], None],
        before_commit: Callable[[Moved], None] | None = None,
    ) -> None:
        self._batches = Batches(storage, clock, picture, self._foretell)
        self._clock = clock
        self._after_commit = after_commit
        self._before_commit = before_commit
        self._inbox = Inbox()
        self._thread: threading.Thread | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self._seen: dict[Hashable, asyncio.Future[Any]] = {}
        self.stopped = False

    # -- in the event loop -------------------------------------------------------------------------

    @property
    def outage(self) -> str:
        """Return the code of what keeps the storage from being written; empty while all is well."""
        return self._batches.outage

    async def try_out(self, work: Callable[[], object]) -> None:
        """Run `work`, which writes something: an outage is over when it can."""

        def write() -> None:
            work()
            self._batches.note(None)

        await self.errand(write)

    def start(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._thread = threading.Thread(target=self._run, name="sequencer", daemon=True)
        self._thread.start()

    async def stop(self) -> None:
        """Finish what is in the inbox, then end the thread."""
        self.stopped = True
        self._inbox.close()
        if self._thread is not None:
            await asyncio.to_thread(self._thread.join)

    async def do(self, site_id: str, work: Work, request: RequestKey | None = None) -> Answer:
        """Run a use case in a batch; return its answer after the commit, or raise its refusal."""
        command = Command(site_id, work, request, self._future())
        self._inbox.put(command)
        return await command.done

    async def do_at_two(
        self,
        site_id: str,
        beside: str,
        work: Callable[[Unit, Unit], Answer],
        request: RequestKey | None = None,
    ) -> Answer:
        """Run a use case that changes two sites in one transaction: `work` gets the unit of each."""
        command = Command(site_id, work, request, self._future(), beside=(beside,))
        self._inbox.put(command)
        return await command.done

    async def do_at_all(self, site_ids: Sequence[str], work: Callable[[Sequence[Unit]], Answer]) -> Answer:
        """Run a use case that changes several sites in one transaction: `work` gets a unit of each."""
        first, *beside = dict.fromkeys(site_ids)
        command = Command(first, lambda *units: work(units), None, self._future(), beside=tuple(beside))
        self._inbox.put(command)
        return await command.done

    async def look(self, site_id: str, work: Callable[[Unit], T]) -> T:
        """Ask a site's memory a question; `work` must change nothing."""
        return await self.look_around([site_id], lambda units: work(units[0]))

    async def look_around(self, site_ids: Sequence[str], work: Callable[[Sequence[Unit]], T]) -> T:
        """Ask several sites at once, in their order: each way to the writer's thread costs a turn."""
        result: T = await self._ask(site_ids, work)
        return result

    async def look_again(
        self, about: Hashable, site_ids: Sequence[str], work: Callable[[Sequence[Unit]], T]
    ) -> T:
        """Ask as `look_around` does; who asks the same before anything changes gets the same answer.

        A look waits for the batch that is being written, though what it shows is what was committed before.
        `about` names the question, and the moment as far as the answer depends on it.
        """
        asked = self._seen.get(about)
        if asked is None:
            if len(self._seen) >= SEEN_MOST:
                self._seen.clear()
            asked = self._seen[about] = self._ask(site_ids, work)
        try:
            # Shielded: who leaves takes the answer from nobody.
            found: T = asked.result() if asked.done() else await asyncio.shield(asked)
        except Exception:
            if self._seen.get(about) is asked:
                del self._seen[about]
            raise
        return found

    def _ask(self, site_ids: Sequence[str], work: Callable[[Sequence[Unit]], Any]) -> "asyncio.Future[Any]":
        look = Look(site_ids, work, self._future())
        self._inbox.put(look)
        return look.done

    async def errand(self, work: Callable[[], T]) -> T:
        """Run `work` between two batches, in the writer's thread."""
        errand = Errand(work, self._future())
        self._inbox.put(errand)
        result: T = await errand.done
        return result

    def _future(self) -> "asyncio.Future[Any]":
        if self.stopped:
            raise StorageUnavailable
        return asyncio.get_running_loop().create_future()

    # -- in the writer's thread --------------------------------------------------------------------

    def _run(self) -> None:
        ended = False
        while not ended:
            batch, others, ended = self._inbox.drain()
            if batch:
                moved = self._batches.run(batch)
                self._deliver(batch, moved)
            for other in others:
                self._run_other(other)

    def _run_other(self, other: Look | Errand) -> None:
        result: Any = None
        failure: BaseException | None = None
        try:
            if isinstance(other, Errand):
                result = other.work()
            else:
                now = self._clock()
                result = other.work([self._batches.storage.view(site_id, now) for site_id in other.site_ids])
        except BaseException as error:
            outage = self._batches.refusal(error) if isinstance(error, Exception) else None
            if outage is not None and isinstance(other, Errand):
                self._batches.note(outage)
            failure = outage or error

        def settle() -> None:
            if isinstance(other, Errand):
                self._seen.clear()  # it may have read the set-up anew
            _settle(other.done, result, failure)

        self._call_loop(settle)

    def _foretell(self, moved: Moved) -> None:
        if self._before_commit is not None and moved.sites:
            tell = self._before_commit
            self._call_loop(lambda: self._tell(tell, moved))

    def _deliver(self, batch: Sequence[Command], moved: Moved) -> None:
        def deliver() -> None:
            if moved.sites:
                self._seen.clear()
                self._tell(self._after_commit, moved)
            for command in batch:
                if isinstance(command.outcome, BaseException):
                    _settle(command.done, None, command.outcome)
                else:
                    _settle(command.done, command.outcome, None)

        self._call_loop(deliver)

    def _tell(self, listener: Callable[[Moved], None], moved: Moved) -> None:
        try:
            listener(moved)
        except Exception:  # what was committed is answered, whatever a screen makes of it
            log.exception("a commit could not be shown")

    def _call_loop(self, call: Callable[[], None]) -> None:
        if self._loop is not None and not self._loop.is_closed():
            self._loop.call_soon_threadsafe(call)


def _settle(done: "asyncio.Future[Any]", result: Any, failure: BaseException | None) -> None:
    if done.done():
        return  # whoever asked has gone; what was done stays done
    if failure is not None:
        done.set_exception(failure)
    else:
        done.set_result(result)
