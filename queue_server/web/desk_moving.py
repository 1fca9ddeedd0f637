"""Moving a booking at the desk: to another time of this site, or over from another site of the town.

What lives here: where the booking is now, whether this clerk may touch it there, and the swap. What must
not: the page around it (`web.page_desk`).
"""

from collections.abc import Sequence
from datetime import datetime

from starlette.datastructures import FormData

from queue_server.domain.errors import NotFound
from queue_server.domain.interpreting import WISHES
from queue_server.domain.town import Site, in_language
from queue_server.services import appointments, booking, offer
from queue_server.services.concerns import asking
from queue_server.services.last_look import clerks_of_time
from queue_server.services.ports import Answer, Unit
from queue_server.web.desk_frame import client_of, do, sites_of
from queue_server.web.last_look import read_calendars
from queue_server.web.pages import PageCall


def moving_of(unit: Unit, reference: str) -> Answer:
    """Return the booking that shall be moved to this site, with the `site` where it is now."""
    stored = None if unit.book.by_ref(reference) else unit.stored_by_reference(reference)
    if stored is None or stored[0] == unit.site.id:
        stored = unit.site.id, appointments.find_appointment(unit, reference)
    elif stored[1].number is None:
        raise NotFound(what="appointment")
    site_id, found = stored
    asks = appointments.asks_of(unit, site_id, found) - WISHES  # an interpreter the desk finds sooner
    return {**appointments.view(unit, found), "clerk_id": found.clerk_id, "site": site_id, "asks": asks}


def require_desk(call: PageCall, site_id: str) -> Site:
    """Return a site at whose desk this clerk may stand; raises `NotFound` for every other."""
    found = next((site for site in sites_of(call) if site.id == site_id), None)
    if found is None:
        raise NotFound(what="appointment")
    return found


def other_sites(call: PageCall, moving: Answer) -> list[dict[str, str]]:
    """Return the desks to which the booking could go, and where all of it is done."""
    asked = {str(service_id) for service_id, _ in moving["services"]}
    town, _ = call.house.offered(call.site_id)
    done = {site.id: 0 for site in town.sites}
    for service in town.services:
        for site_id in service.site_ids if service.id in asked else ():
            done[site_id] += 1
    return [
        {
            "name": in_language(site.name, call.language),
            "url": f"/desk/{site.id}?move={moving['reference']}",
        }
        for site in sites_of(call)
        if site.id != call.site_id and done.get(site.id) == len(asked)
    ]


async def move(call: PageCall, form: FormData, reference: str, starts_at: datetime) -> Answer:
    """Hold and swap in one commit, whichever of the clerk's sites the booking is at."""
    client = client_of(call)
    before = await call.house.sequencer.look(call.site_id, lambda unit: moving_of(unit, reference))
    require_desk(call, before["site"])

    def held(unit: Unit) -> int:
        pairs = pairs_of(before["services"])
        choice = asking(offer.choose_bookable(*unit.eras.offered, pairs, before["persons"]), before["asks"])
        answer = booking.hold(unit, choice, starts_at, channel="desk", client=client, replaces=reference)
        return int(answer["id"])

    def within(unit: Unit) -> Answer:
        return booking.move(unit, reference, held(unit), client)

    def across(unit: Unit, old: Unit) -> Answer:
        return booking.bring(unit, old, reference, held(unit), client)

    def whose(unit: Unit) -> list[str]:
        pairs = pairs_of(before["services"])
        choice = asking(offer.choose_bookable(*unit.eras.offered, pairs, before["persons"]), before["asks"])
        return clerks_of_time(unit, choice, starts_at, reference)

    await read_calendars(call.house, call.site_id, whose)
    is_here = before["site"] == call.site_id
    return await (do(call, form, within) if is_here else do(call, form, across, beside=before["site"]))


def pairs_of(services: Sequence[Sequence[object]]) -> tuple[tuple[str, int], ...]:
    """Return a concern as `choose` takes it."""
    return tuple((str(service_id), int(str(count))) for service_id, count in services)
