"""A server without a town: makes the place, opens the one-time link and says where it leads.

What must not live here: the pages behind it (`web.first_run`). The link is a secret: it goes to a
terminal, and where something keeps what is printed (a journal, a container's log), into a file of the owner.
"""

import os
import sys
from contextlib import suppress
from pathlib import Path
from typing import Final, TextIO

from queue_server.adapters import first_run, schema
from queue_server.adapters.database import Database
from queue_server.adapters.server_key import ensure_key_file
from queue_server.adapters.town.store import organisations
from queue_server.commands.common import now
from queue_server.settings import Settings

_LINK: Final = "{base}/first-run/{secret}"


def has_no_town(settings: Settings) -> bool:
    """Tell whether nothing was made here yet; a database that cannot be read is something."""
    database = Database(settings.database_url)
    try:
        match database.read(schema.fit):
            case schema.Fit.EMPTY:
                return True
            case schema.Fit.SAME:
                return not database.read(organisations)
            case _:
                return False
    finally:
        database.dispose()


def begin(settings: Settings) -> str:
    """Make key and tables where they are missing; return the secret of a new link, the older one is void."""
    with suppress(PermissionError):  # a mounted folder may be somebody else's
        settings.data.chmod(
            0o700
        )  # password hashes and the key: nobody else on the machine has business here
    ensure_key_file(settings.key_file)
    database = Database(settings.database_url)
    try:
        schema.upgrade(database)
        return database.write(lambda conn: first_run.open_link(conn, now()))
    finally:
        database.dispose()


def tell(settings: Settings, secret: str, address: str, out: TextIO | None = None) -> None:
    """Say where the set-up is; `address` is where this server listens."""
    stream = out or sys.stdout
    link = _LINK.format(base=settings.public_url or address.rstrip("/"), secret=secret)
    print(
        f"There is no town in {(settings.database and 'this database') or settings.data} yet."
        " If you expected one, stop with Ctrl-C and name its folder with --data.",
        file=stream,
    )
    if not stream.isatty():
        _write(settings.first_run_link, link)
        print(f"To set one up, open the link in {settings.first_run_link}", file=stream)
        print(f"It works once, within 24 hours: cat {settings.first_run_link}", file=stream)
    else:
        print(f"To set one up, open this link. It works once, within 24 hours:\n\n  {link}\n", file=stream)
    stream.flush()


def forget(settings: Settings) -> None:
    """Take the file with the link away: it opens nothing any more, or a new one is coming."""
    settings.first_run_link.unlink(missing_ok=True)


def _write(path: Path, link: str) -> None:
    path.unlink(missing_ok=True)
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "w", encoding="utf-8") as file:
        file.write(f"{link}\n")
