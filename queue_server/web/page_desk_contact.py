"""At the desk another mail address takes the place of one where nothing arrives."""

from starlette.responses import RedirectResponse, Response

from queue_server.domain.access import Act
from queue_server.domain.errors import BadInput
from queue_server.services import contact
from queue_server.web.desk_frame import checked_form, do
from queue_server.web.desk_wish import TEXT_MOST
from queue_server.web.page_desk_visits import asked_reference, show_appointment
from queue_server.web.pages import PageCall, PageRoute


async def correct_mail(call: PageCall) -> Response:
    """Take the new address; what was given up for the old one goes there."""
    form = await checked_form(call)
    reference, email = asked_reference(call), str(form.get("email") or "").strip()[:TEXT_MOST]
    try:
        await do(call, form, lambda unit: contact.correct_mail(unit, reference, email))
    except BadInput:
        return await show_appointment(call, status=400, typed_mail=email)
    return RedirectResponse(
        f"/desk/{call.site_id}/appointments/{reference}?done=mail_corrected", status_code=303
    )


ROUTES = [
    PageRoute(
        "/desk/{site}/appointments/{reference}/contact",
        correct_mail,
        Act.WORK_AT_DESK,
        "site",
        methods=("POST",),
    )
]
