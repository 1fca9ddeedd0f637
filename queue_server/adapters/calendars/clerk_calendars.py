"""Clerks' own calendars as files in the data folder: `calendars/anna.ics`, or a folder `calendars/anna/`.

Something else puts them there: an export, a sync program, a mounted share. A file that cannot be read
leaves what was read last and is told to who watches (`/readyz`); a file that is gone keeps nobody busy.
Files are read beside the writer's thread; it only asks what was worked out. What must not live here: what
stands in a file (`adapters.calendars.busy_times`).
"""

import logging
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta, tzinfo
from itertools import chain
from pathlib import Path
from typing import Final
from zoneinfo import ZoneInfo

from queue_server.adapters.calendars.busy_times import BrokenCalendar, Busy, busy_times
from queue_server.domain.slots import Bits, Span, cell_of, first_cell_from, stretch
from queue_server.domain.town import Town

AHEAD: Final = timedelta(days=400)
BEFORE: Final = timedelta(days=1)
LARGEST: Final = 20_000_000
SPANS_MOST: Final = 512
Cells = tuple[int, int]
Stamp = tuple[str, int, int]
log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Owner:
    """A clerk, and the zone in which all-day events are meant."""

    clerk_id: str
    zone: tzinfo


@dataclass(slots=True)
class _Read:
    """One clerk's files as they were read last. `trouble` is empty when all is well."""

    stamps: tuple[Stamp, ...]
    on: date
    cells: tuple[Cells, ...] = ()
    trouble: str = ""


@dataclass(frozen=True, slots=True)
class _State:
    """Exchanged as a whole: nobody sees bits of one reading under the number of another."""

    version: int = 0
    read: Mapping[str, _Read] = field(default_factory=dict)
    bits: dict[tuple[str, Span], Bits] = field(default_factory=dict)


class ClerkCalendars:
    """`services.ports.Calendars` over a folder. `look` may be called from any one thread at a time."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._state = _State()

    @property
    def version(self) -> int:
        return self._state.version

    def busy(self, clerk_id: str, span: Span) -> Bits:
        """Return when a clerk is busy with what is no appointment here."""
        state = self._state
        read = state.read.get(clerk_id)
        if read is None or not read.cells:
            return 0
        found = state.bits.get((clerk_id, span))
        if found is None:
            if len(state.bits) >= SPANS_MOST:
                state.bits.clear()
            found = 0
            for first, until in read.cells:
                found |= stretch(span, first, until)
            state.bits[clerk_id, span] = found
        return found

    def written(self, _clerk_id: str) -> bool:
        return False  # files are somebody else's

    def health(self) -> Mapping[str, str]:
        """Return for each clerk with a calendar "ok", or what is wrong with it."""
        return {clerk_id: read.trouble or "ok" for clerk_id, read in sorted(self._state.read.items())}

    def look(self, owners: Mapping[str, Owner], now: datetime) -> None:
        """Read what is new. `owners` are the clerks by the names that files may have."""
        before, wanted = self._state, dict[str, tuple[Owner, list[Path]]]()
        for name, paths in _files(self._folder):
            if name in owners:
                wanted.setdefault(owners[name].clerk_id, (owners[name], []))[1].extend(paths)
        read = {
            clerk_id: self._look_at(owner, paths, before.read.get(clerk_id), now)
            for clerk_id, (owner, paths) in wanted.items()
        }
        if {k: r.cells for k, r in read.items()} == {k: r.cells for k, r in before.read.items()}:
            self._state = _State(before.version, read, before.bits)
        else:
            self._state = _State(before.version + 1, read)

    def _look_at(self, owner: Owner, paths: Sequence[Path], last: _Read | None, now: datetime) -> _Read:
        today = now.astimezone(owner.zone).date()
        try:
            stamps = tuple(_stamp(path) for path in paths)
            if last is not None and (last.stamps, last.on) == (stamps, today):
                return last
            busy = chain.from_iterable(_busy(path, owner.zone, now) for path in paths)
            return _Read(stamps, today, _merged(busy))
        except (OSError, BrokenCalendar) as error:
            trouble = f"broken: {error}" if isinstance(error, BrokenCalendar) else type(error).__name__
            if last is None or last.trouble != trouble:
                # Of the clerk only the id; of the file nothing: titles of events stand in it.
                log.warning("the calendar of %s cannot be read (%s)", owner.clerk_id, trouble)
            return _Read((), today, last.cells if last else (), trouble)


def owners_of(towns: Iterable[Town]) -> dict[str, Owner]:
    """Return every clerk by user name and by id: either may be the name of a calendar."""
    found: dict[str, Owner] = {}
    for town in towns:
        zones = {site.id: ZoneInfo(site.time_zone) for site in town.sites}
        for clerk in town.clerks:
            zone = next((zones[id_] for id_ in clerk.site_ids if id_ in zones), None)
            if zone is not None:
                found.setdefault(clerk.user, Owner(clerk.id, zone))
                found[clerk.id] = Owner(clerk.id, zone)
    return found


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


def _busy(path: Path, zone: tzinfo, now: datetime) -> list[Busy]:
    if path.stat().st_size > LARGEST:
        raise BrokenCalendar("too large")
    return busy_times(path.read_bytes(), now - BEFORE, now + AHEAD, zone)


def _merged(busy: Iterable[Busy]) -> tuple[Cells, ...]:
    """Return the cells that are touched, in order, each once: five minutes that begin busy are no use."""
    cells = sorted((cell_of(begins), first_cell_from(ends.astimezone(UTC))) for begins, ends in busy)
    found: list[Cells] = []
    for first, until in cells:
        if until <= first:
            continue
        if found and first <= found[-1][1]:
            found[-1] = (found[-1][0], max(found[-1][1], until))
        else:
            found.append((first, until))
    return tuple(found)
