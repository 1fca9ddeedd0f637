"""A server of the tests' own in a thread: what a test calls has an event loop of its own, or none."""

import asyncio
import threading
from collections.abc import Iterator
from contextlib import AbstractAsyncContextManager, contextmanager
from typing import TypeVar

Running = TypeVar("Running")


@contextmanager
def in_a_thread(server: AbstractAsyncContextManager[Running]) -> Iterator[Running]:
    """Enter `server` in a loop of its own, and leave it there when the test is done."""
    began, ended, found = threading.Event(), asyncio.Event(), list[Running]()
    loop = asyncio.new_event_loop()

    async def serve() -> None:
        async with server as running:
            found.append(running)
            began.set()
            await ended.wait()

    thread = threading.Thread(target=lambda: loop.run_until_complete(serve()))
    thread.start()
    began.wait(10)
    try:
        yield found[0]
    finally:
        loop.call_soon_threadsafe(ended.set)
        thread.join()
        loop.close()
