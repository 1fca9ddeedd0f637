"""What the rosters say of the next hours at the counters: who leaves, pauses, and opens.

Only what clerks keep to counts: of one who holds a counter outside the roster's hours, nothing is foretold,
and where fewer than half of those who should be here are, nobody is expected to open by plan. What must not
live here: how a forecast plays it (`domain.forecast.staffing`).
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Final
from zoneinfo import ZoneInfo

from queue_server.domain.availability import closed_days, hours_on, hours_planned
from queue_server.domain.forecast.scene import HORIZON
from queue_server.domain.forecast.staffing import KEPT, NOTHING_PLANNED, Leave, Opening, Planned
from queue_server.domain.local_days import Minutes
from queue_server.domain.town import Clerk, skills_of
from queue_server.services.ports import PublicUnit

LATE_MIN: Final = 15
"""Who has not opened so long after the planned time is missed."""
LEAST_KEPT: Final = 0.5
_HORIZON_MIN: Final = HORIZON.total_seconds() / 60


def planned(unit: PublicUnit) -> Planned:
    """Return what the rosters say of today, in minutes from now. Microseconds for each clerk."""
    local = unit.now.astimezone(ZoneInfo(unit.site.time_zone))
    if local.date() in closed_days(unit.site):
        return NOTHING_PLANNED
    minute = local.hour * 60 + local.minute + local.second / 60
    hours = {
        one.id: (one, hours_planned(one, unit.site, local.date()))
        for one in unit.town.clerks
        if unit.site.id in one.site_ids and one.roster
    }
    held = {binding.clerk_id for binding in unit.desk.values()}
    leaves = tuple(
        leave
        for counter_id, binding in unit.desk.items()
        if binding.clerk_id in hours
        for leave in _leaves(unit, counter_id, hours[binding.clerk_id][1], local, minute)
    )
    return Planned(leaves, _openings(unit, list(hours.values()), held, minute))


def _leaves(
    unit: PublicUnit, counter_id: str, hours: Sequence[Minutes], local: datetime, minute: float
) -> list[Leave]:
    """Return the pauses and the end of who works now by plan.

    An end at which the house closes, too, is none: who is inside by then is served.
    """
    now = next((n for n, (begins, ends) in enumerate(hours) if begins <= minute < ends), None)
    if now is None:
        return []
    found = [
        Leave(counter_id, ends - minute, again - ends)
        for (_, ends), (again, _) in zip(hours[now:], hours[now + 1 :], strict=False)
    ]
    last = hours[-1][1]
    if last not in {closes for _, closes in hours_on(unit.site, local.date())}:
        found.append(Leave(counter_id, last - minute, None))
    return found


def _openings(
    unit: PublicUnit, clerks: Sequence[tuple[Clerk, Sequence[Minutes]]], held: set[str], minute: float
) -> tuple[Opening, ...]:
    """Return who holds no counter yet and begins, or goes on, within the forecast's horizon."""
    here = [one.id for one, hours in clerks if any(a + LATE_MIN <= minute < b for a, b in hours)]
    kept = sum(one in held for one in here) / len(here) if here else KEPT
    if kept < LEAST_KEPT:
        return ()
    found = []
    for one, hours in clerks:
        soon = next((a - minute for a, _ in hours if 0 < a - minute < _HORIZON_MIN), None)
        if soon is not None and one.id not in held:
            found.append(Opening(skills_of(unit.town, one), soon, min(kept, KEPT)))
    return tuple(found)
