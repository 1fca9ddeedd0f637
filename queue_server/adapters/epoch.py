"""The epoch: the name of one unbroken stream of sequence numbers.

It stands in the database and beside it. When the two differ, the file was restored or moved, and a
device's `since` of the old stream would mean something else: a new epoch begins. Beside it stands when
`aufruf restore` put this database in its place.
"""

import secrets
from datetime import UTC, datetime
from pathlib import Path

import sqlalchemy as sa

from queue_server.adapters.database import Database
from queue_server.adapters.rows.base import table
from queue_server.adapters.tables.hall import Meta

META = table(Meta)
NAME = "epoch"
RESTORED_AT = "restored_at"
"""When the database was restored last, ISO in UTC; no such row when it never was."""


def settle_epoch(database: Database, beside: Path) -> str:
    """Return the epoch; a new one when database and file do not agree."""
    stored = database.read(
        lambda conn: conn.execute(sa.select(META.c.value).where(META.c.name == NAME)).scalar()
    )
    known = beside.read_text().strip() if beside.exists() else None
    if stored is not None and stored == known:
        return str(stored)
    return new_epoch(database, beside)


def new_epoch(database: Database, beside: Path) -> str:
    """Begin a new epoch, in the database first: half done, the two differ and it is done again."""
    epoch = secrets.token_hex(6)

    def write(conn: sa.Connection) -> None:
        conn.execute(sa.delete(META).where(META.c.name == NAME))
        conn.execute(sa.insert(META).values(name=NAME, value=epoch))

    database.write(write)
    write_beside(beside, epoch)
    return epoch


def restored_at(connection: sa.Connection) -> datetime | None:
    """Return when this database was restored last: what it knows of the time before may be wrong."""
    told = connection.execute(sa.select(META.c.value).where(META.c.name == RESTORED_AT)).scalar()
    return None if told is None else datetime.fromisoformat(told)


def note_restored(connection: sa.Connection, epoch: str, now: datetime) -> None:
    """Begin a new epoch in a database that is about to be put in its place."""
    values = {NAME: epoch, RESTORED_AT: now.astimezone(UTC).isoformat()}
    connection.execute(sa.delete(META).where(META.c.name.in_(values)))
    connection.execute(sa.insert(META), [{"name": name, "value": value} for name, value in values.items()])


def write_beside(beside: Path, epoch: str) -> None:
    """Note the epoch that stands in the database, whole or not at all."""
    beside.parent.mkdir(parents=True, exist_ok=True)
    temporary = beside.with_suffix(".new")
    temporary.write_text(epoch + "\n")
    temporary.replace(beside)
