"""Who is next: among the tickets a counter may serve, by (tier, due time, arrival, id).

An estimate of waiting time is never an input here (a system in use ordered by it, and the order
jumped with every estimate). The due time and its reason stand with the ticket, so that "why 417
before 302?" is answered by showing both.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import ceil
from typing import Final

from queue_server.domain.ticket import Adjustment, DueReason, Ticket

LATE_WAIT = timedelta(minutes=5)
PRIORITY = timedelta(minutes=15)
BACK_WAIT = timedelta(minutes=5)
LARGEST_ADJUSTMENT = PRIORITY
PICK_UP_MIN: Final = 4
"""Minutes that everybody has, however short the concern: they give no patience."""
STEEPNESS: Final = 3
MOST_COUNTED_MIN: Final = 19
"""No concern is more patient: who came with a long one would pay for the short waits of all others."""

OrderKey = tuple[int, datetime, datetime, int]


@dataclass(frozen=True, slots=True)
class Due:
    at: datetime
    reason: DueReason
    adjustment: Adjustment | None = None


def walk_in_due(arrived_at: datetime, expected_min: float, patience_factor: float) -> Due:
    """Return when a walk-in is due; factor 0 gives first come, first served."""
    if patience_factor == 0:
        return Due(arrived_at, DueReason.FIRST_COME)
    patience = timedelta(minutes=patience_min(expected_min, patience_factor))
    return Due(arrived_at + patience, DueReason.PATIENCE)


def patience_min(expected_min: float, patience_factor: float) -> int:
    """Return after how many whole minutes somebody with a concern of `expected_min` is due.

    With factor 3: a pick-up of 5 minutes after 9, a concern of 10 after 54, everything longer after 57.
    The figures are those that did best on simulated days (docs/waiting.md, docs/decisions/patience.md).
    """
    counted = STEEPNESS * (expected_min - PICK_UP_MIN)
    return ceil(patience_factor * min(max(counted, 0), MOST_COUNTED_MIN))


def appointment_due(appointed_at: datetime, checked_in_at: datetime, grace: timedelta) -> Due:
    """Return when the holder of an appointment is due; late beyond the grace: downgraded, never dropped."""
    if checked_in_at <= appointed_at + grace:
        return Due(appointed_at, DueReason.APPOINTED)
    return Due(checked_in_at + LATE_WAIT, DueReason.LATE)


def with_priority(due: Due, arrived_at: datetime) -> Due:
    """Bring a due time forward by 15 minutes, never before arrival; one before arrival stays as it is."""
    return Due(min(due.at, max(arrived_at, due.at - PRIORITY)), due.reason, Adjustment.PRIORITY)


def after_return(due_at: datetime, now: datetime) -> datetime:
    """Return the due time of somebody who comes (back) to waiting: not before five minutes from now."""
    return max(due_at, now + BACK_WAIT)


def order_key(ticket: Ticket, now: datetime) -> OrderKey:
    """Return what tickets are ordered by; smaller is called sooner.

    Tier 1 are appointments before their time: taken only when nobody else waits (failure 11).
    """
    return (1 if ticket.is_early(now) else 0, ticket.due_at, ticket.arrived_at, ticket.id)


def next_ticket(
    waiting: Iterable[Ticket], may_serve: Callable[[Ticket], bool], now: datetime
) -> Ticket | None:
    """Return who is next, by definition; `WaitingLine` gives the same answer without looking at everybody."""
    return min((t for t in waiting if may_serve(t)), key=lambda t: order_key(t, now), default=None)
