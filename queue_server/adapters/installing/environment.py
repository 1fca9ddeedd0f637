"""Makes a virtual environment of its own for a version, beside the one that runs; pip does the work."""

import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path
from typing import Final

from queue_server.adapters.installing.release import Release

EXTRAS: Final = {"speech": "pyttsx3", "postgres": "psycopg", "print-usb": "usb"}
"""Extra → a module of it: the new version gets what the running one has."""
QUIETLY: Final = ("--quiet", "--disable-pip-version-check", "--no-input")


class NotMade(Exception):  # noqa: N818 - it says what is so
    """The environment could not be made; the text says why."""


def make(folder: Path, release: Release, *, offline: bool) -> None:
    """Make the environment and install the release. Raises `NotMade`; what was made is the caller's."""
    _run([sys.executable, "-m", "venv", str(folder)], "install python3-venv and try again")
    source = ["--find-links", str(release.wheel.parent)] + (["--no-index"] if offline else [])
    pip = [str(folder / "bin" / "python"), "-m", "pip", "install", *QUIETLY, *source]
    if release.lock is not None:
        _run([*pip, "--require-hashes", "-r", str(release.lock)], _hint(offline))
    extras = ",".join(extra for extra, module in EXTRAS.items() if find_spec(module) is not None)
    _run([*pip, f"{release.wheel}[{extras}]" if extras else str(release.wheel)], _hint(offline))


def fetch(version: str, index: str, folder: Path) -> Path:
    """Fetch the wheel of a version from a package index. Raises `NotMade`."""
    wanted = ["--no-deps", "--only-binary", ":all:", "--index-url", index, "--dest", str(folder)]
    _run([sys.executable, "-m", "pip", "download", *QUIETLY, *wanted, f"aufruf=={version}"], _hint(False))
    found = list(folder.glob("aufruf-*.whl"))
    if not found:
        raise NotMade(f"{index} has no aufruf {version}")
    return found[0]


def _hint(offline: bool) -> str:
    if offline:
        return "the folder lacks a library, or has it for another Python"
    return "is the package index reachable? Without network: --offline, with all libraries beside the wheel"


def _run(words: list[str], hint: str) -> None:
    # Whatever the caller's mask: the service's own user has to read it.
    done = subprocess.run(  # noqa: S603 - our own words
        words, check=False, capture_output=True, text=True, stdin=subprocess.DEVNULL, umask=0o022
    )
    if done.returncode:
        said = (done.stderr or done.stdout).strip().splitlines()
        raise NotMade(f"{said[-1] if said else 'it ended without a word'} ({hint})")
