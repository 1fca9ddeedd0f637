"""From busy stretches to five-minute cells, for every kind of calendar.

What must not live here: what an event means (`busy_times`), and where a calendar lies.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta, tzinfo
from typing import Final
from zoneinfo import ZoneInfo

from queue_server.adapters.calendars.busy_times import Busy
from queue_server.domain.calendar_entry import uid_domain
from queue_server.domain.slots import Bits, Span, cell_of, first_cell_from, stretch
from queue_server.domain.town import Town

AHEAD: Final = timedelta(days=400)
BEFORE: Final = timedelta(days=1)
SPANS_MOST: Final = 512
Cells = tuple[int, int]
"""From, up to: absolute cells."""


@dataclass(frozen=True, slots=True)
class Owner:
    """A clerk, the zone in which all-day events are meant, and how ids of our own entries end."""

    clerk_id: str
    zone: tzinfo
    ours: str = ""


@dataclass(frozen=True, slots=True)
class Picture:
    """When clerks are busy. Exchanged as a whole: nobody sees bits of one reading under another's number.

    `unknown` are the clerks of whose time nothing certain is known: they are busy throughout.
    """

    version: int = 0
    cells: Mapping[str, Sequence[Cells]] = field(default_factory=dict)
    unknown: frozenset[str] = frozenset()
    _bits: dict[tuple[str, Span], Bits] = field(default_factory=dict)

    def busy(self, clerk_id: str, span: Span) -> Bits:
        if clerk_id in self.unknown:
            return span.all
        cells = self.cells.get(clerk_id)
        if not cells:
            return 0
        found = self._bits.get((clerk_id, span))
        if found is None:
            if len(self._bits) >= SPANS_MOST:
                self._bits.clear()
            found = 0
            for first, until in cells:
                found |= stretch(span, first, until)
            self._bits[clerk_id, span] = found
        return found

    def changed(
        self, cells: Mapping[str, Sequence[Cells]], unknown: frozenset[str] = frozenset()
    ) -> "Picture":
        """Return the next picture: with a higher number when an answer differs."""
        if cells == self.cells and unknown == self.unknown:
            return self
        return Picture(self.version + 1, cells, unknown)


def merged(busy: Iterable[Busy]) -> tuple[Cells, ...]:
    """Return the cells that are touched, in order, each once: five minutes that begin busy are no use."""
    return joined((cell_of(begins), first_cell_from(ends.astimezone(UTC))) for begins, ends in busy)


def joined(cells: Iterable[Cells]) -> tuple[Cells, ...]:
    """Return stretches in order, those that touch as one."""
    found: list[Cells] = []
    for first, until in sorted(cells):
        if until <= first:
            continue
        if found and first <= found[-1][1]:
            found[-1] = (found[-1][0], max(found[-1][1], until))
        else:
            found.append((first, until))
    return tuple(found)


def window(now: datetime) -> tuple[datetime, datetime]:
    """Return from when to when a calendar is worked out."""
    return now - BEFORE, now + AHEAD


def owners_of(towns: Iterable[Town]) -> dict[str, Owner]:
    """Return every clerk by user name and by id: either may be the name of a calendar."""
    found: dict[str, Owner] = {}
    for town in towns:
        zones, ours = {site.id: ZoneInfo(site.time_zone) for site in town.sites}, uid_domain(town.id)
        for clerk in town.clerks:
            zone = next((zones[id_] for id_ in clerk.site_ids if id_ in zones), None)
            if zone is not None:
                found.setdefault(clerk.user, Owner(clerk.id, zone, ours))
                found[clerk.id] = Owner(clerk.id, zone, ours)
    return found
