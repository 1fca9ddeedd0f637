"""What a kiosk asks beside taking numbers: the visit behind a slip that was held before its scanner.

The code is the visitor's secret. It comes in the body, never in an address that a log would keep.
"""

from queue_server.domain.access import Act, Kind, Thing, require
from queue_server.domain.errors import NotFound
from queue_server.domain.ticket import Ticket
from queue_server.services import screens, visits
from queue_server.services.ports import Answer, Unit
from queue_server.web import answers, models
from queue_server.web.api import PREFIX, ApiRoute, Call
from queue_server.web.proxies import client_address
from queue_server.web.status_codes import read_code, ticket_of


async def show_visit(call: Call) -> Answer:
    """Show the visit whose slip was scanned, or act on it for its holder: away, back, cancel."""
    body, house = call.body, call.house
    house.limits.check_status(client_address(call.request.scope))
    ref = read_code(house, body.code)
    if ref.site_id != call.site_id:
        raise NotFound(what="ticket")
    ticket_thing = Thing(Kind.TICKET, call.thing.organisation_id, ref.site_id, str(ref.ticket_id))
    require(call.actor, Act.MANAGE_OWN_TICKET, ticket_thing)

    def look(unit: Unit) -> Answer:
        return _seen(unit, ticket_of(unit, ref))

    def act(unit: Unit) -> Answer:
        visits.act(unit, ticket_of(unit, ref), body.act)
        return look(unit)

    return await house.sequencer.look(ref.site_id, look) if body.act is None else await call.do(act)


def _seen(unit: Unit, ticket: Ticket) -> Answer:
    """Return what a phone would show, in the kiosk's few words; no concern, no need."""
    queue = screens.public_queue(unit)
    place = next((entry for entry in queue["waiting"] if entry["key"] == ticket.key), None)
    summons = next((entry for entry in queue["called"] if entry["key"] == ticket.key), None)
    is_known = place is not None and place["from_min"] >= 0
    return {
        "number": ticket.number,
        "state": ticket.state.value,
        "language": ticket.language,
        "area_id": ticket.area_id,
        "ahead": place["ahead"] if place else None,
        "wait": {"from_min": place["from_min"], "to_min": place["to_min"]} if place and is_known else None,
        "room": summons["room"] if summons and queue["call_mode"] == "screen" else None,
    }


ROUTES = [
    ApiRoute(
        "POST",
        f"{PREFIX}/kiosks/{{kiosk}}/visits",
        show_visit,
        Act.SEE_KIOSK,
        "kiosk",
        models.ScannedCode,
        answers.OwnVisit,
        refusals=("wrong_state",),
        tag="ticket",
    ),
]
