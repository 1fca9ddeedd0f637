"""A site's week at a glance: who works, and for each department and hour what is booked and still free.

It reads and never writes; each day is told by the set-up of that day, so what is planned for it counts. What
must not live here: what a single visitor could book (`services.offer`): here nobody's concern is meant.
"""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from queue_server.domain.appointment import OPEN
from queue_server.domain.availability import ClosedDay, why_closed
from queue_server.domain.concern import CELL_MIN
from queue_server.domain.local_days import cells_in, days_of, span_of
from queue_server.domain.slots import Bits, ClerkTime, time_of
from queue_server.domain.town import Department, Town, services_at
from queue_server.services.ports import Unit

DAYS: Final = 7


@dataclass(frozen=True, slots=True)
class Hour:
    """Minutes of all clerks together: rostered, and of these still free."""

    rostered_min: int
    free_min: int


@dataclass(frozen=True, slots=True)
class Lane:
    """A department's day: how many have booked, and its twenty-four hours by the clock."""

    department: Department
    booked_count: int
    hours: tuple[Hour, ...]


@dataclass(frozen=True, slots=True)
class Shift:
    """When a clerk works, in minutes of the day."""

    clerk_id: str
    name: str
    stretches: tuple[tuple[int, int], ...]


@dataclass(frozen=True, slots=True)
class WeekDay:
    """One day. `closed` says why nobody is served; `lanes` are the departments that are at the site then."""

    on: date
    closed: ClosedDay | None
    shifts: tuple[Shift, ...]
    lanes: tuple[Lane, ...]


def week(unit: Unit, monday: date) -> list[WeekDay]:
    """Return the seven days from `monday` on.

    A clerk who may work for two departments counts in both: whoever books first has that time.
    """
    return [_day(unit, monday + timedelta(days=n)) for n in range(DAYS)]


def _day(unit: Unit, on: date) -> WeekDay:
    then = unit.in_era(unit.eras.place_of(on))
    if then is None:
        return WeekDay(on, None, (), ())
    zone = unit.book.zone
    span = span_of(on, on, zone)
    [day] = [one for one in days_of(span, zone) if one.on == on]
    clerks = then.clerk_times(span)
    by_hour = [cells_in(day, zone, ((hour * 60, (hour + 1) * 60),)) for hour in range(24)]
    lanes = []
    for department in then.town.departments:
        if then.site.id in department.site_ids:
            services = _services(then.town, then.site.id, department)
            able = [one for one in clerks if services & one.can]
            hours = tuple(_hour(able, cells) for cells in by_hour)
            lanes.append(Lane(department, _booked(unit, on, services), hours))
    names = {clerk.id: clerk.name for clerk in then.town.clerks}
    shifts = tuple(
        Shift(one.clerk_id, names[one.clerk_id], tuple(_stretches(unit, one.work, span.base)))
        for one in clerks
        if one.work
    )
    return WeekDay(on, why_closed(then.site, on), shifts, tuple(lanes))


def _services(town: Town, site_id: str, department: Department) -> frozenset[str]:
    return frozenset(one.id for one in services_at(town, site_id) if one.department_id == department.id)


def _hour(clerks: Sequence[ClerkTime], cells: Bits) -> Hour:
    rostered = sum((one.work & cells).bit_count() for one in clerks)
    free = sum((one.work & ~one.busy & cells).bit_count() for one in clerks)
    return Hour(rostered * CELL_MIN, free * CELL_MIN)


def _booked(unit: Unit, on: date, services: Collection[str]) -> int:
    """Count the appointments of a day of which a department does something."""
    return sum(
        one.state in OPEN and any(service_id in services for service_id, _ in one.concern)
        for one in unit.book.on(on)
    )


def _stretches(unit: Unit, work: Bits, base: int) -> Iterator[tuple[int, int]]:
    """Yield when a set begins and ends, by the site's clock."""
    place = 0
    while work >> place:
        place += ((work >> place) & -(work >> place)).bit_length() - 1
        length = (~(work >> place) & ((work >> place) + 1)).bit_length() - 1
        yield _minute(unit, base + place), _minute(unit, base + place + length) or 24 * 60
        place += length


def _minute(unit: Unit, cell: int) -> int:
    at = time_of(cell).astimezone(unit.book.zone)
    return at.hour * 60 + at.minute
