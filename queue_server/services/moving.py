"""Bringing a booking to another time, or to another site: in one commit, under the same reference.

What lives here: swapping what is booked with what was held for it. What must not: holding the new time
(`services.holding`), and choosing it.
"""

from dataclasses import replace

from queue_server.domain import events as e
from queue_server.domain.appointment import Appointment, AppointmentState
from queue_server.domain.errors import NotFound
from queue_server.domain.person import Person
from queue_server.services import booking_letters as letters
from queue_server.services import calendar_posts, interpreter_orders
from queue_server.services.appointments import booked_answer
from queue_server.services.booked_numbers import draw
from queue_server.services.booking_letters import erase_after
from queue_server.services.holding import mine, require_held
from queue_server.services.ports import Answer, Unit
from queue_server.services.replacing import to_change
from queue_server.services.seating import settle


def move(unit: Unit, reference: str, hold_id: int, client: str) -> Answer:
    """Bring a booking to the time that was held for it, in one commit; id and reference stay.

    What was held for both of a pair moves both. The number stays on the same day and is drawn anew on
    another. Raises `HoldExpired`, `SlotTaken`, `AlreadyCheckedIn`, `AppointmentOver`, `NotFound`.
    """
    appointment = to_change(unit, reference)
    held = mine(unit, hold_id, client)
    if held is appointment:
        return booked_answer(unit, appointment)  # it was brought here, and that answer was lost
    pair = unit.book.pair_of(appointment)
    old = next((one for one in pair if one.id == held.replaces), None)
    if old is None or held.replaces_site is not None:
        raise NotFound(what="hold")
    if held.state is AppointmentState.EXPIRED and held.starts_at == old.starts_at:
        return booked_answer(unit, old)  # the answer to the first press was lost
    require_held(unit, held)
    holds = unit.book.pair_of(held)
    olds = [next(one for one in pair if one.id == hold.replaces) for hold in holds]
    for one in olds:
        to_change(unit, one.reference)
    settle(unit, holds)
    for one, hold in zip(olds, holds, strict=True):
        swap(unit, one, hold)
    letters.moved(unit, olds, unit.person(olds[0].id) or Person())
    return booked_answer(unit, olds[0])


def bring(unit: Unit, other: Unit, reference: str, hold_id: int, client: str) -> Answer:
    """Bring a booking from the site of `other` to the time that was held for it here, in one commit.

    Reference, manage link and language stay, and with them the calendar's entry; the number is a new one.
    One of a pair goes alone. Raises what `move` raises, and `NoNumberLeft`.
    """
    held = mine(unit, hold_id, client)
    if held.reference == reference:
        return booked_answer(unit, held)  # the answer to the first press was lost
    old = to_change(other, reference)
    if (held.replaces, held.replaces_site) != (old.id, other.site.id):
        raise NotFound(what="hold")
    require_held(unit, held)
    settle(unit, [held])
    person = carry(unit, other, old, held, draw(unit, held.starts_at))
    letters.moved(unit, [held], person)
    return booked_answer(unit, held)


def carry(unit: Unit, other: Unit, old: Appointment, held: Appointment, number: int) -> Person:
    """Let what is held here take the place of a booking at the site of `other`; return who booked.

    The caller tells them.
    """
    reference = old.reference
    rest = [one for one in other.book.pair_of(old) if one is not old]
    person = other.person(old.id)
    interpreter_orders.leave(other, old, person)
    # What stays behind keeps a name of its own: no two appointments ever have one reference.
    other.record([e.AppointmentTakenAway(old.id, other.new_reference(), unit.site.id)])
    unit.record([e.AppointmentBrought(held.id, reference, number, held.area_id, old.language)])
    calendar_posts.remove(other, old, old.clerk_id)
    calendar_posts.put(unit, held)
    held.secret_version = old.secret_version
    letters.left(other, old, rest, person or Person())
    other.forget_person(old.id)
    if person is not None:  # else it was erased on demand, and stays so
        unit.keep_person(held.id, _told_of(unit, held, old, person), erase_after(unit, held))
    return person or Person()


def swap(unit: Unit, appointment: Appointment, held: Appointment) -> None:
    """Bring a booking to the time that is held, with whose time that is. The caller tells who booked."""
    number = appointment.number
    if number is None or unit.book.day_of(held) != unit.book.day_of(appointment):
        number = draw(unit, held.starts_at)
    person = unit.person(appointment.id)
    interpreter_orders.leave(unit, appointment, person)
    former, clerk_id, starts_at, minutes = appointment.clerk_id, held.clerk_id, held.starts_at, held.minutes
    unit.free_cells(appointment.id)
    unit.record([e.AppointmentMoved(appointment.id, held.id, starts_at, minutes, number)])
    if clerk_id is not None:
        unit.take_cells(clerk_id, appointment.first_cell, appointment.cells, appointment.id)
    if former != appointment.clerk_id:
        calendar_posts.remove(unit, appointment, former)
    calendar_posts.put(unit, appointment)
    if person is not None:  # else it was erased on demand, and stays so
        told = _told_of(unit, appointment, appointment, person)
        unit.keep_person(appointment.id, told, erase_after(unit, appointment))


def _told_of(unit: Unit, new: Appointment, old: Appointment, person: Person) -> Person:
    """Return the person without the reason to leave the old time; an answer to a request stays."""
    person = interpreter_orders.carried(unit, new, person)
    return person if old.confirmed_by else replace(person, answer="")
