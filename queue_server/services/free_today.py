"""What the kiosk's start page says about appointments: some times of today, or the next day that has one.

For nobody's concern yet, so a time counts as free when anything could be booked then. It is computed once
for a site, whenever a booking or a minute changed it, however many kiosks hang there. What must not live
here: times for a concern (`services.offer`), and visitors' data.
"""

from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from queue_server.domain.business_day import business_day
from queue_server.domain.slots import starts_in, time_of
from queue_server.domain.town import Service, department_of, services_at
from queue_server.protocol import FreeTimes
from queue_server.services.concerns import Choice
from queue_server.services.free_starts import clerks_of, kept, starts
from queue_server.services.offer import choose_bookable, is_bookable
from queue_server.services.ports import Unit

TIMES_MOST: Final = 3
APART: Final = timedelta(minutes=30)
"""Three times in one quarter of an hour would be no choice."""


def free_times(unit: Unit) -> FreeTimes | None:
    """Return what is free today and next; None at a site that takes no appointments.

    The answer is kept and given again: it must not be changed.
    """
    return kept(unit, ("free today",), lambda: _free_times(unit))


def spread(times: Iterable[datetime], not_before: datetime) -> Iterator[datetime]:
    """Yield a few of the times, none sooner than `not_before`, each some time after the last."""
    count = 0
    for time in times:
        if count < TIMES_MOST and time >= not_before:
            yield time
            not_before, count = time + APART, count + 1


def _free_times(unit: Unit) -> FreeTimes | None:
    found = [starts(unit, choice) for choice in _usual_choices(unit)]
    if not found:
        return None
    free = 0
    for one in found:
        free |= one.free
    zone = ZoneInfo(unit.site.time_zone)
    today = business_day(unit.now, zone)
    of_today: list[datetime] = []
    for cell in starts_in(free, found[0].span):
        time = time_of(cell).astimezone(zone)
        if time.date() != today:
            return FreeTimes(today=_spread(of_today, unit.now), next=_written(time))
        of_today.append(time)
    return FreeTimes(today=_spread(of_today, unit.now), next=None)


def _spread(times: list[datetime], now: datetime) -> list[str]:
    return [_written(time) for time in spread(times, now)]


def _written(time: datetime) -> str:
    return time.isoformat(timespec="minutes")


def _usual_choices(unit: Unit) -> Iterator[Choice]:
    """Yield the shortest concern for each group of clerks and window: whatever fits, one of these does."""
    clerks = clerks_of(unit)
    shortest: dict[tuple[object, ...], Service] = {}
    for service in services_at(unit.town, unit.site.id):
        able = frozenset(clerk.clerk_id for clerk in clerks if service.id in clerk.can)
        if not able or not is_bookable(service, unit.site) or service.confirm_first:
            continue
        horizon = department_of(unit.town, service).horizon_days
        key = (able, horizon, service.bookable_from, service.bookable_until)
        if key not in shortest or service.minutes < shortest[key].minutes:
            shortest[key] = service
    for service in shortest.values():
        yield choose_bookable(unit.town, unit.site, [(service.id, 1)])
