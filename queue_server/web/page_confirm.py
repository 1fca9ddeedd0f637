"""Confirming a booking by the link in a mail: `/termin/v/{secret}/confirm`, a page with one button.

The secret is another than that of the appointment's own page: who booked sees that page without having
read any mail. A GET changes nothing, for mail scanners open every link (failure 4). When nobody can do it at
that time any more, the same address shows what is free, and a press on a time books it.
"""

from datetime import date
from typing import Final

from starlette.datastructures import FormData
from starlette.responses import RedirectResponse, Response

from queue_server.domain.errors import AppointmentOver, Refusal, SlotTaken
from queue_server.services import requests
from queue_server.services.confirming import clerks_to_confirm, confirm_at
from queue_server.services.last_look import clerks_of_wish
from queue_server.services.ports import Answer, Unit
from queue_server.services.seating import is_possible
from queue_server.web import booking_times
from queue_server.web.booking_dates import local
from queue_server.web.booking_own import Own, is_still_a_pair, open_own
from queue_server.web.booking_visit import client_of
from queue_server.web.booking_wish import Wish, read_moment, read_wish
from queue_server.web.errors import status_of
from queue_server.web.last_look import read_calendars
from queue_server.web.pages import PageCall, PageRoute
from queue_server.web.proxies import client_address

KIND: Final = "confirm"


async def confirm_page(call: PageCall) -> Response:
    """Show what is to be confirmed, or other times; what is confirmed or over has its own page."""
    own = await _open(call)
    if not own.is_requested:
        return _to_manage(own)
    if await call.house.sequencer.look(own.site.id, lambda unit: _is_possible(unit, own.ref.reference)):
        return own.page("manage_confirm.html")
    return await _show_times(own, read_wish(call.request.query_params))


async def confirm(call: PageCall) -> Response:
    """Confirm it, or book another time instead. A second press leads to the same booking (failure 2)."""
    form = await call.request.form()
    own = await _open(call)
    call.house.csrf.check(call.request.scope, form.get("csrf"))
    own.client = client_of(call)
    try:
        await (_book_at(own, form) if form.get("at") else _book(own))
    except AppointmentOver:
        return _to_manage(own)
    except SlotTaken as gone:
        return await _show_times(own, Wish(), status=status_of(gone.code))
    except Refusal as refusal:
        message = call.say(f"error.{refusal.text}", **refusal.params)
        return await _show_times(own, Wish(), message=message, status=status_of(refusal.code))
    return _to_manage(own, "?new=1")


def _is_possible(unit: Unit, reference: str) -> bool:
    wished = unit.book.by_ref(reference)
    return wished is None or is_possible(unit, wished)


async def _book(own: Own) -> Answer:
    reference = own.ref.reference
    await read_calendars(own.call.house, own.site.id, lambda unit: clerks_of_wish(unit, reference))
    return await own.do(lambda unit: requests.confirm_mail(unit, reference))


async def _book_at(own: Own, form: FormData) -> Answer:
    own.call.house.limits.check_hold(client_address(own.call.request.scope))
    starts_at, reference = read_moment(form.get("at")), own.ref.reference
    await read_calendars(
        own.call.house, own.site.id, lambda unit: clerks_to_confirm(unit, reference, starts_at)
    )
    return await own.do(lambda unit: confirm_at(unit, reference, starts_at, own.client))


# -- other times -------------------------------------------------------------------------------------------


async def _show_times(own: Own, asked: Wish, *, message: str = "", status: int = 200) -> Response:
    """Show what is free instead; where the site does it no more, whom to call."""
    wish = own.both.but(month=asked.month, day=asked.day, every_time=asked.every_time)
    today = local(own.call.house.clock(), own.site.time_zone).date()
    found = await _free(own, wish, today)
    sheet = found and booking_times.sheet(
        found, own.town, own.site, wish, today, own.call.say, lambda one: _address(own, one)
    )
    return own.page(
        "manage_confirm_time.html",
        status=status,
        message=message,
        act={"action": f"{own.path}/confirm", "name": "confirm"},
        **(sheet or {"month": None, "day": None, "shortcuts": ()}),
    )


async def _free(own: Own, wish: Wish, today: date) -> Answer | None:
    if len(own.seen["pair"]) > 1 and not is_still_a_pair(own):
        return None
    try:
        return await own.call.house.sequencer.look(
            own.site.id, lambda unit: booking_times.look(unit, wish, today)
        )
    except Refusal:
        return None  # a service is gone from the set-up


def _address(own: Own, wish: Wish) -> str:
    only = Wish(month=wish.month, day=wish.day, every_time=wish.every_time).url().removeprefix("/termin")
    return f"{own.path}/confirm{only}"


async def _open(call: PageCall) -> Own:
    own = await open_own(call, KIND)
    own.under = "/confirm"
    return own


def _to_manage(own: Own, rest: str = "") -> RedirectResponse:
    return RedirectResponse(own.manage_path + rest, status_code=303)


ROUTES: Final = [
    PageRoute("/termin/v/{secret}/confirm", confirm_page),
    PageRoute("/termin/v/{secret}/confirm", confirm, methods=("POST",)),
]
