"""What the reception and the kiosk do with appointments: `/api/v1/sites/{site}/check-ins`, search."""

from typing import Final
from zoneinfo import ZoneInfo

from queue_server.domain.access import Act, Role
from queue_server.domain.appointment import Appointment
from queue_server.domain.errors import BadInput, NotFound, WrongSite
from queue_server.services import appointments, arrivals, bringing
from queue_server.services.appointments import find_appointment
from queue_server.services.ports import Answer, Unit
from queue_server.services.wording import paper_words
from queue_server.web import answers_booking as answers
from queue_server.web import models_booking as models
from queue_server.web import printing
from queue_server.web.api import PREFIX, ApiRoute, Call
from queue_server.web.api_sites import ticket_view
from queue_server.web.appointment_codes import appointment_of, read_manage_code
from queue_server.web.kiosk_service import require_in_service
from queue_server.web.languages import spoken_at


async def search_appointments(call: Call) -> Answer:
    """Find appointments for the reception. What is looked for may be a name, so it comes in the body."""
    body = call.body

    def work(unit: Unit) -> Answer:
        found = appointments.find(unit, body.text, body.day or unit.hall.business_day)
        return {**found, "appointments": [_found_view(one) for one in found["appointments"]]}

    return await call.house.sequencer.look(call.site_id, work)


async def check_in(call: Call) -> Answer:
    """Begin the visit of an appointment: its ticket, and whether it is early, on time or late.

    A kiosk prints its slip.
    """
    house, who = call.house, call.session_ref()
    is_kiosk = call.actor.role is Role.KIOSK
    # A code cannot be guessed, and whoever holds one need not wait for those who tried.
    is_guessable = is_kiosk and call.body.code is None
    kiosk_id = call.actor.device_id if is_kiosk else None
    if kiosk_id is not None:
        require_in_service(house, call.site_id, kiosk_id)
    if is_guessable:
        house.limits.check_check_in(who)

    def work(unit: Unit) -> Answer:
        return arrivals.check_in(unit, _arriving(call, unit, is_kiosk=is_kiosk), kiosk_id=kiosk_id)

    try:
        answer = await call.do(work)
    except (NotFound, WrongSite):
        if is_guessable:
            house.limits.note_wrong_check_in(who)
        raise
    for one in (answer, *([answer["then"]] if "then" in answer else [])):
        house.speech.number_drawn(house.site(call.site_id), one["number"])
    if kiosk_id is not None:
        printing.offer_soon(house, call.site_id, kiosk_id)
    # A number and a time may have been overheard, and documents betray the concern.
    bring = None if is_guessable else await _bring(call, answer["reference"])
    shown = ticket_view(call, answer) | {"bring": bring}
    return shown | {"then": ticket_view(call, answer["then"])} if "then" in answer else shown


async def _bring(call: Call, reference: str) -> list[dict[str, str]]:
    """Return the reminder of what to bring: made anew each time, as an answer that is kept holds nobody's."""
    house = call.house
    papers = await house.sequencer.look(call.site_id, lambda u: bringing.at_arrival(u, reference))
    town, site = house.town_and_site(call.site_id)
    says = [house.texts[one] for one in spoken_at(town, site, house.texts)]
    return [{say.language: paper_words(say, one) for say in says} for one in papers]


def _arriving(call: Call, unit: Unit, *, is_kiosk: bool) -> str:
    """Return the reference of who stands there; raises NotFound when what was said does not fit together."""
    body = call.body
    if body.code is not None:
        return appointment_of(unit, read_manage_code(call.house, body.code), elsewhere=True).reference
    if body.reference is None and body.number is None:
        raise BadInput(field="reference", problem="missing")
    if is_kiosk and body.time is None:
        raise BadInput(field="time", problem="missing")
    found = _named(unit, body.reference, body.number)
    local = found.starts_at.astimezone(ZoneInfo(unit.site.time_zone))
    if body.time is not None and f"{local:%H:%M}" != body.time:
        raise NotFound(what="appointment")
    return found.reference


def _named(unit: Unit, reference: str | None, number: int | None) -> Appointment:
    if reference is not None:
        return find_appointment(unit, normal_reference(reference), elsewhere=True)
    today = unit.book.on(unit.hall.business_day)
    found = next((one for one in today if one.number == number), None)
    if found is None:
        raise NotFound(what="appointment")
    return found


def normal_reference(text: str) -> str:
    """Return a reference as it was made, however it was read out and typed."""
    return text.replace(" ", "").replace("-", "").upper()


def _found_view(found: Answer) -> Answer:
    """Return what a search found, in the shape of `owned_view`, with the name that staff look for."""
    services = [{"id": service, "count": count} for service, count in found["services"]]
    return {name: found[name] for name in answers.FoundAppointment.__annotations__} | {"services": services}


_SITE: Final = f"{PREFIX}/sites/{{site}}"
ROUTES = [
    ApiRoute(
        "POST",
        f"{_SITE}/appointments/search",
        search_appointments,
        Act.SEE_APPOINTMENTS,
        "site",
        models.SearchAppointments,
        answers.FoundAppointments,
        tag="booking",
    ),
    ApiRoute(
        "POST",
        f"{_SITE}/check-ins",
        check_in,
        Act.CHECK_IN,
        "site",
        models.CheckIn,
        answers.CheckedIn,
        status=201,
        refusals=(
            "not_issuing",
            "wrong_day",
            "wrong_site",
            "already_checked_in",
            "not_confirmed",
            "appointment_over",
        ),
        tag="booking",
    ),
]
