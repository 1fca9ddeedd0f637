"""An appointment's own page `/termin/v/{secret}`: see it, move it, cancel it, have the data deleted.

The secret in the address is the right to the page; the reference alone is none. A GET changes nothing,
for mail scanners open every link (failure 4); what changes something is a POST behind a page that asks.
"""

from collections.abc import Awaitable, Callable
from typing import Final

from starlette.datastructures import FormData
from starlette.responses import Response

from queue_server.domain.errors import BadInput, HoldExpired, Refusal, SlotTaken
from queue_server.services import booking, contact
from queue_server.web import page_confirm, page_moving
from queue_server.web.booking_own import Own, open_own, to_own
from queue_server.web.booking_visit import client_of
from queue_server.web.booking_wish import Wish
from queue_server.web.errors import status_of
from queue_server.web.own_calendar import calendar_file
from queue_server.web.pages import PageCall, PageRoute
from queue_server.web.sms_wishes import set_sms


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
    may_end = own.is_booked or own.is_requested
    return own.page("manage_cancel.html", both=own.asks_for_both) if may_end else to_own(own)


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
        return await page_moving.show_times(own, Wish(), gone=gone)
    except Refusal as refusal:
        message = call.say(f"error.{refusal.text}", **refusal.params)
        fresh = await open_own(call)
        return fresh.page("manage.html", status=status_of(refusal.code), title="", message=message)


# -- what a press does -------------------------------------------------------------------------------------


async def _cancel(own: Own, _form: FormData) -> Response:
    both = own.asks_for_both
    await own.do(lambda unit: booking.cancel(unit, own.ref.reference, "visitor", both=both))
    return to_own(own)


async def _forget(own: Own, _form: FormData) -> Response:
    await own.do(lambda unit: contact.forget(unit, own.ref.reference))
    return to_own(own, "?forgotten=1")


async def _stop_sms(own: Own, _form: FormData) -> Response:
    await own.do(lambda unit: set_sms(unit, own.ref.reference, stop=True))
    return to_own(own)


ACTS: Final[dict[str, Callable[[Own, FormData], Awaitable[Response]]]] = {
    "cancel": _cancel,
    "hold": page_moving.hold,
    "move": page_moving.move,
    "forget": _forget,
    "stop_sms": _stop_sms,
}


ROUTES: Final = [
    PageRoute("/termin/v/{secret}", manage_page),
    PageRoute("/termin/v/{secret}", manage_form, methods=("POST",)),
    PageRoute("/termin/v/{secret}/cancel", cancel_page),
    *page_moving.ROUTES,
    *page_confirm.ROUTES,
    PageRoute("/termin/v/{secret}/termin.ics", calendar_file),
]
