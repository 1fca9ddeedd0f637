"""Make a sealed copy of everything and prove that it opens. May run beside a server."""

import argparse
import json
import os
import sqlite3
import time
from pathlib import Path

import sqlalchemy as sa

from queue_server.adapters.backup import journal
from queue_server.adapters.backup.sealed_file import BadBackup, backup_key
from queue_server.adapters.backup.taking import BackupRuns, Places, Taken, take_backup
from queue_server.adapters.server_key import load_key_file
from queue_server.commands.common import (
    DIFFERS,
    Place,
    Problem,
    add_place_arguments,
    complain,
    now,
    open_place,
    plainly,
)
from queue_server.commands.noting import note_everywhere
from queue_server.domain.administration import THE_SERVER_ITSELF, Doer, Done
from queue_server.settings import Settings

KEPT = 14


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--to", type=Path, metavar="DIR", help="folder of the backups (default: backups in the data folder)"
    )
    parser.add_argument(
        "--keep", type=_count, default=KEPT, metavar="N", help="how many stay (default: %(default)s)"
    )
    add_place_arguments(parser)


@plainly
def run(args: argparse.Namespace) -> int:
    started = time.monotonic()
    with open_place(args) as place:
        target = args.to.resolve() if args.to else place.settings.backup_folder
        key = backup_key(load_key_file(place.settings.key_file))
        try:
            taken = take_backup(place.database, key, places_of(place.settings, target), args.keep, now())
        except BackupRuns:
            raise Problem("another backup is being made; try again when it is done") from None
        except BadBackup as bad:
            raise Problem(f"the backup could not be read back: {bad}; nothing was kept of it") from bad
        except sqlite3.Error as error:
            raise Problem(f"the database could not be copied: {error}") from error
        _note(place, taken, by=getattr(args, "by", None))
    return _report(taken, time.monotonic() - started)


def by_night(words: str) -> int:
    """Make the backup of a running server, whose child this is; it tells where the town lies."""
    os.nice(10)
    told = json.loads(words)
    args = argparse.Namespace(
        data=Path(told["data"]),
        database=told["database"],
        to=Path(told["to"]),
        keep=KEPT,
        by=THE_SERVER_ITSELF,
    )
    return run(args)


def _note(place: Place, taken: Taken, by: Doer | None) -> None:
    after = {"file": taken.path.name, "size": _size(taken.size), "log_and_rows_agree": not taken.differing}
    try:
        place.database.write(
            lambda conn: note_everywhere(conn, Done.BACKED_UP, "backup", taken.path.name, after=after, by=by)
        )
    except sa.exc.DatabaseError:  # a full disk or a busy database must not make a good backup a failed one
        complain("that this backup was made could not be written into the log")


def places_of(settings: Settings, target: Path) -> Places:
    journals = dict.fromkeys((settings.erased_journal, target / journal.NAME))
    return Places(settings.data, target, tuple(journals), settings.connections_file)


def _report(taken: Taken, seconds: float) -> int:
    row_count = sum(taken.counts.values())
    print(f"{taken.path}: {_size(taken.size)} in {seconds:.1f} s")
    print(f"Opened again: {row_count} rows in {len(taken.counts)} tables, the file is whole.")
    for path in taken.removed:
        print(f"removed: {path.name}")
    if taken.differing:
        print(f"Log and rows differ at {', '.join(taken.differing)}.")
        complain("log and rows differ; look with: aufruf check")
        return DIFFERS
    print("Log and rows agree.")
    return 0


def _size(count: int) -> str:
    return f"{count / 1e6:.1f} MB" if count >= 1e6 else f"{count / 1e3:.0f} kB"


def _count(text: str) -> int:
    count = int(text)
    if count < 1:
        raise ValueError(text)
    return count
