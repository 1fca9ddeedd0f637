"""Work of a running server in a process of its own, which takes its memory and its libraries with it.

What must not live here: what the work is; each user names a function of `queue_server.commands` that reads
its words from standard input.
"""

import asyncio
import json
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

LONGEST_TOLD: Final = 300
"""So many characters of what a child says about its trouble are passed on."""


@dataclass(frozen=True, slots=True)
class Ended:
    """How a child ended: `said` is its standard output, `trouble` one sentence, empty when all went well."""

    said: bytes
    trouble: str


async def run_apart(module: str, function: str, words: Mapping[str, Any], longest_s: float) -> Ended:
    """Run `function(words as JSON)` of a module in a child and wait for its end, which is its exit status.

    The child is killed when it takes longer, or when who waits is cancelled.
    """
    child = await asyncio.create_subprocess_exec(
        *(sys.executable, "-c"),
        f"import sys; from {module} import {function}; sys.exit({function}(sys.stdin.read()))",
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    try:
        # Not among the arguments, which every user of the machine may read: an address may hold a password.
        async with asyncio.timeout(longest_s):
            said, told = await child.communicate(json.dumps(dict(words)).encode())
    except TimeoutError:
        return Ended(b"", f"it took longer than {longest_s:g} s")
    finally:
        if child.returncode is None:
            child.kill()
            await child.wait()
    if not child.returncode:
        return Ended(said, "")
    lines = told.decode(errors="replace").strip().splitlines()
    return Ended(said, lines[-1][:LONGEST_TOLD] if lines else f"it ended with status {child.returncode}")
