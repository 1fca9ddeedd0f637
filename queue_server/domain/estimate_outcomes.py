"""What became of the waits that were told: whether they held, by how much they were off, how far to widen.

An estimate counts once its visitor was called, with the time from being told to the first call that was not
taken back. Whoever gave up or went away for a while counts for nobody: the wait was their own. What a kiosk
told before a number was taken counts for who took a number for the same concern within minutes.

What must not live here: reading the log (`adapters.told_estimates`), and making estimates.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta, tzinfo
from math import ceil
from typing import Any, Final, NamedTuple

from queue_server.domain.figures.visits import Entry

KINDS: Final = (
    "TicketTaken",
    "EstimateGiven",
    "TicketCalled",
    "TicketJoined",
    "CallUndone",
    "TicketWentAway",
    "TicketCancelled",
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


def outcomes_of(entries: Iterable[Entry]) -> list[Outcome]:
    """Return what became of the estimates of one day, from its entries of `KINDS` in order."""
    day = _Day()
    for entry in entries:
        _ACTS[entry.kind](day, entry)
    return [
        one._replace(waited_min=(at - one.at).total_seconds() / 60)
        for ticket, at in day.called.items()
        for one in day.told.get(ticket, ())
    ]


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
    day.called.setdefault(entry.payload["ticket"], entry.at)


def _undone(day: _Day, entry: Entry) -> None:
    day.called.pop(entry.payload["ticket"], None)


def _gone(day: _Day, entry: Entry) -> None:
    if entry.payload["ticket"] not in day.called:
        day.told.pop(entry.payload["ticket"], None)


_ACTS: Final = {
    "TicketTaken": _taken,
    "EstimateGiven": _asked,
    "TicketCalled": _called,
    "TicketJoined": _gone,
    "CallUndone": _undone,
    "TicketWentAway": _gone,
    "TicketCancelled": _gone,
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
    """What is known of a site's estimates of the last weeks. In `by_…`, what is small stands together."""

    whole: Tally
    by_hour: Mapping[str, Tally]
    by_service: Mapping[str, Tally]
    widened: float

    @property
    def in_ten(self) -> int | None:
        """Return in how many of ten cases a range held; None while too few are known."""
        return round(10 * self.whole.held / self.whole.count) if self.whole.count >= ENOUGH else None


def hit_rate(outcomes: Sequence[Outcome], zone: tzinfo) -> HitRate:
    """Add up the outcomes of a site."""
    whole = Tally()
    by_hour: dict[str, Tally] = defaultdict(Tally)
    by_service: dict[str, Tally] = defaultdict(Tally)
    for one in outcomes:
        for tally in (whole, by_hour[f"{one.at.astimezone(zone):%H}"], by_service[one.service]):
            tally.take(one)
    return HitRate(whole, together(by_hour), together(by_service), widening(outcomes))


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
