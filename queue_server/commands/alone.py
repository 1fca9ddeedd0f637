"""For subcommands that change a database as a whole: keep servers away, and put a copy aside first."""

import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path

from queue_server.commands import running
from queue_server.commands.common import Problem, now, sqlite_file
from queue_server.settings import Settings


@contextmanager
def alone(settings: Settings) -> Iterator[None]:
    """Hold the server's lock, or say that a server has it."""
    if not settings.data.is_dir():
        raise Problem(f"there is no folder {settings.data}; name the server's own with --data")
    with ExitStack() as stack:
        try:
            stack.enter_context(running.server_lock(settings))
        except SystemExit:
            raise Problem(f"a server uses {settings.data}; stop it first") from None
        yield


def put_copy_aside(settings: Settings, before: str) -> str:
    """Copy an SQLite database beside itself; return what to tell about it."""
    file = sqlite_file(settings)
    if file is None:
        return "No copy was made: this is PostgreSQL, its backup is pg_dump's work."
    stem = f"{file.stem}-before-{before}-{now():%Y%m%dT%H%M%SZ}"
    names = (f"{stem}{f'-{number}' if number else ''}{file.suffix}" for number in range(1000))
    copy = next(path for path in map(file.with_name, names) if not path.exists())
    _copy(file, copy)
    return f"A copy of the database as it was: {copy}"


def _copy(file: Path, copy: Path) -> None:
    # Not a copy of the file: what is still in the write-ahead log would be missing. Not page by page
    # either: what was erased must not come along in free pages.
    copy.touch(mode=0o600)
    with closing(sqlite3.connect(file)) as source:
        source.execute("VACUUM INTO ?", (str(copy),))
    shutil.copymode(file, copy)
