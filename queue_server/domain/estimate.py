"""How long somebody will wait, as a range of minutes. Never an input to the order.

A plain estimate: the expected minutes ahead, shared by the open counters that may serve this concern. What
is told comes from `domain.forecast`, which is right more often and costs milliseconds; this one costs
microseconds and stands in for it where none was made yet: right after the start, after a counter opened or
closed, for a concern that nobody asked about. `ahead` is always counted here.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime

from queue_server.domain.hall import CounterState, Hall
from queue_server.domain.ticket import Ticket, TicketState
from queue_server.domain.waiting_line import LaneKey, Place

STEP_MIN = 5
LOW, HIGH = 0.7, 1.3

Skills = Mapping[str, frozenset[str]]
"""Counter id → the services that the clerk at it may serve; open counters only."""


@dataclass(frozen=True, slots=True)
class Estimate:
    """`ahead` people are called before; the wait lies between the two, in whole minutes.

    `widened` is by how much the range is wider than it was found, because ranges were too narrow of late;
    `before_closing` how likely it is before the doors close, None where no forecast knows.
    """

    ahead: int
    from_min: int
    to_min: int
    widened: float = 1.0
    before_closing: float | None = None


def estimate(
    hall: Hall,
    services: frozenset[str],
    place: Place,
    skills: Skills,
    now: datetime,
    counters: Collection[str] | None = None,
) -> Estimate | None:
    """Estimate the wait of a ticket at `place`; None when no open counter (of `counters`) can serve it."""
    desks = _desks(hall, skills, now)
    mine = [
        desk for desk in desks if services <= desk.can and (counters is None or desk.counter_id in counters)
    ]
    if not mine:
        return None
    who = frozenset((desk.counter_id, desk.can) for desk in mine)
    ahead, minutes = hall.waiting.ahead_of(place, who, lambda lane: any(_may_serve(d, lane) for d in mine))
    return _as_range(ahead, minutes, [desk.left_min for desk in mine])


def estimate_all(hall: Hall, skills: Skills, now: datetime) -> list[tuple[Ticket, Estimate | None]]:
    """Return all who wait in order of calling, each with an estimate (here from the exact minutes ahead).

    One walk over the queue, because the picture for the phones asks for everybody. Tickets that the
    same counters may serve share a sum of what is ahead; there are few such sets, however many concerns.
    """
    desks = _desks(hall, skills, now)
    # Which desks may serve a lane, as a bit set.
    sets = {
        lane: sum(1 << n for n, desk in enumerate(desks) if _may_serve(desk, lane))
        for lane, *_ in hall.waiting.lanes()
    }
    ahead = {mine: [0, 0] for mine in sets.values()}
    meeting = {mine: [sums for other, sums in ahead.items() if other & mine] for mine in ahead}
    left = {mine: [desk.left_min for n, desk in enumerate(desks) if mine >> n & 1] for mine in ahead}
    estimates: list[tuple[Ticket, Estimate | None]] = []
    for ticket in hall.waiting.in_order(now):
        mine = sets[hall.waiting.lane_of(ticket.id)]
        count, minutes = ahead[mine]
        estimates.append((ticket, _as_range(count, minutes, left[mine]) if mine else None))
        for sums in meeting[mine]:
            sums[0] += 1
            sums[1] += ticket.expected_min
    return estimates


@dataclass(slots=True)
class _Desk:
    counter_id: str
    can: frozenset[str]
    left_min: float


def _desks(hall: Hall, skills: Skills, now: datetime) -> list[_Desk]:
    return [
        _Desk(counter_id, can, _minutes_left(hall, counter_id, now))
        for counter_id, can in skills.items()
        if hall.counter(counter_id).state is CounterState.OPEN
    ]


def _may_serve(desk: _Desk, lane: LaneKey) -> bool:
    return lane.services <= desk.can and lane.is_for(desk.counter_id)


def _minutes_left(hall: Hall, counter_id: str, now: datetime) -> float:
    ticket = hall.ticket_at(counter_id)
    if ticket is None:
        return 0.0
    if ticket.state is not TicketState.SERVING or ticket.started_at is None:
        return float(ticket.expected_min)
    gone = (now - ticket.started_at).total_seconds() / 60
    # Nobody knows when an overrunning visit ends; a quarter of its length is a fair guess.
    return max(ticket.expected_min - gone, ticket.expected_min / 4)


def _as_range(ahead: int, minutes: int, left: list[float]) -> Estimate:
    mean_min = (minutes + sum(left)) / len(left) if ahead or min(left) else 0.0
    low = int(mean_min * LOW // STEP_MIN) * STEP_MIN
    high = -int(-mean_min * HIGH // STEP_MIN) * STEP_MIN
    return Estimate(ahead, low, max(high, low + STEP_MIN))
