"""The visitor's own page `/t/{secret}`: the target of the slip's QR, live, without app or account.

The secret in the address is the right to the page; it names one ticket of one business day. The live
picture is the one all phones share, matched by the ticket's opaque key: a number comes back the next
day, and a stranger's phone must not ring.
"""

from collections.abc import Callable
from math import ceil
from typing import Final
from zoneinfo import ZoneInfo

from starlette.datastructures import FormData
from starlette.responses import RedirectResponse, Response

from queue_server.domain.errors import BadInput, NotFound, Refusal
from queue_server.domain.ticket import Ticket
from queue_server.domain.town import Site, in_language
from queue_server.protocol import PublicQueue
from queue_server.services import screens, visits
from queue_server.services.locales import clock
from queue_server.services.ports import Answer, Unit
from queue_server.web import visit_why
from queue_server.web.booking_dates import local
from queue_server.web.booking_person import NEEDS
from queue_server.web.errors import status_of
from queue_server.web.house import House
from queue_server.web.pages import PageCall, PageRoute, chosen_language
from queue_server.web.pushing import take_wish
from queue_server.web.status_codes import Ref, read_code, ticket_of

ACTS: Final[dict[str, visits.VisitAct]] = {"away": "away", "back": "back", "cancel": "cancel"}


async def status_page(call: PageCall) -> Response:
    """Show the visit, or say that it has ended. A GET changes nothing (failure 4)."""
    return await _show(call)


async def act_page(call: PageCall) -> Response:
    """Take a form: be right back, back again, give the number up."""
    ref = _ref(call)
    form = await call.request.form()
    if form.get("act") == "push":
        return await _take_push_wish(call, ref, form)
    work = _work(form)
    if work is None:
        raise BadInput(field="act")
    try:
        await call.house.sequencer.do(ref.site_id, lambda unit: work(unit, ticket_of(unit, ref)))
    except NotFound:
        pass  # the visit ended meanwhile; the page says so
    except Refusal as refusal:
        return await _show(
            call,
            message=call.say(f"error.{refusal.text}", **refusal.params),
            status=status_of(refusal.code),
        )
    # After a POST a GET, so that reloading asks for nothing again.
    return RedirectResponse(f"/t/{call.request.path_params['secret']}", status_code=303)


def _work(form: FormData) -> Callable[[Unit, Ticket], Answer] | None:
    """Return what a form asks for; None for what is no act of a holder."""
    if form.get("act") == "needs":
        needs = [str(need) for need in form.getlist("need")]
        return lambda unit, ticket: visits.tell_needs(unit, ticket, needs)
    act = ACTS.get(str(form.get("act")))
    return None if act is None else lambda unit, ticket: visits.act(unit, ticket, act)


async def _take_push_wish(call: PageCall, ref: Ref, form: FormData) -> Response:
    ticket = await call.house.sequencer.look(ref.site_id, lambda unit: ticket_of(unit, ref))
    call.at(*call.house.town_and_site(ref.site_id))
    language = _language(call, ticket.language)
    is_taken = take_wish(call.house.pushes, ref.site_id, ticket, form, language)
    return Response(status_code=204 if is_taken else 409)


async def _show(call: PageCall, *, message: str = "", status: int = 200) -> Response:
    ref, house = _ref(call), call.house
    try:
        seen = await house.sequencer.look(
            ref.site_id, lambda unit: _seen(unit, ref, visit_why.asked_number(call))
        )
    except NotFound:
        return call.page("status_ended.html", status=404)
    town, site = house.town_and_site(ref.site_id)
    call.at(town, site)
    house.told_ranges.shown(ref.site_id, seen["at"], seen["queue"]["waiting"], {seen["visit"]["key"]})
    language = _language(call, str(seen["visit"]["language"]))
    call.language = language
    pair = await visit_why.told(call, site, *seen["pair"])
    area = _area(site, seen["visit"]["area_id"], language)
    config = {
        "key": seen["visit"]["key"],
        "site_id": ref.site_id,
        "number": seen["visit"]["number"],
        "queue": seen["queue"],
        "seq": seen["seq"],
        "epoch": house.epoch,
        "chime_url": "/static/sounds/gong.wav",
        "called_icon": "/static/called.svg",
        "push_key": house.pushes.public_key,
        "fetched_where": area["name"] if area else "",
        "early_s": seen["early_s"],
    }
    return call.page(
        "status.html",
        status=status,
        language=language,
        faces=("status", "common"),
        config=config,
        message=message,
        number=seen["visit"]["number"],
        state=seen["visit"]["state"],
        position=seen["position"],
        appointed=_appointed(site, seen["visit"]["appointed_at"]),
        early=seen["early_s"] > 0,
        in_ten=_in_ten(house, site),
        call=seen["call"],
        reasons=seen["why"],
        called_before=[
            one | {"at": clock(one["at"].astimezone(ZoneInfo(site.time_zone)))}
            for one in seen["called_before"]
        ],
        pair=pair,
        asked=call.request.query_params.get("other", "")[:10],
        needs=(*NEEDS, "interpreter") if site.interpreter_languages else NEEDS,
        has_needs=seen["has_needs"],
        area=area,
        site_name=in_language(site.name, language),
        action=f"/t/{call.request.path_params['secret']}",
        fetch=seen["queue"]["call_mode"] == "fetch",
        fetched_where=config["fetched_where"],
        languages=[(one, f"?lang={one}") for one in call.among if one != language],
    )


def _in_ten(house: House, site: Site) -> int | None:
    """Return in how many of ten cases the waits that are told held, where visitors shall read it."""
    known = house.hit_rates.get(site.id) if site.show_hit_rate else None
    return None if known is None else known.in_ten


def _ref(call: PageCall) -> Ref:
    return read_code(call.house, call.request.path_params["secret"])


def _seen(unit: Unit, ref: Ref, asked: int | None) -> Answer:
    ticket = ticket_of(unit, ref)
    queue = screens.public_queue(unit)
    return {
        "visit": visits.status(ticket),
        "queue": queue,
        "seq": unit.hall.seq,
        "at": unit.now,
        "why": visits.explain(unit, ticket.id),
        "called_before": visits.called_before(unit, ticket),
        "pair": (ticket, unit.hall.business_day, asked and visit_why.last_called(unit, asked)),
        "position": next((entry for entry in queue["waiting"] if entry["key"] == ticket.key), None),
        "call": _call(queue, ticket.key),
        "early_s": early_s(unit, ticket),
        "has_needs": bool(unit.needs(ticket.id)),
    }


def early_s(unit: Unit, ticket: Ticket) -> int:
    """Return the seconds to the appointed time; 0 when it has come, and for who has none.

    Until then "0 before you" would say nothing: an early one is called at that time, or when nobody waits.
    """
    if ticket.appointed_at is None:
        return 0
    return max(0, ceil((ticket.appointed_at - unit.now).total_seconds()))


def _appointed(site: Site, at: str | None) -> str:
    return "" if at is None else clock(local(at, site.time_zone))


def _call(queue: PublicQueue, key: str) -> Answer | None:
    return next((dict(entry) for entry in queue["called"] if entry["key"] == key), None)


def _language(call: PageCall, of_ticket: str) -> str:
    """Return the language that was chosen by a link, now or before, else the one chosen at the kiosk."""
    if chosen := chosen_language(call.request, call.house, call.among):
        return chosen
    return of_ticket if of_ticket in call.house.texts else call.language


def _area(site: Site, area_id: str | None, language: str) -> dict[str, str] | None:
    area = next((one for one in site.areas if one.id == area_id), None)
    if area is None:
        return None
    return {"name": in_language(area.name, language), "hint": in_language(area.hint, language)}


ROUTES = [
    PageRoute("/t/{secret}", status_page, with_one_time_password=True),
    PageRoute("/t/{secret}", act_page, methods=("POST",), with_one_time_password=True),
]
