"""How the server is started again: by systemd, by a command of the operator, or by whoever watches over it.

What must not live here: whether it came up well (`commands.coming_up`).
"""

import os
import shlex
import signal
import subprocess
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Protocol

END_S: Final = 10
"""So long may a server take to end before it is killed."""


class NotRestarted(Exception):  # noqa: N818 - it says what is so
    """The means failed; the text says how."""


class Means(Protocol):
    """A way to end the server that runs and have `current` started."""

    def told(self) -> str: ...

    def restart(self) -> None: ...


@dataclass(frozen=True)
class BySystemd:
    """A unit of the system's own manager."""

    unit: str

    def told(self) -> str:
        return f"systemctl restart {self.unit}"

    def restart(self) -> None:
        _run(["systemctl", "reset-failed", self.unit], may_fail=True)
        # Not waited for: a unit that never says it is ready would hold us up longer than our own limit.
        _run(["systemctl", "restart", "--no-block", self.unit])


@dataclass(frozen=True)
class ByCommand:
    """What the operator named."""

    command: str

    def told(self) -> str:
        return self.command

    def restart(self) -> None:
        _run(shlex.split(self.command))


@dataclass(frozen=True)
class BySignal:
    """End the server; a container's or another supervisor starts it again."""

    pid: Callable[[], int | None]

    def told(self) -> str:
        return "the running server is ended; its supervisor starts it again"

    def restart(self) -> None:
        pid = self.pid()
        if pid is None:
            return
        try:
            os.kill(pid, signal.SIGTERM)
            until = time.monotonic() + END_S
            while self.pid() == pid:
                if time.monotonic() > until:
                    os.kill(pid, signal.SIGKILL)
                    return
                time.sleep(0.05)
        except ProcessLookupError:
            return
        except PermissionError:
            raise NotRestarted(f"process {pid} belongs to another user") from None


def is_a_unit(unit: str) -> bool:
    """Tell whether systemd runs here and knows this unit."""
    if not Path("/run/systemd/system").is_dir():
        return False
    words = ["systemctl", "cat", unit]
    return subprocess.run(words, check=False, capture_output=True).returncode == 0  # noqa: S603 - our words


def _run(words: list[str], *, may_fail: bool = False) -> None:
    try:
        done = subprocess.run(  # noqa: S603 - the operator's words or ours
            words, check=False, capture_output=True, text=True, stdin=subprocess.DEVNULL
        )
    except OSError as error:
        raise NotRestarted(f"{words[0]}: {error.strerror}") from error
    if done.returncode and not may_fail:
        said = (done.stderr or done.stdout).strip().splitlines()
        raise NotRestarted(f"{shlex.join(words)}: {said[-1] if said else 'failed'}")
