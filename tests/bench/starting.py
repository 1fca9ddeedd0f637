"""How long a start takes, from the process's first breath to the first answer on `/readyz`."""

import time
from pathlib import Path
from statistics import median

from tests.bench.clients import HttpClient, run_client
from tests.bench.hall_server import HallServer, data_folder
from tests.bench.row import Row

FIRST_GOAL_S, AGAIN_GOAL_S = 8.0, 2.0
LIMIT_S = 10.0


def run(quick: bool = False) -> list[Row]:
    """Start demo towns: some for the first time, each of them some more times."""
    first: list[float] = []
    again: list[float] = []
    for _ in range(1 if quick else 3):
        with data_folder() as data:
            first.append(_start(data))
            again += [_start(data) for _ in range(1 if quick else 2)]
    return [
        _row(
            "first start of the demo",
            first,
            FIRST_GOAL_S,
            "makes the town and its past; with speech if it is installed",
        ),
        _row("start on existing data", again, AGAIN_GOAL_S, ""),
    ]


def _start(data: Path) -> float:
    begun = time.perf_counter()
    with HallServer(data, speech=True, past=True) as server:
        run_client(_ready(server.port), LIMIT_S)
        return time.perf_counter() - begun


async def _ready(port: int) -> None:
    http = await HttpClient.connect(port)
    answer = await http.get("/readyz")
    http.close()
    if answer.status != 200:
        raise RuntimeError(f"/readyz: {answer.status} {answer.body}")


def _row(what: str, seconds: list[float], goal_s: float, note: str) -> Row:
    return Row(
        what,
        "–",
        f"{median(seconds):.2f} s, worst {max(seconds):.2f} s",
        "",
        f"≤ {goal_s:.0f} s",
        ok=max(seconds) <= goal_s,
        note=note,
    )
