"""What the tests of the subcommands share: running one, a hall with people in it, a real server."""

import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.resources import files
from pathlib import Path

import sqlalchemy as sa

from queue_server.adapters.database import Database
from queue_server.adapters.store import Store
from queue_server.domain.ticket import Origin
from queue_server.services import counter, reception
from queue_server.services.concerns import choose
from queue_server.settings import Settings
from tests.e2e.harness.server import Forked, loaded

EXAMPLE = files("queue_server.samples").joinpath("example-town.toml").read_text(encoding="utf-8")


@dataclass(frozen=True)
class Said:
    """What a subcommand said."""

    status: int
    out: str
    err: str

    @property
    def last(self) -> str:
        return self.out.splitlines()[-1]


@dataclass(frozen=True)
class Place:
    """Where a test's town lies."""

    settings: Settings

    @property
    def words(self) -> list[str]:
        words = ["--data", str(self.settings.data)]
        return words + (["--database", self.settings.database] if self.settings.database else [])

    @contextmanager
    def database(self) -> Iterator[Database]:
        database = Database(self.settings.database_url)
        try:
            yield database
        finally:
            database.dispose()

    def run_sql(self, statement: str) -> None:
        with self.database() as database:
            database.write(lambda conn: conn.execute(sa.text(statement)))


def fill_hall(place: Place, *, waiting: int = 2) -> None:
    """Let a clerk open counter rathaus-1 and serve one visitor, while others wait."""
    with place.database() as database:
        store = Store(database)
        try:
            store.begin()
            unit = store.unit("rathaus", datetime.now(UTC))
            counter.open_counter(unit, "rathaus-1", "mueller", "test")
            for _ in range(waiting + 1):
                choice = choose(unit.town, unit.site, [("id-card", 2)])
                reception.take_ticket(unit, choice, origin=Origin.DESK, language="de")
            counter.call(unit, "rathaus-1", "mueller")
            counter.start(unit, "rathaus-1", "mueller")
            store.commit()
        finally:
            store.close()


@contextmanager
def serving(
    place: Place, *more: str, said: list[str] | None = None, rest: list[str] | None = None
) -> Iterator[str]:
    """Run `aufruf serve` in a process of its own and yield its address.

    `said` gets what it told before it was open, `rest` what it told afterwards.
    """
    log = place.settings.data.with_name(f"{place.settings.data.name}.log")
    log.write_bytes(b"")
    process = loaded().start(["serve", *place.words, "--port", "0", "--no-speech", *more], log)
    try:
        before = _until_open(process, log)
        if said is not None:
            said += before
        yield before[-1].removeprefix("Aufruf is open: ").strip().rstrip("/")
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait()
    if rest is not None:
        rest += _lines(log)[len(before) :]


def _until_open(process: Forked, log: Path) -> list[str]:
    """Return what it told until it was open, that line last."""
    while True:
        ended = process.poll() is not None
        lines = _lines(log)
        for count, line in enumerate(lines, 1):
            if line.startswith("Aufruf is open: "):
                return lines[:count]
        assert not ended, "".join(lines) or "it ended without a word"
        time.sleep(0.02)  # another process, and a file that it writes


def _lines(log: Path) -> list[str]:
    """Return the whole lines so far."""
    return [line for line in log.read_text(encoding="utf-8").splitlines(keepends=True) if line.endswith("\n")]


def written(path: Path, text: str = EXAMPLE) -> Path:
    path.write_text(text, encoding="utf-8")
    return path
