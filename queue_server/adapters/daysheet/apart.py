"""Day sheets that a running server has made: in a process of its own, which takes its memory with it.

Drawing loads a library of 20 MB that the server never needs otherwise.
"""

from collections.abc import Mapping
from typing import Final

from queue_server.adapters.apart import run_apart

LONGEST_S: Final = 300.0


class DaySheetChild:
    """Makes the sheets by starting a child."""

    def __init__(self, words: Mapping[str, str]) -> None:
        """`words` tell the child where the town lies; they may hold a password."""
        self._words = words

    async def make(self) -> str:
        """Make them; return what went wrong in a sentence, or nothing."""
        ended = await run_apart("queue_server.commands.daysheet", "by_server", self._words, LONGEST_S)
        return ended.trouble
