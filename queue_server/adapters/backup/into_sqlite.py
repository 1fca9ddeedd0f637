"""Puts a database file in the place of another, which stays beside it: at any moment one of both is whole."""

import os
import shutil
import sqlite3
from contextlib import suppress
from pathlib import Path

from queue_server.adapters.backup.copying import into_one_file
from queue_server.adapters.backup.folder import sync_folder


def put_in_place(ready: Path, present: Path, aside: Path) -> bool:
    """Let `ready` be the database, and what was it before be `aside`; say whether there was one.

    The caller has made sure that no server runs. Raises `sqlite3.OperationalError` when another program has
    the present one open.
    """
    ready.chmod(0o600)
    _sync(ready)
    there_was_one = present.exists()
    if there_was_one:
        _put_aside(present, aside)
    ready.replace(present)
    sync_folder(present.parent)
    return there_was_one


def _put_aside(present: Path, aside: Path) -> None:
    try:
        # With its write-ahead log still there, the new file would be read together with the old one's log.
        into_one_file(present)
    except sqlite3.DatabaseError as error:
        if "locked" in str(error):
            raise
        _put_pieces_aside(present, aside)  # it is damaged, which may be why a backup is restored
        return
    _link(present, aside)


def _put_pieces_aside(present: Path, aside: Path) -> None:
    _link(present, aside)
    for end in ("-wal", "-shm"):
        with suppress(FileNotFoundError):
            Path(f"{present}{end}").replace(f"{aside}{end}")


def _link(present: Path, aside: Path) -> None:
    """Give the present file a second name, so that it is never without one."""
    try:
        os.link(present, aside)
    except FileExistsError:
        raise
    except OSError:  # a file system without links
        shutil.copy2(present, aside)
        _sync(aside)
    sync_folder(aside.parent)


def _sync(file: Path) -> None:
    handle = os.open(file, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
