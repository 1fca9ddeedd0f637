"""A backup that is taken while the hall works holds everything that was promised before it began."""

import random
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path
from threading import Event, Thread

import pytest
import sqlalchemy as sa
from sqlalchemy.engine import Connection

from queue_server.adapters.backup import into_sqlite, journal, restoring
from queue_server.adapters.backup.sealed_file import backup_key
from queue_server.adapters.backup.taking import Places, Taken, take_backup
from queue_server.adapters.checking import check_database
from queue_server.adapters.database import Database
from queue_server.adapters.rows.appointment_rows import APPOINTMENT
from queue_server.adapters.rows.base import EVENT, TICKET
from queue_server.adapters.server_key import Secrets
from queue_server.domain.errors import NotIssuing
from tests.services.booking_hall import Booker
from tests.town_hall import booking_town

KEYS = Secrets(b"k" * 32)
NOW = datetime(2026, 3, 3, 9, tzinfo=UTC)
CLOCKS = [f"{hour:02}:{minute:02}" for hour in range(7, 11) for minute in range(0, 60, 10)]


class Crowd(Thread):
    """Takes numbers and books times as fast as the disk allows; knows what was acknowledged."""

    def __init__(self, url: str, seed: int) -> None:
        super().__init__(daemon=True)
        self._url = url
        self._dice = random.Random(seed)
        self._over = Event()
        self.is_going = Event()
        self.tickets: list[int] = []
        self.references: list[str] = []

    def run(self) -> None:
        database = Database(self._url)
        booker = Booker(database, booking_town())
        free = [(day, clock) for day in ("2026-03-04", "2026-03-05", "2026-03-06") for clock in CLOCKS]
        while not self._over.is_set():
            with suppress(NotIssuing):  # a slow backup, and the queue reaches the closing time
                self.tickets.append(booker.take()["id"])
            if free and self._dice.random() < 0.5:
                day, clock = free.pop()
                self.references.append(booker.book(clock, day=day)["reference"])
            if len(self.references) >= 3:
                self.is_going.set()
        booker.store.close()
        database.dispose()

    def stop(self) -> None:
        self._over.set()
        self.join(20)
        assert not self.is_alive()


@contextmanager
def a_crowd(url: str, seed: int) -> Iterator[Crowd]:
    crowd = Crowd(url, seed)
    crowd.start()
    try:
        yield crowd
    finally:
        crowd.stop()


def places(folder: Path) -> Places:
    target = folder / "backups"
    return Places(folder, target, (target / journal.NAME,), None)


def take(database: Database, folder: Path) -> Taken:
    return take_backup(database, backup_key(KEYS), places(folder), 14, NOW)


def restored(file: Path, folder: Path) -> Database:
    """Restore into a folder that has nothing in it."""
    work = folder / "work"
    work.mkdir(parents=True)
    ready = restoring.make_ready(file, KEYS, work, [], NOW)
    assert not ready.differing
    present = folder / "aufruf.sqlite3"
    assert not into_sqlite.put_in_place(ready.database, present, folder / "aside.sqlite3")
    return Database(f"sqlite:///{present}")


def found(connection: Connection) -> tuple[set[int], set[str], int]:
    return (
        set(connection.execute(sa.select(TICKET.c.id)).scalars()),
        set(connection.execute(sa.select(APPOINTMENT.c.reference)).scalars()),
        connection.execute(sa.select(sa.func.max(EVENT.c.seq))).scalar_one(),
    )


def run(url: str, folder: Path, seed: int) -> None:
    """Take one backup under load, restore it, and compare it with what was promised."""
    database = Database(url)
    with a_crowd(url, seed) as crowd:
        assert crowd.is_going.wait(20)
        before = (list(crowd.tickets), list(crowd.references))
        taken = take(database, folder)
        during = len(crowd.tickets) - len(before[0])
    assert during > 2, "the crowd was not held up"
    everything = database.read(found)
    back = restored(taken.path, folder / "new")
    tickets, references, seq = back.read(found)
    assert set(before[0]) <= tickets <= everything[0]
    assert set(before[1]) <= references <= everything[1]
    assert seq <= everything[2]
    assert [check.differences for check in check_database(back, all_days=True)] == [(), ()]
    back.dispose()
    database.dispose()


def test_a_backup_under_load_holds_what_was_promised_before_it(database_url: str, tmp_path: Path) -> None:
    run(database_url, tmp_path, seed=1)


@pytest.mark.long
@pytest.mark.timeout(600)
@pytest.mark.parametrize("seed", range(2, 22))
def test_twenty_backups_under_load(database_url: str, tmp_path: Path, seed: int) -> None:
    run(database_url, tmp_path, seed)


def test_a_copy_of_postgresql_or_sqlite_has_the_very_rows(database: Database, tmp_path: Path) -> None:
    booker = Booker(database, booking_town())
    booker.take()
    booker.book("10:00")
    taken = take(database, tmp_path)
    back = restored(taken.path, tmp_path / "new")

    def rows(connection: Connection) -> list[list[tuple[object, ...]]]:
        return [
            sorted(map(tuple, connection.execute(sa.select(table)).all()), key=str)
            for table in (TICKET, APPOINTMENT, EVENT)
        ]

    assert back.read(rows) == database.read(rows)
    assert taken.counts["ticket"] == 1
    booker.store.close()
    back.dispose()
