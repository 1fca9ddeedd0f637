"""What systemd hears: over a real socket, as it listens."""

import asyncio
import os
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from queue_server.commands.notifying import notify, watchdog


@pytest.fixture(params=["a file", "no file"])
def systemd(
    request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[socket.socket]:
    name = str(tmp_path / "notify") if request.param == "a file" else f"@aufruf-{os.getpid()}"
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as listening:
        listening.bind(name.replace("@", "\0"))
        listening.settimeout(5)
        monkeypatch.setenv("NOTIFY_SOCKET", name)
        yield listening


def test_systemd_is_told(systemd: socket.socket) -> None:
    notify("READY=1")
    assert systemd.recv(100) == b"READY=1"


async def test_a_loop_that_runs_says_that_it_lives(
    systemd: socket.socket, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("WATCHDOG_USEC", "20000")
    monkeypatch.setenv("WATCHDOG_PID", str(os.getpid()))
    saying = watchdog()
    assert saying is not None
    saying.start()
    await asyncio.sleep(0.05)
    await saying.stop()
    assert [systemd.recv(100) for _ in range(3)] == [b"WATCHDOG=1"] * 3


def test_without_systemd_nothing_happens(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("NOTIFY_SOCKET", "WATCHDOG_USEC", "WATCHDOG_PID"):
        monkeypatch.delenv(name, raising=False)
    notify("READY=1")
    assert watchdog() is None
    monkeypatch.setenv("NOTIFY_SOCKET", "/nowhere/at/all")
    notify("READY=1")


def test_another_process_s_watchdog_is_none_of_ours(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WATCHDOG_USEC", "20000")
    monkeypatch.setenv("WATCHDOG_PID", "1")
    assert watchdog() is None
