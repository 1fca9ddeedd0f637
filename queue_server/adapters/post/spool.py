"""Messages as files in a folder: what leaves the machine in the demo, and where there is no mail server.

Each message is one file, a letter ends with `.eml`, a text message with `.txt`. It is named after the
message's id: a second delivery of the same message overwrites the first. A file appears whole or not at all.
"""

import hashlib
import os
import secrets
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final

MAIL, SMS = ".eml", ".txt"
"""How the files end."""
KEPT: Final = timedelta(days=2)
"""The files hold what visitors told about themselves; so they go like everything else that does."""


class Spool:
    """A folder of messages, readable by its owner alone."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def put(self, message_id: str, content: bytes, at: datetime, kind: str = MAIL) -> Path:
        """Write a message and return its file. Raises OSError when it cannot be kept.

        `at` becomes the file's time, so that the newest stands first whatever the server's clock says.
        """
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        path = self.folder / file_name(message_id, kind)
        draft = self.folder / f".{path.stem}.{secrets.token_hex(4)}"
        try:
            _write_synced(draft, content)
            os.utime(draft, (at.timestamp(), at.timestamp()))
            draft.replace(path)
        finally:
            draft.unlink(missing_ok=True)
        return path

    def forget(self, now: datetime, kept: timedelta = KEPT) -> int:
        """Remove the messages that are older; return how many."""
        gone = 0
        for path in (*self.folder.glob(f"*{MAIL}"), *self.folder.glob(f"*{SMS}")):
            try:
                if path.stat().st_mtime < (now - kept).timestamp():
                    path.unlink()
                    gone += 1
            except FileNotFoundError:
                continue  # another process tidies too
        return gone


def file_name(message_id: str, kind: str = MAIL) -> str:
    """Return the file's name: of letters and digits alone, whatever the id holds."""
    return f"{hashlib.sha256(message_id.encode()).hexdigest()[:32]}{kind}"


def _write_synced(path: Path, content: bytes) -> None:
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
