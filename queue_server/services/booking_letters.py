"""Which letters a booking sends off, and when: rows of the outbox, in the commit of what they tell.

A row holds ids and numbers. Whoever sends it reads the contact then: so a corrected address counts, and
what is erased is not sent. On cancelling, all that a visitor told is erased at once but the contact,
which stays until the last letter is sent, two days at most: somebody whose appointment the desk cancels
has to learn of it. What must not live here: the words of a letter.
"""

from datetime import datetime, timedelta
from typing import Final

from queue_server.domain.appointment import Appointment
from queue_server.domain.person import Person
from queue_server.services.ports import Unit

CONTACT_KEPT: Final = timedelta(days=2)
REMINDERS_MIN: Final = (10080, 2880, 1440, 180, 60)
"""The wishes that are offered, the longest first."""


def booked(unit: Unit, appointment: Appointment, person: Person) -> None:
    """Post the confirmation, and the reminder that was wished for."""
    if person.has_contact:
        unit.post("booked", appointment.id)
        _remind(unit, appointment, person, 0)


def moved(unit: Unit, appointment: Appointment, person: Person) -> None:
    """Post the new time in place of what still waits. The sequence rises with each change (RFC 5545)."""
    unit.withdraw_posts(appointment.id)
    if person.has_contact:
        unit.post("moved", appointment.id, sequence=unit.hall.seq)
        _remind(unit, appointment, person, unit.hall.seq)


def cancelled(unit: Unit, appointment: Appointment, person: Person) -> None:
    """Post the farewell in place of what still waits, and erase the person."""
    unit.withdraw_posts(appointment.id)
    if person.has_contact:
        unit.post("cancelled", appointment.id, sequence=unit.hall.seq)
    unit.forget_person(appointment.id, unit.now + CONTACT_KEPT if person.has_contact else None)


def remind_at(starts_at: datetime, wish_min: int, now: datetime) -> datetime | None:
    """Return when to remind: as wished, or at the nearest shorter distance that is not past; None: never."""
    for minutes in (wish_min, *(shorter for shorter in REMINDERS_MIN if shorter < wish_min)):
        at = starts_at - timedelta(minutes=minutes)
        if at > now:
            return at
    return None


def _remind(unit: Unit, appointment: Appointment, person: Person, sequence: int) -> None:
    if person.reminder_min:
        due_at = remind_at(appointment.starts_at, person.reminder_min, unit.now)
        if due_at is not None:
            unit.post("reminder", appointment.id, sequence=sequence, due_at=due_at)
