"""What can be booked: month sheets, the times of a day, the earliest ones. It reads and never writes.

A start is offered when one clerk who can do the whole concern is free throughout and nothing forbids
that time; everything is computed from bit sets in memory, nothing is stored. What must not live here:
holding and booking (`services.booking`), and the sets themselves (`services.free_starts`).
"""

from collections.abc import Iterable
from datetime import date, datetime
from typing import Final
from zoneinfo import ZoneInfo

from queue_server.domain.availability import booking_window, why_closed
from queue_server.domain.business_day import business_day
from queue_server.domain.errors import BadInput
from queue_server.domain.local_days import Minutes, between, days_of
from queue_server.domain.slots import (
    Bits,
    Span,
    carry_over,
    first_starts,
    starts_in,
    stretch,
    time_of,
)
from queue_server.domain.town import Texts
from queue_server.services.concerns import Choice, NotBookable, choose_bookable, is_bookable
from queue_server.services.free_day import nearest_starts, taken_on
from queue_server.services.free_starts import (
    Starts,
    choice_key,
    days_ahead,
    kept,
    starts,
    starts_if_nothing_were_booked,
)
from queue_server.services.ports import Answer, Unit

__all__ = ["NotBookable", "choose_bookable", "earliest", "is_bookable", "month", "next_free", "times"]

DAYS_MOST: Final = 100
"""A sheet has at most so many days: three months, and what belongs to their weeks."""
NO_REASON: Final[Texts] = {}
AFTER_WORK: Final[Minutes] = (16 * 60, 24 * 60)


# -- what is free --------------------------------------------------------------------------------------


def month(unit: Unit, choice: Choice, first: date, last: date) -> Answer:
    """Return each day from `first` to `last` with its state and how many starts are free.

    The answer is kept and given again: it must not be changed.
    """
    if not 0 <= (last - first).days < DAYS_MOST:
        raise BadInput(field="last")
    about = ("month", choice_key(choice), first, last)
    return kept(unit, about, lambda: _sheet(unit, choice, first, last))


def _sheet(unit: Unit, choice: Choice, first: date, last: date) -> Answer:
    found, possible = starts(unit, choice), starts_if_nothing_were_booked(unit, choice)
    window = booking_window(*unit.eras.offered, choice.service_ids, unit.now)
    days = (date.fromordinal(day) for day in range(first.toordinal(), last.toordinal() + 1))
    return {
        "days": [_day(unit, choice, found, possible, window, day) for day in days],
        "first_free": _first(unit, found.span, found.free),
    }


def times(unit: Unit, choice: Choice, day: date) -> Answer:
    """Return the free starts of a local day, and the first free one on a later day."""
    found = starts(unit, choice)
    span = found.span
    first, until = _edges(span, _zone(unit), day)
    of_day = Span(first, until - first)
    return {
        "date": day.isoformat(),
        "times": _written(unit, starts_in(carry_over(found.free, span, of_day), of_day)),
        "next_free": _first(unit, span, found.free & stretch(span, until, span.end)),
        "minutes": (taken_on(unit, choice, day) or choice).minutes,
    }


def earliest(
    unit: Unit, choice: Choice, count: int = 3, after_work: bool = False, day: date | None = None
) -> Answer:
    """Return the first free starts from `day` on; `after_work`: those from four in the afternoon."""
    found, zone = starts(unit, choice), _zone(unit)
    free = found.free & between(found.span, zone, AFTER_WORK) if after_work else found.free
    not_before = None if day is None else _edges(found.span, zone, day)[0]
    return {
        "times": _written(unit, first_starts(free, found.span, count, not_before)),
        "minutes": choice.minutes,
    }


def next_free(unit: Unit, choice: Choice, near: datetime, count: int = 3) -> list[str]:
    """Return the free starts nearest to a time that is gone, in the order of the clock."""
    return _written(unit, nearest_starts(unit, choice, near, count))


# -- one day -------------------------------------------------------------------------------------------


def _day(unit: Unit, choice: Choice, found: Starts, possible: Bits, window: range, day: date) -> Answer:
    edges = _edges(found.span, _zone(unit), day)
    of_day = stretch(found.span, *edges)
    count = (found.free & of_day).bit_count()
    state, reason = ("free", NO_REASON) if count else _why_not(unit, choice, day)
    if not state:
        late = edges[1] <= window.start or day == business_day(unit.now, _zone(unit))
        state = "full" if possible & of_day else "past" if late else "closed"
    return {"date": day.isoformat(), "state": state, "count": count, "reason": dict(reason)}


def _why_not(unit: Unit, choice: Choice, day: date) -> tuple[str, Texts]:
    """Return "past", "closed" with the reason, or "not_yet"; "" for a day on which all might be booked."""
    today, asked = business_day(unit.now, _zone(unit)), choice.service_ids
    if day < today:
        return "past", NO_REASON
    era = unit.eras.on(day)
    closed = None if era.site is None else why_closed(era.site, day)
    if closed is not None:
        return "closed", closed.reason
    doing = list(unit.eras.doing(asked))
    if era not in doing or era.site is None:
        # Not yet, or not any more: what begins later than this day tells which.
        is_to_come = any(one.begins_on is not None and one.begins_on > day for one in doing)
        return ("not_yet" if is_to_come else "closed"), NO_REASON
    services = [service for service in era.town.services if service.id in asked]
    if any(service.bookable_until is not None and day > service.bookable_until for service in services):
        return "closed", NO_REASON
    begins = [era.site.bookable_from, *(service.bookable_from for service in services)]
    if any(first is not None and day < first for first in begins):
        return "not_yet", NO_REASON
    ahead = (day - today).days
    return ("not_yet" if ahead >= days_ahead(unit, asked) else ""), NO_REASON


def _edges(span: Span, zone: ZoneInfo, day: date) -> tuple[int, int]:
    """Return the first absolute cell of a local day and the one behind it; of other days, the span's edge."""
    days = days_of(span, zone)
    place = (day - days[0].on).days
    if 0 <= place < len(days):
        return days[place].first, days[place].until
    edge = span.base if place < 0 else span.end
    return edge, edge


# -- cells and moments ---------------------------------------------------------------------------------


def _zone(unit: Unit) -> ZoneInfo:
    return ZoneInfo(unit.site.time_zone)


def _first(unit: Unit, span: Span, bits: Bits) -> str | None:
    return next(iter(_written(unit, first_starts(bits, span, 1))), None)


def _written(unit: Unit, cells: Iterable[int]) -> list[str]:
    """Write starts on the site's clock with the distance from UTC: each of two doubled hours differs."""
    zone = _zone(unit)
    return [time_of(cell).astimezone(zone).isoformat(timespec="minutes") for cell in cells]
