"""What a kiosk asks beside taking numbers: the visit behind a scanned slip, and coming at a booked time.

A slip's code is the visitor's secret. It comes in the body, never in an address that a log would keep.
"""

from collections.abc import Callable
from datetime import datetime
from typing import Final

from starlette.responses import FileResponse, Response

from queue_server.domain.access import Act, Kind, Thing, require
from queue_server.domain.errors import BadInput, NotFound
from queue_server.domain.person import Person
from queue_server.domain.ticket import Ticket
from queue_server.domain.town import Site
from queue_server.protocol import PublicQueue
from queue_server.services import kiosk, offer, screens, visits
from queue_server.services.concerns import Choice, asking, choose, require_together
from queue_server.services.last_look import clerks_of_time
from queue_server.services.ports import Answer, Unit
from queue_server.web import answers, answers_booking, models, models_booking, printing
from queue_server.web.api import PREFIX, ApiRoute, Call
from queue_server.web.kiosk_service import require_in_service
from queue_server.web.last_look import read_calendars
from queue_server.web.speaking import is_ours
from queue_server.web.status_codes import read_code, ticket_of

Wanted = models.Quote | models_booking.KioskMonth | models_booking.KioskTimes | models_booking.BookLater


async def show_visit(call: Call) -> Answer:
    """Show the visit whose slip was scanned, or act on it for its holder: away, back, cancel."""
    body, house = call.body, call.house
    ref = read_code(house, body.code)
    if ref.site_id != call.site_id:
        raise NotFound(what="ticket")
    ticket_thing = Thing(Kind.TICKET, call.thing.organisation_id, ref.site_id, str(ref.ticket_id))
    require(call.actor, Act.MANAGE_OWN_TICKET, ticket_thing)

    shown: list[tuple[datetime, str, PublicQueue]] = []

    def look(unit: Unit) -> Answer:
        ticket, queue = ticket_of(unit, ref), screens.public_queue(unit)
        shown.append((unit.now, ticket.key, queue))
        return _seen(queue, ticket)

    def act(unit: Unit) -> Answer:
        visits.act(unit, ticket_of(unit, ref), body.act)
        return look(unit)

    answer = await house.sequencer.look(ref.site_id, look) if body.act is None else await call.do(act)
    for at, key, queue in shown[-1:]:  # of a repeated press nothing is shown anew
        house.told_ranges.shown(ref.site_id, at, queue["waiting"], {key}, while_early=True)
    return answer


async def read_aloud(call: Call) -> Response:
    """Read a text of the kiosk's page aloud: a WAV file.

    Every word must be one of the house's own, of its pages and its set-up: sound is kept, and nothing that a
    visitor typed may become a file. 404 when there is no voice, or none in time.
    """
    body = call.body
    call.house.limits.check_speech(call.id)
    town, site = call.house.town_and_site(call.site_id)
    if not is_ours(call.house, town, site, body.language, body.text):
        raise BadInput(field="text", problem="strange_words")
    path = await call.house.speech.read(body.language, body.text)
    if path is None:
        raise NotFound(what="speech")
    return FileResponse(path, media_type="audio/wav", headers={"Cache-Control": "no-store"})


async def quote_visit(call: Call) -> Answer:
    """Tell how long it takes before a number is taken, and up to three times to come later today instead."""
    body = call.body
    require_in_service(call.house, call.site_id, call.id)

    def work(unit: Unit) -> Answer:
        require_together(unit.town, body.pairs())
        walk_in = choose(unit.town, unit.site, body.pairs(), body.persons)
        return kiosk.give_quote(unit, walk_in, _bookable(unit, body))

    return await call.do(work)


async def show_fitting_days(call: Call) -> Answer:
    """Return the offer's sheet of days, as it is for somebody with these needs."""
    return await _offered(
        call, lambda unit, choice: offer.month(unit, choice, call.body.first, call.body.last)
    )


async def show_fitting_times(call: Call) -> Answer:
    """Return the free times of a day that suit somebody with these needs."""
    return await _offered(call, lambda unit, choice: offer.times(unit, choice, call.body.day))


async def _offered(call: Call, look: Callable[[Unit, Choice], Answer]) -> Answer:
    return await call.house.sequencer.look(call.site_id, lambda unit: look(unit, _wanted(unit, call.body)))


async def book_later(call: Call) -> Answer:
    """Book one of the offered times and print its slip; of the person only what the site needs at kiosks.

    A time that was taken meanwhile is refused with the nearest free ones in `next`.
    """
    body, house = call.body, call.house
    house.limits.check_ticket(call.id)
    require_in_service(house, call.site_id, call.id)

    def work(unit: Unit) -> Answer:
        return kiosk.book(
            unit,
            _wanted(unit, body),
            body.starts_at,
            kiosk_id=call.id,
            press=body.request_id,
            language=body.language,
            person=_person(body, unit.site),
        )

    def whose(unit: Unit) -> list[str]:
        return clerks_of_time(unit, _wanted(unit, body), body.starts_at)

    await read_calendars(house, call.site_id, whose)
    answer = await call.do(work)
    printing.offer_soon(house, call.site_id, call.id)
    return {name: answer[name] for name in answers.BookedAtKiosk.__annotations__}


async def reprint_appointment(call: Call) -> Answer:
    """Print the slip of a time that was booked at this kiosk again, marked as a reprint."""
    text = call.request.path_params["appointment"]
    if not text.isascii() or not text.isdigit() or len(text) > 15:
        raise NotFound(what="appointment")
    answer = await call.do(lambda unit: kiosk.reprint(unit, int(text), call.id))
    printing.offer_soon(call.house, call.site_id, call.id)
    return answer


def _person(body: models_booking.BookLater, site: Site) -> Person:
    """Return who books. Nobody asks at a kiosk: letters remind as the site usually does, and no text message
    comes, which is for who wished for it."""
    told = body.person
    return Person(
        name=told.name,
        email=told.email,
        phone=told.phone,
        address=told.address,
        birth_date=told.birth_date.isoformat() if told.birth_date else "",
        needs=tuple(sorted(set(body.needs))),
        reminder_min=site.reminder_default or None,
        sms=False,
    )


def _wanted(unit: Unit, body: Wanted) -> Choice:
    """Return what is to be booked: as long, and in such rooms, as these needs ask for."""
    return asking(kiosk.choose(unit.town, unit.site, body.pairs(), body.persons), body.needs)


def _bookable(unit: Unit, body: models.Quote) -> Choice | None:
    try:
        return _wanted(unit, body)
    except offer.NotBookable:
        return None


def _seen(queue: PublicQueue, ticket: Ticket) -> Answer:
    """Return what a phone would show, in the kiosk's few words; no concern, no need."""
    place = next((entry for entry in queue["waiting"] if entry["key"] == ticket.key), None)
    summons = next((entry for entry in queue["called"] if entry["key"] == ticket.key), None)
    return {
        "number": ticket.number,
        "state": ticket.state.value,
        "language": ticket.language,
        "area_id": ticket.area_id,
        "ahead": place["ahead"] if place else None,
        "wait": screens.wait_of(place),
        "room": summons["room"] if summons and queue["call_mode"] == "screen" else None,
    }


_KIOSK: Final = f"{PREFIX}/kiosks/{{kiosk}}"
ROUTES = [
    ApiRoute(
        "POST",
        f"{_KIOSK}/visits",
        show_visit,
        Act.USE_KIOSK,
        "kiosk",
        models.ScannedCode,
        answers.OwnVisit,
        refusals=("wrong_state",),
        tag="ticket",
    ),
    ApiRoute(
        "POST",
        f"{_KIOSK}/speech",
        read_aloud,
        Act.USE_KIOSK,
        "kiosk",
        models.ReadAloud,
        media_type="audio/wav",
    ),
    ApiRoute(
        "POST",
        f"{_KIOSK}/quotes",
        quote_visit,
        Act.USE_KIOSK,
        "kiosk",
        models.Quote,
        answers.KioskQuote,
        refusals=("not_issuing", "not_together", "service_not_here", "too_many"),
        tag="ticket",
    ),
    *(
        ApiRoute(
            "POST",
            f"{_KIOSK}/{name}",
            handler,
            Act.USE_KIOSK,
            "kiosk",
            body,
            answer,
            refusals=("not_bookable", "not_together", "too_many"),
            tag="booking",
        )
        for name, handler, body, answer in (
            ("months", show_fitting_days, models_booking.KioskMonth, answers_booking.OfferedMonth),
            ("times", show_fitting_times, models_booking.KioskTimes, answers_booking.OfferedTimes),
        )
    ),
    ApiRoute(
        "POST",
        f"{_KIOSK}/appointments",
        book_later,
        Act.USE_KIOSK,
        "kiosk",
        models_booking.BookLater,
        answers.BookedAtKiosk,
        status=201,
        refusals=(
            "not_bookable",
            "not_issuing",
            "not_together",
            "too_many",
            "slot_taken",
            "too_many_bookings",
            "no_number_left",
        ),
        tag="booking",
    ),
    ApiRoute(
        "POST",
        f"{_KIOSK}/appointments/{{appointment}}/reprint",
        reprint_appointment,
        Act.USE_KIOSK,
        "kiosk",
        models_booking.ReprintAppointment,
        answers.Reprinted,
        tag="booking",
    ),
]
