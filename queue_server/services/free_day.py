"""What is free on one day, for who wants to hold a time of it: the same rules as the sheet, two days long.

`services.offer` computes six weeks at once and keeps them until something is booked; a hold changes that
each time, and needs one day.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from queue_server.domain.availability import allowed_starts
from queue_server.domain.business_day import ends_at
from queue_server.domain.local_days import span_of
from queue_server.domain.slots import (
    CELL_S,
    Bits,
    ClerkTime,
    Span,
    cell_of,
    choose_clerk,
    first_cell_from,
    free_starts,
    stretch,
)
from queue_server.services.concerns import Choice
from queue_server.services.ports import Unit


@dataclass(frozen=True, slots=True)
class FreeDay:
    """`starts` are the free ones of a local day; `clerk_at` also answers for what is not offered."""

    choice: Choice
    span: Span
    clerks: Sequence[ClerkTime]
    starts: Bits

    def is_free(self, cell: int) -> bool:
        return bool(self.starts & stretch(self.span, cell, cell + 1))

    def clerk_at(self, cell: int) -> str | None:
        """Return who should take the visit, None when nobody can."""
        return choose_clerk(self.span, self.clerks, _services(self.choice), cell, _cells(self.choice))


def free_day(unit: Unit, choice: Choice, day: date) -> FreeDay:
    """Return what is free for a concern on a local day. Visits may reach into the next."""
    zone = unit.book.zone
    span = span_of(day, day + timedelta(days=1), zone)
    clerks, services, cells = unit.clerk_times(span), _services(choice), _cells(choice)
    allowed = allowed_starts(unit.town, unit.site, services, span, unit.now, cells, clerks)
    allowed &= stretch(span, first_cell_from(unit.now), cell_of(ends_at(day, zone)))
    return FreeDay(choice, span, clerks, free_starts(span, clerks, services, cells, allowed))


def _services(choice: Choice) -> frozenset[str]:
    return frozenset(service for service, _ in choice.services)


def _cells(choice: Choice) -> int:
    return choice.expected_min * 60 // CELL_S
