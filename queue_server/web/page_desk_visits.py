"""The desk's pages of one visit: an appointment that was booked or found, its card, a number.

What must not live here: booking (`page_desk`), finding (`page_desk_search`), wording and dates (`desk_view`).
"""

import secrets
from collections.abc import Sequence
from typing import Any, Final

from sqlalchemy.engine import Connection
from starlette.responses import RedirectResponse, Response

from queue_server.domain.access import Act
from queue_server.domain.errors import BadInput, NotFound, Refusal, WrongSite
from queue_server.domain.papers import Answers, read_answers
from queue_server.domain.ticket import Ticket
from queue_server.domain.town import Site
from queue_server.services import appointments, arrivals, booking, reception, requests, screens, visits
from queue_server.services.must_move import ask_to_move
from queue_server.services.ports import Answer, Unit
from queue_server.web import desk_view as view
from queue_server.web import printing
from queue_server.web.desk_exceptions import exceptions
from queue_server.web.desk_frame import checked_form, do, frame, hidden_from, refusal_words
from queue_server.web.errors import status_of
from queue_server.web.need_words import in_words
from queue_server.web.page_desk_letters import why
from queue_server.web.pages import PageCall, PageRoute
from queue_server.web.sms_wishes import set_sms, sms_state

ANSWER_MOST: Final = 500
ACTS_DONE: Final = {
    "cancel": "cancelled",
    "accept": "accepted",
    "decline": "declined",
    "must_move": "must_move",
    "stop_sms": "sms",
    "allow_sms": "sms",
}
DONE: Final = frozenset(
    {"booked", "moved", "early", "on_time", "late", "mail_corrected", *ACTS_DONE.values()}
)


async def appointment_page(call: PageCall) -> Response:
    """Show an appointment: the answer to a booking, and what a search opens."""
    done = call.request.query_params.get("done", "")
    try:
        return await show_appointment(call, message=call.say(f"desk.done_{done}") if done in DONE else "")
    except WrongSite as elsewhere:
        # Found by its reference in the other building: its desk knows what to do with it.
        return RedirectResponse(
            f"/desk/{elsewhere.params['site']}/appointments/{asked_reference(call)}", status_code=303
        )


async def act_on_appointment(call: PageCall) -> Response:
    """Do what the form says: a form, so that no link changes anything (failure 4)."""
    form = await checked_form(call)
    reference, act = asked_reference(call), form.get("act")
    answered = str(form.get("answer") or "").strip()[:ANSWER_MOST]
    work = {
        "check_in": lambda unit: arrivals.check_in(unit, reference),
        "cancel": lambda unit: booking.cancel(unit, reference, by="desk"),
        "accept": lambda unit: requests.accept(unit, reference, answered),
        "decline": lambda unit: requests.decline(unit, reference, answered),
        "stop_sms": lambda unit: set_sms(unit, reference, stop=True),
        "allow_sms": lambda unit: set_sms(unit, reference, stop=False),
        "must_move": lambda unit: ask_to_move(unit, reference, answered),
    }.get(str(act))
    if work is None:
        raise BadInput(field="act")

    try:
        answer = await do(call, form, work)
    except Refusal as refusal:
        if refusal.code == "not_found":
            raise
        is_gone = act == "accept" and refusal.code == "slot_taken"
        message = call.say("desk.refused_accept") if is_gone else refusal_words(call, refusal)
        return await show_appointment(
            call, message=message, status=status_of(refusal.code), typed_answer=answered
        )
    done = ACTS_DONE.get(str(act)) or answer.get("arrival", "on_time")
    if act == "check_in":
        call.house.speech.number_drawn(call.house.site(call.site_id), answer["number"])
    return RedirectResponse(f"{call.request.url.path}?done={done}", status_code=303)


async def card_page(call: PageCall) -> Response:
    """Show the card alone: an A4 page to print, to hand over or to post."""
    seen, person = await _seen(call)
    town, site = call.house.offered(call.site_id)
    return call.page(
        "card.html",
        card=_card(call, seen, person),
        site={"id": site.id, "name": town.id},
    )


async def ticket_page(call: PageCall) -> Response:
    """Show a number of today: given out a moment ago, or one whose slip was lost."""
    return await _show_ticket(call)


async def reprint_slip(call: PageCall) -> Response:
    """Print the same number again at a kiosk of the site, marked as a reprint (failure 5)."""
    form = await checked_form(call)
    site, ticket_id = call.house.site(call.site_id), _ticket_id(call)
    kiosk_id = str(form.get("kiosk") or "")
    if kiosk_id not in {kiosk.id for kiosk in site.kiosks}:
        raise BadInput(field="kiosk")
    await do(call, form, lambda unit: reception.reprint(unit, visits.by_id(unit, ticket_id), kiosk_id))
    printing.offer_soon(call.house, site.id, kiosk_id)
    return RedirectResponse(f"{call.request.url.path}?done=printed", status_code=303)


async def _seen(call: PageCall) -> tuple[Answer, Any]:
    """Return an appointment and what its holder told; the person is looked at here and nowhere public."""
    reference = asked_reference(call)

    def work(unit: Unit) -> tuple[Answer, Any]:
        found = appointments.find_appointment(unit, reference)
        others = [one for one in unit.book.pair_of(found) if one is not found and one.number is not None]
        more: Answer = {
            "clerk_id": found.clerk_id,
            "others": [appointments.view(unit, one) for one in others],
        }
        more["may_accept"] = not found.is_requested(unit.now) or requests.may_accept(unit, found)
        more["pair_ids"] = [one.id for one in unit.book.pair_of(found)]
        person = unit.person(found.id)
        return appointments.view(unit, found) | more | {"sms": sms_state(unit, person)}, person

    return await call.house.sequencer.look(call.site_id, work)


async def show_appointment(
    call: PageCall,
    *,
    message: str = "",
    status: int = 200,
    typed_mail: str | None = None,
    typed_answer: str = "",
) -> Response:
    """Show an appointment; `typed_mail` is what was given as another address and is none.

    `typed_answer` is the sentence to the visitor, when it was refused.
    """
    seen, person = await _seen(call)
    town, site = call.house.offered(call.site_id)
    words = view.words_for(call.say, site, call.house.clock())
    hidden = hidden_from(call, town)
    shown = view.appointment(words, town, site, seen, hidden)
    shown["papers"] = view.papers(town, seen["services"], words.say, hidden, _answers(person))
    shown["may_accept"] = seen["may_accept"]
    shown["may_ask_to_move"] = shown["may_move"] and bool(person and (person.email or person.sms))
    mail_trouble, phone_trouble = await _troubles(call, seen["pair_ids"])
    return call.page(
        "desk_appointment.html",
        status=status,
        faces=("desk",),
        message=message,
        refused=status != 200,
        seen=shown,
        person=_person(person),
        needs=[in_words(call.say, one, "counter") for one in person.needs] if person else [],
        mail_trouble=why(call, mail_trouble),
        phone_trouble=why(call, phone_trouble),
        typed_mail=typed_mail,
        typed_answer=typed_answer,
        sms=seen["sms"],
        exceptions=await exceptions(call, seen["id"]),
        card=_card(call, seen, person),
        move_link=f"/desk/{site.id}?move={seen['reference']}",
        kiosks=_kiosks(site),
        request_id=secrets.token_hex(8),
        keys=view.keys(call.say, ("", "desk.appointment", _keys_of(shown)), _EVERYWHERE),
        **await frame(call, site),
    )


async def _troubles(call: PageCall, ids: Sequence[int]) -> tuple[str, str]:
    """Return why mail, and why text messages, do not arrive; a pair's mark stands at one of the two."""
    letters, site_id = call.house.letters, call.site_id

    def read(conn: Connection) -> tuple[str, str]:
        by_mail = letters.mail_troubles(conn, site_id, ids)
        by_phone = letters.phone_troubles(conn, site_id, ids)
        return next(iter(by_mail.values()), ""), next(iter(by_phone.values()), "")

    return await call.house.read(read)


async def _show_ticket(call: PageCall) -> Response:
    ticket_id = _ticket_id(call)
    town, site = call.house.offered(call.site_id)
    words = view.words_for(call.say, site, call.house.clock())
    ticket, wait = await call.house.sequencer.look(site.id, lambda unit: _ticket(unit, ticket_id))
    done = call.request.query_params.get("done")
    return call.page(
        "desk_ticket.html",
        faces=("desk",),
        message=call.say("desk.done_printed") if done == "printed" else "",
        ticket={
            "id": ticket.id,
            "number": ticket.number,
            "state": ticket.state.value,
            "area": view.area_of(site, ticket.area_id, call.language)[0],
            "services": view.chosen(town, ticket.concern, call.say, hidden_from(call, town)),
            "wait": wait,
            "taken": words.time(ticket.arrived_at),
        },
        kiosks=_kiosks(site),
        request_id=secrets.token_hex(8),
        keys=view.keys(
            call.say, ("", "desk.ticket", {"R": "desk.key_reprint", "N": "desk.key_next"}), _EVERYWHERE
        ),
        **await frame(call, site),
    )


def _ticket(unit: Unit, ticket_id: int) -> tuple[Ticket, Answer | None]:
    """Return a ticket of today and how long it still waits; the same range as on the visitor's phone."""
    ticket = visits.by_id(unit, ticket_id)
    waiting = screens.public_queue(unit)["waiting"]
    found = next((entry for entry in waiting if entry["key"] == ticket.key), None)
    wait = screens.wait_of(found)
    return ticket, None if wait is None else dict(wait)


_EVERYWHERE: Final = ("", "desk.everywhere", {"/": "desk.key_search", "Esc": "desk.key_next"})


def _keys_of(shown: view.Values) -> dict[str, str]:
    possible = {
        "B": ("desk.key_accept", shown["is_requested"]),
        "A": ("desk.key_decline", shown["is_requested"]),
        "L": ("desk.key_requests", shown["is_requested"]),
        "P": ("desk.key_print", shown["is_live"]),
        "N": ("desk.key_next", True),
        "I": ("desk.key_check_in", shown["may_check_in"]),
        "M": ("desk.key_move", shown["may_move"]),
        "V": ("desk.key_must_move", shown["may_ask_to_move"]),
        "R": ("desk.key_reprint", bool(shown["ticket_id"])),
        "X": ("desk.key_cancel", shown["may_cancel"]),
    }
    return {key: text for key, (text, offered) in possible.items() if offered}


def _card(call: PageCall, seen: Answer, person: Any) -> view.Values:
    town, site = call.house.offered(call.site_id)
    language = seen["language"] if seen["language"] in call.house.texts else call.language
    words = view.words_for(call.house.texts[language], site, call.house.clock())
    return view.card(words, town, site, seen, _manage_url(call, seen), _answers(person))


def _answers(person: Any) -> Answers:
    """Return what the visitor said to the questions about documents."""
    return read_answers(person.paper_answers.split()) if person else {}


def _manage_url(call: PageCall, seen: Answer) -> str:
    """Return the address of the visitor's own page; empty before the town said where phones reach it."""
    if not call.house.settings.public_url:
        return ""
    return call.house.manage_url(seen["reference"], seen["secret_version"])


def _person(person: Any) -> view.Values:
    if person is None:
        empty = dict.fromkeys(("name", "contact", "phone", "remarks", "answer"), "")
        return {**empty, "needs": (), "by_mail": False}
    return {
        "name": person.name,
        "contact": person.email or person.phone,
        "phone": person.phone,
        "needs": person.needs,
        "remarks": person.remarks,
        "answer": person.answer,
        "by_mail": bool(person.email),
    }


def _kiosks(site: Site) -> list[dict[str, str]]:
    return [{"id": kiosk.id, "name": kiosk.name} for kiosk in site.kiosks]


def asked_reference(call: PageCall) -> str:
    return str(call.request.path_params["reference"]).strip().upper()


def _ticket_id(call: PageCall) -> int:
    text = call.request.path_params["ticket"]
    if not text.isascii() or not text.isdigit() or len(text) > 15:
        raise NotFound(what="ticket")
    return int(text)


_APPOINTMENT: Final = "/desk/{site}/appointments/{reference}"
ROUTES = [
    PageRoute(_APPOINTMENT, appointment_page, Act.SEE_APPOINTMENTS, "site"),
    PageRoute(_APPOINTMENT, act_on_appointment, Act.WORK_AT_DESK, "site", methods=("POST",)),
    PageRoute(f"{_APPOINTMENT}/card", card_page, Act.SEE_APPOINTMENTS, "site"),
    PageRoute("/desk/{site}/tickets/{ticket}", ticket_page, Act.SEE_APPOINTMENTS, "site"),
    PageRoute("/desk/{site}/tickets/{ticket}", reprint_slip, Act.WORK_AT_DESK, "site", methods=("POST",)),
]
