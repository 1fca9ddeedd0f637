"""The portal `/termin`: four steps from the concern to the appointment, with or without scripts.

A GET shows steps 1 and 2, and the held time of step 3; it changes nothing (failure 4). What a visitor types
about themselves travels in the bodies of POSTs alone, as hidden fields when somebody goes back.
"""

from collections.abc import Awaitable, Callable
from typing import Any, Final
from urllib.parse import urlsplit

from starlette.datastructures import FormData, QueryParams
from starlette.responses import RedirectResponse, Response

from queue_server.domain.access import TooManyRequests
from queue_server.domain.errors import (
    BadInput,
    HoldExpired,
    NotFound,
    PuzzleRequired,
    Refusal,
    SlotTaken,
    UnknownHelperCode,
)
from queue_server.domain.interpreting import CODES, is_offered, language_in
from queue_server.domain.needs import OF_THE_TIME
from queue_server.domain.papers import answers_to, read_answers, written_answers
from queue_server.domain.person import Person
from queue_server.services import booking
from queue_server.services.last_look import clerks_of_hold
from queue_server.services.ports import Answer, Unit
from queue_server.web import page_embedding
from queue_server.web.booking_concern import services_of
from queue_server.web.booking_dates import local
from queue_server.web.booking_holds import held_time
from queue_server.web.booking_person import Typed, birth_date, likely_meant, problems, read_typed
from queue_server.web.booking_puzzle import require_solved, show_puzzle
from queue_server.web.booking_steps import (
    concern_problem,
    show_check,
    show_concern,
    show_data,
    show_times,
)
from queue_server.web.booking_times import choice_for, near
from queue_server.web.booking_visit import Visit, client_of, give_client, speak_as, town_of, towns
from queue_server.web.booking_wish import Wish, read_moment, read_wish, text
from queue_server.web.errors import status_of
from queue_server.web.helper_codes import guessing_slowly, has_helpers, require_known
from queue_server.web.languages import spoken_at
from queue_server.web.last_look import read_calendars
from queue_server.web.mailing import address
from queue_server.web.pages import PageCall, PageRoute
from queue_server.web.proxies import client_address
from queue_server.web.sms_wishes import sms_problem

GONE: Final = frozenset({"hold_expired", "slot_taken"})
"""Refusals that are answered with the times near the one that is gone."""


async def booking_page(call: PageCall) -> Response:
    """Show a step by its address: what may be linked, reloaded and turned back to."""
    path = call.request.path_params
    wish = read_wish(call.request.query_params, path.get("site", ""), path.get("service", ""))
    visit = _visit(call, wish, Typed())
    if visit is None:
        return call.page("booking_towns.html", towns=towns(call.house, call.language), languages=call.links())
    if path.get("service"):
        _require_service(visit, path["service"])
    if wish.step > 2:
        visit.asks_helper = await has_helpers(call.house, visit.town)
    if wish.step > 1 and _is_cluttered(call.request.query_params, wish):
        # A form sends the counts of all that was not ticked; an address that is kept should be short.
        return RedirectResponse(wish.but(search="").url(), status_code=303)
    return await _show(visit)


async def booking_form(call: PageCall) -> Response:
    """Take what a press sends: it goes to another step, or holds, extends, books."""
    form = await call.request.form()
    wish = _aim(form)
    visit = _visit(call, wish, read_typed(form), write_in=text(form.get("write_in")))
    if visit is None:
        return RedirectResponse("/termin", status_code=303)
    visit.asks_helper = await has_helpers(call.house, visit.town)
    act = str(form.get("act") or "")
    if form.get("to") or act == "show":
        return await _show(visit)
    take = ACTS.get(act)
    if take is None:
        raise BadInput(field="act")
    call.house.csrf.check(call.request.scope, form.get("csrf"))
    try:
        return give_client(await take(visit, form), call, visit.client)
    except Refusal as refusal:
        return give_client(await _refused(visit, refusal), call, visit.client)


# -- what a press does -------------------------------------------------------------------------------------


async def _hold(visit: Visit, form: FormData) -> Response:
    """Keep the chosen time. What was held before is let go once the new one is safe."""
    try:
        require_solved(visit, form)
    except PuzzleRequired as required:
        return show_puzzle(visit, form, required)
    visit.house.limits.check_hold(client_address(visit.call.request.scope))
    starts_at, before = read_moment(form.get("at")), visit.wish.hold
    wish, site = visit.wish, visit.site
    choice = choice_for(visit.town, site, wish)

    def work(unit: Unit) -> Answer:
        return booking.hold(unit, choice, starts_at, channel="portal", client=visit.client)

    held = await visit.house.sequencer.do(site.id, work)
    if before and before != held["id"]:
        await _release(visit, before)
    day = local(starts_at, site.time_zone).date()
    visit.wish = wish.but(step=3, hold=held["id"], day=day, every_time=False)
    if visit.typed:
        return show_data(visit, held)
    # After a POST a GET: a reload holds nothing again.
    return RedirectResponse(visit.url(visit.wish), status_code=303)


async def _extend(visit: Visit, _form: FormData) -> Response:
    held = await visit.house.sequencer.do(
        visit.site.id, lambda unit: booking.extend(unit, visit.wish.hold, visit.client)
    )
    show = show_check if visit.wish.step == 4 else show_data
    return show(visit, held, message=visit.call.say("booking.extended"))


async def _to_times(visit: Visit, _form: FormData) -> Response:
    return await show_times(visit)


async def _to_data(visit: Visit, _form: FormData) -> Response:
    return show_data(visit, await _held(visit))


async def _check(visit: Visit, _form: FormData) -> Response:
    held = await _held(visit)
    if "number" in held:
        return _booked(visit, held)
    wrong = problems(visit.typed, visit.required(held), visit.today, visit.site)
    if not wrong:
        wrong = await _wrong_phone(visit) or await _wrong_helper(visit)
    if wrong:
        return show_data(visit, held, wrong)
    meant = likely_meant(visit.typed)
    return show_data(visit, held, meant=meant) if meant else await _check_fitted(visit, held)


async def _check_fitted(visit: Visit, held: Answer) -> Response:
    """Show step 4, with the time widened for who needs longer; where it cannot be, the times that suit."""
    hold, client, needs = visit.wish.hold, visit.client, visit.typed.needs
    if not visit.wish.asks:
        return show_check(visit, held)
    try:
        held = await visit.house.sequencer.do(
            visit.site.id, lambda unit: booking.fit_hold(unit, hold, client, needs)
        )
    except SlotTaken as refusal:
        await _release(visit, hold)
        visit.wish = visit.wish.but(hold=0)
        return await show_times(visit, lost=near(refusal, visit.site, visit.call.say, "unfit"), status=409)
    return show_check(visit, held)


async def _take_meant(visit: Visit, form: FormData) -> Response:
    visit.typed.values["email"] = text(form.get("p-meant"))
    return await _check(visit, form)


async def _book(visit: Visit, form: FormData) -> Response:
    """Book the held time. A second press of the same button books nothing more (failure 2)."""
    is_planned = not visit.house.settlement.eras[visit.site.id].is_one  # the day may ask for something else
    required = visit.required(await _held(visit) if is_planned else None)
    if problems(visit.typed, required, visit.today, visit.site):
        return await _check(visit, form)
    hold, person, code = visit.wish.hold, _person(visit), visit.typed["helper"]
    known = spoken_at(visit.town, visit.site, visit.house.texts)
    language = visit.write_in if visit.write_in in known else visit.language
    by_mail = bool(address(visit.house))  # else no letter has a link

    def work(unit: Unit) -> Answer:
        return booking.confirm(unit, hold, visit.client, person, language, helper_code=code, by_mail=by_mail)

    with guessing_slowly(visit.house, client_address(visit.call.request.scope), code):
        await read_calendars(
            visit.house, visit.site.id, lambda unit: clerks_of_hold(unit, hold, visit.client)
        )
        try:
            return _booked(visit, await visit.house.sequencer.do(visit.site.id, work))
        except SlotTaken:  # the clerk has something else by now: what is held is of no use to anybody
            await _release(visit, hold)
            raise


async def _wrong_phone(visit: Visit) -> dict[str, str]:
    """Return what keeps text messages from who wishes for them, by field."""
    if not visit.typed.wants_sms(visit.site):
        return {}
    problem = await sms_problem(visit.house, visit.site, visit.typed["phone"])
    return {"phone": problem} if problem else {}


async def _wrong_helper(visit: Visit) -> dict[str, str]:
    """Return what is wrong with the code of a helper, by field."""
    address = client_address(visit.call.request.scope)
    try:
        await require_known(visit.house, visit.site.id, address, visit.typed["helper"])
    except UnknownHelperCode:
        return {"helper": "wrong_helper"}
    except TooManyRequests:
        return {"helper": "helper_later"}
    return {}


ACTS: Final[dict[str, Callable[[Visit, FormData], Awaitable[Response]]]] = {
    "hold": _hold,
    "extend": _extend,
    "times": _to_times,
    "data": _to_data,
    "check": _check,
    "take_meant": _take_meant,
    "book": _book,
}


# -- which step --------------------------------------------------------------------------------------------


async def _show(visit: Visit) -> Response:
    """Show the step that was asked for, or the first one that still lacks something."""
    if visit.wish.step == 1:
        return await show_concern(visit, None)
    problem = concern_problem(visit)
    if problem:
        return await show_concern(visit, problem)
    if visit.wish.step == 2 or not visit.wish.hold or not visit.wish.site_id:
        return await show_times(visit)
    try:
        held = await _held(visit)
    except HoldExpired as expired:
        return await _gone(visit, expired)
    return _booked(visit, held) if "number" in held else show_data(visit, held)


async def _refused(visit: Visit, refusal: Refusal) -> Response:
    """Answer a refusal on the page where something can be done about it; raises every other one."""
    message, status = visit.call.say(f"error.{refusal.text}", **refusal.params), status_of(refusal.code)
    if refusal.code in GONE:
        return await _gone(visit, refusal)
    if refusal.code in {"too_many_holds", "not_bookable"}:
        return await show_times(visit, message=message, status=status)
    if refusal.code == "too_many_bookings":
        ask = str(refusal.params.get("phone") or "")
        return show_check(visit, await _held(visit), message=message, status=status, ask=ask)
    if refusal.code == "unknown_helper_code":
        return show_data(visit, await _held(visit), {"helper": "wrong_helper"})
    if refusal.code == "no_more_extensions":
        show = show_check if visit.wish.step == 4 else show_data
        return show(visit, await _held(visit), message=message, status=status)
    raise refusal


async def _gone(visit: Visit, refusal: Refusal) -> Response:
    """Answer a time that is gone: what was typed is kept, the nearest times are offered (failures 16, 17)."""
    visit.wish = visit.wish.but(hold=0)
    return await show_times(visit, lost=near(refusal, visit.site, visit.call.say), status=409)


async def _held(visit: Visit) -> Answer:
    """Return the time that this browser holds, or the booking it became; raises `HoldExpired`."""
    wish, site, client = visit.wish, visit.site, visit.client
    choice = choice_for(visit.town, site, wish)
    return await visit.house.sequencer.look(
        site.id, lambda unit: held_time(unit, wish.hold, client, choice, wish.day)
    )


async def _release(visit: Visit, hold: int) -> None:
    """Let a hold go; one that has run out by itself is as good."""
    try:
        await visit.house.sequencer.do(visit.site.id, lambda unit: booking.release(unit, hold, visit.client))
    except Refusal:
        return


def _visit(call: PageCall, wish: Wish, typed: Typed, *, write_in: str = "") -> Visit | None:
    town = town_of(call.house, wish)
    speak_as(call, town, wish.site_id)
    if town is None:
        return None
    site = next((one for one in town.sites if one.id == wish.site_id), None)
    lost = ""
    if site is not None and not is_offered(site, typed.needs):  # chosen at another site, or an hour ago
        lost = language_in(typed.needs)
        typed.needs = tuple(one for one in typed.needs if one not in CODES)
    asks = OF_THE_TIME.intersection(typed.needs)
    return Visit(call, town, wish.but(asks=asks), typed, write_in, client_of(call), lost_language=lost)


def _aim(form: FormData) -> Wish:
    """Return the wish of a form: its own fields, or the address on the button that was pressed."""
    to = form.get("to")
    if not isinstance(to, str):
        return read_wish(form)
    parts = urlsplit(to)
    site = parts.path.removeprefix("/termin").strip("/")
    return read_wish(QueryParams(parts.query), "" if "/" in site else site)


def _is_cluttered(query: QueryParams, wish: Wish) -> bool:
    return any(name.startswith("n-") and name.removeprefix("n-") not in wish.ids for name in query)


def _require_service(visit: Visit, service_id: str) -> None:
    """Raise `NotFound` when a deep link names what the site does not have."""
    if not any(one.id == service_id and visit.site.id in one.site_ids for one in visit.town.services):
        raise NotFound(what="service")


def _person(visit: Visit) -> Person:
    typed, site = visit.typed, visit.site
    born = birth_date(typed["birth_date"])
    values: dict[str, Any] = {name: typed[name] for name in ("name", "email", "phone", "address", "remarks")}
    return Person(
        **values,
        for_whom=typed["for_whom"],
        birth_date=born.isoformat() if born else "",
        needs=typed.needs,
        reminder_min=typed.reminder(site) or None,
        sms=bool(typed["phone"]) and typed.wants_sms(site),
        paper_answers=" ".join(
            written_answers(answers_to(services_of(visit.town, visit.wish), read_answers(visit.wish.answers)))
        ),
    )


def _booked(visit: Visit, booked: Answer) -> Response:
    """Lead to the appointment's own page: after a POST a GET, so that a reload books nothing again."""
    secret = visit.house.secrets.seal("manage", booked["reference"], booked["secret_version"])
    return RedirectResponse(f"/termin/v/{secret}?new=1", status_code=303)


ROUTES: Final = [
    PageRoute("/termin", booking_page),
    PageRoute("/termin", booking_form, methods=("POST",)),
    *page_embedding.ROUTES,  # before the sites: its address looks like one's
    PageRoute("/termin/{site}", booking_page),
    PageRoute("/termin/{site}/{service}", booking_page),
]
