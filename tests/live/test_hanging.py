"""A folder that hangs costs one thread, and nobody more than a little patience."""

import asyncio
import threading

import pytest

from queue_server.live.hanging import Hanging


async def test_what_answers_is_returned_and_what_fails_is_raised() -> None:
    place = Hanging[int]()
    assert [await place.run(lambda: 1), await place.run(lambda: 2)] == [1, 2]
    with pytest.raises(ZeroDivisionError):
        await place.run(lambda: 1 // 0)


async def test_what_hangs_is_asked_once_until_it_comes_back() -> None:
    back, asked = threading.Event(), []

    def look() -> int:
        asked.append(1)
        back.wait(20)
        return len(asked)

    place = Hanging[int](patience_s=0.02)
    for _ in range(5):
        with pytest.raises(TimeoutError):
            await place.run(look)
    assert len(asked) == 1
    back.set()
    patient = Hanging[int]()
    patient._look = place._look
    assert await patient.run(look) == 1, "who comes meanwhile waits for the same look"
    assert await place.run(look) == 2


async def test_who_is_cancelled_as_the_answer_comes_ends() -> None:
    """Else a server that is stopped in that moment would never end."""
    gate = threading.Event()
    place = Hanging[int]()

    async def asks() -> None:
        await place.run(lambda: int(gate.wait()))
        await asyncio.Event().wait()

    asking = asyncio.create_task(asks())
    await asyncio.sleep(0)
    look = place._look
    assert look is not None
    # The answer and the cancellation come in one turn of the loop, the answer first.
    look.set_result(1)
    asking.cancel()
    gate.set()
    with pytest.raises(asyncio.CancelledError):
        await asyncio.wait_for(asking, 5)
