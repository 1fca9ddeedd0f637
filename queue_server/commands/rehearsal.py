"""Lets a new version serve a copy of everything, before it is let near the real thing.

The copy comes from a fresh backup, so a rehearsal proves that one too. Nobody gets a message from it: how
other systems are reached stays in the backup.
"""

import os
import queue
import re
import shutil
import subprocess
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any, Final

from queue_server.commands.as_owner import Owner, last_words
from queue_server.commands.coming_up import ask
from queue_server.commands.common import Problem
from queue_server.commands.running import RESTORE_WORK
from queue_server.settings import Settings

START_S: Final = 60
OPEN: Final = re.compile(r"^Aufruf is open: (\S+)")
WORK: Final = f"{RESTORE_WORK}update-"
"""The next server to start takes away what is left of it, as of a restore that was killed."""


@contextmanager
def copy_of(settings: Settings, owner: Owner, program: Path, backup: Path) -> Iterator[Path]:
    """Let the program restore the backup into a folder of its own, which goes afterwards."""
    clear(settings)
    work = Path(tempfile.mkdtemp(prefix=WORK, dir=settings.data))
    try:
        owner.owns(work)
        # Root writes nothing into a folder of theirs: a link there could lead it anywhere.
        owner.run(["cp", settings.key_file, work], settings.data)
        owner.run([program, "restore", backup, "--yes", "--without-connections", "--data", work], work)
        yield work
    finally:
        shutil.rmtree(work, ignore_errors=True)


def clear(settings: Settings) -> None:
    """Take away copies that a killed run left: they hold all that the database does."""
    for left in settings.data.glob(f"{WORK}*"):
        shutil.rmtree(left, ignore_errors=True)


def rehearse(owner: Owner, program: Path, copy: Path, site_id: str, service_id: str) -> str:
    """Let the program serve the copy and give a number; return what it gave. Raises `Problem`."""
    made = owner.run([program, "token", "create", "--role", "clerk", "--site", site_id, "--data", copy], copy)
    with _serving(owner, program, copy) as address:
        if ask(address, "/readyz")[0] != 200:
            raise Problem("the new version starts, but says that it is not ready")
        body = {"request_id": "rehearsal", "services": [{"id": service_id}]}
        path = f"/api/v1/sites/{site_id}/tickets"
        status, answer = ask(address, path, body, token=made.strip().splitlines()[-1])
    if status == 201:
        return f"number {answer['number']}"
    if 400 <= status < 500 and "code" in answer.get("error", {}):
        return f'the refusal "{answer["error"]["code"]}"'
    raise Problem(f"the new version starts, but gives no number (status {status})")


@contextmanager
def _serving(owner: Owner, program: Path, data: Path) -> Iterator[str]:
    words = [str(program), "serve", "--data", str(data), "--host", "127.0.0.1", "--port", "0", "--no-speech"]
    process = subprocess.Popen(
        words,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        cwd=data,
        **_unbuffered(owner),
    )
    assert process.stdout is not None  # noqa: S101 - for the type checker
    lines: queue.Queue[str | None] = queue.Queue()
    reader = threading.Thread(target=_read, args=(process.stdout, lines), daemon=True)
    reader.start()
    try:
        yield _address(lines)
    finally:
        process.terminate()
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        reader.join()
        process.stdout.close()


def _address(lines: "queue.Queue[str | None]") -> str:
    said = []
    try:
        while (line := lines.get(timeout=START_S)) is not None:
            said.append(line)
            if found := OPEN.match(line):
                return found[1]
    except queue.Empty:
        raise Problem(f"the new version does not open within {START_S} s") from None
    raise Problem(f"the new version ends at once: {last_words(''.join(said))}")


def _unbuffered(owner: Owner) -> dict[str, Any]:
    options = owner.options()
    return {**options, "env": {**options.get("env", os.environ), "PYTHONUNBUFFERED": "1"}}


def _read(stream: IO[str], lines: "queue.Queue[str | None]") -> None:
    for line in stream:
        lines.put(line)
    lines.put(None)
