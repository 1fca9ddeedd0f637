"""What is done again and again survives its failures and says them once."""

import asyncio
import logging

import pytest

from queue_server.live.repeating import Repeating


async def test_a_failure_is_tried_again_and_logged_once(caplog: pytest.LogCaptureFixture) -> None:
    turns: list[int] = []

    async def work() -> None:
        turns.append(1)
        if len(turns) < 4:
            raise OSError

    doing = Repeating("writing", work, 60)
    with caplog.at_level(logging.ERROR):
        for _ in range(3):
            await doing.turn()
    assert (doing.trouble, len(caplog.records)) == ("OSError", 1)
    await doing.turn()
    assert doing.trouble == ""


async def test_it_is_done_once_more_at_the_end() -> None:
    turns: list[int] = []
    first = asyncio.Event()

    async def work() -> None:
        turns.append(1)
        first.set()

    doing = Repeating("writing", work, 60)
    doing.start()
    await first.wait()
    await doing.stop()
    assert len(turns) == 2


async def test_unhurried_work_waits_for_its_first_turn_and_does_none_at_the_end() -> None:
    turns: dict[str, int] = {"soon": 0, "later": 0}
    soon = asyncio.Event()

    async def work(name: str) -> None:
        turns[name] += 1
        soon.set()

    doings = [
        Repeating("soon", lambda: work("soon"), 60, unhurried=True, first_s=0.01),
        Repeating("later", lambda: work("later"), 60, unhurried=True),
    ]
    for doing in doings:
        doing.start()
    assert turns == {"soon": 0, "later": 0}
    await asyncio.wait_for(soon.wait(), 5)
    for doing in doings:
        await doing.stop()
    assert turns == {"soon": 1, "later": 0}
