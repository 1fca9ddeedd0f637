"""The product as a process of its own: started, killed, and started again on the same data and port.

No test reaches into it from here; what a test wants to know it asks over HTTP like everybody else.
"""

import asyncio
import contextlib
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path

AUFRUF = (str(Path(sys.executable).with_name("aufruf")), "demo")
ADDRESS = re.compile(r"http://127\.0\.0\.1:(\d+)/")


class ServerFailed(Exception):
    """The server ended, or stayed silent, before it answered; the text is what it printed."""


class Server:
    """One `aufruf demo` on a data folder and a port of its own.

    The port is chosen by the system at the first start and kept at the next ones, so that pages that
    are open find the server again. `options` may be changed between two starts.
    """

    def __init__(self, data: Path, command: Sequence[str] = AUFRUF, options: Sequence[str] = ()) -> None:
        self.data = data
        self.port = 0
        self._command = command
        self.options = options
        self._log = data.with_name(f"{data.name}.log")
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        """The address without a slash at its end: `server.url + "/kiosk"`."""
        return f"http://127.0.0.1:{self.port}"

    @property
    def log(self) -> str:
        """Everything this server has printed, over all its starts."""
        return self._log.read_text(encoding="utf-8", errors="replace") if self._log.exists() else ""

    @property
    def pid(self) -> int:
        assert self._process is not None, "the server was not started"
        return self._process.pid

    async def start(self, within_s: float = 30) -> float:
        """Start, wait until it prints its address, and return the seconds that took."""
        assert self._process is None, "the server is running already"
        begun, already_printed = time.monotonic(), len(self.log)
        options = ["--host", "127.0.0.1", "--port", str(self.port), "--data", str(self.data), *self.options]
        with self._log.open("ab") as log:
            self._process = subprocess.Popen(
                [*self._command, *options],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                env={**os.environ, "PYTHONUNBUFFERED": "1"},
                start_new_session=True,
            )
        while not (found := ADDRESS.search(self.log, already_printed)):
            if self._process.poll() is not None or time.monotonic() - begun > within_s:
                self.kill()
                raise ServerFailed(self.log[already_printed:])
            await asyncio.sleep(0.02)
        self.port = int(found[1])
        return time.monotonic() - begun

    def kill(self) -> None:
        """End it and its children as a power cut does (`kill -9`)."""
        if self._process is not None:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self._process.pid, signal.SIGKILL)
            self._process.wait()
            self._process = None

    async def stop(self, within_s: float = 2, by: int = signal.SIGINT) -> float:
        """Press Ctrl-C; return the seconds it took to end. TimeoutError when it does not."""
        assert self._process is not None, "the server is not running"
        begun = time.monotonic()
        self._process.send_signal(by)
        while self._process.poll() is None:
            if time.monotonic() - begun > within_s:
                self.kill()
                raise TimeoutError(f"still running {within_s} s after Ctrl-C:\n{self.log[-2000:]}")
            await asyncio.sleep(0.01)
        self._process = None
        return time.monotonic() - begun
