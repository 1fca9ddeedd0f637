"""The server is restarted in opening hours (SIGTERM, as an update does) while everybody goes on working."""

import random
import signal
from pathlib import Path

import pytest

from tests.kills.hall import a_folder
from tests.kills.test_kill import Trial

END_WITHIN_S = 5  # two seconds on a quiet machine


class Restarted(Trial):
    """A day on which the server is ended politely and started again."""

    async def end_server(self) -> None:
        await self.server.stop(END_WITHIN_S, signal.SIGTERM)

    def check(self) -> None:
        self.told.statuses.pop(503, None)  # what came in while it ended; the device asked again
        super().check()


async def _a_day_with(restarts: int, visitors: int, tmp_path: Path, seed: int) -> None:
    folder = a_folder(tmp_path / "data")
    server = folder.server()
    trial = Restarted(folder, server, visitors)
    try:
        await trial.run(restarts, random.Random(seed))
        trial.check()
        assert all(screen.resumed_count >= restarts // 2 for screen in trial.screens)
    finally:
        server.kill()


@pytest.mark.alone
@pytest.mark.timeout(180)
async def test_three_restarts_lose_no_press_and_no_call(tmp_path: Path) -> None:
    """An update in opening hours: each number once, each call heard once on each display."""
    await _a_day_with(3, 150, tmp_path, 1)


@pytest.mark.long
@pytest.mark.alone
@pytest.mark.timeout(600)
@pytest.mark.parametrize("seed", range(2, 7))
async def test_a_hundred_restarts_lose_nothing(tmp_path: Path, seed: int) -> None:
    """Five days with twenty restarts each."""
    await _a_day_with(20, 500, tmp_path, seed)
