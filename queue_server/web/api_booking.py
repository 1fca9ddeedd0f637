"""Holding a time, booking it, and what the holder of a manage link does: `/api/v1/sites/{site}/…`.

A stored answer never holds a person's data, nor a secret: manage links are computed on the way out. The
code of a manage link comes in the body, never in an address that a log would keep.
"""

import hashlib
from typing import Final
from zoneinfo import ZoneInfo

from queue_server.domain.access import ANYBODY, Act, Actor, Kind, Role, Thing, may, require
from queue_server.domain.appointment import Appointment
from queue_server.domain.errors import BadInput, NotFound
from queue_server.domain.person import Person
from queue_server.domain.town import Site
from queue_server.services import booking, offer
from queue_server.services.appointments import iso
from queue_server.services.booking_limits import Overrule
from queue_server.services.concerns import asking, require_together
from queue_server.services.last_look import clerks_of_hold
from queue_server.services.named_clerks import with_clerk
from queue_server.services.ports import Answer, Unit
from queue_server.web import answers_booking as answers
from queue_server.web import models_booking as models
from queue_server.web.api import PREFIX, ApiRoute, Call
from queue_server.web.appointment_codes import ManageRef, appointment_of, read_manage_code, site_of
from queue_server.web.helper_codes import guessing_slowly
from queue_server.web.last_look import read_calendars
from queue_server.web.mailing import address
from queue_server.web.noting import doer_of
from queue_server.web.proxies import client_address

# -- holds ---------------------------------------------------------------------------------------------


async def take_hold(call: Call) -> Answer:
    """Keep a time for ten minutes, while its visitor says who they are.

    A time that is past or was taken meanwhile is refused with the nearest free ones in `next`.
    """
    body, client = call.body, _client(call)
    if call.actor is ANYBODY:
        if body.code is None:
            call.house.puzzles.require(call.house.site(call.site_id), body.solution)
        call.house.limits.check_hold(client_address(call.request.scope))
    ref = None if body.code is None else _owned(call)

    def work(unit: Unit) -> Answer:
        if ref is None:  # what is moved was booked together
            require_together(unit.eras.offered[0], body.pairs())
        choice = offer.choose_bookable(*unit.eras.offered, body.pairs(), body.persons)
        choice = asking(with_clerk(*unit.eras.offered, choice, body.clerk), body.needs)
        replaces = None
        if ref is not None:
            site_of(unit, ref)  # at whatever site: it may move here
            replaces = ref.reference
        return booking.hold(
            unit, choice, body.starts_at, channel=_channel(call), client=client, replaces=replaces
        )

    return await call.do(work, client)


async def extend_hold(call: Call) -> Answer:
    """Keep the time for ten minutes from now; on scarce days twice at most."""
    hold_id, client = _hold_id(call), _client(call)
    return await call.do(lambda unit: booking.extend(unit, hold_id, client), client)


async def release_hold(call: Call) -> Answer:
    """Give the time back at once: somebody else may be waiting for it."""
    hold_id, client = _hold_id(call), _client(call)

    def work(unit: Unit) -> Answer:
        booking.release(unit, hold_id, client)
        return {"id": hold_id}

    return await call.do(work, client)


# -- appointments --------------------------------------------------------------------------------------


async def book_appointment(call: Call) -> Answer:
    """Turn a hold into an appointment with its number. The same `request_id` gets the same appointment.

    A hold that has run out is refused with the nearest free times in `next`; so is a time at which the
    clerk's own calendar has something by now.
    """
    body, client, person = call.body, _client(call), _person(call.body.person, call.house.site(call.site_id))
    overrule, sender = await _overrule(call), client_address(call.request.scope)
    by_mail = call.actor is ANYBODY and bool(address(call.house))

    def work(unit: Unit) -> Answer:
        return booking.confirm(
            unit,
            body.hold,
            client,
            person,
            body.language,
            overrule=overrule,
            helper_code=body.helper_code,
            by_mail=by_mail,
        )

    with guessing_slowly(call.house, sender, body.helper_code):
        await read_calendars(call.house, call.site_id, lambda unit: clerks_of_hold(unit, body.hold, client))
        return _with_manage_url(call, await call.do(work, client))


async def see_own_appointment(call: Call) -> Answer:
    """Return the appointment behind a manage link; not the person's data."""
    ref = _owned(call)

    return await call.house.sequencer.look(
        call.site_id, lambda unit: owned_view(unit, appointment_of(unit, ref))
    )


async def move_appointment(call: Call) -> Answer:
    """Swap the appointment to the time of a hold, in one step; the old time is free again then.

    The site in the address is the one of the hold: an appointment at another site of the town comes over.
    The reference and the manage link stay. The number is a new one when the day or the site changes.
    """
    ref, body, client = _owned(call), call.body, _client(call)
    now_at = await call.house.sequencer.look(call.site_id, lambda unit: site_of(unit, ref))

    def work(unit: Unit) -> Answer:
        appointment_of(unit, ref)
        return booking.move(unit, ref.reference, body.hold, client)

    def bring(unit: Unit, old: Unit) -> Answer:
        return booking.bring(unit, old, ref.reference, body.hold, client)

    await read_calendars(call.house, call.site_id, lambda unit: clerks_of_hold(unit, body.hold, client))
    if now_at == call.site_id:
        return _with_manage_url(call, await call.do(work, _scope(ref)))
    return _with_manage_url(call, await call.do_at_two(now_at, bring, _scope(ref)))


async def cancel_appointment(call: Call) -> Answer:
    """Give the time back and erase the person's data."""
    ref = _owned(call)

    def work(unit: Unit) -> Answer:
        appointment_of(unit, ref)
        return {"reference": ref.reference, "state": booking.cancel(unit, ref.reference, "visitor")["state"]}

    return await call.do(work, _scope(ref))


# -- who asks, and for what ----------------------------------------------------------------------------


def _channel(call: Call) -> str:
    """Return the way a booking comes in: the desk's own staff, the site's kiosk, else the API."""
    if may(call.actor, Act.SEE_APPOINTMENTS, call.thing):
        return "desk"
    return "kiosk" if may(call.actor, Act.CHECK_IN, call.thing) else "api"


async def _overrule(call: Call) -> Overrule | None:
    """Return who lifts a limit and why. Raises Forbidden for everybody but the site's staff."""
    if call.body.overrule is None:
        return None
    require(call.actor, Act.SEE_APPOINTMENTS, call.thing)
    actor = call.actor
    by = actor.clerk_id or actor.token_id or actor.session_id or ""
    return Overrule(by, call.body.overrule, await doer_of(call.house, actor))


def _client(call: Call) -> str:
    """Return the key under which times are held: the caller's and its visitor's together.

    A town's portal speaks for all its visitors with one token, or with none: `client` tells them apart.
    """
    named = call.body.client
    if named is None and call.actor is ANYBODY:
        raise BadInput(field="client", problem="missing")
    return hashlib.sha256(f"{call.session_ref()}\n{named or ''}".encode()).hexdigest()


def _scope(ref: ManageRef) -> str:
    return f"appointment:{ref.reference}"


def _owned(call: Call) -> ManageRef:
    """Return what the code in the body opens; raises NotFound for everything else."""
    ref = read_manage_code(call.house, call.body.code)
    thing = Thing(Kind.APPOINTMENT, call.thing.organisation_id, call.site_id, ref.reference)
    holder = Actor(Role.VISITOR, call.thing.organisation_id, call.site_id, reference=ref.reference)
    require(holder, Act.MANAGE_OWN_APPOINTMENT, thing)
    return ref


def _hold_id(call: Call) -> int:
    text = call.request.path_params["hold"]
    if not text.isascii() or not text.isdigit() or len(text) > 15:
        raise NotFound(what="hold")
    return int(text)


def _person(body: models.PersonBody, site: Site) -> Person:
    """Return whom it is about; what the site requires is asked for when it is booked."""
    return Person(
        name=body.name,
        email=body.email,
        phone=body.phone,
        address=body.address,
        birth_date=body.birth_date.isoformat() if body.birth_date else "",
        for_whom=body.for_whom,
        remarks=body.remarks,
        needs=tuple(sorted(set(body.needs))),
        reminder_min=body.reminder_min
        if "reminder_min" in body.model_fields_set
        else site.reminder_default or None,
        sms=body.sms,
    )


# -- what goes out -------------------------------------------------------------------------------------


def owned_view(unit: Unit, appointment: Appointment) -> Answer:
    """Return an appointment without the person."""
    starts_at = appointment.starts_at.astimezone(ZoneInfo(unit.site.time_zone))
    return {
        "id": appointment.id,
        "reference": appointment.reference,
        "state": appointment.state.value,
        "refused": appointment.refused,
        "confirm_until": iso(unit, appointment.held_until) if appointment.is_requested(unit.now) else None,
        "number": appointment.number,
        "starts_at": starts_at.isoformat(timespec="minutes"),
        "minutes": appointment.minutes,
        "area_id": appointment.area_id,
        "services": [{"id": service, "count": count} for service, count in appointment.concern],
        "persons": appointment.persons,
        "language": appointment.language,
    }


def _with_manage_url(call: Call, answer: Answer) -> Answer:
    """Add the manage link's secret address, which is computed and never stored."""
    shown = {
        name: value for name, value in answer.items() if name in answers.BookedAppointment.__annotations__
    }
    return {**shown, "manage_url": call.house.manage_url(answer["reference"], answer["secret_version"])}


_SITE: Final = f"{PREFIX}/sites/{{site}}"
_HOLD: Final = f"{_SITE}/holds/{{hold}}"
_OWN: Final = f"{_SITE}/appointments/own"
_CHOICE: Final = ("not_bookable", "not_together", "too_many")
ROUTES = [
    ApiRoute(
        "POST",
        f"{_SITE}/holds",
        take_hold,
        Act.BOOK,
        "site",
        models.TakeHold,
        answers.Hold,
        status=201,
        refusals=(*_CHOICE, "puzzle_required", "slot_taken", "too_many_holds", "ask_to_move"),
        tag="booking",
    ),
    ApiRoute(
        "POST",
        f"{_HOLD}/extend",
        extend_hold,
        Act.BOOK,
        "site",
        models.ChangeHold,
        answers.Hold,
        refusals=("hold_expired", "no_more_extensions"),
        tag="booking",
    ),
    ApiRoute(
        "POST",
        f"{_HOLD}/release",
        release_hold,
        Act.BOOK,
        "site",
        models.ChangeHold,
        answers.Released,
        refusals=("hold_expired",),
        tag="booking",
    ),
    ApiRoute(
        "POST",
        f"{_SITE}/appointments",
        book_appointment,
        Act.BOOK,
        "site",
        models.BookAppointment,
        answers.BookedAppointment,
        status=201,
        refusals=("hold_expired", "slot_taken", "too_many_bookings", "unknown_helper_code", "no_number_left"),
        tag="booking",
    ),
    ApiRoute(
        "POST",
        _OWN,
        see_own_appointment,
        Act.BOOK,
        "site",
        models.OwnAppointment,
        answers.OwnedAppointment,
        tag="booking",
    ),
    ApiRoute(
        "POST",
        f"{_OWN}/move",
        move_appointment,
        Act.BOOK,
        "site",
        models.MoveAppointment,
        answers.BookedAppointment,
        refusals=("hold_expired", "slot_taken", "appointment_over", "no_number_left"),
        tag="booking",
    ),
    ApiRoute(
        "POST",
        f"{_OWN}/cancel",
        cancel_appointment,
        Act.BOOK,
        "site",
        models.CancelAppointment,
        answers.Cancelled,
        refusals=("appointment_over",),
        tag="booking",
    ),
]
