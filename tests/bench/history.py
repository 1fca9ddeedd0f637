"""Whether a long past slows "next" down: a million tickets of two thousand days beside a fresh town.

The past is a real day, made through the API and copied in the file: tickets, leases, events. Then both
servers run side by side and are asked in turn, one press at a time.
"""

import contextlib
import sqlite3
from collections.abc import Mapping
from pathlib import Path
from statistics import median

from tests.bench.clients import run_client
from tests.bench.figures import p50_p99
from tests.bench.hall_server import TOWN_HALL, HallServer, data_folder
from tests.bench.row import Row
from tests.bench.town_hall import Desk, Door, fill, open_desks, open_doors

A_DAY, DAYS = 500, 2000
WAITING = 100
GOAL = 1.2
LIMIT_S = 120.0
SHIFTED = {
    "ticket": {"id": "id + :step", "key": "key || '-' || :step"},
    "event": {"seq": "seq + :step"},
    "number_lease": {"ticket_id": "ticket_id + :step"},
}
"""What differs in each copy of a day, apart from the day itself."""


def run(quick: bool = False) -> list[Row]:
    """Measure; about a minute and a gigabyte of disk, some seconds when quick."""
    days, calls = (20, 60) if quick else (DAYS, 500)
    with contextlib.ExitStack() as stack:
        old, new = (stack.enter_context(data_folder()) for _ in range(2))
        with HallServer(old) as server:
            run_client(_a_whole_day(server), LIMIT_S)
        size = copy_day(old / "aufruf.sqlite3", days)
        servers = [stack.enter_context(HallServer(data)) for data in (old, new)]
        past, none = run_client(_take_turns(servers, calls), LIMIT_S)
    ratio = median(past) / median(none)
    return [
        Row(
            f"next, {days * A_DAY:,} past tickets",
            p50_p99(none),
            p50_p99(past),
            f"{ratio:.2f} x",
            f"≤ {GOAL} x",
            ok=ratio <= GOAL,
            note=f"p50 / p99, one at a time; reference: a fresh file; the file has {size / 1e6:,.0f} MB",
        )
    ]


async def _a_whole_day(server: HallServer) -> None:
    """Let visitors come, be served and go; close in the evening."""
    desks, doors = await open_desks(server, TOWN_HALL), await open_doors(server, TOWN_HALL, 1)
    await fill(doors, A_DAY)
    for turn in range(A_DAY):
        await desks[turn % len(desks)].call_next()
    for desk in desks:
        await desk.http.must_post(f"/api/v1/counters/{desk.counter}/finish", {})
        await desk.http.must_post(f"/api/v1/counters/{desk.counter}/close", {})


def copy_day(file: Path, days: int) -> int:
    """Put so many copies of the site's only day before it, and take it out; return the file's size."""
    with contextlib.closing(sqlite3.connect(file, isolation_level=None)) as connection:
        connection.execute("PRAGMA synchronous=OFF")
        [step] = connection.execute("SELECT seq FROM site_stream WHERE site_id = ?", (TOWN_HALL,)).fetchone()
        for table, changes in SHIFTED.items():
            connection.execute("BEGIN")
            copy = _copy_of(connection, table, changes)
            for day in range(1, days + 1):
                connection.execute(
                    copy, {"step": day * step, "before": f"{day - days - 1} days", "site": TOWN_HALL}
                )
            newest = f"SELECT max(business_day) FROM {table} WHERE site_id = :site"  # noqa: S608
            connection.execute(
                f"DELETE FROM {table} WHERE site_id = :site AND business_day = ({newest})",  # noqa: S608
                {"site": TOWN_HALL},
            )
            connection.execute("COMMIT")
        connection.execute("UPDATE site_stream SET seq = ? WHERE site_id = ?", ((days + 1) * step, TOWN_HALL))
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    return file.stat().st_size


def _copy_of(connection: sqlite3.Connection, table: str, changes: Mapping[str, str]) -> str:
    """Return the statement that copies the newest day of a table to `:before`."""
    names = [row[1] for row in connection.execute(f"PRAGMA table_info({table})")]
    values = {"business_day": "date(business_day, :before)", **changes}
    columns = ", ".join(f'"{name}"' for name in names)
    chosen = ", ".join(values.get(name, f'"{name}"') for name in names)
    newest = f"(SELECT max(business_day) FROM {table} WHERE site_id = :site)"  # noqa: S608
    return (
        f"INSERT INTO {table} ({columns}) SELECT {chosen} FROM {table} "  # noqa: S608
        f"WHERE site_id = :site AND business_day = {newest}"
    )


async def _take_turns(servers: list[HallServer], calls: int) -> list[list[float]]:
    """Press "next" at each server in turn; return the seconds of each press by server."""
    halls: list[tuple[list[Desk], Door]] = []
    for server in servers:
        desks, doors = await open_desks(server, TOWN_HALL), await open_doors(server, TOWN_HALL, 1)
        await fill(doors, WAITING)
        halls.append((desks, doors[0]))
    took: list[list[float]] = [[] for _ in servers]
    for turn in range(calls):
        for which in (0, 1) if turn % 2 else (1, 0):
            desks, door = halls[which]
            answer = await desks[turn % len(desks)].call_next()
            took[which].append(answer.seconds)
            await door.take()
    return took
