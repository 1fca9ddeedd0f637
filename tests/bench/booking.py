"""How fast the visitors' book is read and written over HTTP, on the product's own server.

* **Month sheet:** 64 visitors load step 2 of the portal, as a browser gets it; every 21st time one of them
  holds a time or takes a number instead, so that what was computed for the sheet no longer holds.
  Reference of each round: the sign-in form, the smallest page that the same server renders with Jinja.
* **Hot days:** 64 visitors, each press somebody new, hold the times of one day until it is sold out, then
  those of the next. Reference: our own tickets of the same round. The file is read afterwards.
* **The past:** holds one at a time, in turn at two servers, one with a long past (`booking_past`).
"""

import asyncio
import contextlib
import itertools
import random
import secrets
import time
from collections import deque
from collections.abc import Awaitable, Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from statistics import median
from typing import Final

from tests.bench.booking_past import A_DAY, copy_past, doubles_in, held_in
from tests.bench.clients import Answer, HttpClient, Refused, run_client
from tests.bench.figures import p50_p99
from tests.bench.hall_server import TOWN_HALL, HallServer, data_folder, hall_server
from tests.bench.row import Row
from tests.bench.tickets import Pace
from tests.bench.town_hall import Door, open_doors, request_id

CLIENTS: Final = 64
SERVICE: Final = "id-card"
SERVICE_MIN: Final = 15
CLERKS: Final = 2
"""So many of the demo's clerks issue identity cards at the town hall at a time."""
READS_TO_A_WRITE: Final = 20
NUMBERS: Final = 8000
"""A day has 9,900 of three and four digits; taken one after the other without end, they run out."""
SHEET: Final = f"/termin/{TOWN_HALL}?s={SERVICE}&step=2"
EMPTY_PAGE: Final = "/sign-in"
HOLDS: Final = f"/api/v1/sites/{TOWN_HALL}/holds"
SHEET_GOAL, SHEET_P99_MS = 0.3, 120
HOLDS_GOAL, HOLDS_P99_MS = 0.3, 80
PAST_GOAL, PAST_DAYS = 1.2, 1000
LIMIT_S = 240.0


@dataclass(slots=True)
class Crowd:
    """Visitors who want times of days in turn; `offers` are the times nobody has pressed yet."""

    doors: list[Door]
    offers: Iterator[str]
    held: set[int] = field(default_factory=set)
    refused: int = 0

    async def hold(self, door: Door) -> float | None:
        """Press one time, each press as somebody new; None when there is none left to press."""
        starts_at = next(self.offers, None)
        if starts_at is None:
            return None
        answer = await hold(door.http, starts_at)
        if answer.status == 201:
            self.held.add(answer.body["id"])
        elif answer.status == 409:
            self.refused += 1
        else:
            raise Refused(f"POST {HOLDS}: {answer.status} {answer.body}")
        return answer.seconds


async def hold(http: HttpClient, starts_at: str, client: str = "") -> Answer:
    body = {"services": [{"id": SERVICE, "count": 1}], "starts_at": starts_at}
    return await http.post(
        HOLDS, {"request_id": request_id(), "client": client or secrets.token_hex(12), **body}
    )


def run(quick: bool = False) -> list[Row]:
    """Measure; about a minute and half a gigabyte of disk, some seconds when quick."""
    return [*_rows_of_the_crowd(quick), _past_row(quick)]


def _rows_of_the_crowd(quick: bool) -> Iterator[Row]:
    rounds, seconds = (2, 0.3) if quick else (8, 0.7)
    with hall_server() as server:
        empty, sheet = run_client(_measure_sheet(server, rounds, seconds), LIMIT_S)
        yield _sheet_row(empty, sheet)
    with hall_server() as server:
        tickets, holds, crowd = run_client(_measure_holds(server, rounds, seconds), LIMIT_S)
        file = server.data / "aufruf.sqlite3"
        lost = len(crowd.held - held_in(file))
        yield _holds_row(tickets, holds, crowd, doubles_in(file), lost)


# -- reading with a write in between -------------------------------------------------------------------


async def _measure_sheet(server: HallServer, rounds: int, seconds: float) -> tuple[Pace, Pace]:
    crowd = await _gather(server, each_day_apart=False)
    empty, sheet = Pace(), Pace()
    writers = itertools.cycle((crowd.hold, _take))
    turns = itertools.count(1)

    async def read_or_write(door: Door) -> float | None:
        if next(turns) % (READS_TO_A_WRITE + 1):
            return await _get(door, SHEET)
        await next(writers)(door)
        return 0.0  # a write is no page: it costs time and is not counted

    async def read_empty(door: Door) -> float | None:
        return await _get(door, EMPTY_PAGE)

    for turn in range(rounds + 1):
        paces = (Pace(), Pace()) if turn == 0 else (empty, sheet)  # the first round warms both
        await _press_on(crowd.doors, seconds, read_empty, paces[0])
        await _press_on(crowd.doors, seconds, read_or_write, paces[1])
    return empty, sheet


def _take_of(count: int) -> Callable[[Door], Awaitable[float | None]]:
    """Return an act that takes a number, `count` times in all."""
    left = iter(range(count))

    async def take(door: Door) -> float | None:
        return None if next(left, None) is None else await _take(door)

    return take


async def _take(door: Door) -> float | None:
    return (await door.take()).seconds


async def _get(door: Door, path: str) -> float:
    answer = await door.http.get(path)
    if answer.status != 200:
        raise Refused(f"GET {path}: {answer.status}")
    return answer.seconds


async def _press_on(
    doors: Iterable[Door], seconds: float, act: Callable[[Door], Awaitable[float | None]], pace: Pace
) -> None:
    """Let every client act again as soon as it was answered, until time is up or `act` has no more."""
    begun = time.perf_counter()

    async def one(door: Door) -> list[float]:
        took: list[float] = []
        while time.perf_counter() < begun + seconds and (lasted := await act(door)) is not None:
            if lasted:
                took.append(lasted)
        return took

    took = [each for many in await asyncio.gather(*map(one, doors)) for each in many]
    pace.add(len(took) / (time.perf_counter() - begun), took)


def _sheet_row(empty: Pace, sheet: Pace) -> Row:
    ratio = _ratio(sheet, empty)
    return Row(
        f"month sheet, {CLIENTS} clients, 1 write in {READS_TO_A_WRITE} reads",
        str(empty),
        str(sheet),
        f"{ratio:.2f} x",
        f"≥ {SHEET_GOAL} x, p99 ≤ {SHEET_P99_MS} ms",
        ok=ratio >= SHEET_GOAL and sheet.p99_ms <= SHEET_P99_MS,
        note="step 2 of the portal, whole; reference: the sign-in form, without writes",
    )


# -- hot days ------------------------------------------------------------------------------------------


async def _measure_holds(server: HallServer, rounds: int, seconds: float) -> tuple[Pace, Pace, Crowd]:
    crowd = await _gather(server, each_day_apart=True)
    tickets, holds = Pace(), Pace()
    # Each round has its share of the times, and of the day's numbers: by the clock, a quick machine had none
    # left for the last rounds.
    offers = list(crowd.offers)
    share = len(offers) // (rounds + 1)
    numbers = NUMBERS // (rounds + 1)
    for turn in range(rounds + 1):
        paces = (Pace(), Pace()) if turn == 0 else (tickets, holds)
        await _press_on(crowd.doors, seconds, _take_of(numbers), paces[0])
        refused, pressed = crowd.refused, len(paces[1].seconds)
        crowd.offers = iter(offers[turn * share : (turn + 1) * share])
        await _press_on(crowd.doors, LIMIT_S, crowd.hold, paces[1])
        # Only what was held counts as done; how long a refusal took belongs to the 99th percentile.
        pressed = len(paces[1].seconds) - pressed
        paces[1].rates[-1] *= 1 - (crowd.refused - refused) / max(pressed, 1)
    return tickets, holds, crowd


def _holds_row(tickets: Pace, holds: Pace, crowd: Crowd, doubles: int, lost: int) -> Row:
    ratio = _ratio(holds, tickets)
    fine = not doubles and not lost
    in_file = "none double, none lost" if fine else f"{doubles} CELLS DOUBLE, {lost} HOLDS LOST"
    return Row(
        f"holds on a hot day, {CLIENTS} clients",
        str(tickets),
        str(holds),
        f"{ratio:.2f} x",
        f"≥ {HOLDS_GOAL} x, p99 ≤ {HOLDS_P99_MS} ms",
        ok=fine and ratio >= HOLDS_GOAL and holds.p99_ms <= HOLDS_P99_MS,
        note=f"reference: our own tickets of the same rounds; {len(crowd.held):,} held, "
        f"{crowd.refused:,} came too late; in the file {in_file}",
    )


def _ratio(ours: Pace, reference: Pace) -> float:
    return median(a / b for a, b in zip(ours.rates, reference.rates, strict=True))


async def _gather(server: HallServer, *, each_day_apart: bool) -> Crowd:
    """Return the crowd: day after day, or (a month sheet's visitors) times of all days mixed."""
    doors = await open_doors(server, TOWN_HALL, CLIENTS)
    days = [wanted_of(times) for times in await offered(doors[0].http)]
    chance = random.Random(7)
    if not each_day_apart:
        days = [[each for day in days for each in day]]
    for day in days:
        chance.shuffle(day)
    return Crowd(doors, itertools.chain.from_iterable(days))


def wanted_of(times: list[str]) -> list[str]:
    """Return what is pressed of a day's times: each visit after the other, as often as clerks are there,
    and some once more than that."""
    apart = SERVICE_MIN // 5
    ends_apart = times[::apart]
    return ends_apart * CLERKS + ends_apart[::10]


async def offered(http: HttpClient) -> list[list[str]]:
    """Return the free times of each working day from tomorrow on."""
    earliest = f"/api/v1/sites/{TOWN_HALL}/earliest?services={SERVICE}"
    day = date.fromisoformat((await http.get(earliest)).body["times"][0][:10])
    found = []
    for ahead in range(1, 42):
        on = day + timedelta(days=ahead)
        times = await http.get(f"/api/v1/sites/{TOWN_HALL}/times?services={SERVICE}&day={on}")
        if on.weekday() < 5 and times.body["times"]:
            found.append(times.body["times"])
    return found


# -- a long past ---------------------------------------------------------------------------------------


def _past_row(quick: bool) -> Row:
    days, presses = (20, 40) if quick else (PAST_DAYS, 600)
    with contextlib.ExitStack() as stack:
        old, new = (stack.enter_context(data_folder()) for _ in range(2))
        with HallServer(old) as server:
            run_client(_book_some(server), LIMIT_S)
        size = copy_past(old / "aufruf.sqlite3", days)
        servers = [stack.enter_context(HallServer(data)) for data in (old, new)]
        past, none = run_client(_take_turns(servers, presses), LIMIT_S)
    ratio = median(past) / median(none)
    return Row(
        f"hold, {days * A_DAY:,} past appointments",
        p50_p99(none),
        p50_p99(past),
        f"{ratio:.2f} x",
        f"≤ {PAST_GOAL} x",
        ok=ratio <= PAST_GOAL,
        note=f"p50 / p99, one at a time; reference: a fresh file; the file has {size / 1e6:,.0f} MB",
    )


async def _book_some(server: HallServer) -> None:
    """Book a day's worth of appointments, each by somebody else."""
    (door,) = await open_doors(server, TOWN_HALL, 1)
    free = deque(each for times in await offered(door.http) for each in times[:: SERVICE_MIN // 5])
    for n in range(A_DAY):
        client = secrets.token_hex(12)
        held = await hold(door.http, free.popleft(), client)
        person = {"name": f"Visitor {n}", "email": f"visitor-{n}@example.org"}
        booked = {"request_id": request_id(), "client": client, "hold": held.body["id"], "person": person}
        await door.http.must_post(f"/api/v1/sites/{TOWN_HALL}/appointments", booked)
    door.http.close()


async def _take_turns(servers: list[HallServer], presses: int) -> list[list[float]]:
    """Hold the same times at each server in turn; return the seconds of each press by server."""
    crowds = [await _gather(server, each_day_apart=False) for server in servers]
    took: list[list[float]] = [[] for _ in servers]
    for turn in range(presses):
        for which in (0, 1) if turn % 2 else (1, 0):
            crowd = crowds[which]
            lasted = await crowd.hold(crowd.doors[turn % CLIENTS])
            if lasted is not None:
                took[which].append(lasted)
    return took
