"""Takes a backup: copies, seals, opens it again, and only then gives it its name.

Runs beside a server, in a process of its own: packing keeps a core busy for a while. What must not live
here: when it is done (`web.nightly`), words (`commands.backup`).
"""

import fcntl
import shutil
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Final

import sqlalchemy as sa

from queue_server.adapters import schema
from queue_server.adapters.backup import content, folder, journal, verifying
from queue_server.adapters.backup.copying import Counts, copy_out
from queue_server.adapters.backup.journal import Erased
from queue_server.adapters.backup.sealed_file import Header
from queue_server.adapters.database import Database
from queue_server.adapters.epoch import META
from queue_server.adapters.epoch import NAME as EPOCH
from queue_server.adapters.rows.base import table
from queue_server.adapters.tables.forgetting import Erasure

_WORK: Final = ".backup-work-"


class BackupRuns(Exception):  # noqa: N818 - it says what is so
    """Another backup of the same data folder is being made."""


@dataclass(frozen=True, slots=True)
class Places:
    """Where a backup comes from and goes to. `journals` are where erased persons are written down.

    `data` is on this machine: what is not sealed yet lies nowhere else.
    """

    data: Path
    target: Path
    journals: Sequence[Path]
    connections: Path | None


@dataclass(frozen=True, slots=True)
class Taken:
    """A backup that was made and opened again. `differing` are the sites where log and rows disagree."""

    path: Path
    size: int
    counts: Counts
    differing: Sequence[str]
    removed: Sequence[Path]


def take_backup(database: Database, key: bytes, places: Places, keep: int, now: datetime) -> Taken:
    """Make a backup and prove that it opens; then remove what is more than `keep`.

    Raises `BackupRuns`, `BadBackup`, `OSError`, `sqlalchemy.exc.DatabaseError` or `sqlite3.Error`; then
    nothing was added or removed.
    """
    places.target.mkdir(parents=True, exist_ok=True, mode=0o700)
    with _work_folder(places) as work:
        copy = work / "copy"
        copy.mkdir()
        counts = copy_out(database, copy / content.DATABASE)
        files = {content.DATABASE: copy / content.DATABASE}
        if places.connections is not None and places.connections.exists():
            files[content.CONNECTIONS] = places.connections
        path = folder.free_name(places.target, now)
        partial = folder.partial_of(path)
        with folder.written_whole(partial) as file:
            content.pack(file, key, database.read(lambda c: _header(c, key, now)), files, counts)
        shutil.rmtree(copy)
        differing = _prove(partial, key, work, counts)
        path = folder.named(path, is_differing=bool(differing))
        size = partial.stat().st_size
        complete_journals(database, places.journals)
        partial.replace(path)
        folder.sync_folder(places.target)
    removed = folder.prune(places.target, keep, path)
    return Taken(path, size, counts, differing, removed)


def complete_journals(database: Database, journals: Sequence[Path]) -> None:
    """Let each journal tell of everybody whom the others or the database know to be erased."""
    known = [*database.read(erased_by_rows)]
    for path in journals:
        if path.exists():
            known += journal.read(path).entries
    for path in journals:
        told = set(journal.read(path).entries) if path.exists() else set()
        journal.append(path, [entry for entry in dict.fromkeys(known) if entry not in told])


def erased_by_rows(connection: sa.Connection) -> list[Erased]:
    """Return who was erased, as the database tells it."""
    rows = table(Erasure)
    query = sa.select(rows.c.site_id, rows.c.kind, rows.c.ref, rows.c.kept_since, rows.c.at)
    return [Erased(*row) for row in connection.execute(query.order_by(rows.c.id))]


def _header(connection: sa.Connection, key: bytes, now: datetime) -> Header:
    epoch = connection.execute(sa.select(META.c.value).where(META.c.name == EPOCH)).scalar()
    return Header.new(key, schema.current(connection) or "", epoch or "", now)


def _prove(partial: Path, key: bytes, work: Path, counts: Counts) -> list[str]:
    """Open what was written as a restore would; return the sites where log and rows disagree."""
    opened = work / "opened"
    opened.mkdir()
    try:
        with partial.open("rb") as file:
            unpacked = content.unpack(file, key, opened)
        verifying.verify_file(unpacked.database)
        verifying.verify_counts(unpacked.database, counts)
        return list(verifying.differing(verifying.check_log(unpacked.database)))
    except BaseException:
        partial.unlink(missing_ok=True)
        raise


@contextmanager
def _work_folder(places: Places) -> Iterator[Path]:
    """Give a folder that only we may read, and clear away what a killed backup left."""
    with (places.data / "backup.lock").open("a") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            raise BackupRuns from None
        for left in places.data.glob(f"{_WORK}*"):
            shutil.rmtree(left, ignore_errors=True)
        folder.remove_leftovers(places.target)
        work = Path(tempfile.mkdtemp(prefix=_WORK, dir=places.data))
        try:
            yield work
        finally:
            shutil.rmtree(work, ignore_errors=True)
