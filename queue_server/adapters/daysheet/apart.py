"""Day sheets that a running server has made: in a process of its own, which takes its memory with it.

Drawing loads a library of 20 MB that the server never needs otherwise.
"""

import asyncio
import json
import sys
from collections.abc import Mapping
from typing import Final

LONGEST_S: Final = 300.0
_CHILD: Final = (
    "import sys; from queue_server.commands.daysheet import by_server; sys.exit(by_server(sys.stdin.read()))"
)


class DaySheetChild:
    """Makes the sheets by starting a child."""

    def __init__(self, words: Mapping[str, str]) -> None:
        """`words` tell the child where the town lies; they may hold a password."""
        self._words = words

    async def make(self) -> str:
        """Make them; return what went wrong in a sentence, or nothing."""
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
