"""A disk that can really be full: a small tmpfs, mounted for one test."""

import contextlib
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import pytest

AGAIN: Final = "AUFRUF_TEST_IN_OWN_NAMESPACE"


class SmallDisk:
    """A folder on a file system of its own."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._ballast = folder / "ballast"

    def fill(self) -> None:
        """Take the last byte."""
        handle = os.open(self._ballast, os.O_CREAT | os.O_WRONLY | os.O_APPEND)
        for size in (65536, 4096, 1):
            with contextlib.suppress(OSError):
                while True:
                    os.write(handle, b"x" * size)
        os.close(handle)

    def free(self) -> None:
        self._ballast.unlink()


@contextlib.contextmanager
def mounted(folder: Path, size: str = "14m") -> Iterator[SmallDisk]:
    """Mount it, or skip the test where this machine does not let us."""
    folder.mkdir()
    done = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", f"size={size}", "tmpfs", str(folder)], capture_output=True, check=False
    )
    if done.returncode:
        pytest.skip(f"no small file system can be mounted here: {done.stderr.decode().strip()}")
    try:
        yield SmallDisk(folder)
    finally:
        subprocess.run(["umount", "--lazy", str(folder)], check=True)


def runs_elsewhere(request: pytest.FixtureRequest) -> bool:
    """Run the test in a namespace of its own, where an ordinary user may mount; True when that was done."""
    if os.geteuid() == 0 or AGAIN in os.environ:
        return False
    if (
        shutil.which("unshare") is None
        or subprocess.run(["unshare", "-rm", "true"], capture_output=True, check=False).returncode
    ):
        pytest.skip("only root can mount a small file system here")
    command = ["unshare", "-rm", sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider"]
    done = subprocess.run(
        [*command, str(request.node.nodeid)],
        cwd=request.config.rootpath,
        env={**os.environ, AGAIN: "1"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout
    return True
