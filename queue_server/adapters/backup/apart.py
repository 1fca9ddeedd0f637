"""Backups that a running server has made: in a process of its own, with less right to the cores.

The server keeps its event loop, its memory, and the interpreter for itself; sealing is never imported there.
"""

from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Final

from queue_server.adapters.apart import run_apart
from queue_server.adapters.backup.folder import kept

LONGEST_S: Final = 3600.0


class BackupChild:
    """Makes backups into a folder by starting a child, and knows those that lie there."""

    def __init__(self, folder: Path, words: Mapping[str, str]) -> None:
        """`words` tell the child where the town lies; they may hold a password."""
        self._folder = folder
        self._words = words

    def newest(self) -> datetime | None:
        """Return when the newest was made."""
        return next((one.taken_at for one in kept(self._folder)), None)

    async def make(self) -> str:
        """Make a backup; return what went wrong in a sentence, or nothing."""
        ended = await run_apart("queue_server.commands.backup", "by_night", self._words, LONGEST_S)
        return ended.trouble
