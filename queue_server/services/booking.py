"""Booking a time and what becomes of it: book, cancel; and the door to holding, moving, arriving.

Two walls stand against double booking: the site's lock, under which all of this runs, and a unique row
for each five-minute cell of a clerk. What must not live here: what is free (`services.offer`), and what
happens without a press (`services.booking_clock`).
"""

from collections.abc import Sequence

from queue_server.domain import events as e
from queue_server.domain.appointment import Appointment, AppointmentState
from queue_server.domain.errors import BadInput
from queue_server.domain.interpreting import UNKNOWN, is_offered
from queue_server.domain.needs import STAFFS
from queue_server.domain.person import Person
from queue_server.services import booking_letters as letters
from queue_server.services import booking_limits as limits
from queue_server.services import calendar_posts, requests
from queue_server.services.appointments import booked_answer, find, find_appointment, see, view
from queue_server.services.arrivals import check_in
from queue_server.services.booked_numbers import record_booked
from queue_server.services.booking_letters import erase_after
from queue_server.services.booking_limits import Overrule
from queue_server.services.concerns import required_fields
from queue_server.services.fitting import fit, fit_hold
from queue_server.services.holding import extend, hold, hold_answer, mine, release, require_held
from queue_server.services.moving import bring, move
from queue_server.services.ports import Answer, Unit
from queue_server.services.replacing import to_change
from queue_server.services.seating import settle

_S = AppointmentState

__all__ = [
    "Person",
    "booked_answer",
    "bring",
    "cancel",
    "check_in",
    "confirm",
    "extend",
    "find",
    "find_appointment",
    "fit_hold",
    "hold",
    "hold_answer",
    "move",
    "release",
    "see",
]


def confirm(
    unit: Unit,
    appointment_id: int,
    client: str,
    person: Person,
    language: str,
    *,
    overrule: Overrule | None = None,
    helper_code: str = "",
    by_mail: bool = False,
) -> Answer:
    """Book what is held: draw the number, keep the person, post the letter. Twice is once (failure 2).

    Two times that were held together are booked together. What has to be confirmed first is asked for, and
    has no number yet. `overrule` is the staff's; that it was used is kept. `helper_code` lifts the limits
    for a contact. `by_mail`: the visitor books alone, and letters have links, so the site may ask for a
    confirmation by mail. Raises `HoldExpired`, `SlotTaken` when by the set-up of that day or the own calendar
    the clerk cannot do it any more, and nobody else can (`services.seating`), or when the person needs longer
    or another room and that is not to be had then (`services.fitting`), `TooManyBookings`,
    `UnknownHelperCode`, `BadInput` with the field that the site requires, `NoNumberLeft`, `NotFound`.
    """
    held = mine(unit, appointment_id, client)
    if held.state in {_S.UNCONFIRMED, _S.BOOKED, _S.CHECKED_IN}:
        return booked_answer(unit, held)
    parts = _held_parts(unit, held)
    _check_person(unit, parts, person)
    helper_id = limits.helper_of(unit, helper_code)
    settle(unit, parts, overruled=overrule is not None)
    if overrule is None and held.channel != "desk":  # what the desk holds suits, as far as the desk wants it
        fit(unit, parts, person.needs)
    if helper_id is None:
        limits.check(unit, held.id, person, overrule, more=len(parts))
    may_ask = by_mail and bool(person.email.strip()) and helper_id is None
    letter = _enter(unit, parts, language, by_mail=may_ask)
    for one in parts:
        unit.keep_person(one.id, person, erase_after(unit, one))
        limits.count(unit, person, helper_id)
    _tell(unit, parts, person, letter)
    return booked_answer(unit, held)


def _held_parts(unit: Unit, held: Appointment) -> tuple[Appointment, ...]:
    require_held(unit, held)
    if held.replaces is not None:
        raise BadInput(field="hold")  # it is there to move a booking, not to be a second one
    return unit.book.pair_of(held)


def _enter(unit: Unit, parts: Sequence[Appointment], language: str, *, by_mail: bool) -> str:
    """Record that it is booked, or asked for where somebody confirms first: return which letter says so."""
    confirmer = requests.confirmer(unit, parts, by_mail=by_mail)
    if not confirmer:
        record_booked(unit, parts, language)
        return "booked"
    until = requests.confirm_until(unit, parts, confirmer)
    requests.ask(unit, parts, language, by=confirmer, until=until)
    return "confirm" if confirmer == requests.MAIL else "requested"


def _tell(unit: Unit, parts: Sequence[Appointment], person: Person, letter: str) -> None:
    if letter == "booked":
        letters.booked(unit, parts, person)
    else:
        letters.requested(unit, parts, person, letter)


def cancel(unit: Unit, reference: str, by: str, *, both: bool = False) -> Answer:
    """Give a booking up, or `both` of a pair: the time is free, the person's data are erased at once.

    A request is withdrawn as a whole. Twice is once. A contact alone stays until the last letter is sent.
    Raises `AlreadyCheckedIn`, `AppointmentOver`, `NotFound`.
    """
    found = find_appointment(unit, reference)
    if found.state is _S.CANCELLED:
        return view(unit, found)
    if found.state is _S.UNCONFIRMED:
        return requests.withdraw(unit, found, by)
    appointment = to_change(unit, reference)
    pair = unit.book.pair_of(appointment)
    parts = [one for one in pair if one is appointment or (both and one.state is _S.BOOKED)]
    person = unit.person(parts[0].id) or Person()
    unit.record([e.AppointmentCancelled(one.id, by) for one in parts])
    for one in parts:
        calendar_posts.remove(unit, one, one.clerk_id)
    letters.cancelled(unit, parts, person, [one for one in pair if one not in parts])
    return view(unit, appointment)


def _check_person(unit: Unit, parts: Sequence[Appointment], person: Person) -> None:
    for field in _asked(unit, parts):
        if person.lacks(field):
            raise BadInput(field=field)
    channel = parts[0].channel
    if channel != "desk" and (theirs := STAFFS.intersection(person.needs)):
        raise BadInput(field="needs", found=min(theirs))  # else anybody could be served before all others
    if UNKNOWN in person.needs and (channel != "kiosk" or not unit.site.interpreter_languages):
        raise BadInput(field="needs", found=UNKNOWN)
    if not is_offered(unit.site, person.needs):
        raise BadInput(field="needs")


def _asked(unit: Unit, parts: Sequence[Appointment]) -> tuple[str, ...]:
    """Return what must be told: at the desk nothing, at the kiosk what the site needs there."""
    if parts[0].channel == "desk":
        return ()
    if parts[0].channel == "kiosk":
        return unit.site.kiosk_fields
    services = [service_id for one in parts for service_id, _ in one.concern]
    era = unit.eras.on(unit.book.day_of(parts[0]))
    return required_fields(era.town, era.site or unit.site, services)
