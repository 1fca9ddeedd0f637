"""What became of the ranges that a visitor's page showed while they waited, after the number was taken.

Each is measured up to the next call that was not taken back: a visit that is called twice was told something
for each. Who gives up or goes away counts as with what was told first (`estimate_outcomes`): within the time
that was shown for nobody, after it as told too little.

What must not live here: when a range is noted (`live.told_ranges`), and how it is kept
(`adapters.told_estimates`).
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime
from heapq import merge
from operator import attrgetter
from typing import Any, Final, NamedTuple

from queue_server.domain.entry import Entry
from queue_server.domain.estimate_outcomes import Outcome

_at: Final[Any] = attrgetter("at")


class Told(NamedTuple):
    """A range in minutes that the page of a visit showed, from this moment on."""

    at: datetime
    ticket: int
    from_min: int
    to_min: int

    @property
    def minutes(self) -> tuple[int, int]:
        return self.from_min, self.to_min


class Noted(NamedTuple):
    """What is kept of it: where and on which day."""

    organisation_id: str
    site_id: str
    business_day: date
    told: Told


@dataclass(slots=True)
class _Visit:
    """`open`: shown, and nothing has come of it yet. `called`: the last call came of it, if that stands."""

    open: list[Told] = field(default_factory=list)
    called: list[Told] = field(default_factory=list)
    called_at: datetime | None = None


@dataclass(slots=True)
class _Day:
    visits: dict[int, _Visit] = field(default_factory=lambda: defaultdict(_Visit))
    services: dict[int, str] = field(default_factory=dict)
    found: list[tuple[Told, datetime]] = field(default_factory=list)


def later_outcomes_of(entries: Iterable[Entry], shown: Iterable[Told]) -> list[Outcome]:
    """Return what became of the ranges of one day, from its entries of `estimate_outcomes.KINDS` in order.

    What is noted twice in a row counts once: a server that starts anew, or another one beside it, knows
    nothing of what a page showed before.
    """
    day = _Day()
    in_time: Iterable[Told | Entry] = merge(sorted(shown, key=_at), entries, key=_at)
    for one in in_time:
        if isinstance(one, Told):
            _show(day, one)
        elif (act := _ACTS.get(one.kind)) is not None:
            act(day, one)
    for visit in day.visits.values():
        _settle(day, visit)
    return [
        _outcome(one, at, day.services[one.ticket]) for one, at in day.found if one.ticket in day.services
    ]


def _outcome(one: Told, at: datetime, service: str) -> Outcome:
    waited_min = (at - one.at).total_seconds() / 60
    return Outcome(one.at, service, one.from_min, one.to_min, waited_min, ticket=one.ticket)


def _show(day: _Day, one: Told) -> None:
    visit = day.visits[one.ticket]
    if not visit.open or visit.open[-1].minutes != one.minutes:
        visit.open.append(one)


def _settle(day: _Day, visit: _Visit) -> None:
    """Take the last call as one that stands."""
    if visit.called_at is not None:
        day.found += ((one, visit.called_at) for one in visit.called)
    visit.called, visit.called_at = [], None


def _taken(day: _Day, entry: Entry) -> None:
    if entry.payload["concern"]:
        day.services[entry.seq] = str(entry.payload["concern"][0][0])


def _called(day: _Day, entry: Entry) -> None:
    visit = day.visits[entry.payload["ticket"]]
    _settle(day, visit)
    visit.called, visit.called_at, visit.open = visit.open, entry.at, []


def _undone(day: _Day, entry: Entry) -> None:
    visit = day.visits[entry.payload["ticket"]]
    visit.open = visit.called + visit.open
    visit.called, visit.called_at = [], None


def _joined(day: _Day, entry: Entry) -> None:
    day.visits[entry.payload["ticket"]].open = []


def _gone(day: _Day, entry: Entry) -> None:
    visit = day.visits[entry.payload["ticket"]]
    gone = ((one, (entry.at - one.at).total_seconds() / 60) for one in visit.open)
    day.found += ((one, entry.at) for one, waited_min in gone if waited_min > one.to_min)
    visit.open = []


_ACTS: Final = {
    "TicketTaken": _taken,
    "TicketCalled": _called,
    "TicketJoined": _joined,
    "CallUndone": _undone,
    "TicketWentAway": _gone,
    "TicketCancelled": _gone,
    "TicketExpired": _gone,
}
