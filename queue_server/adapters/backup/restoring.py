"""Makes of a backup a database that may answer: opened, proved, in today's shape, without who was erased.

All of it happens in a copy; the present database is not touched here (`into_sqlite`, `into_postgresql`).
"""

import secrets
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from queue_server.adapters import schema
from queue_server.adapters.backup import content, verifying
from queue_server.adapters.backup.content import Unpacked
from queue_server.adapters.backup.copying import Counts, count_rows, into_one_file, opened
from queue_server.adapters.backup.journal import Erased
from queue_server.adapters.backup.sealed_file import BadBackup, Header, backup_key
from queue_server.adapters.backup.taking import erased_by_rows
from queue_server.adapters.database import Database
from queue_server.adapters.epoch import note_restored
from queue_server.adapters.forgetting import erasing, marks
from queue_server.adapters.post import outbox, sheet_letters
from queue_server.adapters.rows.print_rows import JOB
from queue_server.adapters.rows.visitor_rows import VISITOR
from queue_server.adapters.server_key import Secrets

A_VISIT: Final = timedelta(hours=24)
"""What somebody told for a visit is of no use the next day."""


@dataclass(frozen=True, slots=True)
class Ready:
    """A database file to be put in place. `differing` are the sites where log and rows disagree."""

    header: Header
    database: Path
    connections: Path | None
    epoch: str
    counts: Counts
    differing: Sequence[str]
    erased_count: int
    held_count: int


class ForeignJournal(Exception):  # noqa: N818 - it says what is so
    """The journal does not tell of everybody whom the backup itself knows to be erased."""

    def __init__(self, count: int) -> None:
        self.count = count
        super().__init__(count)


def make_ready(
    file: Path,
    keys: Secrets,
    work: Path,
    erased: Sequence[Erased],
    now: datetime,
    *,
    may_lack_erased: bool = False,
) -> Ready:
    """Open a backup in the folder `work` and make it fit to answer. Raises `BadBackup`, `ForeignJournal`."""
    with file.open("rb") as sealed:
        unpacked = content.unpack(sealed, backup_key(keys), work)
    verifying.verify_file(unpacked.database)
    verifying.verify_counts(unpacked.database, unpacked.counts)
    epoch = secrets.token_hex(6)
    with opened(unpacked.database, keys.derive(marks.ERASED)) as copy:
        _refuse_what_is_newer(copy)
        schema.upgrade(copy)
        # Each backup completes its journal first: one that knows less was never this database's.
        missing = set(copy.read(erased_by_rows)) - set(erased)
        if missing and not may_lack_erased:
            raise ForeignJournal(len(missing))
        with copy.writer.connect() as connection:
            # What is erased must not stay in the file's free pages.
            connection.exec_driver_sql("PRAGMA secure_delete=ON")
            erased_count = _forget(connection, erased, now)
            held_count = outbox.hold(connection)
            sheet_letters.hold(connection)
            _give_up_slips(connection, now)
            note_restored(connection, epoch, now)
            connection.commit()
        counts = copy.read(count_rows)
    differing = list(verifying.differing(verifying.check_log(unpacked.database)))
    into_one_file(unpacked.database)
    return _ready(unpacked, epoch, counts, differing, erased_count, held_count)


def _refuse_what_is_newer(copy: Database) -> None:
    if copy.read(schema.fit) is schema.Fit.NEWER:
        shape = copy.read(schema.current)
        raise BadBackup(f"a newer version of Aufruf made it (shape {shape}); install that one")


def _ready(
    unpacked: Unpacked, epoch: str, counts: Counts, differing: Sequence[str], erased: int, held: int
) -> Ready:
    return Ready(
        header=unpacked.header,
        database=unpacked.database,
        connections=unpacked.connections,
        epoch=epoch,
        counts=counts,
        differing=differing,
        erased_count=erased,
        held_count=held,
    )


def _forget(connection: Connection, erased: Iterable[Erased], now: datetime) -> int:
    """Erase who was erased since the backup, and everybody whose time is over; return how many."""
    told = ((entry.kind, (entry.site_id, entry.ref, entry.kept_since)) for entry in erased)
    count = erasing.erase_again(connection, told, now) + erasing.erase_overdue(connection, now)
    query = sa.select(VISITOR.c.site_id, VISITOR.c.ticket_id).where(VISITOR.c.created_at <= now - A_VISIT)
    for site_id, ticket_id in connection.execute(query).all():
        count += erasing.erase_visitors(connection, site_id, [ticket_id], now)
    return count


def _give_up_slips(connection: Connection, now: datetime) -> None:
    """Print no slip by itself that may lie there already; a person may ask for it."""
    waits = JOB.c.state.in_(("waiting", "offered"))
    connection.execute(sa.update(JOB).where(waits).values(state="unknown", code="restored", reported_at=now))
