"""Sites, their boards and queues, and taking a number: `/api/v1/sites/…`."""

from datetime import date
from zoneinfo import ZoneInfo

from queue_server.domain.access import Act, Role, may
from queue_server.domain.business_day import business_day
from queue_server.domain.errors import BadInput, NotFound
from queue_server.domain.ticket import Origin
from queue_server.domain.town import Service, Site, Town, languages_at, services_at
from queue_server.services import reception, screens, site_view, visits
from queue_server.services.concerns import choose, require_together, takes_walk_ins
from queue_server.services.free_today import free_times
from queue_server.services.named_clerks import for_talk
from queue_server.services.offer import is_bookable
from queue_server.services.ports import Answer, Unit
from queue_server.web import answers, models, printing
from queue_server.web.api import PREFIX, ApiRoute, Call
from queue_server.web.kiosk_service import require_in_service

_ORIGIN = {Role.KIOSK: Origin.KIOSK, Role.INTEGRATION: Origin.INTEGRATION}


async def list_sites(call: Call) -> Answer:
    """List the sites of this server."""
    return {"sites": [_in_short(town, site) for town, site in call.house.directory.sites.values()]}


async def see_site(call: Call) -> Answer:
    """Return a site: its services in categories, areas, languages, call mode; counters for staff."""
    town, site = call.house.town_and_site(call.site_id)
    answer = {
        **_in_short(town, site),
        "categories": _categories(town, site, business_day(call.house.clock(), ZoneInfo(site.time_zone))),
        "areas": [{"id": area.id, "name": dict(area.name), "hint": dict(area.hint)} for area in site.areas],
    }
    if may(call.actor, Act.SEE_STAFF_QUEUE, call.thing):
        answer |= _for_staff(site)
    return answer


async def see_board(call: Call) -> Answer:
    """Return the whole site's board: open and last calls, newest first."""

    def work(unit: Unit) -> Answer:
        seen = site_view.view(unit)
        shown = screens.shown_calls(seen, None)
        version, free = call.house.hub.config_version, free_times(unit)
        board = screens.board(seen, unit.site, shown, unit.now, version, free)
        return {"epoch": call.house.epoch, "seq": unit.hall.seq, **board}

    return await call.house.sequencer.look(call.site_id, work)


async def see_queue(call: Call) -> Answer:
    """Return who waits, in order of calling, and who is called: numbers and ranges, no concern."""

    def work(unit: Unit) -> Answer:
        return {"epoch": call.house.epoch, "seq": unit.hall.seq, **screens.public_queue(unit)}

    return await call.house.sequencer.look(call.site_id, work)


async def take_ticket(call: Call) -> Answer:
    """Take a number: saved first, printed second. The same `request_id` gets the same number."""
    body, actor, house = call.body, call.actor, call.house
    if actor.device_id is not None and actor.token_id is not None and not _is_machine(call):
        house.limits.check_ticket(actor.device_id)
    if actor.role is Role.KIOSK and actor.device_id is not None:
        require_in_service(house, call.site_id, actor.device_id)

    def work(unit: Unit) -> Answer:
        require_together(unit.town, body.pairs())
        return reception.take_ticket(
            unit,
            choose(unit.town, unit.site, body.pairs(), body.persons, walk_in=actor.role is Role.KIOSK),
            origin=_ORIGIN.get(actor.role, Origin.DESK),
            language=body.language,
            needs=body.needs,
            kiosk_id=actor.device_id if actor.role is Role.KIOSK else None,
        )

    answer = await call.do(work)
    house.speech.number_drawn(house.site(call.site_id), answer["number"], body.language)
    if actor.role is Role.KIOSK and actor.device_id is not None:
        printing.offer_soon(house, call.site_id, actor.device_id)
    return ticket_view(call, answer)


async def give_quote(call: Call) -> Answer:
    """Tell how long it takes before a number is taken. What was told is kept, to measure honesty."""
    body = call.body

    def work(unit: Unit) -> Answer:
        require_together(unit.town, body.pairs())
        return reception.give_quote(unit, choose(unit.town, unit.site, body.pairs(), body.persons))

    return await call.do(work)


async def act_on_ticket(call: Call) -> Answer:
    """Staff and kiosks: away, back, cancel, for a visitor who stands before them."""
    ticket_id, act = _ticket_id(call), call.body.act
    answer = await call.do(lambda unit: visits.act(unit, visits.by_id(unit, ticket_id), act))
    return ticket_view(call, answer)


async def explain_order(call: Call) -> Answer:
    """Say why a ticket stands where it stands: its due time and reason, and who comes before it and why."""
    ticket_id = _ticket_id(call)
    return await call.house.sequencer.look(call.site_id, lambda unit: visits.explain(unit, ticket_id))


async def reprint_slip(call: Call) -> Answer:
    """Print the same number again, marked as a reprint."""
    ticket_id, site = _ticket_id(call), call.house.site(call.site_id)
    kiosk_id = call.body.kiosk or call.actor.device_id or (site.kiosks[0].id if site.kiosks else None)
    if kiosk_id not in {kiosk.id for kiosk in site.kiosks}:
        raise BadInput(field="kiosk")
    answer = await call.do(lambda unit: reception.reprint(unit, visits.by_id(unit, ticket_id), str(kiosk_id)))
    printing.offer_soon(call.house, call.site_id, str(kiosk_id))
    return answer


def ticket_view(call: Call, answer: Answer) -> Answer:
    """Add the status page's secret address, which is computed and never stored."""
    shown = {name: value for name, value in answer.items() if name != "secret_version"}
    version = answer.get("secret_version", 1)
    return {
        **shown,
        "status_url": call.house.status_url(call.site_id, answer["id"], answer["key"], version),
    }


def _is_machine(call: Call) -> bool:
    """A device that signs in by header is a program of the town's own; the limit is for touched screens."""
    return "authorization" in call.request.headers


def _ticket_id(call: Call) -> int:
    text = call.request.path_params["ticket"]
    if not text.isascii() or not text.isdigit() or len(text) > 15:
        raise NotFound(what="ticket")
    return int(text)


def _in_short(town: Town, site: Site) -> Answer:
    return {
        "id": site.id,
        "name": dict(site.name),
        "town": dict(town.name),
        "address": site.address,
        "phone": site.phone,
        "time_zone": site.time_zone,
        "languages": list(languages_at(town, site)),
        "call_mode": site.call_mode.value,
    }


def _for_staff(site: Site) -> Answer:
    rooms = {room.id: room for room in site.rooms}
    return {
        "counters": [
            {"id": c.id, "name": c.name, "room": rooms[c.room_id].name, "area_id": rooms[c.room_id].area_id}
            for c in site.counters
        ],
        "displays": [{"id": d.id, "name": d.name} for d in site.displays],
        "kiosks": [{"id": k.id, "name": k.name} for k in site.kiosks],
    }


def _categories(town: Town, site: Site, today: date) -> list[Answer]:
    services = list(services_at(town, site.id))
    return [
        {
            "id": category.id,
            "name": dict(category.name),
            "services": [_service(town, s, site, today) for s in services if s.category_id == category.id],
        }
        for category in town.categories
        if any(s.category_id == category.id for s in services)
    ]


def _service(town: Town, service: Service, site: Site, today: date) -> Answer:
    return {
        "id": service.id,
        "name": dict(service.name),
        "minutes": service.minutes,
        "further_minutes": service.further_minutes,
        "included": service.included,
        "max_count": service.max_count,
        "documents": [dict(d) for d in service.documents],
        "documents_if": [
            {"document": dict(one.document), "question": dict(one.question), "when": one.when.value}
            for one in service.documents_if
        ],
        "channel": service.channel.value,
        "link": service.link,
        "admission": service.admission.value,
        "walk_in": takes_walk_ins(service, site, today),
        "appointment": is_bookable(service, site),
        "area_id": service.area_by_site.get(site.id),
        "leika": service.leika,
        "combines": service.combines.value,
        "talk_with": [{"id": one.id, "name": one.name} for one in for_talk(town, site, [service.id])],
    }


_SITE = f"{PREFIX}/sites/{{site}}"
_TICKET = f"{_SITE}/tickets/{{ticket}}"
ROUTES = [
    ApiRoute("GET", f"{PREFIX}/sites", list_sites, None, answer=answers.Sites, tag="site"),
    ApiRoute("GET", _SITE, see_site, Act.SEE_SITE, "site", answer=answers.SiteDetails, tag="site"),
    ApiRoute(
        "GET",
        f"{_SITE}/board",
        see_board,
        Act.SEE_BOARD,
        "site",
        answer=answers.SiteBoard,
        tag="site",
    ),
    ApiRoute(
        "GET",
        f"{_SITE}/queue",
        see_queue,
        Act.SEE_PUBLIC_QUEUE,
        "site",
        answer=answers.SiteQueue,
        tag="site",
    ),
    ApiRoute(
        "POST",
        f"{_SITE}/tickets",
        take_ticket,
        Act.TAKE_TICKET,
        "site",
        models.TakeTicket,
        answers.Ticket,
        status=201,
        refusals=(
            "not_issuing",
            "not_admitted",
            "not_together",
            "service_not_here",
            "too_many",
            "no_number_left",
        ),
        tag="ticket",
    ),
    ApiRoute(
        "POST",
        f"{_SITE}/quotes",
        give_quote,
        Act.TAKE_TICKET,
        "site",
        models.Quote,
        answers.Estimate,
        refusals=("not_together", "service_not_here", "too_many"),
        tag="ticket",
    ),
    ApiRoute(
        "POST",
        _TICKET,
        act_on_ticket,
        Act.TAKE_TICKET,
        "site",
        models.TicketAct,
        answers.Ticket,
        refusals=("wrong_state",),
        tag="ticket",
    ),
    ApiRoute(
        "GET",
        f"{_TICKET}/order",
        explain_order,
        Act.SEE_STAFF_QUEUE,
        "site",
        answer=answers.Order,
        tag="ticket",
    ),
    ApiRoute(
        "POST",
        f"{_TICKET}/reprint",
        reprint_slip,
        Act.TAKE_TICKET,
        "site",
        models.Reprint,
        answers.Reprinted,
        tag="ticket",
    ),
]
