"""Looks into folders that may hang for ever: a network folder whose server is gone answers nobody.

Each such look would cost a thread of the pool, until none is left for the database. So one look is under way
at a time, in a thread of its own that ends with the process; who comes meanwhile waits for the same one.
"""

import asyncio
import threading
from collections.abc import Callable
from contextlib import suppress
from typing import Final, Generic, TypeVar

PATIENCE_S: Final = 10.0
T = TypeVar("T")


class Hanging(Generic[T]):
    """One place that may hang, and the look there that is under way."""

    def __init__(self, patience_s: float = PATIENCE_S) -> None:
        self._patience_s = patience_s
        self._look: asyncio.Future[T] | None = None
        self._hangs = False

    async def run(self, work: Callable[[], T]) -> T:
        """Return what `work` returns. Raises TimeoutError: at once as long as an earlier look hangs there."""
        look = self._look
        if look is None or look.done():
            look, self._hangs = _in_thread(work), False
            self._look = look
        elif self._hangs:
            raise TimeoutError
        try:
            # Not `wait_for`: before Python 3.12 it swallows a cancellation that comes with the result, and
            # whoever was to end works on for ever.
            async with asyncio.timeout(self._patience_s):
                return await asyncio.shield(look)
        except TimeoutError:
            self._hangs = not look.done()
            raise


def _in_thread(work: Callable[[], T]) -> asyncio.Future[T]:
    loop = asyncio.get_running_loop()
    future: asyncio.Future[T] = loop.create_future()
    # An error after the patience ended is nobody's any more.
    future.add_done_callback(lambda done: done.cancelled() or done.exception())

    def run() -> None:
        with suppress(RuntimeError):  # the loop was closed meanwhile
            try:
                result = work()
            except Exception as error:
                loop.call_soon_threadsafe(_fail, future, error)
            else:
                loop.call_soon_threadsafe(_finish, future, result)

    threading.Thread(target=run, name="look", daemon=True).start()
    return future


def _finish(future: asyncio.Future[T], result: T) -> None:
    if not future.done():
        future.set_result(result)


def _fail(future: asyncio.Future[T], error: Exception) -> None:
    if not future.done():
        future.set_exception(error)
