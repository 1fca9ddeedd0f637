"""Engines for SQLite and PostgreSQL: one connection for writing, a second engine for pure reads."""

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import Condition
from typing import Any, TypeVar

import sqlalchemy as sa
from pydantic_core import to_json
from sqlalchemy import event
from sqlalchemy.engine import Connection, Engine
from sqlalchemy.pool import NullPool, QueuePool

BUSY_WAIT_S = 5
"""So long does a connection wait for another writer (the command line beside a running server)."""

LOG_PAGES = 16_384
"""With 64 MiB of log a commit moves it into the file itself; `checkpoint` does before, beside the commits.

With SQLite's usual 1,000 pages every fiftieth press did: two more waits for the disk.
"""
TRIES = 3

T = TypeVar("T")


class Database:
    """The two engines of one database URL. Plain and synchronous; threads are the callers' business."""

    def __init__(self, url: str, erased_key: bytes = b"") -> None:
        """`erased_key` hashes what is erased (`forgetting.marks`): derived from the server's key file."""
        self._erased_key = erased_key
        self.url = sa.make_url(url)
        self.is_sqlite = self.url.get_backend_name() == "sqlite"
        self.writer = self._engine(pool=NullPool, immediate=True)
        self.reader = self._engine(pool=QueuePool, immediate=False)
        self._reads_running = 0
        self._read_ended = Condition()

    def _engine(self, *, pool: type[sa.pool.Pool], immediate: bool) -> Engine:
        # An error's text goes to the log; a statement's parameters may be what a visitor told us.
        options: dict[str, Any] = {"poolclass": pool, "hide_parameters": True, "json_serializer": _as_json}
        options["execution_options"] = {"erased_key": self._erased_key}
        if pool is QueuePool:
            options |= {"pool_size": 4, "max_overflow": 12}
            if not self.is_sqlite:
                # Several queries of one read see one moment, as they do on SQLite.
                options["isolation_level"] = "REPEATABLE READ"
                # A pool of connections that a restart of the database cut would fail one read each.
                options["pool_pre_ping"] = True
        if self.is_sqlite:
            options["connect_args"] = {"timeout": BUSY_WAIT_S, "check_same_thread": False}
            engine = sa.create_engine(self.url, **options)
            _prepare_sqlite(engine, "BEGIN IMMEDIATE" if immediate else "BEGIN")
            if immediate:
                event.listen(engine, "connect", _overwrite_what_is_deleted)
            return engine
        return sa.create_engine(self.url, **options)

    def read(self, work: Callable[[Connection], T]) -> T:
        """Run `work` on a read connection; sees only what is committed."""
        with self._counted(), self.reader.connect() as connection:
            return work(connection)

    def write(self, work: Callable[[Connection], T]) -> T:
        """Run `work` in one transaction of its own: for the command line, not for the road."""
        with self.writer.begin() as connection:
            return work(connection)

    def empty_wal(self) -> bool:
        """Move the write-ahead log of SQLite into the file and cut it off; False when somebody reads on.

        What was erased stands in older pages of the log until then. Writers wait while this runs.
        """
        if not self.is_sqlite:
            return True
        connection = self.writer.raw_connection()
        try:
            cursor = connection.cursor()
            # It keeps writers out while it waits for readers.
            cursor.execute("PRAGMA busy_timeout=200")
            busy, *_ = cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
        finally:
            connection.close()
        return not busy

    def checkpoint(self) -> int:
        """Move SQLite's log into its file, in any thread; return how many pages the log had.

        Commits go on meanwhile. What they add is moved at once as well, for only a log of which all has been
        moved is begun anew.
        """
        if not self.is_sqlite:
            return 0
        first = 0
        with self._counted(), self.reader.connect() as connection:
            driver: Any = connection.connection.driver_connection  # no transaction may be open here
            for _ in range(TRIES):
                _, pages, moved = driver.execute("PRAGMA wal_checkpoint(PASSIVE)").fetchone()
                first = first or pages
                if moved >= pages:
                    break
        return int(first)

    @contextmanager
    def _counted(self) -> Iterator[None]:
        with self._read_ended:
            self._reads_running += 1
        try:
            yield
        finally:
            with self._read_ended:
                self._reads_running -= 1
                self._read_ended.notify_all()

    def dispose(self) -> None:
        """Close all connections, after the reads that threads are still at.

        A request that was given up leaves its read running; its connection would come back to a pool that
        nobody closes any more.
        """
        with self._read_ended:
            self._read_ended.wait_for(lambda: self._reads_running == 0, timeout=BUSY_WAIT_S)
        self.writer.dispose()
        self.reader.dispose()


def _overwrite_what_is_deleted(connection: Any, _record: object) -> None:
    """Have SQLite write zeros over what a statement deletes; some builds do so unasked, others not."""
    connection.execute("PRAGMA secure_delete=ON").close()


def _as_json(value: object) -> str:
    return to_json(value).decode()


def _prepare_sqlite(engine: Engine, begin: str) -> None:
    """Take transactions into our own hands.

    The driver's default (a deferred BEGIN before the first write) let 30 of 100 read-then-write
    transactions succeed; with BEGIN IMMEDIATE all 100 do.
    """

    @event.listens_for(engine, "connect")
    def _connect(connection: Any, _record: object) -> None:
        connection.isolation_level = None
        cursor = connection.cursor()
        for pragma in (
            "journal_mode=WAL",
            "synchronous=FULL",
            "foreign_keys=ON",
            "temp_store=MEMORY",
            "cache_size=-16000",
            f"wal_autocheckpoint={LOG_PAGES}",
        ):
            cursor.execute(f"PRAGMA {pragma}")
        cursor.close()

    @event.listens_for(engine, "begin")
    def _begin(connection: Connection) -> None:
        # The driver's own `execute`: SQLAlchemy's costs as much as a statement of the road.
        driver: Any = connection.connection.driver_connection
        try:
            driver.execute(begin)
        except sqlite3.Error as error:
            driver.rollback()  # a transaction that somebody left open would be in everybody's way
            raise sa.exc.DBAPIError.instance(begin, None, error, sqlite3.Error) from error
