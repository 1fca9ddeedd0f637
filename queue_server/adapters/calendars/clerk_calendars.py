"""Clerks' own calendars as files in the data folder: `calendars/anna.ics`, or a folder `calendars/anna/`.

Something else puts them there: an export, a sync program, a mounted share. A file that cannot be read
leaves what was read last and is told to who watches (`/readyz`); a file that is gone keeps nobody busy.
Files are read beside the writer's thread; it only asks what was worked out. What must not live here: what
stands in a file (`adapters.calendars.busy_times`).
"""

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import chain
from pathlib import Path
from typing import Final

from queue_server.adapters.calendars.busy_cells import Cells, Owner, Picture, merged, window
from queue_server.adapters.calendars.busy_times import BrokenCalendar, Busy, busy_times
from queue_server.domain.slots import Bits, Span

LARGEST: Final = 20_000_000
Stamp = tuple[str, int, int]
log = logging.getLogger(__name__)


@dataclass(slots=True)
class _Read:
    """One clerk's files as they were read last. `trouble` is empty when all is well."""

    stamps: tuple[Stamp, ...]
    on: date
    cells: tuple[Cells, ...] = ()
    trouble: str = ""


class ClerkCalendars:
    """`services.ports.Calendars` over a folder. `look` may be called from any one thread at a time."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._read: Mapping[str, _Read] = {}
        self._picture = Picture()

    @property
    def version(self) -> int:
        return self._picture.version

    def busy(self, clerk_id: str, span: Span) -> Bits:
        """Return when a clerk is busy with what is no appointment here."""
        return self._picture.busy(clerk_id, span)

    def unknown(self) -> frozenset[str]:
        return frozenset()  # what was read last counts

    def written(self, _clerk_id: str) -> bool:
        return False  # files are somebody else's

    def health(self) -> Mapping[str, str]:
        """Return for each clerk with a calendar "ok", or what is wrong with it."""
        return {clerk_id: read.trouble or "ok" for clerk_id, read in sorted(self._read.items())}

    def look(self, owners: Mapping[str, Owner], now: datetime) -> None:
        """Read what is new. `owners` are the clerks by the names that files may have."""
        wanted: dict[str, tuple[Owner, list[Path]]] = {}
        for name, paths in _files(self._folder):
            if name in owners:
                wanted.setdefault(owners[name].clerk_id, (owners[name], []))[1].extend(paths)
        self._read = {
            clerk_id: self._look_at(owner, paths, self._read.get(clerk_id), now)
            for clerk_id, (owner, paths) in wanted.items()
        }
        self._picture = self._picture.changed({id_: read.cells for id_, read in self._read.items()})

    def _look_at(self, owner: Owner, paths: Sequence[Path], last: _Read | None, now: datetime) -> _Read:
        today = now.astimezone(owner.zone).date()
        try:
            stamps = tuple(_stamp(path) for path in paths)
            if last is not None and (last.stamps, last.on) == (stamps, today):
                return last
            busy = chain.from_iterable(_busy(path, owner, now) for path in paths)
            return _Read(stamps, today, merged(busy))
        except (OSError, BrokenCalendar) as error:
            trouble = f"broken: {error}" if isinstance(error, BrokenCalendar) else type(error).__name__
            if last is None or last.trouble != trouble:
                # Of the clerk only the id; of the file nothing: titles of events stand in it.
                log.warning("the calendar of %s cannot be read (%s)", owner.clerk_id, trouble)
            return _Read((), today, last.cells if last else (), trouble)


def _files(folder: Path) -> list[tuple[str, list[Path]]]:
    """Return the files of each name: one beside the others, or several in a folder of their own."""
    try:
        entries = sorted(folder.iterdir())
    except OSError:
        return []
    found: dict[str, list[Path]] = {}
    for entry in entries:
        if entry.is_dir():
            found.setdefault(entry.name, []).extend(sorted(entry.glob("*.ics")))
        elif entry.suffix == ".ics":
            found.setdefault(entry.stem, []).append(entry)
    return list(found.items())


def _stamp(path: Path) -> Stamp:
    status = path.stat()
    return str(path), status.st_mtime_ns, status.st_size


def _busy(path: Path, owner: Owner, now: datetime) -> list[Busy]:
    if path.stat().st_size > LARGEST:
        raise BrokenCalendar("too large")
    return busy_times(path.read_bytes(), *window(now), owner.zone, ours=owner.ours)
