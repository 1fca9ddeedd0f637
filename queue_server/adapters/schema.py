"""All tables of the product, and how a database is brought to the newest shape.

Alembic is imported where it works: a server that finds everything in the newest shape runs without its
11 MB, and starts 0.2 s sooner. A migration's file is named by its revision: `0001_the_hall.py`.
"""

import subprocess
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Final

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from queue_server.adapters.database import Database
from queue_server.adapters.tables import (
    accounts,
    appointments,
    calendars,
    fairness,
    figures,
    forgetting,
    hall,
    messages,
    metadata,
    operations,
    outbox,
    setting_up,
    settings,
    visitors,
)

if TYPE_CHECKING:
    from alembic.config import Config

FOLDER: Final = Path(__file__).parent / "migrations"
TABLES: Final = (
    *(accounts, appointments, calendars, fairness, figures, forgetting),
    *(hall, messages, operations, outbox, setting_up, settings, visitors),
)
"""The modules whose import fills `metadata`."""
_APART: Final = (
    "import sys; from queue_server.adapters.schema import upgrade_at; upgrade_at(sys.stdin.read())"
)
_REVISION: Final = sa.table("alembic_version", sa.column("version_num", sa.String))
_READABLE: Final = operations.COMPATIBILITY

__all__ = [
    "TABLES",
    "Fit",
    "current",
    "fit",
    "head",
    "knows",
    "metadata",
    "readable_from",
    "revise",
    "upgrade",
    "upgrade_apart",
    "upgrade_within",
]


class Fit(StrEnum):
    """How a database's shape stands to this version of the product."""

    EMPTY = "empty"
    OLDER = "older"
    SAME = "same"
    READABLE = "readable"
    """A newer version made it, and says that this one reads and writes it rightly."""
    NEWER = "newer"


def fit(connection: Connection) -> Fit:
    """Tell whether this version may serve the database: when it is `SAME` or `READABLE`."""
    revision, newest = current(connection), head()
    if revision is None or newest is None:
        return Fit.EMPTY
    if revision == newest:
        return Fit.SAME
    if knows(revision):
        return Fit.OLDER
    oldest = readable_from(connection)
    return Fit.READABLE if oldest is not None and oldest <= newest else Fit.NEWER


def readable_from(connection: Connection) -> str | None:
    """Return the oldest revision whose program still serves this database; None: its makers did not say."""
    if not sa.inspect(connection).has_table(_READABLE.name):
        return None
    return connection.execute(sa.select(_READABLE.c.readable_from)).scalar()


def upgrade(database: Database) -> None:
    """Bring the database to the newest shape, in one transaction; nothing happens when it has it."""
    with rebuilding(database) as connection:
        upgrade_within(connection)


@contextmanager
def rebuilding(database: Database, patience_s: float = 0) -> Iterator[Connection]:
    """Open the transaction in which a migration runs; it waits `patience_s` for a lock, with 0 for ever.

    On PostgreSQL everybody else queues behind whoever waits for a whole table: beside a server it must not
    wait as long as a pg_dump takes. SQLite has a limit of its own.

    SQLite changes a table by making it anew, and dropping the old one deletes by foreign key what points
    there: a migration of accounts once signed everybody out. The switch has no effect inside a transaction.
    """
    with database.writer.connect() as connection:
        if not database.is_sqlite:
            with connection.begin():
                connection.exec_driver_sql(f"SET LOCAL lock_timeout = {int(patience_s * 1000)}")
                yield connection
            return
        connection.connection.driver_connection.execute("PRAGMA foreign_keys=OFF")  # type: ignore[union-attr]
        with connection.begin():
            yield connection
            if connection.exec_driver_sql("PRAGMA foreign_key_check").first():
                raise RuntimeError("after the migration a row points nowhere")


def upgrade_within(connection: Connection) -> None:
    """Do the same in the caller's transaction. What a newer version made and we can read stays as it is."""
    from alembic import command

    if fit(connection) is not Fit.READABLE:
        command.upgrade(_config(connection), "head")


def upgrade_apart(database: Database, meanwhile: Callable[[], object] = lambda: None) -> None:
    """Do the same in a child process, so that a server that follows stays small; `meanwhile` runs here."""
    if database.read(fit) in {Fit.SAME, Fit.READABLE}:
        return
    # Not by `multiprocessing`: it would run the caller's main module once more. The address may hold a
    # password, which other users could read among the arguments.
    address = database.url.render_as_string(hide_password=False)
    words = [sys.executable, "-c", _APART]
    with ThreadPoolExecutor(max_workers=1) as beside:
        child = beside.submit(subprocess.run, words, input=address, text=True, check=False)
        meanwhile()
    if child.result().returncode:
        upgrade(database)  # whatever it was, here it is told


def upgrade_at(address: str) -> None:
    """Bring the database at this address to the newest shape."""
    database = Database(address)
    try:
        upgrade(database)
    finally:
        database.dispose()


def current(connection: Connection) -> str | None:
    """Return the revision a database has; None: it is empty."""
    if not sa.inspect(connection).has_table(_REVISION.name):
        return None
    return connection.execute(sa.select(_REVISION.c.version_num)).scalar()


def head() -> str | None:
    """Return the newest revision that this version of the product knows."""
    return max(_revisions(), default=None)


def knows(revision: str) -> bool:
    """Tell whether this version of the product knows the revision; a newer one's it does not."""
    return revision in _revisions()


def _revisions() -> list[str]:
    return [file.name.partition("_")[0] for file in (FOLDER / "versions").glob("[0-9]*.py")]


def revise(connection: Connection, message: str) -> None:
    """Write a new migration from what the tables say and the database lacks. For developers."""
    from alembic import command

    command.revision(_config(connection), message, autogenerate=True)


def _config(connection: Connection) -> "Config":
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(FOLDER))
    config.set_main_option("path_separator", "os")
    config.attributes["connection"] = connection
    return config
