"""To which counters and clerks a visitor is sent: where needed, those who sit in rooms without steps.

What goes into the log is which counters, never why: somebody may be sent to some of them for many a reason.
What must not live here: who is next among them (`domain.calling`).
"""

from collections.abc import Collection
from dataclasses import replace
from datetime import tzinfo

from queue_server.domain.availability import closed_days, work_of
from queue_server.domain.needs import STEP_FREE
from queue_server.domain.slots import Bits, Span
from queue_server.domain.town import Site, Town


def counters_for(site: Site, needs: Collection[str]) -> tuple[str, ...] | None:
    """Return the ids of the counters that may call somebody by themselves; None: all of them.

    Where no room is free of steps nobody could ever call them: then every clerk may, sees the need before
    the call, and comes to fetch them.
    """
    if STEP_FREE not in needs:
        return None
    free = step_free_counters(site)
    return free if 0 < len(free) < len(site.counters) else None


def within_reach(town: Town, site: Site, span: Span, zone: tzinfo) -> dict[str, Bits]:
    """Return clerk → when they work in a room without steps, or at no counter that the roster names.

    Clerks who are not in it do so always.
    """
    counters = counters_for(site, {STEP_FREE})
    if counters is None:
        return {}
    closed = closed_days(site)
    found = {}
    for clerk in town.clerks:
        near = tuple(one for one in clerk.roster if one.counter_id is None or one.counter_id in counters)
        if len(near) < len(clerk.roster):
            found[clerk.id] = work_of(replace(clerk, roster=near), site, span, zone, closed)
    return found


def step_free_counters(site: Site) -> tuple[str, ...]:
    """Return the ids of the counters in rooms that can be reached without steps."""
    rooms = {room.id for room in site.rooms if room.step_free}
    return tuple(counter.id for counter in site.counters if counter.room_id in rooms)
