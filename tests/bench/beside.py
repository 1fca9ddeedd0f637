"""Whether forecasts, which are made beside the road, slow a press on "next": on and off by turns, one server.

Reference: the same server, the same hall, in the rounds in between, without forecasts. Two paces: one press
at a time, and 50 a second; 60 wait throughout, at six counters.
"""

import asyncio
import contextlib
import signal
from collections.abc import Iterator
from dataclasses import dataclass, field

from tests.bench.clients import run_client
from tests.bench.figures import p50_p99, percentile
from tests.bench.hall_server import TOWN_HALL, HallServer, data_folder
from tests.bench.row import Row
from tests.bench.town_hall import Desk, Door, fill, open_desks, open_doors

WAITING = 60
GOAL = 1.1
PER_S = 50
PACE_S = 0.05
"""Between two presses of the slow pace: forecasts, one in two seconds at most, fall anywhere among them."""
SETTLES_S = 0.5
"""A forecast that was under way when they were turned off is over by then."""
LIMIT_S = 600.0


@dataclass(slots=True)
class Hall:
    """Who takes part. `answers`: seconds from press to answer, by pace and by whether forecasts were on."""

    server: HallServer
    desks: list[Desk]
    door: Door
    answers: dict[tuple[str, bool], list[float]] = field(default_factory=dict)


def run(quick: bool = False) -> list[Row]:
    """Measure; a minute and a half, some seconds when quick."""
    turns, lone, busy = (1, 20, 50) if quick else (9, 60, 200)
    with contextlib.ExitStack() as stack:
        data = stack.enter_context(data_folder())
        server = stack.enter_context(HallServer(data, program="tests.bench.forecast_switch"))
        return run_client(_measure(server, turns, lone, busy), LIMIT_S)


async def _measure(server: HallServer, turns: int, lone: int, busy: int) -> list[Row]:
    desks, doors = await open_desks(server, TOWN_HALL), await open_doors(server, TOWN_HALL, 1)
    hall = Hall(server, desks, doors[0])
    await fill(doors, WAITING)
    await one_at_a_time(hall, [], 30)  # warms caches
    for on in _by_turns(turns):
        server.process.send_signal(signal.SIGUSR2 if on else signal.SIGUSR1)
        await asyncio.sleep(SETTLES_S)
        await one_at_a_time(hall, hall.answers.setdefault(("lone", on), []), lone)
        await many_a_second(hall, hall.answers.setdefault(("busy", on), []), busy)
    return [
        _row(f"a press on next beside forecasts, {WAITING} waiting", hall, "lone"),
        _row(f"the same at {PER_S} presses/s", hall, "busy"),
    ]


def _by_turns(turns: int) -> Iterator[bool]:
    """Yield on, off, off, on, …: what grows with time is on both sides alike."""
    for turn in range(turns):
        yield from (True, False) if turn % 2 == 0 else (False, True)


async def one_at_a_time(hall: Hall, into: list[float], count: int) -> None:
    """Press, and let somebody come for whoever was called."""
    for turn in range(count):
        into.append((await hall.desks[turn % len(hall.desks)].call_next()).seconds)
        await hall.door.take()
        await asyncio.sleep(PACE_S)


async def many_a_second(hall: Hall, into: list[float], count: int) -> None:
    """Press at an even pace, whether or not the last one was answered."""
    loop, running = asyncio.get_running_loop(), set[asyncio.Task[None]]()
    begun = loop.time()
    for turn in range(count):
        await asyncio.sleep(begun + turn / PER_S - loop.time())
        running.add(asyncio.create_task(_press(hall.desks[turn % len(hall.desks)], into)))
        await asyncio.sleep(0.5 / PER_S)
        await hall.door.take()
    await asyncio.gather(*running)


async def _press(desk: Desk, into: list[float]) -> None:
    into.append((await desk.call_next()).seconds)


def _row(what: str, hall: Hall, pace: str) -> Row:
    without, beside = (hall.answers[pace, on] for on in (False, True))
    p50, p99 = (percentile(beside, one) / percentile(without, one) for one in (50, 99))
    return Row(
        what,
        p50_p99(without),
        p50_p99(beside),
        f"{p50:.2f} x / {p99:.2f} x",
        f"≤ {GOAL} x / ≤ {GOAL} x",
        ok=p50 <= GOAL and p99 <= GOAL,
        note=f"p50 / p99 of {len(beside)} answers; reference: the same server without forecasts, by turns; "
        "the worst case: so many come in a minute that forecasts foretell many times a real hall's visitors",
    )
