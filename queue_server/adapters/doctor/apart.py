"""The thorough look of a running server: in a process of its own, with less right to the cores.

It reads the whole database, renders speech and loads everything; the server's memory never sees that.
"""

import json
from collections.abc import Mapping
from typing import Any, Final

from queue_server.adapters.apart import run_apart
from queue_server.adapters.doctor.live_file import from_words
from queue_server.domain.doctor.findings import Finding

LONGEST_S: Final = 300.0


async def thorough(words: Mapping[str, Any], longest_s: float = LONGEST_S) -> dict[str, list[Finding]]:
    """Return the findings of each check. Raises OSError, ValueError."""
    ended = await run_apart("queue_server.commands.doctor", "by_server", words, longest_s)
    if ended.trouble:
        raise ValueError(ended.trouble)
    found: dict[str, list[Any]] = json.loads(ended.said)
    return {check: from_words(findings) for check, findings in found.items()}
