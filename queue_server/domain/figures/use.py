"""How much the counters of a day were used: how long they were open, and of that, with somebody served.

A counter at which somebody is served counts as open until they go, also when it is paused meanwhile. Told
of all counters together, and only where two of them or more were really used: of one alone it would be the
figures of one clerk. What must not live here: how visits went (`visits`).
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from types import MethodType
from typing import Final, NamedTuple, TypeAlias

from queue_server.domain.entry import Payload
from queue_server.domain.figures.visits import Act, Visit

LEAST: Final = timedelta(minutes=30)
"""A counter at which nobody was served counts as one that was used when it was open so long."""
Span: TypeAlias = tuple[datetime, datetime]


class Use(NamedTuple):
    """Seconds of all counters together; the second is never more than the first."""

    open_s: int
    busy_s: int


@dataclass(slots=True)
class _Counter:
    """A counter during the day: since when it is open, and when anything happened there last."""

    open_since: datetime | None = None
    last_at: datetime | None = None
    was_open: list[Span] = field(default_factory=list)
    serving: list[Span] = field(default_factory=list)


class Counters:
    """All counters of a day, by their id."""

    def __init__(self, ends: datetime) -> None:
        self._ends = ends
        self._all: dict[str, _Counter] = {}
        self._of: dict[int, _Counter] = {}

    def acts(self) -> dict[str, Act]:
        """Return what takes in an entry of each kind."""
        return {kind: MethodType(act, self) for kind, act in _ACTS.items()}

    def use(self, visits: Iterable[Visit], now: datetime | None) -> Use | None:
        """Return how much all were used until the day ended, or `now`; None where one alone was."""
        for visit in visits:
            for begins, ends, leads, counter in visit.stays:
                if leads:
                    self._serve(counter, begins, ends)
            if now is not None and visit.serving_since is not None and visit.leader is None:
                self._serve(visit.counter, visit.serving_since, now)
        for one in self._all.values():
            self._stop(one, now or self._ends)
        opened = [_covered([*one.was_open, *one.serving]) for one in self._all.values()]
        used = [
            span for one, span in zip(self._all.values(), opened, strict=True) if one.serving or span >= LEAST
        ]
        if len(used) < 2:
            return None
        busy = sum((_covered(one.serving) for one in self._all.values()), timedelta())
        return Use(round(sum(opened, timedelta()).total_seconds()), round(busy.total_seconds()))

    def _serve(self, counter_id: str, begins: datetime, ends: datetime) -> None:
        until = min(ends, self._ends)
        if begins < until:
            self._counter(counter_id).serving.append((begins, until))

    def _counter(self, counter_id: str) -> _Counter:
        found = self._all.get(counter_id)
        if found is None:
            found = self._all[counter_id] = _Counter()
        return found

    def _stop(self, counter: _Counter, at: datetime) -> None:
        """End what is open. One that nobody closed was open until the last thing that happened there."""
        until = counter.last_at if at >= self._ends and counter.last_at is not None else at
        if counter.open_since is not None and counter.open_since < until:
            counter.was_open.append((counter.open_since, until))
        counter.open_since = None

    # -- what happens ------------------------------------------------------------------------------

    def _called(self, at: datetime, payload: Payload) -> None:
        counter = self._of[payload["ticket"]] = self._counter(payload["counter"])
        counter.last_at = at

    def _at_counter(self, at: datetime, payload: Payload) -> None:
        counter = self._of.get(payload["ticket"])
        if counter is not None:
            counter.last_at = at

    def _opened(self, at: datetime, payload: Payload) -> None:
        counter = self._counter(payload["counter"])
        counter.open_since = counter.open_since or at
        counter.last_at = at

    def _shut(self, at: datetime, payload: Payload) -> None:
        counter = self._counter(payload["counter"])
        self._stop(counter, at)
        counter.last_at = at


def _covered(spans: Iterable[Span]) -> timedelta:
    """Return how much time lies in any of them."""
    covered, until = timedelta(), None
    for begins, ends in sorted(spans):
        since = begins if until is None else max(begins, until)
        if since < ends:
            covered += ends - since
            until = ends
    return covered


_ACTS: Final[Mapping[str, Callable[[Counters, datetime, Payload], None]]] = {
    "TicketCalled": Counters._called,
    "TicketResumed": Counters._at_counter,
    "ServiceStarted": Counters._at_counter,
    "ServiceFinished": Counters._at_counter,
    "TicketNotThere": Counters._at_counter,
    "TicketParked": Counters._at_counter,
    "TicketPutBack": Counters._at_counter,
    "TicketTransferred": Counters._at_counter,
    "CounterOpened": Counters._opened,
    "CounterPaused": Counters._shut,
    "CounterClosed": Counters._shut,
}
KINDS: Final = frozenset(_ACTS)
