"""Simulated days of a running server: in a process of its own, with less right to the cores.

Seconds of plain computing in one of the server's threads would hold up every press in the hall.
"""

import json
import logging
from collections.abc import Mapping
from typing import Any, Final

from queue_server.adapters.apart import run_apart

LONGEST_S: Final = 120.0
FAILED: Final[Mapping[str, Any]] = {"refused": "failed"}
log = logging.getLogger(__name__)


class SimulationChild:
    """Answers questions by starting a child for each."""

    def __init__(self, words: Mapping[str, str], longest_s: float = LONGEST_S) -> None:
        """`words` tell the child where the town lies; they may hold a password."""
        self._words, self._longest_s = words, longest_s

    async def answer(self, question: Mapping[str, Any]) -> Mapping[str, Any]:
        """Return the figures, or why there are none (`refused`)."""
        words = {**self._words, "question": question}
        try:
            ended = await run_apart("queue_server.commands.simulating", "by_server", words, self._longest_s)
            told: Mapping[str, Any] = FAILED if ended.trouble else json.loads(ended.said)
        except (OSError, ValueError) as error:  # no process to be had, or it was cut off
            log.warning("a simulation gave nothing: %s", error)
            return FAILED
        if ended.trouble:
            log.warning("a simulation gave nothing: %s", ended.trouble)
        return told
