"""All of a database as of one moment, in one SQLite file: what a backup holds, from either database.

What must not live here: sealing it (`sealed_file`), and what is wrong with a copy (`verifying`).
"""

import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Final

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from queue_server.adapters import schema
from queue_server.adapters.checking import one_moment
from queue_server.adapters.database import BUSY_WAIT_S, Database
from queue_server.adapters.tables.operations import COMPATIBILITY

ROWS_AT_ONCE: Final = 1000
Counts = Mapping[str, int]
"""Table → how many rows it has."""


def copy_out(source: Database, file: Path) -> Counts:
    """Write the whole database into a new SQLite file; return how many rows each table has.

    Beside a running server, whose writer waits for nothing.
    """
    if source.is_sqlite:
        _vacuum_into(source, file)
        with opened(file) as copy:
            return copy.read(count_rows)
    with opened(file) as copy, one_moment(source) as connection:
        schema.upgrade(copy)
        copy.write(lambda target: copy_rows(connection, target))
        counts = count_rows(connection)
    into_one_file(file)
    return counts


def copy_rows(source: Connection, target: Connection) -> None:
    """Copy every row of every table into a database that has the same shape and is empty.

    But for who may read that shape: its migrations have written it there.
    """
    for table in schema.metadata.sorted_tables:
        if table is COMPATIBILITY:
            continue
        found = source.execution_options(yield_per=ROWS_AT_ONCE).execute(sa.select(table))
        for some in found.mappings().partitions():
            target.execute(sa.insert(table), [dict(row) for row in some])


def count_rows(connection: Connection) -> Counts:
    """Return how many rows each of our tables has."""
    return {
        table.name: connection.execute(sa.select(sa.func.count()).select_from(table)).scalar_one()
        for table in schema.metadata.sorted_tables
    }


@contextmanager
def opened(file: Path, erased_key: bytes = b"") -> Iterator[Database]:
    database = Database(f"sqlite:///{file}", erased_key)
    try:
        yield database
    finally:
        database.dispose()


def into_one_file(file: Path) -> None:
    """Leave nothing beside an SQLite file that it would need. Raises `sqlite3.Error` while others use it."""
    with closing(sqlite3.connect(file, isolation_level=None)) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        mode = connection.execute("PRAGMA journal_mode=DELETE").fetchone()
    if mode != ("delete",):
        raise sqlite3.OperationalError("database is locked")


def _vacuum_into(source: Database, file: Path) -> None:
    """Copy in one read transaction, which in WAL mode holds no writer up.

    Not the backup API: it copies free pages too, and with them what was erased.
    """
    where = source.url.database or ""
    with closing(sqlite3.connect(where, isolation_level=None, timeout=BUSY_WAIT_S)) as connection:
        connection.execute("VACUUM INTO ?", (str(file),))
