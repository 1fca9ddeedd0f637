"""Backups that a running server has made: in a process of its own, with less right to the cores.

The server keeps its event loop, its memory, and the interpreter for itself; sealing is never imported there.
"""

import asyncio
import json
import sys
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Final

from queue_server.adapters.backup.folder import kept

LONGEST_S: Final = 3600.0
_CHILD: Final = (
    "import sys; from queue_server.commands.backup import by_night; sys.exit(by_night(sys.stdin.read()))"
)


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
        child = await asyncio.create_subprocess_exec(
            *(sys.executable, "-c", _CHILD),
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.DEVNULL,
            stderr=asyncio.subprocess.PIPE,
        )
        try:
            # Not among the arguments, which every user of the machine may read.
            async with asyncio.timeout(LONGEST_S):
                _, told = await child.communicate(json.dumps(dict(self._words)).encode())
        except TimeoutError:
            return f"it took longer than {LONGEST_S:.0f} s"
        finally:
            if child.returncode is None:
                child.kill()
                await child.wait()
        if not child.returncode:
            return ""
        lines = told.decode(errors="replace").strip().splitlines()
        return lines[-1][:300] if lines else f"it ended with status {child.returncode}"
