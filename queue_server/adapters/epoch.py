"""The epoch: the name of one unbroken stream of sequence numbers.

It stands in the database and beside it. When the two differ, the file was restored or moved, and a
device's `since` of the old stream would mean something else: a new epoch begins.
"""

import secrets
from pathlib import Path

import sqlalchemy as sa

from queue_server.adapters.database import Database
from queue_server.adapters.rows.base import table
from queue_server.adapters.tables.hall import Meta

META = table(Meta)
NAME = "epoch"


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


def write_beside(beside: Path, epoch: str) -> None:
    """Note the epoch that stands in the database, whole or not at all."""
    beside.parent.mkdir(parents=True, exist_ok=True)
    temporary = beside.with_suffix(".new")
    temporary.write_text(epoch + "\n")
    temporary.replace(beside)
