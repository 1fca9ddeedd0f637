"""The engines: who waits for whom, and what a reader sees."""

import threading
from pathlib import Path

import pytest
import sqlalchemy as sa

from queue_server.adapters.database import Database
from queue_server.adapters.town.store import META

_COUNT = sa.select(META.c.value).where(META.c.name == "count")


def _raise(connection: sa.Connection) -> None:
    value = int(connection.execute(_COUNT.with_for_update()).scalar_one())
    connection.execute(sa.update(META).where(META.c.name == "count").values(value=str(value + 1)))


def _begin(database: Database) -> None:
    database.write(lambda c: c.execute(sa.insert(META).values(name="count", value="0")))


def test_writers_take_turns_and_none_is_lost(database: Database) -> None:
    """With the driver's own deferred BEGIN, 30 of 100 read-then-write transactions succeeded."""
    _begin(database)
    threads = [threading.Thread(target=lambda: [database.write(_raise) for _ in range(10)]) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert database.read(lambda c: c.execute(_COUNT).scalar()) == "40"


def test_a_reader_sees_one_moment_and_only_what_is_committed(database: Database) -> None:
    _begin(database)

    def read(connection: sa.Connection) -> list[str]:
        seen = [str(connection.execute(_COUNT).scalar())]
        database.write(_raise)
        return [*seen, str(connection.execute(_COUNT).scalar())]

    assert database.read(read) == ["0", "0"]
    assert database.read(lambda c: c.execute(_COUNT).scalar()) == "1"


def test_what_was_committed_moves_into_the_file_beside_an_open_reader_and_writer(tmp_path: Path) -> None:
    """Every fiftieth press moved it itself, and waited for the disk twice more."""
    database = Database(f"sqlite:///{tmp_path / 'town.sqlite3'}")
    database.write(lambda c: c.execute(sa.text("CREATE TABLE word (text VARCHAR)")))
    words = sa.text("SELECT text FROM word")
    database.read(lambda c: c.execute(words).all())  # who closes the last connection moves the log

    def goes_on(connection: sa.Connection) -> int:
        connection.execute(sa.text("INSERT INTO word VALUES ('not yet')"))
        return database.checkpoint()

    database.write(lambda c: c.execute(sa.text("INSERT INTO word VALUES ('kept')")))
    assert database.write(goes_on) > 0
    (tmp_path / "alone.sqlite3").write_bytes((tmp_path / "town.sqlite3").read_bytes())
    alone = Database(f"sqlite:///{tmp_path / 'alone.sqlite3'}")
    assert alone.read(lambda c: c.execute(words).scalars().all()) == ["kept"]
    for one in (database, alone):
        one.dispose()


def test_a_database_without_such_a_log_moves_nothing(database: Database) -> None:
    database.read(lambda c: c.execute(_COUNT).all())
    _begin(database)
    assert (database.checkpoint() > 0) is database.is_sqlite


def test_what_fails_is_rolled_back(database: Database) -> None:
    _begin(database)

    def fails(connection: sa.Connection) -> None:
        _raise(connection)
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        database.write(fails)
    assert database.read(lambda c: c.execute(_COUNT).scalar()) == "0"


def test_connections_are_closed_behind_the_reads_that_still_run(database: Database) -> None:
    """A request that was given up leaves its read behind; its connection stayed open for ever."""
    began, may_end = threading.Event(), threading.Event()
    done: list[str] = []

    def read(connection: sa.Connection) -> None:
        connection.execute(_COUNT)
        began.set()
        may_end.wait(5)
        done.append("read")

    def dispose() -> None:
        database.dispose()
        done.append("disposed")

    threads = [threading.Thread(target=lambda: database.read(read)), threading.Thread(target=dispose)]
    threads[0].start()
    began.wait(5)
    threads[1].start()
    threads[1].join(0.1)
    may_end.set()
    for thread in threads:
        thread.join()
    assert done == ["read", "disposed"]


@pytest.mark.parametrize("which", ["reader", "writer"])
@pytest.mark.parametrize(
    ("pragma", "value"), [("journal_mode", "wal"), ("synchronous", 2), ("foreign_keys", 1)]
)
def test_sqlite_is_durable_and_strict(tmp_path: Path, which: str, pragma: str, value: object) -> None:
    database = Database(f"sqlite:///{tmp_path / 'x.sqlite3'}")
    with getattr(database, which).connect() as connection:
        assert connection.exec_driver_sql(f"PRAGMA {pragma}").scalar() == value
    database.dispose()
