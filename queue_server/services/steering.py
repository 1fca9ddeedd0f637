"""To which counters a visitor is sent: those whose room can be reached without steps, where that is needed.

What goes into the log is which counters, never why: somebody may be sent to some of them for many a reason.
What must not live here: who is next among them (`domain.calling`).
"""

from collections.abc import Collection

from queue_server.domain.needs import STEP_FREE
from queue_server.domain.town import Site


def counters_for(site: Site, needs: Collection[str]) -> tuple[str, ...] | None:
    """Return the ids of the counters that may call somebody by themselves; None: all of them.

    Where no room is free of steps nobody could ever call them: then every clerk may, sees the need before
    the call, and comes to fetch them.
    """
    if STEP_FREE not in needs:
        return None
    free = step_free_counters(site)
    return free if 0 < len(free) < len(site.counters) else None


def step_free_counters(site: Site) -> tuple[str, ...]:
    """Return the ids of the counters in rooms that can be reached without steps."""
    rooms = {room.id for room in site.rooms if room.step_free}
    return tuple(counter.id for counter in site.counters if counter.room_id in rooms)
