"""What simulated days come to: waits, idle time, overtime, fairness, and how sure that is over the seeds."""

from bisect import bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from math import ceil, nan, sqrt
from statistics import fmean, pstdev, stdev
from typing import Final, TypeAlias

from queue_server.domain import events as e
from queue_server.domain.simulation.lived import Lived
from queue_server.domain.simulation.plan import Desk

_MINUTE: Final = timedelta(minutes=1)
_T95: Final = (
    12.7,
    4.3,
    3.18,
    2.78,
    2.57,
    2.45,
    2.36,
    2.31,
    2.26,
    2.23,
    2.2,
    2.18,
    2.16,
    2.14,
    2.13,
    2.12,
    2.11,
    2.1,
    2.09,
    2.09,
    2.08,
    2.07,
    2.07,
    2.06,
    2.06,
    2.06,
    2.05,
    2.05,
    2.05,
    2.04,
)
"""Student's factor for 95 %, by days less two; beyond them the normal one will do."""


@dataclass(frozen=True, slots=True)
class DayResult:
    """One day, in minutes. Waits are in order of call; nobody waits before the own appointed time.

    `overtaken_count`: over all visitors, those who came later and were called sooner. `lacking` names the
    services of those who were not served or turned away, once for each of them; `crowded_out_count` are those
    of the latter for whom the queue was too long, and not the hour too late.
    """

    booked: tuple[float, ...]
    walk_ins: tuple[float, ...]
    unserved_count: int
    idle_min: float
    overtime_min: float
    open_min: float
    overtaken_count: int
    turned_away_count: int = 0
    crowded_out_count: int = 0
    lacking: tuple[str, ...] = ()

    @property
    def all(self) -> tuple[float, ...]:
        return self.booked + self.walk_ins


@dataclass(frozen=True, slots=True)
class About:
    """A mean over days; the true one lies within ± `give` in 95 of 100 cases. One day alone gives nan."""

    value: float
    give: float


def result_of(lived: Lived) -> DayResult:
    """Measure a day that is over."""
    waits: dict[bool, list[float]] = {True: [], False: []}
    arrivals: list[datetime] = []
    called: set[int] = set()
    lacking: list[str] = []
    unserved = 0
    for place, visitor in enumerate(lived.plan.visitors):
        ticket = lived.ticket_of(place)
        is_unserved = ticket is not None and ticket.first_called_at is None and not visitor.gives_up
        unserved += is_unserved
        if is_unserved or place in lived.turned_away:
            lacking += sorted(visitor.services)
    for at, _, place in lived.calls():
        if place not in called:
            visitor = lived.plan.visitors[place]
            called.add(place)
            arrivals.append(visitor.arrives_at)
            waited = max(timedelta(0), at - visitor.may_expect_at) / _MINUTE
            waits[visitor.appointed_at is not None].append(waited)
    busy = _busy(lived)
    desks = [_of_desk(desk, busy[desk.id]) for desk in lived.plan.desks]
    idle, over, open_ = (sum(part) for part in zip(*desks, strict=True)) if desks else (0.0, 0.0, 0.0)
    return DayResult(
        tuple(waits[True]),
        tuple(waits[False]),
        unserved,
        idle,
        over,
        open_,
        _inversions(arrivals),
        len(lived.turned_away),
        sum(lived.turned_away.values()),
        tuple(lacking),
    )


_Stretches = list[tuple[datetime, datetime]]


_End: TypeAlias = (
    e.ServiceFinished
    | e.TicketNotThere
    | e.TicketPutBack
    | e.TicketTransferred
    | e.TicketParked
    | e.TicketCancelled
)


def _busy(lived: Lived) -> dict[str, _Stretches]:
    """Return when each counter had somebody called or served."""
    busy = _Busy({desk.id: [] for desk in lived.plan.desks})
    for one in lived.log:
        event = one.event
        if isinstance(event, e.TicketCalled):
            busy.begin(event.counter, event.ticket, one.at)
        elif isinstance(event, e.TicketJoined):
            busy.join(event.ticket, event.leader)
        elif isinstance(event, e.TicketResumed):
            busy.begin(busy.counter_of[event.ticket], event.ticket, one.at)
        elif isinstance(event, e.TicketReleased):
            busy.part(event.ticket)
        elif isinstance(event, _End):
            busy.end(event, one.at)
    return busy.found


@dataclass
class _Busy:
    """Who is served together is one visit, which lasts until the last of them is gone."""

    found: dict[str, _Stretches]
    counter_of: dict[int, str] = field(default_factory=dict)
    _groups: dict[int, set[int]] = field(default_factory=dict)
    _running: dict[str, tuple[datetime, set[int]]] = field(default_factory=dict)

    def begin(self, counter_id: str, ticket: int, at: datetime) -> None:
        """Begin a visit; what the same press ended ends now."""
        if counter_id in self._running:
            self._stop(counter_id, at)
        group = self._groups.setdefault(ticket, {ticket})
        self.counter_of |= dict.fromkeys(group, counter_id)
        self._running[counter_id] = at, group

    def join(self, ticket: int, leader: int) -> None:
        group = self._groups[ticket] = self._groups[leader]
        group.add(ticket)
        self.counter_of[ticket] = self.counter_of[leader]

    def part(self, ticket: int) -> None:
        """Let those go who were parked together; who is at a counter stays there."""
        group = self._groups.get(ticket, set())
        if all(group is not running for _, running in self._running.values()):
            for one in group:
                del self._groups[one]

    def end(self, event: _End, at: datetime) -> None:
        ticket = event.ticket
        group, counter_id = self._groups.get(ticket), self.counter_of.get(ticket, "")
        if group is None:
            return
        is_running = counter_id in self._running and self._running[counter_id][1] is group
        if isinstance(event, e.TicketCancelled):
            del self._groups[ticket]
            group.discard(ticket)
            if group:
                return  # the others go on
        if is_running:
            self._stop(counter_id, at, is_over=not isinstance(event, e.TicketParked))

    def _stop(self, counter_id: str, at: datetime, *, is_over: bool = True) -> None:
        since, group = self._running.pop(counter_id)
        self.found[counter_id].append((since, at))
        if is_over:
            for one in group:
                self._groups.pop(one, None)


def _of_desk(desk: Desk, busy: _Stretches) -> tuple[float, float, float]:
    """Return minutes of idle time and of overtime, and how long the counter was to be open."""
    open_ = sum(((shift.ends_at - shift.begins_at) / _MINUTE for shift in desk.shifts), 0.0)
    within = sum(
        max(timedelta(0), min(until, shift.ends_at) - max(since, shift.begins_at)) / _MINUTE
        for since, until in busy
        for shift in desk.shifts
    )
    ends_at = max((shift.ends_at for shift in desk.shifts), default=datetime.max.replace(tzinfo=UTC))
    over = max((until - ends_at for _, until in busy if until > ends_at), default=timedelta(0))
    return open_ - within, over / _MINUTE, open_


def _inversions(arrivals: Sequence[datetime]) -> int:
    """Return how many pairs were called in another order than they came."""
    so_far: list[datetime] = []
    count = 0
    for arrival in arrivals:
        place = bisect_right(so_far, arrival)
        count += len(so_far) - place
        so_far.insert(place, arrival)
    return count


@dataclass(frozen=True, slots=True)
class Waits:
    """Minutes: means over days of each day's mean, middle, nine-of-ten value, longest, standard deviation."""

    mean: About
    median: About
    p90: About
    worst: About
    spread: About


def waits_of(days: Iterable[Sequence[float]]) -> Waits:
    """Sum up the waits of several days; a day without a visitor of this kind tells nothing."""
    told = [day for day in days if day]
    return Waits(
        about([fmean(day) for day in told]),
        about([percentile(day, 50) for day in told]),
        about([percentile(day, 90) for day in told]),
        about([max(day) for day in told]),
        about([pstdev(day) for day in told]),
    )


def about(values: Sequence[float]) -> About:
    """Return the mean over days with what it may be off by."""
    if not values:
        return About(nan, nan)
    if len(values) == 1:
        return About(values[0], nan)
    factor = _T95[len(values) - 2] if len(values) - 2 < len(_T95) else 1.96
    return About(fmean(values), factor * stdev(values) / sqrt(len(values)))


def percentile(values: Sequence[float], percent: float) -> float:
    """Return the value below which so many percent of the values lie (nearest rank)."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, ceil(len(ordered) * percent / 100) - 1)]
