"""What the whole server costs in memory: when it starts, and for each visitor's phone.

References: an empty Starlette app under the same uvicorn, and the `websockets` library. (`fanout`
compares the socket layer alone.)
"""

import contextlib
import time

from tests.bench.clients import HttpClient, run_client
from tests.bench.fanout import IDLE_GOAL_MB, MEMORY_GOAL, WARM_UP_SOCKETS, running
from tests.bench.hall_server import TOWN_HALL, HallServer, hall_server, memory_of
from tests.bench.phone_crowd import PhoneCrowd
from tests.bench.row import Row

PHONES = 1000
SETTLE_S = 1.0
LIMIT_S = 30.0


def run(quick: bool = False) -> list[Row]:
    """Measure; a few seconds."""
    phones = 200 if quick else PHONES
    with hall_server() as server, running("empty", "websockets") as (empty, websockets):
        run_client(_use_once(server), LIMIT_S)
        time.sleep(SETTLE_S)
        idle = _idle_row(server.memory_kib(), memory_of(empty.process.pid))
        with contextlib.ExitStack() as stack:
            ours = _memory_of_a_phone(server, phones, stack)
        websockets.connect(WARM_UP_SOCKETS)
        before = websockets.memory_kib()
        websockets.connect(phones)
        return [idle, _phone_row(phones, ours, (websockets.memory_kib() - before) / phones)]


async def _use_once(server: HallServer) -> None:
    """Ask for what the first visitor of the day asks for: what loads late belongs to the server too."""
    http = await HttpClient.connect(server.port)
    for path in ("/readyz", "/", "/api/v1/sites", f"/api/v1/sites/{TOWN_HALL}"):
        await http.get(path)
    http.close()


def _memory_of_a_phone(server: HallServer, count: int, stack: contextlib.ExitStack) -> float:
    """Return what each socket on the site's public queue has cost, in KiB."""
    stack.enter_context(PhoneCrowd(server.port, TOWN_HALL, WARM_UP_SOCKETS))
    before, _ = server.memory_kib()
    stack.enter_context(PhoneCrowd(server.port, TOWN_HALL, count))
    after, _ = server.memory_kib()
    return (after - before) / count


def _idle_row(ours: tuple[int, int], reference: tuple[int, int]) -> Row:
    more = (ours[0] - reference[0]) * 1024 / 1e6
    return Row(
        "memory idle, the whole server",
        f"{reference[0] / 1024:.1f} MiB",
        f"{ours[0] / 1024:.1f} MiB",
        f"+{more:.1f} MB",
        f"≤ +{IDLE_GOAL_MB} MB",
        ok=more <= IDLE_GOAL_MB,
        note=f"resident; proportional {ours[1] / 1024:.1f} MiB, reference {reference[1] / 1024:.1f}; "
        "reference: an empty Starlette app",
    )


def _phone_row(count: int, ours: float, reference: float) -> Row:
    return Row(
        f"memory for each of {count:,} phones",
        f"{reference:.1f} KiB",
        f"{ours:.1f} KiB",
        f"{ours / reference:.2f} x",
        f"≤ {MEMORY_GOAL:.0f} x",
        ok=ours / reference <= MEMORY_GOAL,
        note="on the whole server; reference: websockets without deflate",
    )
