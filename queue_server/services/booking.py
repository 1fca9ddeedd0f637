"""Booking a time and what becomes of it: hold, book, move, cancel, check in. The writing side.

A time is held first (ten minutes, for one browser or session), then booked, so that nobody types for
nothing. Two walls stand against double booking: the site's lock, under which all of this runs, and a
unique row for each five-minute cell of a clerk. What must not live here: what is free
(`services.offer`), and what happens without a press (`services.booking_clock`).
"""

from datetime import datetime, timedelta
from typing import Final

from queue_server.domain import events as e
from queue_server.domain.appointment import Appointment, AppointmentState
from queue_server.domain.booked_number import choose_booked_number
from queue_server.domain.business_day import business_day
from queue_server.domain.errors import (
    AlreadyCheckedIn,
    AppointmentOver,
    BadInput,
    HoldExpired,
    NoMoreExtensions,
    NotFound,
    SlotTaken,
    TooManyHolds,
)
from queue_server.domain.person import Person
from queue_server.domain.slots import CELL_S, cell_of
from queue_server.domain.town import NumberStyle
from queue_server.services import booking_letters as letters
from queue_server.services import booking_limits as limits
from queue_server.services import offer
from queue_server.services.appointments import (
    booked_answer,
    checked_in,
    choice_of,
    find,
    find_appointment,
    iso,
    see,
    view,
)
from queue_server.services.arrivals import check_in
from queue_server.services.booking_limits import Overrule
from queue_server.services.concerns import Choice, required_fields
from queue_server.services.free_day import FreeDay, free_day
from queue_server.services.ports import Answer, Unit

HOLD: Final = timedelta(minutes=10)
EXTENSIONS_MOST: Final = 6
EXTENSIONS_ON_SCARCE_DAYS: Final = 2
SCARCE_BELOW: Final = 10
"""A day with fewer free starts for the concern is scarce: nobody should sit on its times for an hour."""
HOLDS_MOST: Final = 3
ERASE_AFTER: Final = timedelta(days=1)
"""So long after the end of an appointment are the visitor's data erased."""
UNASKED: Final = frozenset({"desk", "kiosk"})
"""Channels at which the visitor stands or calls: nothing about the person is required there."""
NEXT_COUNT: Final = 3
_S = AppointmentState

__all__ = [
    "Person",
    "booked_answer",
    "cancel",
    "check_in",
    "confirm",
    "extend",
    "find",
    "find_appointment",
    "hold",
    "hold_answer",
    "move",
    "release",
    "see",
]


def hold(
    unit: Unit,
    choice: Choice,
    starts_at: datetime,
    *,
    channel: str,
    client: str,
    replaces: str | None = None,
    overrule: Overrule | None = None,
) -> Answer:
    """Keep a time for `client` for ten minutes; the same again while it is held gives the same hold.

    `replaces` is the reference of a booking that shall be moved: it stays booked until `move`.
    `overrule` is the desk's: the time need not be on offer, but a clerk who can do it must be free; that
    it was used is kept.
    Raises `SlotTaken`, `TooManyHolds`, `NotFound`, `BadInput`.
    """
    if starts_at.tzinfo is None or starts_at.timestamp() % CELL_S:
        raise BadInput(field="starts_at")
    old = None if replaces is None else _to_move(unit, replaces, choice)
    mine = unit.fingerprint(client)
    held = unit.book.holds_of(mine, unit.now)
    for one in held:
        if (one.starts_at, one.concern, one.replaces) == (starts_at, choice.services, old and old.id):
            return hold_answer(unit, one)
    if len(held) >= HOLDS_MOST:
        raise TooManyHolds(most=HOLDS_MOST)
    day = free_day(unit, choice, business_day(starts_at, unit.book.zone))
    clerk_id = _find_clerk(unit, day, starts_at, overrule=overrule is not None)
    # What has run out was free to be chosen just now, so it has to be gone before its cells are taken.
    unit.record(e.HoldExpired(due.id) for due in unit.book.holds_due(unit.now))
    appointment_id = unit.record(
        [
            e.AppointmentHeld(
                reference=unit.new_reference(),
                starts_at=starts_at,
                minutes=choice.expected_min,
                concern=choice.services,
                persons=choice.persons,
                area=choice.area_id,
                channel=channel,
                held_until=unit.now + HOLD,
                replaces=None if old is None else old.id,
            )
        ]
    )
    appointment = unit.book.appointments[appointment_id]
    appointment.client = mine
    unit.take_cells(clerk_id, appointment.first_cell, appointment.cells, appointment_id)
    if overrule is not None and not day.is_free(cell_of(starts_at)):
        limits.note(unit, appointment_id, limits.TIME, overrule)
    return _told(unit, appointment, _extensions_most(day))


def extend(unit: Unit, appointment_id: int, client: str) -> Answer:
    """Begin the ten minutes anew. Raises `HoldExpired`, `NoMoreExtensions`, `NotFound`."""
    held = _my_hold(unit, appointment_id, client)
    most = _extensions_most(free_day(unit, choice_of(held), unit.book.day_of(held)))
    if held.extensions >= most:
        raise NoMoreExtensions(held_until=iso(unit, held.held_until))
    unit.record([e.HoldExtended(held.id, unit.now + HOLD)])
    return _told(unit, held, most)


def release(unit: Unit, appointment_id: int, client: str) -> Answer:
    """Let a held time go; twice is once. Raises `NotFound` for what was never held by `client`."""
    held = _mine(unit, appointment_id, client)
    if held.state is _S.HELD:
        unit.record([e.HoldReleased(held.id)])
    return {}


def confirm(
    unit: Unit,
    appointment_id: int,
    client: str,
    person: Person,
    language: str,
    *,
    overrule: Overrule | None = None,
) -> Answer:
    """Book what is held: draw the number, keep the person, post the letter. Twice is once (failure 2).

    `overrule` is the staff's; that it was used is kept. Raises `HoldExpired`, `TooManyBookings`,
    `BadInput` with the field that the site requires, `NoNumberLeft`, `NotFound`.
    """
    held = _mine(unit, appointment_id, client)
    if held.state in {_S.BOOKED, _S.CHECKED_IN}:
        return booked_answer(unit, held)
    _require_held(unit, held)
    if held.replaces is not None:
        raise BadInput(field="hold")  # it is there to move a booking, not to be a second one
    _check_person(unit, held, person)
    limits.check(unit, held.id, person, overrule)
    number = _draw(unit, held.starts_at)
    unit.record([e.AppointmentBooked(held.id, number, held.area_id, language)])
    unit.keep_person(held.id, person, held.ends_at + ERASE_AFTER)
    limits.count(unit, person)
    letters.booked(unit, held, person)
    return booked_answer(unit, held)


def move(unit: Unit, reference: str, hold_id: int, client: str) -> Answer:
    """Bring a booking to the time that was held for it, in one commit; id and reference stay.

    The number stays on the same day and is drawn anew on another. Raises `HoldExpired`,
    `AlreadyCheckedIn`, `AppointmentOver`, `NotFound`.
    """
    appointment = _to_change(unit, reference)
    held = _mine(unit, hold_id, client)
    if held.replaces != appointment.id:
        raise NotFound(what="hold")
    if held.state is _S.EXPIRED and held.starts_at == appointment.starts_at:
        return booked_answer(unit, appointment)  # the answer to the first press was lost
    _require_held(unit, held)
    number = appointment.number
    if number is None or unit.book.day_of(held) != unit.book.day_of(appointment):
        number = _draw(unit, held.starts_at)
    clerk_id, starts_at, minutes = held.clerk_id, held.starts_at, held.minutes
    unit.free_cells(appointment.id)
    unit.record([e.AppointmentMoved(appointment.id, held.id, starts_at, minutes, number)])
    if clerk_id is not None:
        unit.take_cells(clerk_id, appointment.first_cell, appointment.cells, appointment.id)
    person = unit.person(appointment.id)
    if person is not None:  # else it was erased on demand, and stays so
        unit.keep_person(appointment.id, person, appointment.ends_at + ERASE_AFTER)
    letters.moved(unit, appointment, person or Person())
    return booked_answer(unit, appointment)


def cancel(unit: Unit, reference: str, by: str) -> Answer:
    """Give a booking up: its time is free, the person's data are erased at once. Twice is once.

    A contact alone stays until the last letter is sent. Raises `AlreadyCheckedIn`, `AppointmentOver`,
    `NotFound`.
    """
    found = find_appointment(unit, reference)
    if found.state is _S.CANCELLED:
        return view(unit, found)
    appointment = _to_change(unit, reference)
    unit.record([e.AppointmentCancelled(appointment.id, by)])
    letters.cancelled(unit, appointment, unit.person(appointment.id) or Person())
    return view(unit, appointment)


def hold_answer(unit: Unit, held: Appointment) -> Answer:
    """Return what whoever holds a time is told."""
    day = free_day(unit, choice_of(held), unit.book.day_of(held))
    return _told(unit, held, _extensions_most(day))


def _told(unit: Unit, held: Appointment, extensions_most: int) -> Answer:
    return {
        "id": held.id,
        "reference": held.reference,
        "starts_at": iso(unit, held.starts_at),
        "minutes": held.minutes,
        "held_until": iso(unit, held.held_until, "seconds"),
        "extensions_left": max(0, extensions_most - held.extensions),
    }


# -- finding -------------------------------------------------------------------------------------------


def _to_change(unit: Unit, reference: str) -> Appointment:
    """Return a booking that may still be moved or cancelled."""
    found = find_appointment(unit, reference)
    if found.state is _S.CHECKED_IN:
        raise AlreadyCheckedIn(**checked_in(unit, found))
    if found.state is not _S.BOOKED:
        raise AppointmentOver(state=found.state.value)
    return found


def _to_move(unit: Unit, reference: str, choice: Choice) -> Appointment:
    old = _to_change(unit, reference)
    if old.concern != choice.services:
        raise BadInput(field="services")
    return old


def _mine(unit: Unit, appointment_id: int, client: str) -> Appointment:
    """Return what `client` holds or held; an id alone authorises nothing."""
    found = unit.book.get(appointment_id) or unit.stored_appointment(appointment_id)
    if found is None or found.client != unit.fingerprint(client):
        raise NotFound(what="hold")
    return found


def _my_hold(unit: Unit, appointment_id: int, client: str) -> Appointment:
    held = _mine(unit, appointment_id, client)
    _require_held(unit, held)
    return held


def _require_held(unit: Unit, held: Appointment) -> None:
    # The timer may come a second late; the hold ends on time all the same (failure 16).
    if not held.is_held(unit.now):
        raise HoldExpired(next=_next(unit, choice_of(held), held.starts_at))


# -- rules ---------------------------------------------------------------------------------------------


def _find_clerk(unit: Unit, day: FreeDay, starts_at: datetime, *, overrule: bool) -> str:
    cell = cell_of(starts_at)
    clerk_id = None
    if day.is_free(cell) or (overrule and starts_at >= unit.now):
        clerk_id = day.clerk_at(cell)
    if clerk_id is None:
        raise SlotTaken(next=_next(unit, day.choice, starts_at))
    return clerk_id


def _next(unit: Unit, choice: Choice, near: datetime) -> list[str]:
    return offer.next_free(unit, choice, near, NEXT_COUNT)


def _extensions_most(day: FreeDay) -> int:
    is_scarce = day.starts.bit_count() < SCARCE_BELOW
    return EXTENSIONS_ON_SCARCE_DAYS if is_scarce else EXTENSIONS_MOST


def _check_person(unit: Unit, held: Appointment, person: Person) -> None:
    asked = required_fields(unit.town, unit.site, [service_id for service_id, _ in held.concern])
    for field in () if held.channel in UNASKED else asked:
        if person.lacks(field):
            raise BadInput(field=field)


def _draw(unit: Unit, starts_at: datetime) -> int:
    day = business_day(starts_at, unit.book.zone)
    sequential = unit.site.number_style is NumberStyle.SEQUENTIAL
    return choose_booked_number(
        unit.book, unit.hall, day, starts_at, unit.now, unit.below, sequential=sequential
    )
