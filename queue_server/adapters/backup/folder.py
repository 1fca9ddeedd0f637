"""The folder of backups: their names, which is the newest, which may go.

Reads names and headers only, so that a server may ask for the age of the newest at any time.
"""

import os
import re
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import IO, Final

from queue_server.adapters.backup.sealed_file import BadBackup, read_header

_NAME: Final = re.compile(r"aufruf-(\d{8}T\d{6}Z)(?:-\d+)?(?:-differs)?\.backup")
_DIFFERS: Final = "-differs.backup"
_MOMENT: Final = "%Y%m%dT%H%M%SZ"


@dataclass(frozen=True, slots=True, order=True)
class Kept:
    """A backup that lies in the folder."""

    taken_at: datetime
    path: Path


def kept(folder: Path) -> list[Kept]:
    """Return the backups of a folder, the newest first; none when it cannot be read."""
    try:
        paths = list(folder.iterdir())
    except OSError:
        return []
    found = ((path, _NAME.fullmatch(path.name)) for path in paths)
    backups = (
        Kept(datetime.strptime(match[1], _MOMENT).replace(tzinfo=UTC), path) for path, match in found if match
    )
    return sorted(backups, reverse=True)


def looks_whole(path: Path) -> bool:
    """Say whether the header of a backup can be read."""
    try:
        with path.open("rb") as file:
            read_header(file)
    except (OSError, BadBackup):
        return False
    return True


def named(path: Path, *, is_differing: bool) -> Path:
    """Return the name for a backup that was proved; one in which log and rows differ says so."""
    return path.with_name(path.stem + _DIFFERS) if is_differing else path


def prune(folder: Path, keep: int, made: Path) -> list[Path]:
    """Remove all but the newest `keep`; never `made`, which was just proved to open. Return what went.

    One in which log and rows differ drives out none but its like.
    """
    others = [one.path for one in kept(folder) if one.path != made]
    # What cannot be read at all is no backup any more: it takes nobody's place.
    whole = [path for path in others if looks_whole(path)]
    like = [path for path in whole if _differs(path) == _differs(made)]
    gone = like[max(keep - 1, 0) :]
    if not _differs(made):
        gone += [path for path in whole[max(keep - 1, 0) :] if _differs(path)]
    for path in gone:
        path.unlink(missing_ok=True)
    return gone


def _differs(path: Path) -> bool:
    return path.name.endswith(_DIFFERS)


def free_name(folder: Path, now: datetime) -> Path:
    """Return a name that no backup has yet."""
    stem = f"aufruf-{now.astimezone(UTC).strftime(_MOMENT)}"
    names = (f"{stem}{f'-{number}' if number else ''}.backup" for number in range(1000))
    free = (path for path in map(folder.joinpath, names) if not path.exists())
    return next(path for path in free if not named(path, is_differing=True).exists())


def partial_of(path: Path) -> Path:
    """Return the name under which a backup is written before it is whole."""
    return path.with_name(f".{path.name}.partial")


def remove_leftovers(folder: Path) -> None:
    """Remove what a backup that was killed left behind. The caller is the only one at work here."""
    for path in folder.glob(".aufruf-*.backup.partial"):
        path.unlink(missing_ok=True)


@contextmanager
def written_whole(path: Path) -> Iterator[IO[bytes]]:
    """Write a file that others cannot read, on the disk when this ends; nothing stays after an error."""
    handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(handle, "w+b") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
    except BaseException:
        path.unlink(missing_ok=True)
        raise


def sync_folder(folder: Path) -> None:
    """Let the names in a folder be on the disk."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        with suppress(OSError):  # some network folders cannot
            os.fsync(handle)
    finally:
        os.close(handle)
