"""When a site and its services let visitors in: from what the set-up says to bit sets over a span of days.

Wall times follow the site's clock, as in `local_days`. What must not live here: opening hours, and who works.
"""

from collections.abc import Collection, Iterable, Iterator
from datetime import tzinfo
from functools import reduce

from queue_server.domain.admission import Admission, Admitting, Stretch
from queue_server.domain.local_days import Day, Minutes, cells_in, days_of, spread
from queue_server.domain.slots import Bits, Span

_ALL_DAY: tuple[Minutes, ...] = ((0, 24 * 60),)


def admitted(
    things: Iterable[Admitting], site_id: str, wanted: Collection[Admission], span: Span, zone: tzinfo
) -> Bits:
    """Return when all of these (a site, and the services of a concern) let such visitors in."""
    return reduce(lambda bits, one: bits & _of(one, site_id, wanted, span, zone), things, span.all)


def _of(one: Admitting, site_id: str, wanted: Collection[Admission], span: Span, zone: tzinfo) -> Bits:
    if not one.admission_times:
        return span.all if one.admission in wanted else 0
    return spread(span, _days(one, site_id, wanted, span, zone))


def _days(
    one: Admitting, site_id: str, wanted: Collection[Admission], span: Span, zone: tzinfo
) -> Iterator[tuple[Day, Bits]]:
    for day in days_of(span, zone):
        left, found = cells_in(day, zone, _ALL_DAY), 0
        for time in one.admission_times:
            if left and time.fits(day.on, site_id):
                cells = cells_in(day, zone, _minutes(time.hours)) & left
                found |= cells if time.admits in wanted else 0
                left &= ~cells
        yield day, found | (left if one.admission in wanted else 0)


def _minutes(hours: tuple[Stretch, ...]) -> tuple[Minutes, ...]:
    return tuple(
        (one.begins.hour * 60 + one.begins.minute, one.ends.hour * 60 + one.ends.minute or 24 * 60)
        for one in hours
    ) or (_ALL_DAY)
