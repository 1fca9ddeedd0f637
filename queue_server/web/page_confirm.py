"""Confirming a booking by the link in a mail: `/termin/v/{secret}/confirm`, a page with one button.

The secret is another than that of the appointment's own page: who booked sees that page without having
read any mail. A GET changes nothing, for mail scanners open every link (failure 4).
"""

from typing import Final

from starlette.responses import RedirectResponse, Response

from queue_server.domain.errors import AppointmentOver
from queue_server.services import requests
from queue_server.web.booking_own import Own, open_own
from queue_server.web.pages import PageCall, PageRoute

KIND: Final = "confirm"


async def confirm_page(call: PageCall) -> Response:
    """Show what is to be confirmed; what is confirmed or over has its own page."""
    own = await _open(call)
    return own.page("manage_confirm.html") if own.is_requested else _to_manage(own)


async def confirm(call: PageCall) -> Response:
    """Confirm it. A second press leads to the same booking (failure 2)."""
    form = await call.request.form()
    own = await _open(call)
    call.house.csrf.check(call.request.scope, form.get("csrf"))
    try:
        await own.do(lambda unit: requests.confirm_mail(unit, own.ref.reference))
    except AppointmentOver:
        return _to_manage(own)
    return _to_manage(own, "?new=1")


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
