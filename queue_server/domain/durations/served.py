"""The visits of a day of which it is known how long they took: what durations are learned from.

A visit tells something of its concern only where the clock ran for it alone, from a pressed start to a
pressed end. Left out are visits without a start, those that a clerk forgot to end before the day did, those
served together with another, those handed on (two desks, two matters), and those that ended only when the
next visitor came in: who waits for somebody to come does not press. Being parked does not count. What must
not live here: what follows from the times (`measured`).
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final

from queue_server.domain.entry import Entry
from queue_server.domain.figures.visits import KINDS, Visits
from queue_server.domain.service_times import Concern

VERSION: Final = 1
"""Raised when the same log tells other times than before: what is kept of its days is then read anew."""
JUST_CAME: Final = timedelta(minutes=2)
"""Who is called so soon after coming was waited for: the visit before may have ended long ago."""
SHORTEST: Final = timedelta(seconds=30)
"""Nobody is served in less: start and end were pressed together."""


@dataclass(frozen=True, slots=True)
class Served:
    """One visit that was served alone, from a start to an end; `counter` is where it was called last."""

    concern: Concern
    minutes: float
    counter: str


@dataclass(frozen=True, slots=True)
class Lasted:
    """The visits with one concern: their minutes in ascending order, and which counters served any of them.

    All that is learned from, and no more: which of them was when, and where, is not told.
    """

    concern: Concern
    minutes: tuple[float, ...]
    counters: frozenset[str]


def gathered(served: Iterable[Served]) -> list[Lasted]:
    """Return these visits by their concerns."""
    return together(Lasted(one.concern, (round(one.minutes, 2),), frozenset({one.counter})) for one in served)


def together(parts: Iterable[Lasted]) -> list[Lasted]:
    """Return the visits of several days as those of one."""
    minutes: defaultdict[Concern, list[float]] = defaultdict(list)
    counters: defaultdict[Concern, set[str]] = defaultdict(set)
    for one in parts:
        minutes[one.concern] += one.minutes
        counters[one.concern] |= one.counters
    return [Lasted(of, tuple(sorted(minutes[of])), frozenset(counters[of])) for of in sorted(minutes)]


def to_json(lasted: Iterable[Lasted]) -> list[Any]:
    """Return them as they are kept."""
    return [[one.concern, sorted(one.counters), one.minutes] for one in lasted]


def from_json(body: Iterable[Any]) -> list[Lasted]:
    """Read what `to_json` made."""
    return [
        Lasted(tuple((id_, count) for id_, count in concern), tuple(minutes), frozenset(counters))
        for concern, counters, minutes in body
    ]


def served_of(entries: Iterable[Entry]) -> list[Served]:
    """Return what the entries of one business day, in their order, tell of service times."""
    reading = _Reading()
    for entry in entries:
        if entry.kind in KINDS:
            reading.take(entry)
    return reading.found()


class _Reading:
    def __init__(self) -> None:
        self.visits = Visits()
        self.concerns: dict[int, Concern] = {}
        self.counters: dict[int, str] = {}
        self.mixed: set[int] = set()
        self.unclear: set[int] = set()

    def take(self, entry: Entry) -> None:
        payload, kind = entry.payload, entry.kind
        if kind == "TicketTaken":
            self.concerns[entry.seq] = _concern(entry)
        elif kind == "ConcernChanged":
            self.concerns[payload["ticket"]] = _concern(entry)
        elif kind == "TicketJoined":
            self.mixed |= {payload["ticket"], payload["leader"]}
        elif kind == "TicketTransferred":
            self.mixed.add(payload["ticket"])
        elif kind == "TicketCalled":
            self._ended_by_call(entry)
            self.counters[payload["ticket"]] = payload["counter"]
        elif kind == "CallUndone":
            self.unclear.discard(payload.get("restored") or 0)
        self.visits.take(entry)

    def _ended_by_call(self, entry: Entry) -> None:
        finished, called = entry.payload.get("finished"), self.visits.all.get(entry.payload["ticket"])
        if finished is not None and called is not None and entry.at - called.arrived_at < JUST_CAME:
            self.unclear.add(finished)

    def found(self) -> list[Served]:
        known = ((id_, visit.service_time) for id_, visit in self.visits.all.items())
        return [
            Served(self.concerns[id_], lasted / timedelta(minutes=1), self.counters[id_])
            for id_, lasted in known
            if lasted is not None and lasted >= SHORTEST and id_ not in self.mixed | self.unclear
        ]


def _concern(entry: Entry) -> Concern:
    return tuple((str(service), int(count)) for service, count in entry.payload["concern"])
