"""A release to be installed: which wheel, whether it is whole, what it says of itself.

`SHA256SUMS` beside the wheel is compared; `aufruf-1.2.0.lock` beside it names every library with its hashes.
"""

import hashlib
import re
import sys
import zipfile
from dataclasses import dataclass
from email.parser import Parser
from pathlib import Path
from typing import Final

SUMS: Final = "SHA256SUMS"
_AT_LEAST: Final = re.compile(r">=\s*(\d+)\.(\d+)")
_VERSION: Final = re.compile(r"\d[0-9A-Za-z.+!-]*")


class BadRelease(Exception):  # noqa: N818 - it says what is so
    """It is not to be installed; the text says why."""


@dataclass(frozen=True, slots=True)
class Release:
    """A wheel that was looked at. `is_compared`: its checksum stood beside it and fits."""

    wheel: Path
    version: str
    is_compared: bool

    @property
    def lock(self) -> Path | None:
        path = self.wheel.with_name(f"aufruf-{self.version}.lock")
        return path if path.exists() else None


def look_at(wheel: Path) -> Release:
    """Read what the wheel says of itself. Raises `BadRelease`."""
    if not wheel.is_file():
        raise BadRelease(f"there is no file {wheel}")
    is_compared = _compare(wheel)
    told = _metadata(wheel)
    version = told.get("Version", "")
    if told.get("Name") != "aufruf" or not _VERSION.fullmatch(version):
        raise BadRelease(f"{wheel.name} is not Aufruf")
    needed = _AT_LEAST.search(told.get("Requires-Python", ""))
    if needed and sys.version_info < (int(needed[1]), int(needed[2])):
        here = f"{sys.version_info[0]}.{sys.version_info[1]}"
        raise BadRelease(f"{version} needs Python {needed[1]}.{needed[2]}, here is {here}")
    return Release(wheel, version, is_compared)


def find(version: str, folder: Path) -> Path:
    """Return the wheel of a version in a folder. Raises `BadRelease`."""
    found = sorted(folder.glob(f"aufruf-{version}-*.whl"))
    if not found:
        raise BadRelease(f"there is no aufruf-{version}-….whl in {folder}")
    return found[0]


def _compare(wheel: Path) -> bool:
    """Tell whether there was something to compare with."""
    sums = wheel.with_name(SUMS)
    if not sums.exists():
        return False
    lines = (line.split(maxsplit=1) for line in sums.read_text(encoding="utf-8").splitlines())
    known = {words[1].lstrip("*").strip(): words[0] for words in lines if len(words) == 2}
    for file in (wheel, wheel.with_name(f"{'-'.join(wheel.name.split('-')[:2])}.lock")):
        if not file.exists():
            continue
        if file.name not in known:
            raise BadRelease(f"{SUMS} does not name {file.name}: take the files of one release together")
        if hashlib.sha256(file.read_bytes()).hexdigest() != known[file.name]:
            raise BadRelease(f"{file.name} is damaged or changed: it is not what {SUMS} says. Fetch it again")
    return True


def _metadata(wheel: Path) -> dict[str, str]:
    try:
        with zipfile.ZipFile(wheel) as archive:
            if archive.testzip() is not None:
                raise BadRelease(f"{wheel.name} is damaged")
            names = [name for name in archive.namelist() if name.endswith(".dist-info/METADATA")]
            if len(names) != 1:
                raise BadRelease(f"{wheel.name} is no wheel")
            return dict(Parser().parsestr(archive.read(names[0]).decode("utf-8"), headersonly=True))
    except (zipfile.BadZipFile, OSError) as error:
        raise BadRelease(f"{wheel.name} cannot be read: {error}") from error
