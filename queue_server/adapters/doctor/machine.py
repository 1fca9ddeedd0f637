"""Facts about the machine, read from the operating system. What must not live here: what is too little."""

import os
import tempfile
import time
from collections.abc import Iterable, Mapping
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from errno import ENOSPC
from pathlib import Path
from typing import Final
from zoneinfo import ZoneInfo

from queue_server.domain.doctor.machine import Disk, Memory, Zones

_SYNCHRONISED: Final = Path("/run/systemd/timesync/synchronized")
_TIME_ERROR: Final = 5
"""What adjtimex(2) returns for a clock that nobody keeps right."""
_LARGER_THAN_TIMEX: Final = 1024


def is_synced() -> bool | None:
    """Tell whether something keeps the clock right; None when this machine does not say."""
    if _SYNCHRONISED.exists():
        return True
    import ctypes  # half a megabyte for one look a day

    try:
        state = ctypes.CDLL(None).adjtimex(ctypes.create_string_buffer(_LARGER_THAN_TIMEX))
    except (OSError, AttributeError):
        return None
    return None if state < 0 else state != _TIME_ERROR


def disks(folders: Iterable[Path]) -> tuple[Disk, ...]:
    """Look at the file system below each folder."""
    return tuple(map(_disk, dict.fromkeys(folders)))


def _disk(folder: Path) -> Disk:
    try:
        found = os.statvfs(folder)
    except OSError:
        return Disk(str(folder), 0, 0, writable=False)
    size = found.f_frsize
    # What only root may take does not count: the server is not root.
    return Disk(
        str(folder),
        found.f_bavail * size,
        found.f_blocks * size,
        found.f_favail,
        found.f_files,
        _is_writable(folder),
    )


def _is_writable(folder: Path) -> bool:
    """Try it: rights, a mount for reading only, a network folder that is gone look alike to who asks."""
    try:
        with tempfile.TemporaryFile(dir=folder) as file:
            file.write(b"\0")
    except OSError as error:
        return error.errno == ENOSPC  # full is another trouble
    return True


def file_system(path: Path, mounts: Path = Path("/proc/self/mountinfo")) -> str:
    """Return the kind of the file system that a path lies on (`ext4`, `nfs4`), empty when unknown."""
    try:
        lines = mounts.read_text("utf-8", errors="replace").splitlines()
    except OSError:
        return ""
    wanted, best, kind = path.resolve(), -1, ""
    for line in lines:
        left, _, right = line.partition(" - ")
        place = Path(left.split()[4].replace("\\040", " "))
        if wanted.is_relative_to(place) and len(place.parts) >= best:
            best, kind = len(place.parts), right.split()[0]
    return kind


def memory(source: Path = Path("/proc/meminfo")) -> Memory | None:
    """Return what is left; None where this is not told."""
    figures: dict[str, int] = {}
    with suppress(OSError, ValueError):
        for line in source.read_text("ascii").splitlines():
            name, _, rest = line.partition(":")
            if name in {"MemAvailable", "MemTotal"}:
                figures[name] = int(rest.split()[0]) * 1024
    if len(figures) < 2:
        return None
    return Memory(figures["MemAvailable"], figures["MemTotal"])


def zones(sites: Mapping[str, str], now: datetime) -> Zones:
    """Return how far east of UTC this machine and each site are, in winter and in summer of this year."""
    days = [datetime(now.year, month, 15, 12, tzinfo=UTC) for month in (1, 7)]
    here = [time.localtime(day.timestamp()).tm_gmtoff // 60 for day in days]
    return Zones((here[0], here[1]), {id_: (name, _offsets(name, days)) for id_, name in sites.items()})


def _offsets(name: str, days: list[datetime]) -> tuple[int, int] | None:
    try:
        zone = ZoneInfo(name)
    except (OSError, ValueError, KeyError):  # ZoneInfoNotFoundError is a KeyError
        return None
    first, second = ((day.astimezone(zone).utcoffset() or timedelta(0)) for day in days)
    return int(first.total_seconds() // 60), int(second.total_seconds() // 60)
