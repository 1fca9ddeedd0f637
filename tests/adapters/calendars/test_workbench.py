"""Work beside the event loop: in order, one thread at a time, and the loop goes on meanwhile."""

import asyncio
import threading
import time

import pytest

from queue_server.adapters.calendars.workbench import PORTION, Workbench


async def test_everything_is_worked_out_in_order() -> None:
    numbers = range(2 * PORTION + 3)
    assert await Workbench().each(lambda n: n * 2, numbers) == [n * 2 for n in numbers]
    assert await Workbench().each(lambda n: n * 2, []) == []


async def test_one_calendar_at_a_time_and_each_has_its_turn() -> None:
    bench, turns, at_once, running = Workbench(), list[str](), list[int](), set[int]()

    def work(name: str) -> None:
        running.add(threading.get_ident())
        at_once.append(len(running))
        turns.append(name)
        running.discard(threading.get_ident())

    await asyncio.gather(*(bench.each(work, [name] * 2 * PORTION) for name in ("large", "also large")))
    assert set(at_once) == {1}
    assert turns[:PORTION] != turns[PORTION : 2 * PORTION], "nobody waits for all of a large one"


async def test_mistake_reaches_who_asked() -> None:
    with pytest.raises(ZeroDivisionError):
        await Workbench().each(lambda n: 1 // n, [1, 0])


async def test_the_event_loop_goes_on() -> None:
    def busily(_: int) -> None:
        until = time.perf_counter() + 0.002
        while time.perf_counter() < until:
            pass

    task = asyncio.create_task(Workbench().each(busily, range(50)))
    turns = 0
    while not task.done():
        await asyncio.sleep(0)
        turns += 1
    assert turns > 50
