"""Bookings that clerks' own calendars contradict, for the pages of desk and counter.

What must not live here: when that is so (`services.calendar_conflicts`).
"""

from queue_server.services import calendar_conflicts as rules
from queue_server.services.ports import Answer, Unit
from queue_server.web.house import House


async def conflicts(house: House, site_id: str) -> list[Answer]:
    """Return what somebody has to look at, in order of time."""
    if not house.clerk_calendars.health():
        return []
    troubles = await _troubles(house, site_id)
    return await house.sequencer.look(site_id, lambda unit: rules.conflicts(unit, troubles))


async def count(house: House, site_id: str, clerk_id: str | None = None) -> int:
    """Count it, of all clerks or of one; where no clerk has a calendar nothing is looked at."""
    if not house.clerk_calendars.health():
        return 0
    troubles = await _troubles(house, site_id)

    def work(unit: Unit) -> int:
        found = rules.contradicted(unit, troubles)
        return sum(1 for _, of, _ in found if clerk_id in (None, of))

    return await house.sequencer.look(site_id, work)


async def _troubles(house: House, site_id: str) -> rules.Troubles:
    if not house.clerk_calendars.is_linked:
        return {}
    found = await house.read(lambda conn: house.copies.troubled(conn, site_id))
    return {one.appointment_id: (one.clerk_id, one.trouble) for one in found}
