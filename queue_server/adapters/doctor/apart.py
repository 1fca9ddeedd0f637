"""The thorough look of a running server: in a process of its own, with less right to the cores.

It reads the whole database, renders speech and loads everything; the server's memory never sees that.
"""

import asyncio
import json
import sys
from collections.abc import Mapping
from typing import Any, Final

from queue_server.adapters.doctor.live_file import from_words
from queue_server.domain.doctor.findings import Finding

LONGEST_S: Final = 300.0
_CHILD: Final = (
    "import sys; from queue_server.commands.doctor import by_server; sys.exit(by_server(sys.stdin.read()))"
)


async def thorough(words: Mapping[str, Any], longest_s: float = LONGEST_S) -> dict[str, list[Finding]]:
    """Return the findings of each check. Raises OSError, TimeoutError, ValueError."""
    child = await asyncio.create_subprocess_exec(
        *(sys.executable, "-c", _CHILD),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,
    )
    try:
        # Not among the arguments, which every user of the machine may read: an address may hold a password.
        async with asyncio.timeout(longest_s):
            told, _ = await child.communicate(json.dumps(dict(words)).encode())
    finally:
        if child.returncode is None:
            child.kill()
            await child.wait()
    if child.returncode:
        raise ValueError(f"status {child.returncode}")
    found: dict[str, list[Any]] = json.loads(told)
    return {check: from_words(findings) for check, findings in found.items()}
