"""What a running server writes into its lock file: who it is, where it answers, which shape it knows.

Other programs on the machine (`aufruf update`, `aufruf migrate --beside`) find it by this. What must not
stand here: anything secret.
"""

import fcntl
import json
import os
from dataclasses import asdict, dataclass
from importlib.metadata import version
from typing import IO

from queue_server.settings import Settings


@dataclass(frozen=True, slots=True)
class Noted:
    """A server that holds the lock. `address` is empty until it answers, `shape` the newest that it knows."""

    pid: int
    version: str
    shape: str
    address: str = ""


def note(file: IO[str], address: str = "") -> None:
    """Write down who this process is. The caller holds the lock that hangs on this file."""
    from queue_server.adapters import schema

    us = Noted(os.getpid(), version("aufruf"), schema.head() or "", address)
    file.seek(0)
    file.truncate()
    file.write(f"{json.dumps(asdict(us))}\n")
    file.flush()


def note_address(settings: Settings, address: str) -> None:
    with settings.lock_file.open("r+") as file:
        note(file, address)


def running(settings: Settings) -> Noted | None:
    """Return the server that holds the lock; None: nobody does, or it has not yet said who it is."""
    try:
        with settings.lock_file.open("r") as file:
            try:
                fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
            except OSError:
                return _read(file.read())
    except FileNotFoundError:
        pass
    return None


def _read(text: str) -> Noted | None:
    try:
        return Noted(**json.loads(text))
    except (ValueError, TypeError):
        return None
