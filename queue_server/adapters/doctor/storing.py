"""Facts about what keeps the town's data: database, backups, key, rights. Heavy modules load when asked."""

import os
import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from queue_server.adapters.doctor.machine import file_system
from queue_server.domain.doctor.keeping import Backups, Database, KeyFile, Rights

_OTHERS: Final = 0o077
_SECRET: Final = (
    "*.key",
    "*.sqlite3*",
    "connections.toml",
    "tls/*.key",
    "tls/server.pem",
    "spool/*",
    "calendars/*",
    "paper/*",
)
_OURS: Final = ("daysheets/*", "tls/*", "backups/erased.journal")
"""No secret, or not all of it; what root left there the server cannot write anew."""
MOST: Final = 5
"""So many files of one kind are named: who sees five knows what to do."""


def database(url: str, file: Path | None, *, quick: bool) -> Database:
    """Open the database and look whether it is whole; `quick`: without reading all of it.

    `file` is None on PostgreSQL.
    """
    from queue_server.adapters import schema
    from queue_server.adapters.checking import check_database
    from queue_server.adapters.database import Database as Engines

    kind = "" if file is None else file_system(file)
    if file is not None and not file.exists():
        return Database(f"{file.name}: FileNotFoundError", file_system=kind)
    engines = Engines(url)
    try:
        # One that a newer version brought up, and that this one still serves, is as it should be.
        if engines.read(schema.fit) not in {schema.Fit.SAME, schema.Fit.READABLE}:
            return Database(is_newest_shape=False, file_system=kind)
        damage = "" if quick or file is None else _damage(file)
        differing = [] if quick or damage else [c.site_id for c in check_database(engines) if c.differences]
        return Database("", True, kind, damage, tuple(differing))
    except Exception as error:  # whatever it is, it cannot be used
        return Database(_said(error), file_system=kind)
    finally:
        engines.dispose()


def _damage(file: Path) -> str:
    """Return the first thing that SQLite finds wrong in the file."""
    with closing(sqlite3.connect(f"{file.resolve().as_uri()}?mode=ro", uri=True)) as connection:
        said: str = connection.execute("PRAGMA quick_check(1)").fetchone()[0]
    return "" if said == "ok" else " ".join(said.split())[:200]


def _said(error: Exception) -> str:
    return str(getattr(error, "orig", error)).strip().partition("\n")[0][:200] or type(error).__name__


def newest_moment(url: str) -> datetime | None:
    """Return the latest moment that any site's log knows of; None when that cannot be told."""
    import sqlalchemy as sa

    from queue_server.adapters.database import Database as Engines
    from queue_server.adapters.rows.base import EVENT
    from queue_server.adapters.tables.hall import SiteStream

    stream = SiteStream.__table__  # type: ignore[attr-defined]
    same = (EVENT.c.site_id == stream.c.site_id) & (EVENT.c.seq == stream.c.seq)
    engines = Engines(url)
    try:
        query = sa.select(EVENT.c.at).join(stream, same)
        return max(engines.read(lambda conn: conn.execute(query).scalars().all()), default=None)
    except sa.exc.SQLAlchemyError:
        return None  # told by `database`
    finally:
        engines.dispose()


def backups(folder: Path, data: Path, now: datetime, *, wanted: bool = True, error: str = "") -> Backups:
    """Look at the folder of backups: names and headers only."""
    from queue_server.adapters.backup.folder import kept, looks_whole

    newest = next(iter(kept(folder)), None)
    return Backups(
        now=now,
        newest=newest.taken_at if newest else None,
        begun=_time_of(data / "server.key"),
        wanted=wanted,
        differs=newest is not None and newest.path.name.endswith("-differs.backup"),
        whole=newest is None or looks_whole(newest.path),
        same_disk=_same_disk(folder, data),
        error=error,
    )


def _time_of(path: Path) -> datetime | None:
    try:
        return datetime.fromtimestamp(path.stat().st_mtime, UTC)
    except OSError:
        return None


def _same_disk(one: Path, other: Path) -> bool:
    try:
        return one.stat().st_dev == other.stat().st_dev
    except OSError:
        return False


def key_file(key: Path, backup_folder: Path) -> KeyFile:
    """Look at the key's rights, and whether a copy of it lies where the backups lie."""
    try:
        mode, content = key.stat().st_mode, key.read_bytes()
    except OSError:
        return KeyFile(there=False)
    return KeyFile(True, bool(mode & _OTHERS), _copy_of(content, backup_folder))


def _copy_of(content: bytes, folder: Path) -> str:
    try:
        paths = [path for path in folder.iterdir() if path.is_file() and path.stat().st_size == len(content)]
        return next((path.name for path in paths if path.read_bytes() == content), "")
    except OSError:
        return ""


def rights(data: Path) -> Rights:
    """Look for files of secrets that others may open, and for files that the folder's owner does not own."""
    try:
        found = data.stat()
    except OSError:
        return Rights()
    is_closed = not found.st_mode & _OTHERS
    open_, foreign = [], []
    for path, state in _files(data, _SECRET):
        if state.st_mode & _OTHERS and not is_closed:
            open_.append(str(path.relative_to(data)))
    for path, state in _files(data, (*_SECRET, *_OURS)):
        if state.st_uid != found.st_uid:
            foreign.append(str(path.relative_to(data)))
    return Rights(tuple(sorted(open_)[:MOST]), tuple(sorted(set(foreign))[:MOST]))


def _files(data: Path, patterns: Iterable[str]) -> Iterator[tuple[Path, os.stat_result]]:
    for pattern in patterns:
        for path in data.glob(pattern):
            try:
                yield path, path.stat()
            except OSError:
                continue  # gone meanwhile
