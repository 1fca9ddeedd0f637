"""What is free near one moment, for who wants to hold a time: the same rules as the sheet, some days long.

`services.free_starts` computes six weeks at once and keeps them until something is booked; a hold changes
that each time, and needs one day.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Final

from queue_server.domain.business_day import business_day, ends_at
from queue_server.domain.concern import CELL_MIN
from queue_server.domain.local_days import span_of
from queue_server.domain.slots import Bits, ClerkTime, Span, cell_of, choose_clerk, nearest, stretch
from queue_server.services.concerns import Choice, as_taken
from queue_server.services.free_starts import able, free_of, services_of, starts, visits_of
from queue_server.services.ports import Unit

A_DAY: Final = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class FreeDay:
    """`starts` are the free ones of a local day; `clerk_at` also answers for what is not offered.

    `clerks` are those who may take it.
    """

    choice: Choice
    span: Span
    clerks: Sequence[ClerkTime]
    starts: Bits

    def is_free(self, cell: int) -> bool:
        return bool(self.starts & stretch(self.span, cell, cell + 1))

    def clerk_at(self, cell: int) -> str | None:
        """Return who should take the visit, None when nobody can."""
        cells = self.choice.expected_min // CELL_MIN
        return choose_clerk(self.span, self.clerks, services_of(self.choice), cell, cells)


def free_day(unit: Unit, choice: Choice, day: date) -> FreeDay:
    """Return what is free on a local day for a concern, or its first part. Visits may reach into the next.

    The concern is taken as it is: who chooses it anew for the day asks `taken_on` before.
    """
    zone = unit.book.zone
    span = span_of(day, day + A_DAY, zone)
    then = unit.in_era(unit.eras.place_of(day))
    if then is None:
        return FreeDay(choice, span, [], 0)
    clerks = then.clerk_times(span)
    free = free_of(then, choice, span, clerks) & stretch(span, span.base, cell_of(ends_at(day, zone)))
    return FreeDay(choice, span, able(then, choice, span, clerks), free)


def taken_on(unit: Unit, choice: Choice, day: date) -> Choice | None:
    """Return the concern as the set-up of a local day takes it; None when it does not."""
    place = unit.eras.place_of(day)
    then = unit.in_era(place)
    if then is None:
        return None
    return choice if place == 0 else as_taken(then.town, then.site, choice)


def base_on(unit: Unit, choice: Choice, day: date) -> Choice | None:
    """Return the concern of something that was booked or held as the set-up of a day knows it by itself."""
    then = unit.in_era(unit.eras.place_of(day))
    return None if then is None else as_taken(then.town, then.site, replace(choice, asks=frozenset()))


def nearest_starts(unit: Unit, choice: Choice, near: datetime, count: int) -> list[int]:
    """Return the cells of the free starts nearest to a time that is gone, in the order of the clock.

    On a hot day many a press is refused, each after another one was booked: so what lies around is looked
    at first, and six weeks only when it cannot tell.
    """
    zone = unit.book.zone
    cell, day = cell_of(near), business_day(near, zone)
    span = span_of(day - A_DAY, day + 2 * A_DAY, zone)  # visits may reach into the last day
    until = cell_of(ends_at(day + A_DAY, zone))
    free = visits_of(unit, choice, span) & stretch(span, span.base, until)
    found = nearest(free, span, cell, count)
    if len(found) == count and all(abs(one - cell) < min(cell - span.base, until - cell) for one in found):
        return found
    whole = starts(unit, choice)
    return nearest(whole.free, whole.span, cell, count)
