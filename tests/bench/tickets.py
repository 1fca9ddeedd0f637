"""How many numbers a second are taken, and how many visitors called, over HTTP and durably.

Reference of the tickets, round by round: one writer thread over plain `sqlite3` that commits what 64
askers want meanwhile: the rows of our own ticket, in the same tables; no HTTP, no rules. Reference of
the calls: our own tickets of the same round. Both sites of the demo take part, so that eight clerks
have a counter each. In a round the clerks call most of those who came in it, so that the queue stays as
long as a hall's may be.
"""

import asyncio
import contextlib
import time
from dataclasses import dataclass, field
from statistics import median

from tests.bench.bare import GroupCommits
from tests.bench.clients import run_client
from tests.bench.figures import percentile
from tests.bench.hall_server import CENTRE, TOWN_HALL, HallServer, data_folder, hall_server
from tests.bench.row import Row
from tests.bench.town_hall import Desk, Door, open_desks, open_doors

CLIENTS = {TOWN_HALL: 48, CENTRE: 16}
"""Eight clients for each counter of a site, so that no clerk runs out of visitors before the others."""
TICKETS_GOAL, TICKETS_P99_MS = 0.05, 60
CALLS_GOAL, CALLS_P99_MS = 0.7, 30
CALLED_SHARE = 0.9
MOST_TICKETS = 9000
"""A site has 9,898 numbers for a day."""
LIMIT_S = 120.0


@dataclass(slots=True)
class Pace:
    """What each round gave: so many a second; and how long each one took, all rounds together."""

    rates: list[float] = field(default_factory=list)
    seconds: list[float] = field(default_factory=list)

    def add(self, rate: float, seconds: list[float]) -> None:
        self.rates.append(rate)
        self.seconds += seconds

    @property
    def p99_ms(self) -> float:
        return percentile(self.seconds, 99) * 1e3

    def __str__(self) -> str:
        return f"{median(self.rates):,.0f} /s, p99 {self.p99_ms:.1f} ms"


@dataclass(slots=True)
class Figures:
    """The three paces, round by round."""

    reference: Pace = field(default_factory=Pace)
    tickets: Pace = field(default_factory=Pace)
    calls: Pace = field(default_factory=Pace)


def run(quick: bool = False) -> list[Row]:
    """Measure; about half a minute, some seconds when quick."""
    rounds, seconds = (2, 0.3) if quick else (8, 0.7)
    with contextlib.ExitStack() as stack:
        server = stack.enter_context(hall_server())
        run_client(_take_one(server), LIMIT_S)
        reference = GroupCommits(
            stack.enter_context(data_folder()), sum(CLIENTS.values()), server.data / "aufruf.sqlite3"
        )
        stack.callback(reference.close)
        figures = Figures()
        run_client(_measure(server, reference, figures, rounds, seconds), LIMIT_S)
    return [_tickets_row(figures), _calls_row(figures)]


async def _take_one(server: HallServer) -> None:
    """Take the ticket whose rows the reference writes again."""
    (door,) = await open_doors(server, TOWN_HALL, 1)
    await door.take()
    door.http.close()


async def _measure(
    server: HallServer, reference: GroupCommits, figures: Figures, rounds: int, seconds: float
) -> None:
    doors = {site: await open_doors(server, site, count) for site, count in CLIENTS.items()}
    desks = {site: await open_desks(server, site) for site in CLIENTS}
    taken = 0
    for turn in range(rounds + 1):
        pace = Figures() if turn == 0 else figures  # the first round warms both sides
        pace.reference.add(*await reference.run(seconds))
        counts = await _take(doors, seconds, pace.tickets)
        await _call(desks, counts, pace.calls)
        taken += max(counts.values())
        if taken * (turn + 2) / (turn + 1) > MOST_TICKETS:
            break


async def _take(doors: dict[str, list[Door]], seconds: float, pace: Pace) -> dict[str, int]:
    """Let every client take number after number; return how many each site gave."""
    begun = time.perf_counter()
    until = begun + seconds
    sites = [(site, door) for site, many in doors.items() for door in many]
    took = await asyncio.gather(*(_take_until(door, until) for _, door in sites))
    elapsed = time.perf_counter() - begun
    pace.add(sum(map(len, took)) / elapsed, [one for many in took for one in many])
    counts = dict.fromkeys(doors, 0)
    for (site, _), many in zip(sites, took, strict=True):
        counts[site] += len(many)
    return counts


async def _take_until(door: Door, until: float) -> list[float]:
    took = []
    while time.perf_counter() < until:
        took.append((await door.take()).seconds)
    return took


async def _call(desks: dict[str, list[Desk]], counts: dict[str, int], pace: Pace) -> None:
    """Let every clerk press "next" as soon as the last press was answered."""
    each = int(min(counts[site] / len(many) for site, many in desks.items()) * CALLED_SHARE)
    begun = time.perf_counter()
    took = await asyncio.gather(*(_call_often(desk, each) for many in desks.values() for desk in many))
    elapsed = time.perf_counter() - begun
    pace.add(sum(map(len, took)) / elapsed, [one for many in took for one in many])


async def _call_often(desk: Desk, count: int) -> list[float]:
    return [(await desk.call_next()).seconds for _ in range(count)]


def _tickets_row(figures: Figures) -> Row:
    ours, reference = figures.tickets, figures.reference
    ratio = median(a / b for a, b in zip(ours.rates, reference.rates, strict=True))
    return Row(
        f"tickets over HTTP, durable, {sum(CLIENTS.values())} clients",
        str(reference),
        str(ours),
        f"{ratio:.3f} x",
        f"≥ {TICKETS_GOAL} x, p99 ≤ {TICKETS_P99_MS} ms",
        ok=ratio >= TICKETS_GOAL and ours.p99_ms <= TICKETS_P99_MS,
        note="reference: raw sqlite3, the same rows, one writer, group commit, no HTTP",
    )


def _calls_row(figures: Figures) -> Row:
    ours, reference = figures.calls, figures.tickets
    ratio = median(a / b for a, b in zip(ours.rates, reference.rates, strict=True))
    return Row(
        "next over HTTP, 8 clerks",
        f"{median(reference.rates):,.0f} /s",
        str(ours),
        f"{ratio:.2f} x",
        f"≥ {CALLS_GOAL} x, p99 ≤ {CALLS_P99_MS} ms",
        ok=ratio >= CALLS_GOAL and ours.p99_ms <= CALLS_P99_MS,
        note="reference: our own tickets of the same rounds; each press ends a visit and calls the next",
    )
