"""What is measured of a site once a day, for the figures: hours, capacity, and when the next time is free.

It reads and never writes. The set-up keeps no log of what it meant on a day, and what was free cannot be
told afterwards: so it goes into the log, and figures stay a fold of that alone. What must not live here:
when it is measured, and the writing (`web.measuring`).
"""

from queue_server.domain.availability import hours_on
from queue_server.domain.business_day import business_day
from queue_server.domain.concern import CELL_MIN
from queue_server.domain.errors import Refusal
from queue_server.domain.events import DayMeasured
from queue_server.domain.figures.day import NONE_FREE
from queue_server.domain.local_days import days_of, span_of
from queue_server.domain.slots import first_starts, stretch, time_of
from queue_server.domain.town import services_at
from queue_server.services.free_starts import starts
from queue_server.services.offer import choose_bookable, is_bookable
from queue_server.services.ports import Unit


def bookable_services(unit: Unit) -> list[str]:
    """Return the services for which a time can be booked at the site today."""
    return [one.id for one in services_at(unit.town, unit.site.id) if is_bookable(one, unit.site)]


def days_until_free(unit: Unit, service_id: str) -> int | None:
    """Return in how many days the first free time lies; 0 is today, `NONE_FREE` none, None: not bookable."""
    try:
        found = starts(unit, choose_bookable(unit.town, unit.site, [(service_id, 1)]))
    except Refusal:
        return None
    zone = unit.book.zone
    first = next(iter(first_starts(found.free, found.span, 1)), None)
    if first is None:
        return NONE_FREE
    return (business_day(time_of(first), zone) - business_day(unit.now, zone)).days


def measured(unit: Unit, earliest: tuple[tuple[str, int], ...]) -> DayMeasured:
    """Return the entry of today. `earliest` was asked before, service by service: each takes a while."""
    zone = unit.book.zone
    today = business_day(unit.now, zone)
    span = span_of(today, today, zone)
    [day] = [one for one in days_of(span, zone) if one.on == today]
    of_today = stretch(span, day.first, day.until)
    cells = sum((clerk.work & of_today).bit_count() for clerk in unit.clerk_times(span))
    return DayMeasured(hours_on(unit.site, today), cells * CELL_MIN, earliest)
