"""What the steps ask of the sites: once for all who want the same, until something happens there.

What must not live here: what is shown of the answers (`web.booking_steps`).
"""

from collections.abc import Sequence

from queue_server.domain.slots import first_cell_from
from queue_server.services.coming_now import ComingNow, coming_now
from queue_server.services.ports import Unit
from queue_server.web import booking_times
from queue_server.web.booking_concern import sites_for
from queue_server.web.booking_times import Around
from queue_server.web.booking_visit import Visit
from queue_server.web.booking_wish import Wish

Waits = tuple[tuple[str, ComingNow], ...]
"""Site id → what walk-ins are told there; as a tuple, for a printed page is known by it."""


async def look_around(visit: Visit, wish: Wish) -> tuple[Around, Waits]:
    """Ask every site of the town that offers all of it; those where nobody can do it all are left out."""
    sites, today, now = sites_for(visit.town, wish.but(site_id="")), visit.today, visit.house.clock()
    asked = wish.but(search="", hold=0, every_time=False, answers=())
    moment = now.replace(second=0, microsecond=0), first_cell_from(now), today

    def look(units: Sequence[Unit]) -> tuple[Around, Waits]:
        waits = ((unit.site.id, coming_now(unit, wish.services, wish.persons)) for unit in units)
        around = booking_times.look_around(units, wish, today)
        return around, tuple((id_, one) for id_, one in waits if one is not None)

    ids = [site.id for site in sites]
    about = (visit.town.id, asked, _shown(visit, ids), *moment)
    return await visit.house.sequencer.look_again(about, ids, look)


async def usual_now(visit: Visit) -> ComingNow | None:
    """Ask what a walk-in is told at the site of step 1; None while several are left to choose from."""
    sites = visit.town.sites
    site_id = visit.wish.site_id or (sites[0].id if len(sites) == 1 else "")
    if not site_id:
        return None
    minute = visit.house.clock().replace(second=0, microsecond=0)
    about = ("coming now", site_id, _shown(visit, [site_id]), minute)
    return await visit.house.sequencer.look_again(about, [site_id], lambda units: coming_now(units[0]))


def _shown(visit: Visit, site_ids: Sequence[str]) -> tuple[object, ...]:
    """Return the waits that displays show: a new forecast changes them, and no commit tells of it."""
    views = (room.view for id_ in site_ids if (room := visit.house.hub.rooms.get(id_)))
    return tuple(view.wait for view in views if view is not None)
