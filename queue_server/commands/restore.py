"""Put a backup in the place of the database, which is kept aside. Refuses beside a running server."""

import argparse
import shutil
import sqlite3
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

from queue_server.adapters.backup import into_postgresql, into_sqlite, journal, restoring
from queue_server.adapters.backup.journal import Erased
from queue_server.adapters.backup.restoring import ForeignJournal, Ready
from queue_server.adapters.backup.sealed_file import BadBackup, Header, read_header
from queue_server.adapters.database import Database
from queue_server.adapters.epoch import write_beside
from queue_server.adapters.server_key import load_key_file
from queue_server.commands.alone import alone
from queue_server.commands.common import (
    DIFFERS,
    Problem,
    add_place_arguments,
    now,
    open_database,
    plainly,
    settings_of,
    sqlite_file,
)
from queue_server.commands.noting import note_everywhere
from queue_server.commands.running import RESTORE_WORK
from queue_server.domain.administration import Done
from queue_server.settings import Settings


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("file", type=Path, metavar="FILE", help="the backup")
    parser.add_argument(
        "--without-journal",
        action="store_true",
        help=f"although {journal.NAME} is lost: people who were erased since the backup come back",
    )
    parser.add_argument(
        "--without-connections",
        action="store_true",
        help="leave connections.toml in the backup: for trying out, so that nobody gets a message",
    )
    parser.add_argument("--yes", action="store_true", help="do not ask")
    add_place_arguments(parser)


@plainly
def run(args: argparse.Namespace) -> int:
    settings = settings_of(args)
    try:
        with alone(settings):
            return _restore(args, settings)
    except BadBackup as bad:
        raise Problem(f"{args.file} cannot be restored: {bad}; nothing was changed") from bad
    except ForeignJournal as foreign:
        raise Problem(
            f"{foreign.count} persons whom the backup knows to be erased are missing in {journal.NAME}:"
            " it is empty, or another database's. Put the right one beside the backup,"
            " or say --without-journal"
        ) from foreign


def _restore(args: argparse.Namespace, settings: Settings) -> int:
    with args.file.open("rb") as file:
        header = read_header(file)
    keys = load_key_file(settings.key_file)
    erased = _erased(args, settings)
    if not _agreed(args, header):
        return 0
    with _work_folder(settings.data) as work:
        ready = restoring.make_ready(
            args.file, keys, work, erased, now(), may_lack_erased=args.without_journal
        )
        print(_put_in_place(settings, ready, now()))
        write_beside(settings.epoch_file, ready.epoch)
        _put_connections(settings, ready, leave=args.without_connections)
    _note(settings, args.file, header)
    return _report(ready)


def _note(settings: Settings, file: Path, header: Header) -> None:
    """Write it into the restored log, which knows nothing of what was done since the backup."""
    after = {"file": file.name, "taken_at": header.taken_at}
    with open_database(settings) as database:
        database.write(lambda conn: note_everywhere(conn, Done.RESTORED, "backup", file.name, after=after))


def _erased(args: argparse.Namespace, settings: Settings) -> list[Erased]:
    """Return who must not come back. Raises `Problem` when nobody knows."""
    entries: list[Erased] = []
    beside = args.file.resolve().parent / journal.NAME
    found = [path for path in dict.fromkeys((beside, settings.erased_journal)) if path.exists()]
    for path in found:
        told = journal.read(path)
        entries += told.entries
        if told.torn:
            print(f"{path}: {len(told.torn)} torn lines, the first is line {told.torn[0]}")
    if not found and not args.without_journal:
        raise Problem(
            f"{beside} is missing: without it people who were erased since the backup come back."
            " Put it there, or say --without-journal"
        )
    return entries


def _agreed(args: argparse.Namespace, header: Header) -> bool:
    print(f"Backup of {header.taken_at}, shape {header.shape}. All that happened since will be missing.")
    if args.yes:
        return True
    if not sys.stdin.isatty():
        print("Nothing was restored. To restore this, say --yes.")
        return False
    try:
        answer = input("Restore this? [y/N] ")
    except (EOFError, KeyboardInterrupt):
        answer = ""
    if answer.strip().lower() in {"y", "yes"}:
        return True
    print("Nothing was restored.")
    return False


def _put_in_place(settings: Settings, ready: Ready, at: datetime) -> str:
    """Put it where the database is; return where that is now."""
    present = sqlite_file(settings)
    if present is not None:
        aside = present.with_name(f"{present.stem}-before-restore-{at:%Y%m%dT%H%M%SZ}{present.suffix}")
        try:
            there_was_one = into_sqlite.put_in_place(ready.database, present, aside)
        except sqlite3.OperationalError as error:
            raise Problem(f"{present} is in use ({error}); end that program first") from error
        return f"The database as it was: {aside}" if there_was_one else "There was no database before."
    schema_name = f"before_restore_{at:%Y%m%dt%H%M%Sz}"
    database = Database(settings.database_url)
    try:
        there_was_one = into_postgresql.put_in_place(ready.database, database, schema_name)
    except into_postgresql.InUse as used:
        raise Problem(f"{used.count} other programs have the database open; end them first") from used
    finally:
        database.dispose()
    return f"What was there is in schema {schema_name}." if there_was_one else "There was nothing before."


def _put_connections(settings: Settings, ready: Ready, *, leave: bool) -> None:
    """Bring back how other systems are reached, unless somebody has set it up here already."""
    if ready.connections is None:
        return
    target = settings.connections_file
    if leave:
        print(f"{target.name} stays in the backup.")
        return
    if target.exists():
        print(f"{target} was left as it is.")
        return
    shutil.move(ready.connections, target)
    print(f"{target} came back with the backup.")


def _report(ready: Ready) -> int:
    print(f"Restored: {sum(ready.counts.values())} rows in {len(ready.counts)} tables.")
    print(f"Erased once more: {ready.erased_count} persons.")
    print(f"Messages held, for some may have been sent before: {ready.held_count}.")
    print("New ones are held too, until staff release or discard all on the desk's page of messages.")
    print("What was taken away since is valid again: look at `aufruf user list` and `aufruf token list`.")
    print("Calendar feeds that were closed since answer again, and what `privacy blank` took out is back.")
    if ready.differing:
        print(f"Log and rows differ at {', '.join(ready.differing)}; run: aufruf rebuild")
        return DIFFERS
    print("Log and rows agree. Start the server.")
    return 0


@contextmanager
def _work_folder(data: Path) -> Iterator[Path]:
    work = Path(tempfile.mkdtemp(prefix=RESTORE_WORK, dir=data))
    try:
        yield work
    finally:
        shutil.rmtree(work, ignore_errors=True)
