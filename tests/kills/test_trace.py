"""No answer precedes the fsync of its commit: read from what the kernel was asked to do, in its order."""

import asyncio
import os
import re
import shutil
import signal
import subprocess
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.e2e.harness.server import Server
from tests.kills.crowd import Acknowledged, Device
from tests.kills.hall import SITE, a_folder

CALLS = "read,recvfrom,recvmsg,write,writev,sendto,sendmsg,pwrite64,fsync,fdatasync"
STRACE = ("strace", "-f", "-y", "-s", "80", "-e", f"trace={CALLS}", "-o")
LINE = re.compile(r"^(\d+)\s+(?:<\.\.\. )?(\w+)(?: resumed>|\()(.*)$")
DESCRIPTOR = re.compile(r"^(\d+)<([^>]*)>")
ALONE, AT_ONCE = 20, 8


def why_not_traced(folder: Path) -> str | None:
    """Return why this machine cannot trace a process; None when it can."""
    if shutil.which("strace") is None:
        return "strace is not installed"
    tried = subprocess.run(
        [*STRACE, str(folder / "try"), "true"], capture_output=True, text=True, check=False
    )
    return None if tried.returncode == 0 else f"strace is not permitted here: {tried.stderr.strip()[:100]}"


@dataclass(frozen=True)
class Asked:
    """One thing asked of the kernel. `begun` and `ended` are places in its order."""

    name: str
    descriptor: str
    path: str
    text: str
    begun: int
    ended: int

    @property
    def is_of_the_log(self) -> bool:
        return self.path.endswith("-wal")

    @property
    def is_sync(self) -> bool:
        return self.name in {"fsync", "fdatasync"} and self.is_of_the_log and self.text.endswith("= 0")

    @property
    def is_log_write(self) -> bool:
        return self.name == "pwrite64" and self.is_of_the_log

    @property
    def is_request(self) -> bool:
        return (
            self.name in {"read", "recvfrom", "recvmsg"} and f"POST /api/v1/sites/{SITE}/tickets" in self.text
        )

    @property
    def is_answer(self) -> bool:
        return self.name in {"write", "writev", "sendto", "sendmsg"} and "HTTP/1.1 201" in self.text


def read_trace(path: Path) -> list[Asked]:
    """Return what was asked, in order of its end: threads interleave, one may end lines after it began."""
    asked: list[Asked] = []
    open_calls: dict[str, tuple[int, str]] = {}
    for place, line in enumerate(path.read_text(errors="replace").splitlines()):
        found = LINE.match(line)
        if not found:
            continue
        thread, name, rest = found.groups()
        if rest.endswith("<unfinished ...>"):
            open_calls[thread] = (place, rest.removesuffix("<unfinished ...>"))
            continue
        begun, before = open_calls.pop(thread, (place, "")) if " resumed>" in line else (place, "")
        text = before + rest
        what = DESCRIPTOR.match(text)
        if what:
            asked.append(Asked(name, what[1], what[2], text, begun, place))
    return asked


@pytest.fixture
def trace(tmp_path: Path) -> Path:
    reason = why_not_traced(tmp_path)
    if reason:
        pytest.skip(reason)
    return tmp_path / "trace"


@pytest.mark.alone
@pytest.mark.timeout(180)
async def test_no_answer_precedes_the_fsync_of_its_commit(trace: Path, tmp_path: Path) -> None:
    folder = a_folder(tmp_path / "data")
    server = folder.server(wrapper=(*STRACE, str(trace)))
    try:
        await server.start(within_s=90)
        await _take_numbers(server, folder.integration, 1, ALONE)
        await _take_numbers(server, folder.integration, AT_ONCE, ALONE // 4)
        os.killpg(server.pid, signal.SIGINT)  # strace passes nothing on
        await server.stop(within_s=30)
    finally:
        server.kill()
    asked = read_trace(trace)
    answers = [one for one in asked if one.is_answer]
    assert len(answers) == ALONE + AT_ONCE * (ALONE // 4)
    syncs = [one for one in asked if one.is_sync]
    writes = [one for one in asked if one.is_log_write]
    for answer in answers:
        request = max(o.ended for o in asked if _asks(o, answer))
        mine = [s for s in syncs if request < s.begun and s.ended < answer.begun]
        assert mine, "a number was answered without a sync between its request and its answer"
        assert any(w.begun < s.begun for w in writes for s in mine if request < w.ended)
    for answer in answers[:ALONE]:  # nobody else was there: nothing written may be unsynced
        unsynced = [w for w in writes if w.ended < answer.begun]
        synced = max(s.begun for s in syncs if s.ended < answer.begun)
        assert max(w.ended for w in unsynced) < synced


def _asks(one: Asked, answer: Asked) -> bool:
    return one.is_request and one.path == answer.path and one.ended < answer.begun


async def _take_numbers(server: Server, token: str, devices: int, each: int) -> None:
    told = Acknowledged()

    async def take() -> None:
        device = Device(server.url, token, told)
        for _ in range(each):
            status, _answer = await device.press(f"/sites/{SITE}/tickets", services=[{"id": "pass"}])
            assert status == 201
        await device.close()

    await asyncio.gather(*(take() for _ in range(devices)))
