"""The log goes into the file from time to time, whatever happened the last time."""

import asyncio

import pytest

from queue_server.live.checkpoints import BUSY_PAGES, Checkpoints


async def test_it_goes_on_after_a_failure_and_ends_when_it_is_told(
    caplog: pytest.LogCaptureFixture,
) -> None:
    turns: list[int] = []

    def move() -> int:
        turns.append(len(turns))
        if len(turns) == 1:
            raise OSError("the disk is full")
        return BUSY_PAGES + 1

    checkpoints = Checkpoints(move, rest_s=0.001)
    checkpoints.start()
    async with asyncio.timeout(3):
        while len(turns) < 3:
            await asyncio.sleep(0.002)
    await checkpoints.stop()
    done = len(turns)
    await asyncio.sleep(0.01)
    assert len(turns) == done
    assert "the disk is full" in caplog.text


async def test_one_that_never_started_can_be_stopped() -> None:
    await Checkpoints(lambda: 0).stop()
