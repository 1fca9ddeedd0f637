"""How much of a department's time is idle for the rest of today: minutes that nobody has booked.

What must not live here: letting anybody in (`domain.letting_in`).
"""

from collections.abc import Collection
from zoneinfo import ZoneInfo

from queue_server.domain.availability import open_starts
from queue_server.domain.business_day import business_day
from queue_server.domain.concern import CELL_MIN
from queue_server.domain.local_days import span_of
from queue_server.domain.slots import first_cell_from, stretch
from queue_server.services.ports import Unit


def idle_minutes(unit: Unit, services: Collection[str]) -> int:
    """Return the free minutes of all who can do any of these, from now until the site closes.

    Counted as booking counts: rosters, absences, linked calendars and what is booked or held.
    """
    zone = ZoneInfo(unit.site.time_zone)
    today = business_day(unit.now, zone)
    span = span_of(today, today, zone)
    left = open_starts(unit.site, span, zone) & stretch(span, first_cell_from(unit.now), span.end)
    wanted = frozenset(services)
    able = (one for one in unit.clerk_times(span) if wanted & one.can)
    return CELL_MIN * sum((one.work & ~one.busy & left).bit_count() for one in able)
