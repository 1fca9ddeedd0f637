"""Local days and wall times as cells: where a site's clock, with its two odd nights a year, meets `slots`.

What must not live here: who works when, and what is open (`availability`).

**A wall time is the first moment of the local day at which the clock shows it or more.** So hours begin and
end when the clock says so on days of 23, 24 and 25 hours alike; who works through the doubled hour works
two; and 02:30 in the night that has none is the moment at which the clock jumps over it.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from functools import lru_cache
from typing import Final, TypeAlias

from queue_server.domain.business_day import begins_at, business_day, ends_at
from queue_server.domain.concern import CELL_MIN
from queue_server.domain.slots import Bits, Span, cell_of, first_cell_from, time_of

Minutes: TypeAlias = tuple[int, int]
"""A stretch of a day's wall time: from this minute up to, not with, that one; midnight is 1440."""

DAY_CELLS: Final = 24 * 60 // CELL_MIN
_MINUTE: Final = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class Day:
    """A local date and its absolute cells: `first` up to, not with, `until`."""

    on: date
    first: int
    until: int


def span_of(first: date, last: date, zone: tzinfo) -> Span:
    """Return the cells of the local days `first` to `last`, both included.

    For offers let `last` be the day after the horizon: a visit may begin in the last minute before it.
    """
    base = cell_of(begins_at(first, zone))
    return Span(base, cell_of(ends_at(last, zone)) - base)


@lru_cache(maxsize=64)
def days_of(span: Span, zone: tzinfo) -> tuple[Day, ...]:
    """Return the local days that a span touches; the first and the last may lie in it in part."""
    first, last = (business_day(time_of(cell), zone) for cell in (span.base, span.end - 1))
    dates = [first + timedelta(days=n) for n in range((last - first).days + 2)]
    edges = [cell_of(begins_at(on, zone)) for on in dates]
    return tuple(map(Day, dates, edges, edges[1:]))


@lru_cache(maxsize=64)
def between(span: Span, zone: tzinfo, minutes: Minutes) -> Bits:
    """Return these minutes of every local day of the span: "after work" is `(16 * 60, 24 * 60)`."""
    return spread(span, ((day, cells_in(day, zone, (minutes,))) for day in days_of(span, zone)))


def cells_in(day: Day, zone: tzinfo, stretches: tuple[Minutes, ...]) -> Bits:
    """Return the whole cells of a day that lie in one of its stretches; bit 0 is the day's first cell."""
    if day.until - day.first == DAY_CELLS:
        return _cells_in_usual_day(stretches)
    return _union(
        (
            max(0, first_cell_from(_first_moment(day.on, first, zone)) - day.first),
            cell_of(_first_moment(day.on, until, zone)) - day.first,
        )
        for first, until in stretches
    )


def spread(span: Span, days: Iterable[tuple[Day, Bits]]) -> Bits:
    """Return one set over the span from the sets of its days."""
    found = 0
    for day, bits in days:
        place = day.first - span.base
        found |= bits << place if place >= 0 else bits >> -place
    return found & span.all


@lru_cache(maxsize=256)
def _cells_in_usual_day(stretches: tuple[Minutes, ...]) -> Bits:
    return _union((-(-first // CELL_MIN), until // CELL_MIN) for first, until in stretches)


def _union(stretches: Iterable[tuple[int, int]]) -> Bits:
    found = 0
    for first, until in stretches:
        if first < until:
            found |= ((1 << (until - first)) - 1) << first
    return found


def _first_moment(on: date, minute: int, zone: tzinfo) -> datetime:
    """Return when the clock of this day first shows so many minutes after midnight, or more."""
    wall = datetime.combine(on, time(0)) + minute * _MINUTE
    # fold=0 is the first of two such moments. Where there is none it counts on with the clock from before
    # the jump, and so lies behind the jump by as much as the clock did not show: back to it.
    at = wall.replace(tzinfo=zone).astimezone(UTC)
    while (at - _MINUTE).astimezone(zone).replace(tzinfo=None) >= wall:
        at -= _MINUTE
    return at
