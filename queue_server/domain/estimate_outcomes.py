"""What became of the waits that were told: whether they held, by how much they were off, how far to widen.

An estimate counts once its visitor was called, with the time from being told to the first call that was not
taken back. Whoever gave up or went away within the time that was told counts for nobody: the wait was their
own. Later than that it was too long already, whatever came of it; else those who could wait no more would
make estimates look good. What a kiosk told before a number was taken counts for who took a number for the
same concern within minutes.

Who was told to be called at once is counted apart: a free counter is no forecast, and the many of a quiet
morning would hide that the ranges of the full afternoon fail.

What must not live here: reading the log (`adapters.told_estimates`), and making estimates.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta, tzinfo
from math import ceil
from typing import Any, Final, NamedTuple

from queue_server.domain.entry import Entry

KINDS: Final = (
    "TicketTaken",
    "EstimateGiven",
    "TicketCalled",
    "TicketJoined",
    "CallUndone",
    "TicketWentAway",
    "TicketCancelled",
    "TicketExpired",
)
DAYS: Final = 28
"""The last weeks that are looked at."""
TARGET: Final = 0.6
"""So often a range should hold: one in five comes sooner, one in five later."""
ENOUGH: Final = 50
"""With fewer outcomes nothing is widened: chance alone would do it."""
WIDEST: Final = 3.0
SMALL: Final = 5
"""Fewer are not told of: they could be known."""
AT_ONCE_MIN: Final = 5
"""Who is told no more than this is called at once."""
ASKED_BEFORE: Final = timedelta(minutes=3)
OTHERS: Final = ""
"""The key of what is too small to be told alone, taken together."""


class Outcome(NamedTuple):
    """A range that was told, and what came: all in minutes. `widened` is what the range was widened by."""

    at: datetime
    service: str
    from_min: int
    to_min: int
    waited_min: float
    widened: float = 1.0

    @property
    def is_at_once(self) -> bool:
        return self.to_min <= AT_ONCE_MIN

    @property
    def held(self) -> bool:
        return self.from_min <= self.waited_min <= self.to_min

    @property
    def off_min(self) -> float:
        """Return how far the middle of the range was from what came; above nought: it took longer."""
        return self.waited_min - (self.from_min + self.to_min) / 2

    @property
    def needed(self) -> float:
        """Return by how much the range, as it was found, would have had to be widened to hold."""
        return self.widened * abs(self.off_min) / ((self.to_min - self.from_min) / 2)


@dataclass(slots=True)
class _Day:
    """Who waits with what they were told, and who was called."""

    told: dict[int, list[Outcome]] = field(default_factory=dict)
    asked: list[Outcome] = field(default_factory=list)
    called: dict[int, datetime] = field(default_factory=dict)
    summoned: dict[int, datetime] = field(default_factory=dict)
    gave_up: list[Outcome] = field(default_factory=list)


def outcomes_of(entries: Iterable[Entry]) -> list[Outcome]:
    """Return what became of the estimates of one day, from its entries of `KINDS` in order."""
    day = _Day()
    for entry in entries:
        _ACTS[entry.kind](day, entry)
    return day.gave_up + [
        _after(one, at) for ticket, at in day.called.items() for one in day.told.get(ticket, ())
    ]


def _after(one: Outcome, at: datetime) -> Outcome:
    return one._replace(waited_min=(at - one.at).total_seconds() / 60)


def _told(entry: Entry) -> Outcome | None:
    payload: Mapping[str, Any] = entry.payload
    from_min, to_min = payload.get("from_min"), payload.get("to_min")
    if from_min is None or to_min is None or to_min <= from_min or not payload["concern"]:
        return None
    service = str(payload["concern"][0][0])
    return Outcome(entry.at, service, from_min, to_min, 0.0, payload.get("widened") or 1.0)


def _asked(day: _Day, entry: Entry) -> None:
    if (one := _told(entry)) is not None:
        day.asked.append(one)


def _taken(day: _Day, entry: Entry) -> None:
    one = _told(entry)
    if one is None:
        return
    day.told[entry.seq] = [one]
    day.asked = [before for before in day.asked if entry.at - before.at <= ASKED_BEFORE]
    for before in day.asked:
        if before.service == one.service:
            day.told[entry.seq].append(before)
            day.asked.remove(before)
            return


def _called(day: _Day, entry: Entry) -> None:
    ticket = entry.payload["ticket"]
    day.called.setdefault(ticket, entry.at)
    day.summoned[ticket] = entry.at


def _undone(day: _Day, entry: Entry) -> None:
    ticket = entry.payload["ticket"]
    if ticket in day.called and day.called[ticket] == day.summoned[ticket]:
        del day.called[ticket]  # else the first call stands: a later one was taken back


def _joined(day: _Day, entry: Entry) -> None:
    if entry.payload["ticket"] not in day.called:
        day.told.pop(entry.payload["ticket"], None)


def _gone(day: _Day, entry: Entry) -> None:
    if entry.payload["ticket"] not in day.called:
        told = (_after(one, entry.at) for one in day.told.pop(entry.payload["ticket"], ()))
        day.gave_up += (one for one in told if one.waited_min > one.to_min)


_ACTS: Final = {
    "TicketTaken": _taken,
    "EstimateGiven": _asked,
    "TicketCalled": _called,
    "TicketJoined": _joined,
    "CallUndone": _undone,
    "TicketWentAway": _gone,
    "TicketCancelled": _gone,
    "TicketExpired": _gone,
}


@dataclass(slots=True)
class Tally:
    """How estimates did. `sooner`, `later`: how many came so; `off_min`, `width_min` are sums over all."""

    count: int = 0
    held: int = 0
    sooner: int = 0
    later: int = 0
    off_min: float = 0.0
    width_min: float = 0.0

    def take(self, one: Outcome) -> None:
        self.count += 1
        self.held += one.held
        self.sooner += one.waited_min < one.from_min
        self.later += one.waited_min > one.to_min
        self.off_min += abs(one.off_min)
        self.width_min += one.to_min - one.from_min

    def add(self, other: "Tally") -> None:
        for name in ("count", "held", "sooner", "later", "off_min", "width_min"):
            setattr(self, name, getattr(self, name) + getattr(other, name))


@dataclass(frozen=True, slots=True)
class HitRate:
    """What is known of a site's estimates of the last weeks.

    `cells` are those who had to wait, by (concern, hour told); `at_once`: who was told to be called at once,
    by concern. `widened` is of the whole site.
    """

    cells: Mapping[tuple[str, str], Tally]
    at_once: Mapping[str, Tally]
    widened: float
    whole: Tally = field(init=False)
    """All cells: added up once, for each visitor's page asks for it."""

    def __post_init__(self) -> None:
        object.__setattr__(self, "whole", _sum(self.cells.values()))

    def of(self, services: Collection[str]) -> "HitRate":
        """Return what is known of these concerns alone."""
        cells = {key: one for key, one in self.cells.items() if key[0] in services}
        at_once = {key: one for key, one in self.at_once.items() if key in services}
        return HitRate(cells, at_once, self.widened)

    @property
    def by_hour(self) -> dict[str, Tally]:
        """Return the tallies by hour; what is small stands together."""
        return together(self._along(1))

    @property
    def by_service(self) -> dict[str, Tally]:
        return together(self._along(0))

    @property
    def in_ten(self) -> int | None:
        """Return in how many of ten cases a range held; None while too few are known."""
        whole = self.whole
        return round(10 * whole.held / whole.count) if whole.count >= ENOUGH else None

    def _along(self, part: int) -> dict[str, Tally]:
        found: dict[str, list[Tally]] = defaultdict(list)
        for key, one in self.cells.items():
            found[key[part]].append(one)
        return {key: _sum(tallies) for key, tallies in found.items()}


def hit_rate(outcomes: Sequence[Outcome], zone: tzinfo) -> HitRate:
    """Add up the outcomes of a site."""
    cells: dict[tuple[str, str], Tally] = defaultdict(Tally)
    at_once: dict[str, Tally] = defaultdict(Tally)
    for one in outcomes:
        key = (one.service, f"{one.at.astimezone(zone):%H}")
        (at_once[one.service] if one.is_at_once else cells[key]).take(one)
    return HitRate(cells, at_once, widening([one for one in outcomes if not one.is_at_once]))


def _sum(tallies: Iterable[Tally]) -> Tally:
    whole = Tally()
    for one in tallies:
        whole.add(one)
    return whole


def together(tallies: Mapping[str, Tally]) -> dict[str, Tally]:
    """Return the tallies by key; small ones in one, with another as long as that is small itself.

    Else the one that is not told could be had by subtracting from the whole.
    """
    found = dict(sorted(tallies.items()))
    others = Tally()
    by_size = sorted(found, key=lambda key: found[key].count)
    for key in by_size:
        if found[key].count >= SMALL and not 0 < others.count < SMALL:
            break
        others.add(found.pop(key))
    return found | {OTHERS: others} if others.count >= SMALL else found


def widening(outcomes: Sequence[Outcome]) -> float:
    """Return by how much ranges are to be widened so that they hold as often as they should.

    Conformal (Vovk et al. 2005; split conformal prediction): the quantile of what would have been needed,
    whatever the reason for which they were too narrow. Never narrower than what was found.
    """
    if len(outcomes) < ENOUGH:
        return 1.0
    needed = sorted(one.needed for one in outcomes)
    place = min(len(needed), ceil((len(needed) + 1) * TARGET))
    return min(WIDEST, max(1.0, needed[place - 1]))
