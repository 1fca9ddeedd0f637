"""Whether walk-ins are let in for a concern now, and when the next may come if not.

What must not live here: whether a site gives out numbers at all (`services.access_hours`).
"""

from collections.abc import Collection
from datetime import datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from queue_server.domain.admission import AS_WALK_IN, Admitting
from queue_server.domain.admitting import admitted
from queue_server.domain.availability import open_starts
from queue_server.domain.business_day import business_day
from queue_server.domain.errors import NotAdmitted
from queue_server.domain.local_days import span_of
from queue_server.domain.slots import cell_of, first_starts, stretch, time_of
from queue_server.services.ports import Answer, PublicUnit

LOOK_AHEAD: Final = timedelta(days=42)


def require_walk_ins(unit: PublicUnit, services: Collection[str]) -> None:
    """Raise `NotAdmitted` when nobody may come for all of these without an appointment now."""
    if (why := why_not_admitted(unit, services)) is not None:
        raise NotAdmitted(**why)


def why_not_admitted(unit: PublicUnit, services: Collection[str]) -> Answer | None:
    """Return when the next may come without an appointment, as `next`; None when one may come now."""
    things = _things(unit, services)
    if not any(one.admission_times for one in things):
        return None  # nearly always; what is never admitted was refused before
    zone = ZoneInfo(unit.site.time_zone)
    today, now = business_day(unit.now, zone), cell_of(unit.now)
    span = span_of(today, today, zone)
    if admitted(things, unit.site.id, AS_WALK_IN, span, zone) & stretch(span, now, now + 1):
        return None
    found = next_walk_in(unit, services)
    return {"next": None if found is None else found.astimezone(zone).isoformat(timespec="minutes")}


def next_walk_in(unit: PublicUnit, services: Collection[str]) -> datetime | None:
    """Return the next time at which the site is open and lets walk-ins in for all of these."""
    zone = ZoneInfo(unit.site.time_zone)
    today = business_day(unit.now, zone)
    span = span_of(today, today + LOOK_AHEAD, zone)
    bits = admitted(_things(unit, services), unit.site.id, AS_WALK_IN, span, zone)
    found = first_starts(bits & open_starts(unit.site, span, zone), span, 1, cell_of(unit.now))
    return next((time_of(cell) for cell in found), None)


def _things(unit: PublicUnit, services: Collection[str]) -> list[Admitting]:
    return [unit.site, *(service for service in unit.town.services if service.id in services)]
