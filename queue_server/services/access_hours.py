"""Whether the kiosks of a site give out numbers now, and if not, why."""

from datetime import UTC, datetime, timedelta
from typing import Literal
from zoneinfo import ZoneInfo

from queue_server.domain.availability import closed_days
from queue_server.domain.ticket import TicketState
from queue_server.domain.town import Site, end_minute
from queue_server.services.ports import PublicUnit

Reason = Literal["", "stopped", "closed", "queue_full", "past_closing", "out_of_service"]
_OPEN_ALWAYS = 7 * 24 * 60


def why_not_giving(unit: PublicUnit, area_id: str | None = None) -> Reason:
    """Return why no number is given out, "" when one is.

    A queue whose end passes closing time takes nobody in: who takes a number is served today.
    """
    if not unit.hall.day.issuing:
        return "stopped"
    left = minutes_until_closing(unit.site, unit.now)
    if left is None:
        return "closed"
    if left < _OPEN_ALWAYS and minutes_of_queue(unit) > left:
        return "past_closing"
    return "queue_full" if _area_full(unit, area_id) else ""


def minutes_until_closing(site: Site, now: datetime) -> int | None:
    """Return the minutes until the present opening ends; None when the site is closed now.

    A closure or public holiday beats the weekly rule (failure 8).
    """
    if site.always_open:
        return _OPEN_ALWAYS
    local = now.astimezone(ZoneInfo(site.time_zone))
    if local.date() in closed_days(site):
        return None
    minute = local.hour * 60 + local.minute
    for hours in site.opening:
        opens, closes = hours.opens.hour * 60 + hours.opens.minute, end_minute(hours.closes)
        if hours.weekday == local.weekday() and opens <= minute < closes:
            return (_moment(local, closes) - now.replace(second=0, microsecond=0)) // timedelta(minutes=1)
    return None


def _moment(local: datetime, minute: int) -> datetime:
    """Return when the wall clock of this day shows `minute`: not so many minutes on in some nights."""
    day = local.replace(hour=0, minute=0, second=0, microsecond=0, tzinfo=None, fold=0)
    return (day + timedelta(minutes=minute)).replace(tzinfo=local.tzinfo).astimezone(UTC)


def minutes_of_queue(unit: PublicUnit) -> int:
    """Return the expected minutes of all who wait, shared by the open counters (at least one)."""
    waiting = sum(minutes for _, _, minutes in unit.hall.waiting.lanes())
    return waiting // max(1, len(unit.hall.open_counters()))


def _area_full(unit: PublicUnit, area_id: str | None) -> bool:
    limit = next((area.limit for area in unit.site.areas if area.id == area_id), None)
    if limit is None or len(unit.hall.waiting) < limit:
        return False  # most of the time; nobody is counted then
    there = sum(1 for t in unit.hall.in_state(TicketState.WAITING) if t.area_id == area_id)
    return there >= limit
