"""Who is next in a simulated hall: by our rule, or by one of those we compare ourselves with.

Only `Ours` and `AsRecorded` are the product's. The others are references for `aufruf simulate` and the
bench; no hall can be set to them.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, Protocol

from queue_server.domain.hall import Hall
from queue_server.domain.order import Due, appointment_due, walk_in_due, with_priority
from queue_server.domain.simulation.plan import Visitor
from queue_server.domain.ticket import DueReason, Ticket
from queue_server.domain.waiting_line import LaneKey

MayServe = Callable[[LaneKey], bool]
GRACE: Final = timedelta(minutes=15)
FACTOR: Final = 3.0
_LONG_AGO: Final = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Placed:
    """How a visitor stands in the line. Without `appointed_at` an early comer is like all others."""

    due: Due
    appointed_at: datetime | None = None


class Discipline(Protocol):
    def place(self, visitor: Visitor) -> Placed:
        """Return where somebody who arrives now stands."""

    def choose(self, hall: Hall, may_serve: MayServe, now: datetime) -> Ticket | None:
        """Return whom the clerk should name; None leaves it to the hall."""


@dataclass(frozen=True, slots=True)
class Ours:
    """The product's own rule, with a site's settings."""

    patience_factor: float = FACTOR
    grace: timedelta = GRACE

    def place(self, visitor: Visitor) -> Placed:
        if visitor.appointed_at is None:
            due = walk_in_due(visitor.arrives_at, visitor.expected_min, self.patience_factor)
        else:
            due = appointment_due(visitor.appointed_at, visitor.arrives_at, self.grace)
        if visitor.priority:
            due = with_priority(due, visitor.arrives_at)
        return Placed(due, visitor.appointed_at)

    def choose(self, hall: Hall, may_serve: MayServe, now: datetime) -> Ticket | None:  # noqa: ARG002
        return None


@dataclass(frozen=True, slots=True)
class AsRecorded(Ours):
    """Our rule as it was on the day: the log knows the due time, not the need that a grace came from."""

    def place(self, visitor: Visitor) -> Placed:
        # Two arguments: `super()` does not find its class where slots make the class anew.
        ours = Ours.place(self, visitor)
        return ours if visitor.recorded is None else Placed(visitor.recorded, visitor.appointed_at)


@dataclass(frozen=True, slots=True)
class FirstCome:
    """First come, first served, whoever has an appointment."""

    def place(self, visitor: Visitor) -> Placed:
        return Placed(Due(visitor.arrives_at, DueReason.FIRST_COME))

    def choose(self, hall: Hall, may_serve: MayServe, now: datetime) -> Ticket | None:  # noqa: ARG002
        return None


@dataclass(frozen=True, slots=True)
class AppointmentsFirst:
    """Whose time has come goes before all walk-ins, late or not; walk-ins fill the gaps as they came."""

    def place(self, visitor: Visitor) -> Placed:
        if visitor.appointed_at is None:
            return Placed(Due(visitor.arrives_at, DueReason.FIRST_COME))
        return Placed(Due(visitor.appointed_at - _LONG_AGO, DueReason.APPOINTED), visitor.appointed_at)

    def choose(self, hall: Hall, may_serve: MayServe, now: datetime) -> Ticket | None:  # noqa: ARG002
        return None


@dataclass(frozen=True, slots=True)
class Weights:
    """Who has waited longest goes first, an appointment's minutes counting `booked` times."""

    booked: float = 3.0

    def place(self, visitor: Visitor) -> Placed:
        return Placed(Due(visitor.may_expect_at, DueReason.FIRST_COME), visitor.appointed_at)

    def choose(self, hall: Hall, may_serve: MayServe, now: datetime) -> Ticket | None:
        return max(
            hall.waiting.in_order(now, may_serve),
            key=lambda ticket: (self._points(ticket, now), -ticket.id),
            default=None,
        )

    def _points(self, ticket: Ticket, now: datetime) -> float:
        waited_s = (now - ticket.due_at).total_seconds()
        # Before the appointed time it is negative: so it must not be weighed up.
        return waited_s * self.booked if ticket.appointed_at is not None and waited_s > 0 else waited_s
