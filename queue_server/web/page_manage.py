"""An appointment's own page `/termin/v/{secret}`: see it, move it, cancel it, have the data deleted.

The secret in the address is the right to the page; the reference alone is none. A GET changes nothing,
for mail scanners open every link (failure 4); what changes something is a POST behind a page that asks.
"""

from collections.abc import Awaitable, Callable
from typing import Final

from starlette.datastructures import FormData
from starlette.responses import RedirectResponse, Response

from queue_server.domain.errors import BadInput, HoldExpired, NotFound, Refusal, SlotTaken
from queue_server.domain.town import in_language
from queue_server.services import booking
from queue_server.services.ports import Answer, Unit
from queue_server.web import booking_times
from queue_server.web.booking_dates import local
from queue_server.web.booking_holds import held_time
from queue_server.web.booking_own import Own, open_own, when
from queue_server.web.booking_visit import client_of, give_client
from queue_server.web.booking_wish import Wish, read_moment, read_wish
from queue_server.web.errors import status_of
from queue_server.web.pages import PageCall, PageRoute
from queue_server.web.proxies import client_address


async def manage_page(call: PageCall) -> Response:
    """Show the appointment; right after booking or moving with a word about that."""
    own = await open_own(call)
    query = call.request.query_params
    title = "booked" if query.get("new") else "moved" if query.get("moved") else ""
    message = call.say("manage.forgotten") if query.get("forgotten") else ""
    return own.page("manage.html", title=title if own.is_booked else "", message=message)


async def cancel_page(call: PageCall) -> Response:
    """Ask before cancelling."""
    own = await open_own(call)
    return own.page("manage_cancel.html") if own.is_booked or own.is_requested else _to(own)


async def move_page(call: PageCall) -> Response:
    """Choose a new time on the month sheet; the old one stays booked."""
    own = await open_own(call)
    return await _move_page(own, read_wish(call.request.query_params)) if own.may_move else _to(own)


async def move_check_page(call: PageCall) -> Response:
    """Ask before moving to the time that is held now."""
    own = await open_own(call)
    own.client = client_of(call)
    hold = read_wish(call.request.query_params).hold
    choice = booking_times.choice_for(own.town, own.site, own.wish)
    try:
        held = await call.house.sequencer.look(
            own.site.id, lambda unit: held_time(unit, hold, own.client, choice, None)
        )
    except HoldExpired as expired:
        return await _move_page(own, Wish(), gone=expired)
    if "number" in held:
        return _to(own)  # it has been booked meanwhile: nothing is held
    new, until = when(own, held["starts_at"]), when(own, held["held_until"])
    return own.page("manage_move_check.html", new=new, until=until, hold=hold)


async def manage_form(call: PageCall) -> Response:
    """Take what changes something: cancel, hold a new time, move to it, delete the person's data."""
    form = await call.request.form()
    own = await open_own(call)
    call.house.csrf.check(call.request.scope, form.get("csrf"))
    own.client = client_of(call)
    take = ACTS.get(str(form.get("act")))
    if take is None:
        raise BadInput(field="act")
    try:
        return await take(own, form)
    except (SlotTaken, HoldExpired) as gone:
        return await _move_page(own, Wish(), gone=gone)
    except Refusal as refusal:
        message = call.say(f"error.{refusal.text}", **refusal.params)
        fresh = await open_own(call)
        return fresh.page("manage.html", status=status_of(refusal.code), title="", message=message)


async def calendar_file(call: PageCall) -> Response:
    """The appointment for a calendar; the concern is nobody's business there."""
    own = await open_own(call)
    seen, say = own.seen, call.say
    if seen["number"] is None:
        raise NotFound(what="appointment")  # nothing is certain yet
    name = in_language(own.site.name, call.language)
    calendar = call.house.calendar
    body = calendar.appointment_event(
        calendar.calendar_uid(own.town.id, own.ref.reference),
        seen["log_seq"],
        local(seen["starts_at"], own.site.time_zone),
        seen["minutes"],
        say("manage.ics_summary", name=name),
        ", ".join(part for part in (name, own.site.address) if part),
        say("manage.ics_text", number=seen["number"], reference=own.ref.reference),
        call.house.clock(),
        seen["state"] == "cancelled",
    )
    headers = {"Content-Disposition": 'attachment; filename="termin.ics"'}
    return Response(body, media_type="text/calendar", headers=headers)


# -- what a press does -------------------------------------------------------------------------------------


async def _cancel(own: Own, _form: FormData) -> Response:
    await own.do(lambda unit: booking.cancel(unit, own.ref.reference, "visitor"))
    return _to(own)


async def _hold(own: Own, form: FormData) -> Response:
    own.call.house.limits.check_hold(client_address(own.call.request.scope))
    starts_at = read_moment(form.get("at"))
    choice = booking_times.choice_for(own.town, own.site, own.wish)

    def work(unit: Unit) -> Answer:
        return booking.hold(
            unit, choice, starts_at, channel="portal", client=own.client, replaces=own.ref.reference
        )

    held = await own.do(work)
    return give_client(_to(own, f"/move/check?hold={held['id']}"), own.call, own.client)


async def _move(own: Own, form: FormData) -> Response:
    hold = read_wish(form).hold
    await own.do(lambda unit: booking.move(unit, own.ref.reference, hold, own.client))
    return _to(own, "?moved=1")


async def _forget(own: Own, _form: FormData) -> Response:
    def work(unit: Unit) -> Answer:
        appointment = booking.find_appointment(unit, own.ref.reference)
        unit.withdraw_posts(appointment.id)
        unit.forget_person(appointment.id)
        return {}

    await own.do(work)
    return _to(own, "?forgotten=1")


ACTS: Final[dict[str, Callable[[Own, FormData], Awaitable[Response]]]] = {
    "cancel": _cancel,
    "hold": _hold,
    "move": _move,
    "forget": _forget,
}


# -- helpers -----------------------------------------------------------------------------------------------


async def _move_page(own: Own, asked: Wish, *, gone: Refusal | None = None) -> Response:
    wish = own.wish.but(month=asked.month, day=asked.day, every_time=asked.every_time)
    own.client = own.client or client_of(own.call)
    today = local(own.call.house.clock(), own.site.time_zone).date()
    found = await own.call.house.sequencer.look(
        own.site.id, lambda unit: booking_times.look(unit, wish, today)
    )
    sheet = booking_times.sheet(
        found, own.town, own.site, wish, today, own.call.say, lambda one: _move_url(own, one)
    )
    return own.page(
        "manage_move.html",
        status=409 if gone else 200,
        carry=False,
        lost=gone and booking_times.near(gone, own.site, own.call.say),
        act={"action": own.path, "name": "hold"},
        **sheet,
    )


def _move_url(own: Own, wish: Wish) -> str:
    only = Wish(month=wish.month, day=wish.day, every_time=wish.every_time).url().removeprefix("/termin")
    return f"{own.path}/move{only}"


def _to(own: Own, rest: str = "") -> RedirectResponse:
    return RedirectResponse(own.path + rest, status_code=303)


ROUTES: Final = [
    PageRoute("/termin/v/{secret}", manage_page),
    PageRoute("/termin/v/{secret}", manage_form, methods=("POST",)),
    PageRoute("/termin/v/{secret}/cancel", cancel_page),
    PageRoute("/termin/v/{secret}/move", move_page),
    PageRoute("/termin/v/{secret}/move/check", move_check_page),
    PageRoute("/termin/v/{secret}/termin.ics", calendar_file),
]
