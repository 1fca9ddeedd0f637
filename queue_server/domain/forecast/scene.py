"""What is known of a hall at one moment, as plain values that any thread may read.

What lives here: the picture that a forecast begins with, and how it is taken from the hall and the book.
What must not: anything drawn by chance (`forecast.drawing`), and names, needs or numbers of visitors.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from itertools import islice
from typing import Final

from queue_server.domain.appointment import Appointment, AppointmentState
from queue_server.domain.calling import RELEASE_AFTER, may_serve
from queue_server.domain.forecast.staffing import NOTHING_PLANNED, Gap, Planned, gaps, openings
from queue_server.domain.hall import CounterState, CounterStatus, Hall
from queue_server.domain.service_times import Concern
from queue_server.domain.ticket import Ticket, TicketState
from queue_server.domain.waiting_line import LaneKey, lane_key

HORIZON: Final = timedelta(minutes=90)
"""Who comes later than that is not looked at: few of those who wait now are still there."""
LONG_LATE: Final = timedelta(minutes=45)
"""Nobody is expected any more who is so late."""
OBSERVED: Final = timedelta(minutes=60)
"""Walk-ins come on as they did in this last while."""
LEAST_OBSERVED: Final = timedelta(minutes=15)
RECENT_MOST: Final = 120
GUEST_MASKS_MOST: Final = 12

Skills = Mapping[str, frozenset[str]]
"""Counter id → the services that the clerk at it may serve; of counters that somebody attends to."""


@dataclass(frozen=True, slots=True)
class Visit:
    """What somebody came for: enough to know how long it takes.

    `times` as long, where several are served together.
    """

    concern: Concern
    expected_min: int
    times: float = 1.0


@dataclass(frozen=True, slots=True)
class Desk:
    """An open counter. `visit` is the running one: served for `gone_s`, or called so long ago (`is_called`).

    `kind` numbers what it may serve. Without a visit, `gone_s` is how long it
    has been free. One that is only planned to open does so in `opens_s`, in this `share` of all cases.
    """

    kind: int
    visit: Visit | None
    is_called: bool
    gone_s: float
    opens_s: int | None = None
    share: float = 1.0


@dataclass(frozen=True, slots=True)
class Waiter:
    """Somebody who waits, or could come: `due_s`, `early_s` and `comes_s` are seconds from now.

    `early_s` > 0: until then the appointed time has not come. `kinds` may serve.
    """

    ticket_id: int
    visit: Visit
    kinds: tuple[int, ...]
    due_s: int
    early_s: int = 0
    comes_s: int = 0


@dataclass(frozen=True, slots=True)
class Expected:
    """An appointment of today whose holder is not here yet."""

    visit: Visit
    kinds: tuple[int, ...]
    starts_s: int


@dataclass(frozen=True, slots=True)
class Newcomer:
    """A walk-in of the last while: somebody like that may come again. `patience_s` from arrival to due."""

    visit: Visit
    kinds: tuple[int, ...]
    patience_s: int


@dataclass(frozen=True, slots=True)
class Scene:
    """All that a forecast begins with. `waiting` is in the order of (due, arrival, id).

    `away` may come back, `bound` waits for a paused counter until it is released. `guests` are the sets of
    kinds, each asked about at every one of `guest_dues`. `observed_s`: in which the `recent` came.
    `until_closing_s` None: the doors do not close today. `gaps` are the counters that are left by plan.
    """

    at: datetime
    seq: int
    skills: Skills
    kind_at: Mapping[str, int]
    desks: tuple[Desk, ...]
    waiting: tuple[Waiter, ...]
    bound: tuple[Waiter, ...]
    away: tuple[Waiter, ...]
    parked: tuple[Waiter, ...]
    expected: tuple[Expected, ...]
    recent: tuple[Newcomer, ...]
    observed_s: float
    guests: tuple[tuple[int, ...], ...]
    guest_dues: tuple[int, ...]
    until_closing_s: float | None
    gaps: tuple[Gap, ...] = ()


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What the hall does not know itself.

    `offered` are the services that may be asked for at the kiosk; `patiences_min` the waits after which
    walk-ins with them are due. `expected` are the day's appointments that nobody has checked in for.
    """

    skills: Skills
    offered: Collection[frozenset[str]]
    patiences_min: Sequence[float]
    expected: Sequence[Appointment]
    until_closing_min: float | None
    giving: bool
    planned: Planned = NOTHING_PLANNED


def take(hall: Hall, around: Surroundings, now: datetime) -> Scene:
    """Look at the hall. In the writer's thread: it takes about a microsecond for each visitor."""
    return _Looking(hall, around, now).scene()


class _Looking:
    def __init__(self, hall: Hall, around: Surroundings, now: datetime) -> None:
        self.hall, self.around, self.now = hall, around, now
        self.skills = {
            id_: can for id_, can in around.skills.items() if hall.counter(id_).state is CounterState.OPEN
        }
        self.kind_at = self._kinds()
        self._serving: dict[LaneKey, tuple[int, ...]] = {}

    def scene(self) -> Scene:
        waiting: list[Waiter] = []
        bound: list[Waiter] = []
        for ticket in self._line():
            kinds = self.kinds(lane_key(ticket))
            if kinds:
                waiting.append(self._waiter(ticket, kinds))
            elif ticket.bound_counter_id is not None:
                bound += self._released(ticket)
        recent, observed = self._recent()
        guests, expected = self._guests(waiting), tuple(self._expected())
        to_open = self._to_open()
        return Scene(
            at=self.now,
            seq=self.hall.seq,
            skills=self.skills,
            kind_at=self.kind_at,
            desks=(*(self._desk(id_) for id_ in self.skills), *to_open),
            waiting=tuple(waiting),
            bound=tuple(bound),
            away=tuple(self._others(self.hall.in_state(TicketState.AWAY))),
            parked=tuple(self._others(self._parked())),
            expected=expected,
            recent=tuple(recent),
            observed_s=observed.total_seconds(),
            guests=guests,
            guest_dues=tuple(sorted({round(60 * one) for one in self.around.patiences_min})),
            until_closing_s=None
            if self.around.until_closing_min is None
            else 60 * self.around.until_closing_min,
            gaps=self._gaps(to_open),
        )

    def _to_open(self) -> list[Desk]:
        """Return the counters that are planned to open."""
        kept = {t.bound_counter_id or "" for t in self._line()} | {t.counter_id or "" for t in self._parked()}
        found = openings(self.around.planned, self.kind_at, self.skills, kept)
        return [Desk(kind, None, False, 0.0, round(60 * one.in_min), one.share) for kind, one in found]

    def _gaps(self, to_open: Sequence[Desk]) -> tuple[Gap, ...]:
        coming = [desk.kind for desk in to_open]
        return tuple(gaps(self.around.planned, self.kind_at, coming, self._serving.values()))

    def _kinds(self) -> dict[str, int]:
        """Number the counters by what they may serve; one that somebody is kept for is a kind of its own."""
        line, parked = self._line(), self._parked()
        kept = {t.bound_counter_id for t in line} | {t.counter_id for t in parked}
        groups = {t.counters for t in (*line, *parked) if t.counters is not None}
        marks: dict[object, int] = {}
        return {
            id_: marks.setdefault(
                (can, id_ if id_ in kept else "", frozenset(group for group in groups if id_ in group)),
                len(marks),
            )
            for id_, can in self.skills.items()
        }

    def kinds(self, lane: LaneKey) -> tuple[int, ...]:
        found = self._serving.get(lane)
        if found is None:
            able = {kind for id_, kind in self.kind_at.items() if may_serve(lane, id_, self.skills[id_])}
            found = self._serving[lane] = tuple(sorted(able))
        return found

    def kinds_for(self, services: frozenset[str]) -> tuple[int, ...]:
        return self.kinds(LaneKey(services, None, appointed=False))

    def _line(self) -> list[Ticket]:
        line = (t for t in self.hall.in_state(TicketState.WAITING) if t.id in self.hall.waiting)
        return sorted(line, key=lambda t: (t.due_at, t.arrived_at, t.id))

    def _parked(self) -> list[Ticket]:
        return [t for t in self.hall.in_state(TicketState.PARKED) if t.joined_to is None]

    def _seconds(self, at: datetime) -> int:
        return int((at - self.now).total_seconds() // 1)

    def _waiter(self, ticket: Ticket, kinds: tuple[int, ...], comes_s: int = 0) -> Waiter:
        appointed = ticket.appointed_at
        early = 0 if appointed is None else max(0, -int(-(appointed - self.now).total_seconds() // 1))
        visit = Visit(ticket.concern, ticket.expected_min)
        return Waiter(ticket.id, visit, kinds, self._seconds(ticket.due_at), early, comes_s)

    def _released(self, ticket: Ticket) -> Iterator[Waiter]:
        """Yield who is kept for a paused counter, from the moment at which anybody may serve them."""
        counter = self.hall.counter(ticket.bound_counter_id or "")
        paused_at = counter.state_at or self.now
        lane = LaneKey(ticket.services, None, appointed=False, counters=ticket.counters)
        if counter.state is CounterState.PAUSED and (kinds := self.kinds(lane)):
            at = max(ticket.due_at, ticket.state_at, paused_at) + RELEASE_AFTER
            yield self._waiter(ticket, kinds, max(0, self._seconds(at)))

    def _others(self, tickets: Sequence[Ticket]) -> Iterator[Waiter]:
        for ticket in tickets:
            lane = lane_key(ticket)
            if ticket.state is TicketState.PARKED:
                lane = replace(lane, bound_counter_id=ticket.counter_id)
            if kinds := self.kinds(lane):
                yield self._waiter(ticket, kinds)

    def _desk(self, counter_id: str) -> Desk:
        kind, counter = self.kind_at[counter_id], self.hall.counter(counter_id)
        ticket = self.hall.ticket_at(counter_id)
        if ticket is None:
            return Desk(kind, None, is_called=False, gone_s=self._free_s(counter))
        # Several who are served together take the minutes of all of them.
        together = sum(one.expected_min for one in self.hall.group(ticket))
        visit = Visit(ticket.concern, ticket.expected_min, together / max(ticket.expected_min, 1))
        serving = ticket.state is TicketState.SERVING
        since = ticket.started_at if serving else ticket.called_at
        return Desk(kind, visit, is_called=not serving, gone_s=self._since(since))

    def _free_s(self, counter: CounterStatus) -> float:
        """Return for how long nobody was there: since it opened, or since the last visit left it."""
        left = (t.state_at for t in self.hall.last_calls() if t.last_counter_id == counter.id)
        return min([self._since(counter.state_at), *map(self._since, left)])

    def _since(self, at: datetime | None) -> float:
        return 0.0 if at is None else max(0.0, (self.now - at).total_seconds())

    def _expected(self) -> Iterator[Expected]:
        for one in self.around.expected:
            soon = self.now - LONG_LATE < one.starts_at < self.now + HORIZON
            booked = soon and one.state is AppointmentState.BOOKED
            if booked and (kinds := self.kinds_for(one.services)):
                yield Expected(Visit(one.concern, one.minutes), kinds, self._seconds(one.starts_at))

    def _recent(self) -> tuple[list[Newcomer], timedelta]:
        """Return the walk-ins of the last hour, newest first, and in how long they came."""
        if not self.around.giving:
            return [], OBSERVED
        found: list[Newcomer] = []
        first = next((t.arrived_at for t in self.hall.tickets.values()), self.now)
        observed = min(OBSERVED, max(LEAST_OBSERVED, self.now - first))
        for ticket in islice(reversed(self.hall.tickets.values()), 4 * RECENT_MOST):
            if ticket.arrived_at < self.now - observed:
                break
            if len(found) >= RECENT_MOST:
                observed = self.now - ticket.arrived_at  # they come faster than is looked at
                break
            if ticket.appointed_at is None and (kinds := self.kinds(lane_key(ticket))):
                patience = max(0, int((ticket.due_at - ticket.arrived_at).total_seconds()))
                found.append(Newcomer(Visit(ticket.concern, ticket.expected_min), kinds, patience))
        return found, max(observed, timedelta(seconds=1))

    def _guests(self, waiting: Sequence[Waiter]) -> tuple[tuple[int, ...], ...]:
        """Return the sets of counters that somebody may depend on: who waits now, then all services."""
        wanted = dict.fromkeys(one.kinds for one in waiting)
        wanted |= dict.fromkeys(self.kinds_for(services) for services in self.around.offered)
        return tuple(kinds for kinds in wanted if kinds)[:GUEST_MASKS_MOST]
