"""How often the waits that were told held: added up by hour, concern and length, and how far to widen.

What was told with a number and what a page showed later are added up apart: of the first each visit has one,
of the others as many as it waited long. What must not live here: what came of a single one
(`estimate_outcomes`, `later_ranges`).
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import tzinfo
from math import ceil
from typing import Final, NamedTuple, TypeVar

from queue_server.domain.estimate_outcomes import Outcome
from queue_server.domain.figures.small_cells import Sum, untold

TARGET: Final = 0.6
"""So often a range should hold: one in five comes sooner, one in five later."""
ENOUGH: Final = 50
"""With fewer outcomes nothing is widened: chance alone would do it."""
WIDEST: Final = 3.0
SMALL: Final = 5
"""What fewer visits were told is not told of: they could be known."""
OTHERS: Final = ""
"""The key of what is too small to be told alone, taken together."""
AHEAD_MIN: Final = (5, 10, 20, 40)
"""Ranges are told apart by how long it could still take at most: up to each of these minutes, or longer.

Not by how long it then took: who is called late was told too little, whatever was told, so that the same
good ranges would look bad long before a call and good shortly before it.
"""
LONGER: Final = "99"
K = TypeVar("K")


@dataclass(slots=True)
class Tally:
    """How estimates did. `sooner`, `later`: how many came so; `…_min` are sums over all.

    `bias_min` is above nought where it took longer than the middle of the range; `visits` were told them.
    """

    count: int = 0
    visits: int = 0
    held: int = 0
    sooner: int = 0
    later: int = 0
    off_min: float = 0.0
    bias_min: float = 0.0
    width_min: float = 0.0

    def take(self, one: Outcome, *, is_new_visit: bool = True) -> None:
        self.count += 1
        self.visits += is_new_visit
        self.held += one.held
        self.sooner += one.waited_min < one.from_min
        self.later += one.waited_min > one.to_min
        self.off_min += abs(one.off_min)
        self.bias_min += one.off_min
        self.width_min += one.to_min - one.from_min

    def add(self, other: "Tally", *, apart: bool = True) -> None:
        """Add another. Unless they are `apart` both may have the same visits: then no more are counted than
        are certain."""
        self.visits = self.visits + other.visits if apart else max(self.visits, other.visits)
        for name in ("count", "held", "sooner", "later", "off_min", "bias_min", "width_min"):
            setattr(self, name, getattr(self, name) + getattr(other, name))


class Grid(NamedTuple):
    """Concerns by hours. A cell that is not told, lest a small one be known, is None; one of nobody is not
    there."""

    services: Sequence[str]
    hours: Sequence[str]
    cells: Mapping[tuple[str, str], Tally | None]


@dataclass(frozen=True, slots=True)
class Judged:
    """What became of ranges, by concern: of those who had to wait `cells` by hour and `services` alone; who
    was told to be called `at_once`; and all of them in `aheads`, by how long it could still take.

    `apart`: each visit was told one, so that none is in two hours.
    """

    cells: Mapping[tuple[str, str], Tally] = field(default_factory=dict)
    services: Mapping[str, Tally] = field(default_factory=dict)
    at_once: Mapping[str, Tally] = field(default_factory=dict)
    aheads: Mapping[tuple[str, str], Tally] = field(default_factory=dict)
    apart: bool = True
    whole: Tally = field(init=False)
    """All who had to wait: added up once, for each visitor's page asks for it."""

    def __post_init__(self) -> None:
        object.__setattr__(self, "whole", _sum(self.services.values()))

    def of(self, services: Collection[str]) -> "Judged":
        """Return what is known of these concerns alone."""
        return Judged(
            {key: one for key, one in self.cells.items() if key[0] in services},
            {key: one for key, one in self.services.items() if key in services},
            {key: one for key, one in self.at_once.items() if key in services},
            {key: one for key, one in self.aheads.items() if key[0] in services},
            self.apart,
        )

    @property
    def by_hour(self) -> dict[str, Tally]:
        """Return the tallies by hour; what is small stands together."""
        return together(_of_all_services(self.cells), apart=self.apart)

    @property
    def by_service(self) -> dict[str, Tally]:
        return together(self.services)

    @property
    def by_ahead(self) -> dict[str, Tally]:
        """Return the tallies by how long it could still take at most, with those who were called at once."""
        return together(_of_all_services(self.aheads), apart=self.apart)

    @property
    def all_at_once(self) -> Tally:
        return _sum(self.at_once.values())

    @property
    def grid(self) -> Grid:
        """Return concerns by hours. The sums of its lines are known from `by_service` and `by_hour`: so no
        small cell may be what is missing in one."""
        rows, columns = self.by_service, self.by_hour
        cells: dict[tuple[str, str], Tally] = defaultdict(Tally)
        for (service, hour), one in self.cells.items():
            place = (service if service in rows else OTHERS, hour if hour in columns else OTHERS)
            if place[0] in rows and place[1] in columns:
                cells[place].add(one, apart=self.apart)
        sums = [Sum(("\0row", row), [(row, column) for column in columns]) for row in rows]
        sums += [Sum(("\0column", column), [(row, column) for row in rows]) for column in columns]
        counts = {(row, column): 0 for row in rows for column in columns}
        hidden = untold(counts | {place: one.visits for place, one in cells.items()}, sums)
        return Grid(list(rows), list(columns), {**cells, **dict.fromkeys(hidden & counts.keys())})


@dataclass(frozen=True, slots=True)
class HitRate:
    """What is known of a site's estimates of the last weeks: told with the number, and shown later.

    `widened` is of the whole site.
    """

    first: Judged
    later: Judged
    widened: float

    def of(self, services: Collection[str]) -> "HitRate":
        """Return what is known of these concerns alone."""
        return HitRate(self.first.of(services), self.later.of(services), self.widened)

    @property
    def in_ten(self) -> int | None:
        """Return in how many of ten cases a range held; None while too few are known."""
        whole = self.first.whole
        return round(10 * whole.held / whole.count) if whole.count >= ENOUGH else None


class Judging:
    """Adds up the outcomes of a site, a day after the other."""

    def __init__(self, zone: tzinfo) -> None:
        self._zone = zone
        self._first, self._later = _Count(), _Count(apart=False)
        self._waited: list[Outcome] = []

    def add(self, first: Sequence[Outcome], later: Iterable[Outcome] = ()) -> None:
        """Take in one day: numbers of visits are those of a day."""
        self._first.add(first, self._zone)
        self._later.add(later, self._zone)
        self._waited += (one for one in first if not one.is_at_once)

    def rate(self) -> HitRate:
        """Return what was found. How far to widen is asked of what was told first, alone: see `widening`."""
        return HitRate(self._first.judged(), self._later.judged(), widening(self._waited))


class _Count:
    def __init__(self, *, apart: bool = True) -> None:
        self._apart = apart
        self._cells: dict[tuple[str, str], Tally] = defaultdict(Tally)
        self._services: dict[str, Tally] = defaultdict(Tally)
        self._at_once: dict[str, Tally] = defaultdict(Tally)
        self._aheads: dict[tuple[str, str], Tally] = defaultdict(Tally)

    def add(self, outcomes: Iterable[Outcome], zone: tzinfo) -> None:
        seen: set[tuple[int, object, int]] = set()

        def take(tallies: dict[K, Tally], key: K, one: Outcome) -> None:
            mark = (id(tallies), key, one.ticket or 0)
            tallies[key].take(one, is_new_visit=one.ticket is None or mark not in seen)
            seen.add(mark)

        for one in outcomes:
            take(self._aheads, (one.service, ahead_of(one.to_min)), one)
            if one.is_at_once:
                take(self._at_once, one.service, one)
            else:
                take(self._services, one.service, one)
                take(self._cells, (one.service, f"{one.at.astimezone(zone):%H}"), one)

    def judged(self) -> Judged:
        return Judged(self._cells, self._services, self._at_once, self._aheads, self._apart)


def hit_rate(first: Sequence[Outcome], zone: tzinfo, later: Iterable[Outcome] = ()) -> HitRate:
    """Add up the outcomes of one day."""
    judging = Judging(zone)
    judging.add(first, later)
    return judging.rate()


def ahead_of(to_min: int) -> str:
    """Return the key of how long it could still take at most."""
    return next((f"{most:02}" for most in AHEAD_MIN if to_min <= most), LONGER)


def _of_all_services(tallies: Mapping[tuple[str, str], Tally]) -> dict[str, Tally]:
    found: dict[str, list[Tally]] = defaultdict(list)
    for (_, key), one in tallies.items():
        found[key].append(one)
    return {key: _sum(of_services) for key, of_services in found.items()}


def _sum(tallies: Iterable[Tally]) -> Tally:
    whole = Tally()
    for one in tallies:
        whole.add(one)
    return whole


def together(tallies: Mapping[str, Tally], *, apart: bool = True) -> dict[str, Tally]:
    """Return the tallies by key; small ones in one, with another as long as that is small itself.

    Else the one that is not told could be had by subtracting from the whole.
    """
    found = dict(sorted(tallies.items()))
    others = Tally()
    by_size = sorted(found, key=lambda key: found[key].visits)
    for key in by_size:
        if found[key].visits >= SMALL and not 0 < others.visits < SMALL:
            break
        others.add(found.pop(key), apart=apart)
    return found | {OTHERS: others} if others.visits >= SMALL else found


def widening(outcomes: Sequence[Outcome]) -> float:
    """Return by how much ranges are to be widened so that they hold as often as they should.

    Conformal (Vovk et al. 2005; split conformal prediction): the quantile of what would have been needed,
    whatever the reason for which they were too narrow. Never narrower than what was found. It holds for
    outcomes that could as well have come in another order: so one for each visit, as it was told first.
    Twenty ranges of one visit, each a minute after the other, are nearly one and the same outcome; fifty
    would be the chance of two or three visitors, and who waits long would count most.
    """
    if len(outcomes) < ENOUGH:
        return 1.0
    needed = sorted(one.needed for one in outcomes)
    place = min(len(needed), ceil((len(needed) + 1) * TARGET))
    return min(WIDEST, max(1.0, needed[place - 1]))
