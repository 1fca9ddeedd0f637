"""How long a counter takes from one visit to the next while somebody waits: notes, a call, the way.

Found in the last days' log, and drawn towards what is usual the less is known of a site. Of all counters
together: nobody's own pace goes into it. What must not live here: reading the log
(`adapters.told_estimates`), how long visits take (`domain.durations`), and what a forecast makes of it.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Final, NamedTuple

from queue_server.domain.entry import Entry
from queue_server.domain.forecast.drawing import Habits

DAYS: Final = 7
"""So many days back are looked at: hundreds of visits, and a new way of working is learned in a week."""
LONGEST: Final = timedelta(minutes=10)
"""Whoever takes longer was doing something else."""
WEIGHT: Final = 50
"""What is usual counts as much as so many visits."""
_ENDS: Final = frozenset({"ServiceFinished", "TicketPutBack", "TicketParked", "TicketTransferred"})
_LEFT: Final = frozenset({"CounterPaused", "CounterClosed"})
_MINUTE: Final = timedelta(minutes=1)
KINDS: Final = ("TicketTaken", "TicketCalled", "CallUndone", "ServiceStarted", *sorted(_ENDS), *sorted(_LEFT))


@dataclass(slots=True)
class Turnovers:
    """In minutes: `between` the end of a visit and the call of who waited by then; the `way` from there."""

    between: list[float] = field(default_factory=list)
    way: list[float] = field(default_factory=list)

    def add(self, other: "Turnovers") -> None:
        self.between += other.between
        self.way += other.way


class _Called(NamedTuple):
    """A call: `ended_at` is the end of the visit before, where the called one was waiting by then."""

    counter: str
    at: datetime
    ended_at: datetime | None


@dataclass(slots=True)
class _Counters:
    """`ended` by counter, `called` by ticket."""

    found: Turnovers = field(default_factory=Turnovers)
    arrived: dict[int, datetime] = field(default_factory=dict)
    ended: dict[str, datetime] = field(default_factory=dict)
    called: dict[int, _Called] = field(default_factory=dict)

    def take(self, entry: Entry) -> None:
        seq, at, kind, payload = entry
        if kind == "TicketTaken":
            self.arrived[seq] = at
        elif kind in _LEFT:
            self.ended.pop(payload["counter"], None)
        elif kind == "TicketCalled":
            self._call(at, payload["ticket"], payload["counter"], payload.get("finished"))
        elif (call := self.called.get(payload["ticket"])) is None:
            return
        elif kind == "ServiceStarted":
            if payload.get("by") != "finish":
                self._start(at, call)
        else:
            del self.called[payload["ticket"]]
            if kind == "CallUndone":  # and what the same press had ended goes on
                self.ended.pop(call.counter, None)
            else:
                self.ended[call.counter] = at

    def _call(self, at: datetime, ticket: int, counter: str, finished: int | None) -> None:
        if finished is not None:
            self.called.pop(finished, None)
            self.ended[counter] = at
        arrived, ended = self.arrived.get(ticket), self.ended.get(counter)
        waited = arrived is not None and ended is not None and arrived <= ended
        self.called[ticket] = _Called(counter, at, ended if waited else None)

    def _start(self, at: datetime, call: _Called) -> None:
        """Take in a call that somebody followed; the time lost with one before it lay between, too."""
        if (way := at - call.at) <= LONGEST:
            self.found.way.append(way / _MINUTE)
        if call.ended_at is not None and (between := call.at - call.ended_at) <= LONGEST:
            self.found.between.append(between / _MINUTE)


def turnovers_of(entries: Iterable[Entry]) -> Turnovers:
    """Return those of one business day, from its entries of `KINDS` in order."""
    counters = _Counters()
    for one in entries:
        counters.take(one)
    return counters.found


def paced(usual: Habits, found: Turnovers) -> Habits:
    """Return the habits with what lies between two visits here; few of them change little."""
    return replace(
        usual,
        way_min=_towards(usual.way_min, found.way),
        between_min=_towards(usual.between_min, found.between),
    )


def _towards(usual: float, found: Sequence[float]) -> float:
    return (WEIGHT * usual + sum(found)) / (WEIGHT + len(found))
