"""The references that storage is compared with: plain `sqlite3`, nothing of ours.

* `python -m tests.bench.bare road FOLDER`: a process with one socket: a line comes in, one row is
  committed (WAL, synchronous=FULL), one frame goes out.
* `GroupCommits`: one writer thread that commits what has come in meanwhile, for 64 askers; what it writes
  are the rows of our own ticket.
"""

import asyncio
import contextlib
import json
import queue
import sqlite3
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, Final, cast

import uvloop

from tests.bench.clients import HOST

FRAME = b"x" * 2000 + b"\n"
PAYLOAD = {"number": 417, "key": "k" * 12, "concern": [["id-card", 1]], "persons": 1, "language": "de"}
SHAPE = (
    "CREATE TABLE ticket (site TEXT, id INTEGER, number INTEGER, state TEXT, doc, PRIMARY KEY (site, id))",
    "CREATE TABLE event (site TEXT, seq INTEGER, at TEXT, type TEXT, payload TEXT, PRIMARY KEY (site, seq))",
    "CREATE TABLE stream (site TEXT PRIMARY KEY, seq INTEGER)",
    "INSERT INTO stream VALUES ('s', 0)",
)


def open_durably(path: Path) -> sqlite3.Connection:
    """Open a database whose commits reach the disk."""
    connection = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
    connection.execute("PRAGMA journal_mode=WAL")
    connection.execute("PRAGMA synchronous=FULL")
    return connection


def open_file(path: Path) -> sqlite3.Connection:
    """Make a durable database with a ticket, an event and a counter for each thing done."""
    connection = open_durably(path)
    for statement in SHAPE:
        connection.execute(statement)
    return connection


def write_batch(connection: sqlite3.Connection, first: int, count: int) -> None:
    """Commit so many tickets at once; each runs its own statements, as commands that decide must."""
    connection.execute("BEGIN IMMEDIATE")
    for i in range(first, first + count):
        payload = json.dumps(PAYLOAD)
        connection.execute("INSERT INTO ticket VALUES ('s', ?, ?, 'waiting', ?)", (i, 100 + i % 900, payload))
        connection.execute(
            "INSERT INTO event VALUES ('s', ?, '2026-01-01 09:00:00', 'TicketTaken', ?)", (i, payload)
        )
        connection.execute("UPDATE stream SET seq = ? WHERE site = 's'", (i,))
    connection.execute("COMMIT")


class BareRoad(asyncio.Protocol):
    """A line in, a commit, a frame out."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection
        self._done = 0
        self._transport: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)

    def data_received(self, data: bytes) -> None:
        self._done += 1
        write_batch(self._connection, self._done, 1)
        assert self._transport is not None
        self._transport.write(FRAME)


async def _serve_road(folder: Path) -> None:
    connection = open_file(folder / "bare.sqlite3")
    server = await asyncio.get_running_loop().create_server(lambda: BareRoad(connection), HOST, 0)
    print("port", server.sockets[0].getsockname()[1], flush=True)
    async with server:
        await asyncio.to_thread(sys.stdin.read)
    connection.close()


@contextlib.contextmanager
def bare_road(folder: Path) -> Iterator[int]:
    """Run the reference of the road in a process; gives its port."""
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.bench.bare", "road", str(folder)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdin is not None
    assert process.stdout is not None
    try:
        yield int(process.stdout.readline().split()[1])
    finally:
        process.stdin.close()
        try:
            process.wait(2)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        process.stdout.close()


class BareClient(asyncio.Protocol):
    """The other end of the bare road."""

    def __init__(self) -> None:
        self._transport: asyncio.Transport | None = None
        self._missing = 0
        self._came: asyncio.Future[float] | None = None

    @classmethod
    async def connect(cls, port: int) -> "BareClient":
        _, client = await asyncio.get_running_loop().create_connection(cls, HOST, port)
        return client

    async def call(self) -> float:
        """Ask once; return the seconds until the whole frame was there."""
        assert self._transport is not None
        self._came = asyncio.get_running_loop().create_future()
        self._missing = len(FRAME)
        begun = time.perf_counter()
        self._transport.write(b"next\n")
        return await self._came - begun

    def close(self) -> None:
        if self._transport is not None:
            self._transport.close()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)

    def data_received(self, data: bytes) -> None:
        self._missing -= len(data)
        if self._missing == 0 and self._came is not None and not self._came.done():
            self._came.set_result(time.perf_counter())

    def connection_lost(self, exc: Exception | None) -> None:
        if self._came is not None and not self._came.done():
            self._came.set_exception(exc or ConnectionResetError("the reference ended"))


class SameRows:
    """The rows of a real ticket, written again and again under other keys into a file of the same shape.

    So the reference stores what a ticket is, and what is left of the ratio is our rules and HTTP. (Three
    small rows without indexes, as in `write_batch`, go twice to three times as fast.)
    """

    KEYS: Final = {
        "event": ("seq",),
        "ticket": ("id",),
        "number_lease": ("number",),
        "command_answer": ("request_id",),
    }

    def __init__(self, connection: sqlite3.Connection, pattern: Path) -> None:
        self._connection = connection
        with contextlib.closing(sqlite3.connect(pattern)) as ours:
            shape = "SELECT sql FROM sqlite_master WHERE sql IS NOT NULL AND name NOT LIKE 'sqlite_%'"
            for (statement,) in ours.execute(shape).fetchall():
                connection.execute(statement)
            for row in ours.execute("SELECT * FROM site_stream").fetchall():
                connection.execute(_insert_into("site_stream", row), row)
            self._inserts = [self._insert(ours, table, keys) for table, keys in self.KEYS.items()]
            (self._site,) = ours.execute("SELECT site_id FROM ticket").fetchone()

    def write(self, first: int, count: int) -> None:
        """Commit so many tickets at once; each runs its own statements, as commands that decide must."""
        self._connection.execute("BEGIN IMMEDIATE")
        for i in range(first, first + count):
            for text, values, places in self._inserts:
                row = list(values)
                for place in places:
                    row[place] = i if isinstance(row[place], int) else f"r{i}"
                self._connection.execute(text, row)
            self._connection.execute("UPDATE site_stream SET seq = ? WHERE site_id = ?", (i, self._site))
        self._connection.execute("COMMIT")

    @staticmethod
    def _insert(
        ours: sqlite3.Connection, table: str, keys: tuple[str, ...]
    ) -> tuple[str, tuple[Any, ...], list[int]]:
        found = ours.execute(f"SELECT * FROM {table} ORDER BY rowid DESC LIMIT 1")  # noqa: S608 - our own names
        names = [column[0] for column in found.description]
        values = found.fetchone()
        return _insert_into(table, values), values, [names.index(key) for key in keys]


def _insert_into(table: str, values: Sequence[object]) -> str:
    marks = ", ".join("?" * len(values))
    return f"INSERT INTO {table} VALUES ({marks})"  # noqa: S608 - our own names


class GroupCommits:
    """The reference of the tickets: one writer thread over raw `sqlite3`, asked by so many clients.

    `pattern` is a file of ours that holds a ticket already.
    """

    def __init__(self, folder: Path, askers: int, pattern: Path) -> None:
        self._connection = open_durably(folder / "group.sqlite3")
        self._rows = SameRows(self._connection, pattern)
        self._askers = askers
        self._done = 1_000_000

    def close(self) -> None:
        self._connection.close()

    async def run(self, seconds: float) -> tuple[float, list[float]]:
        """Return tickets a second, and how long each took."""
        loop = asyncio.get_running_loop()
        inbox: queue.SimpleQueue[asyncio.Future[None] | None] = queue.SimpleQueue()
        writer = threading.Thread(target=self._write, args=(inbox, loop), daemon=True)
        writer.start()
        begun = time.perf_counter()
        until = begun + seconds
        took = await asyncio.gather(*(_ask(inbox, until) for _ in range(self._askers)))
        elapsed = time.perf_counter() - begun
        inbox.put(None)
        await asyncio.to_thread(writer.join)
        each = [one for many in took for one in many]
        return len(each) / elapsed, each

    def _write(self, inbox: "queue.SimpleQueue[Any]", loop: asyncio.AbstractEventLoop) -> None:
        while True:
            batch = [inbox.get()]
            while len(batch) < self._askers:
                try:
                    batch.append(inbox.get_nowait())
                except queue.Empty:
                    break
            if None in batch:
                return
            self._rows.write(self._done + 1, len(batch))
            self._done += len(batch)
            loop.call_soon_threadsafe(_answer, batch)


def _answer(batch: "list[asyncio.Future[None]]") -> None:
    for one in batch:
        if not one.done():
            one.set_result(None)


async def _ask(inbox: "queue.SimpleQueue[Any]", until: float) -> list[float]:
    loop, took = asyncio.get_running_loop(), []
    while (begun := time.perf_counter()) < until:
        done: asyncio.Future[None] = loop.create_future()
        inbox.put(done)
        await done
        took.append(time.perf_counter() - begun)
    return took


if __name__ == "__main__":
    uvloop.run(_serve_road(Path(sys.argv[2])))
