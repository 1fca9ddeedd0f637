"""The product's server as the benches meet it: the real command, a process of its own, a folder of its own.

What lives here: starting, ending, tokens, memory. What must not: load, and judging.
"""

import contextlib
import io
import os
import re
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Self

from queue_server.cli import main as aufruf

ADDRESS = re.compile(r"http://127\.0\.0\.1:(\d+)/")
START_LIMIT_S = 30.0
STOP_LIMIT_S = 5.0
TOWN_HALL, CENTRE = "rathaus", "buergerzentrum"
"""The demo's sites: six counters and calls on screens; two counters where visitors are fetched."""


class HallServer:
    """`aufruf demo` on a free port. Ends with its context.

    `past`: with its simulated weeks. `program` is the module that is `aufruf`.
    """

    def __init__(
        self, data: Path, *, speech: bool = False, past: bool = False, program: str = "queue_server.cli"
    ) -> None:
        self.data = data
        words = ["demo", "--port", "0", "--data", str(data), "--no-rate-limits"]
        words += [] if past else ["--past", "0"]
        self.process = subprocess.Popen(
            [sys.executable, "-m", program, *words, *([] if speech else ["--no-speech"])],
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
            env={**os.environ, "PYTHONUNBUFFERED": "1"},
        )
        self.port = self._find_port()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def token(self, role: str, site: str, *, device: str | None = None, user: str | None = None) -> str:
        """Make a token beside the running server, by the operators' own command."""
        words = ["token", "create", "--role", role, "--site", site, "--data", str(self.data)]
        words += ["--device", device] if device else []
        words += ["--user", user] if user else []
        printed = io.StringIO()
        with contextlib.redirect_stdout(printed):
            status = aufruf(words)
        if status:
            raise RuntimeError(f"aufruf token create ended with {status}")
        return printed.getvalue().splitlines()[-1]

    def memory_kib(self) -> tuple[int, int]:
        """Return (resident, proportional) memory of the server's process; its agents are not counted."""
        return memory_of(self.process.pid)

    def stop(self) -> None:
        """End it as Ctrl-C does, agents included."""
        self.process.send_signal(signal.SIGINT)
        try:
            self.process.wait(STOP_LIMIT_S)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        if self.process.stdout is not None:
            self.process.stdout.close()

    def _find_port(self) -> int:
        assert self.process.stdout is not None
        for line in self.process.stdout:
            if found := ADDRESS.search(line):
                return int(found[1])
        self.process.wait()
        raise RuntimeError(f"the server ended with {self.process.returncode} before it answered")


@contextlib.contextmanager
def hall_server(*, speech: bool = False) -> Iterator[HallServer]:
    """Run a demo town that nobody has used yet."""
    with data_folder() as data, HallServer(data, speech=speech) as server:
        yield server


@contextlib.contextmanager
def data_folder() -> Iterator[Path]:
    """Lend a folder on a real disk: on a memory disk a commit would cost nothing.

    `AUFRUF_BENCH_DIR` names another place than the system's folder for temporary files.
    """
    with tempfile.TemporaryDirectory(prefix="aufruf-bench-", dir=os.environ.get("AUFRUF_BENCH_DIR")) as name:
        yield Path(name)


def memory_of(pid: int) -> tuple[int, int]:
    """Return (resident, proportional) memory in KiB; the second counts a shared page in part."""
    resident = proportional = 0
    for line in Path(f"/proc/{pid}/smaps_rollup").read_text(encoding="ascii").splitlines():
        name, _, value = line.partition(":")
        if name == "Rss":
            resident = int(value.split()[0])
        elif name == "Pss":
            proportional = int(value.split()[0])
    return resident, proportional
