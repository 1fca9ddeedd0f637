"""How long somebody will wait, as a range of minutes. Never an input to the order.

A plain estimate: the expected minutes ahead, shared by the open counters that may serve this concern.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from queue_server.domain.hall import CounterState, Hall
from queue_server.domain.ticket import TicketState
from queue_server.domain.waiting_line import LaneKey, Place

STEP_MIN = 5
LOW, HIGH = 0.7, 1.3

Skills = Mapping[str, frozenset[str]]
"""Counter id → the services that the clerk at it may serve; open counters only."""


@dataclass(frozen=True, slots=True)
class Estimate:
    """`ahead` people are called before; the wait lies between the two, in whole minutes."""

    ahead: int
    from_min: int
    to_min: int


def estimate(
    hall: Hall, services: frozenset[str], place: Place, skills: Skills, now: datetime
) -> Estimate | None:
    """Estimate the wait of a ticket at `place`; None when no open counter can serve it."""
    mine = [
        (counter_id, can)
        for counter_id, can in skills.items()
        if services <= can and hall.counter(counter_id).state is CounterState.OPEN
    ]
    if not mine:
        return None

    def meets(lane: LaneKey) -> bool:
        return any(lane.services <= can and lane.bound_counter_id in {None, cid} for cid, can in mine)

    ahead, minutes = hall.waiting.ahead_of(place, meets)
    left = [_minutes_left(hall, counter_id, now) for counter_id, _ in mine]
    return _as_range(ahead, (minutes + sum(left)) / len(mine) if ahead or min(left) else 0.0)


def _minutes_left(hall: Hall, counter_id: str, now: datetime) -> float:
    ticket = hall.ticket_at(counter_id)
    if ticket is None:
        return 0.0
    if ticket.state is not TicketState.SERVING or ticket.started_at is None:
        return float(ticket.expected_min)
    gone = (now - ticket.started_at).total_seconds() / 60
    # Nobody knows when an overrunning visit ends; a quarter of its length is a fair guess.
    return max(ticket.expected_min - gone, ticket.expected_min / 4)


def _as_range(ahead: int, mean_min: float) -> Estimate:
    low = int(mean_min * LOW // STEP_MIN) * STEP_MIN
    high = -int(-mean_min * HIGH // STEP_MIN) * STEP_MIN
    return Estimate(ahead, low, max(high, low + STEP_MIN))
