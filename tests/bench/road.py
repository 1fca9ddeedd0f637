"""The road: press "next" → the display's frame, with a thousand phones attached.

Reference in the same run, turn by turn: a process that commits one ticket with plain `sqlite3` and
writes 2 kB to one socket. Also told: when the clerk's answer and the phones' frames came. Two paces:
one press at a time, and 50 presses a second. Two machines' work is done by one here: server, load
client and phones share its cores.
"""

import asyncio
import contextlib
import time
from bisect import bisect_left
from dataclasses import dataclass, field

from tests.bench.bare import BareClient, bare_road
from tests.bench.clients import run_client
from tests.bench.figures import p50_p99, percentile
from tests.bench.hall_server import TOWN_HALL, HallServer, data_folder, hall_server
from tests.bench.phone_crowd import PhoneCrowd
from tests.bench.row import Row
from tests.bench.town_hall import Desk, Door, Screens, fill, open_desks, open_doors, open_screens

PHONES = 1000
WAITING = 40
P50_GOAL, P99_GOAL = 3.0, 5.0
CALLS_A_SECOND = 50
WAVE_S = 0.03
"""So long a wave over all phones may take before the next press, at the slow pace."""
SHOWN_LIMIT_S = 5.0
LIMIT_S = 240.0


@dataclass(slots=True)
class Times:
    """Seconds from the press, each in the order of the calls."""

    reference: list[float] = field(default_factory=list)
    display: list[float] = field(default_factory=list)
    answer: list[float] = field(default_factory=list)
    phones: list[float] = field(default_factory=list)
    pressed_at: dict[int, float] = field(default_factory=dict)


@dataclass(slots=True)
class Hall:
    """Everything that takes part."""

    desks: list[Desk]
    door: Door
    screens: Screens
    crowd: PhoneCrowd
    bare: BareClient


def run(quick: bool = False) -> list[Row]:
    """Measure; about a minute, some seconds when quick."""
    phones, calls, seconds = (200, 30, 1.0) if quick else (PHONES, 600, 12.0)
    with contextlib.ExitStack() as stack:
        server = stack.enter_context(hall_server())
        port = stack.enter_context(bare_road(stack.enter_context(data_folder())))
        crowd = stack.enter_context(PhoneCrowd(server.port, TOWN_HALL, phones))
        return run_client(_measure(server, port, crowd, calls, seconds, phones), LIMIT_S)


async def _measure(
    server: HallServer, port: int, crowd: PhoneCrowd, calls: int, seconds: float, phones: int
) -> list[Row]:
    screens = await open_screens(server, TOWN_HALL)
    desks, doors = await open_desks(server, TOWN_HALL), await open_doors(server, TOWN_HALL, 1)
    hall = Hall(desks, doors[0], screens, crowd, await BareClient.connect(port))
    await fill(doors, WAITING)
    await one_at_a_time(hall, min(30, calls))  # warms caches on both sides
    crowd.seen()
    alone = await one_at_a_time(hall, calls)
    busy = await many_a_second(hall, int(seconds * CALLS_A_SECOND))
    return [
        _row(f"next → display, {phones:,} phones", alone),
        _row(f"the same at {CALLS_A_SECOND} calls/s", busy),
    ]


async def one_at_a_time(hall: Hall, count: int) -> Times:
    """Press, wait until the phones have it too, ask the reference, and so on."""
    times = Times()
    for turn in range(count):
        await _press(hall, hall.desks[turn % len(hall.desks)], times)
        await asyncio.sleep(WAVE_S)
        times.reference.append(await hall.bare.call())
        await hall.door.take()
        await asyncio.sleep(WAVE_S)
    _take_in_phones(hall, times)
    return times


async def many_a_second(hall: Hall, count: int) -> Times:
    """Press at an even pace, whether or not the last one was answered; then the reference at that pace."""
    times = Times()
    loop, running = asyncio.get_running_loop(), set[asyncio.Task[None]]()
    begun = loop.time()
    for turn in range(count):
        await asyncio.sleep(begun + turn / CALLS_A_SECOND - loop.time())
        task = asyncio.create_task(_press(hall, hall.desks[turn % len(hall.desks)], times))
        running.add(task)
        task.add_done_callback(running.discard)
        await asyncio.sleep(0.5 / CALLS_A_SECOND)
        await hall.door.take()
    await asyncio.gather(*running)
    begun = loop.time()
    for turn in range(count):
        await asyncio.sleep(begun + turn / CALLS_A_SECOND - loop.time())
        times.reference.append(await hall.bare.call())
    _take_in_phones(hall, times)
    return times


async def _press(hall: Hall, desk: Desk, times: Times) -> None:
    loop = asyncio.get_running_loop()
    pressed_at = time.perf_counter()
    answer = await desk.call_next()
    seq, until = answer.body["seq"], loop.time() + SHOWN_LIMIT_S
    while seq not in hall.screens.shown_at:  # the display's frame comes first, as a rule
        if loop.time() > until:
            raise TimeoutError(f"no display showed call {seq}")
        await asyncio.sleep(0.0002)
    times.pressed_at[seq] = pressed_at
    times.answer.append(answer.seconds)
    times.display.append(hall.screens.shown_at[seq] - pressed_at)


def _take_in_phones(hall: Hall, times: Times) -> None:
    """A phone has a call with the first frame that is as new: two calls at once come in one frame."""
    for frames in hall.crowd.seen().values():
        seqs = [seq for seq, _ in frames]
        for seq, pressed_at in times.pressed_at.items():
            place = bisect_left(seqs, seq)
            if place < len(frames):
                times.phones.append(frames[place][1] - pressed_at)


def _row(what: str, times: Times) -> Row:
    p50 = percentile(times.display, 50) / percentile(times.reference, 50)
    p99 = percentile(times.display, 99) / percentile(times.reference, 99)
    return Row(
        what,
        p50_p99(times.reference),
        p50_p99(times.display),
        f"{p50:.2f} x / {p99:.2f} x",
        f"≤ {P50_GOAL:.0f} x / ≤ {P99_GOAL:.0f} x",
        ok=p50 <= P50_GOAL and p99 <= P99_GOAL,
        note=f"p50 / p99; reference: a bare commit and one socket; answer {p50_p99(times.answer)}; "
        f"phones {p50_p99(times.phones)}",
    )
