"""The product as a process of its own: started, killed, and started again on the same data and port.

No test reaches into it from here; what a test wants to know it asks over HTTP like everybody else.
"""

import asyncio
import atexit
import contextlib
import functools
import json
import os
import re
import select
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Sequence
from pathlib import Path

AUFRUF = (str(Path(sys.executable).with_name("aufruf")), "demo")
ADDRESS = re.compile(r"http://127\.0\.0\.1:(\d+)/")


class ServerFailed(Exception):
    """The server ended, or stayed silent, before it answered; the text is what it printed."""


class Forked:
    """A process that is not our child."""

    def __init__(self, pid: int) -> None:
        self.pid = pid
        try:
            self._ended = False
            self._handle = os.pidfd_open(pid)
        except ProcessLookupError:
            self._ended = True

    def poll(self) -> int | None:
        """Return None while it runs; nobody can say how it ended."""
        return self._wait(0)

    def wait(self) -> int | None:
        return self._wait(None)

    def send_signal(self, number: int) -> None:
        if not self._ended:
            signal.pidfd_send_signal(self._handle, number)

    def _wait(self, limit_s: float | None) -> int | None:
        if not self._ended and select.select([self._handle], [], [], limit_s)[0]:
            os.close(self._handle)
            self._ended = True
        return 0 if self._ended else None


class Loaded:
    """The program that forks servers: one for all of a process, started when the first is asked for."""

    def __init__(self) -> None:
        self._one_at_a_time = threading.Lock()
        self._process = subprocess.Popen(
            [sys.executable, "-P", str(Path(__file__).with_name("loaded.py"))],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env={**os.environ, "PYTHONUNBUFFERED": "1"},
            start_new_session=True,
        )
        atexit.register(self._process.communicate)

    def start(self, words: Sequence[str], log: Path) -> Forked:
        """Run `aufruf WORDS`; what it prints is added to the log."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        order = {"words": words, "log": str(log), "environment": {**os.environ, "PYTHONUNBUFFERED": "1"}}
        with self._one_at_a_time:
            self._process.stdin.write(json.dumps(order).encode() + b"\n")
            self._process.stdin.flush()
            answer = self._process.stdout.readline()
        if not answer:
            raise ServerFailed("the loaded product has ended; it said why on the standard error")
        return Forked(int(answer))


loaded = functools.cache(Loaded)


class Server:
    """One `aufruf demo` on a data folder and a port of its own.

    `command` is one word for the loaded product (`demo`, `serve`), or a program with its words.

    The port is chosen by the system at the first start and kept at the next ones, so that pages that
    are open find the server again. `options` may be changed between two starts.
    """

    def __init__(self, data: Path, command: Sequence[str] = ("demo",), options: Sequence[str] = ()) -> None:
        self.data = data
        self.port = 0
        self._command = command
        self.options = options
        self._log = data.with_name(f"{data.name}.log")
        self._process: subprocess.Popen[bytes] | Forked | None = None

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
        past = ["--past", "0"] if "demo" in self._command else []
        where = ["--host", "127.0.0.1", "--port", str(self.port), "--data", str(self.data)]
        options = [*where, *past, *self.options]
        if len(self._command) > 1 or Path(self._command[0]).is_absolute():
            self._process = self._run([*self._command, *options])
        else:
            self._process = await asyncio.to_thread(loaded().start, [*self._command, *options], self._log)
        while not (found := ADDRESS.search(self.log, already_printed)):
            if self._process.poll() is not None or time.monotonic() - begun > within_s:
                self.kill()
                raise ServerFailed(self.log[already_printed:])
            await asyncio.sleep(0.02)
        self.port = int(found[1])
        return time.monotonic() - begun

    def _run(self, words: Sequence[str]) -> subprocess.Popen[bytes]:
        with self._log.open("ab") as log:
            return subprocess.Popen(
                words,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                env={**os.environ, "PYTHONUNBUFFERED": "1"},
                start_new_session=True,
            )

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
