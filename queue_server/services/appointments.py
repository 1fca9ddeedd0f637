"""Looking at bookings: one by its reference, those of a day by what somebody at the desk remembers.

What lives here: finding, and what is told about a booking. What must not: changing it
(`services.booking`), and telling anything of the person but the name, to the desk.
"""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Literal
from zoneinfo import ZoneInfo

from queue_server.domain.appointment import Appointment, AppointmentState
from queue_server.domain.errors import NotFound, WrongSite
from queue_server.domain.needs import OF_THE_TIME
from queue_server.domain.person import Person
from queue_server.services.concerns import Choice
from queue_server.services.named_clerks import same_clerk
from queue_server.services.ports import Answer, Unit


def find_appointment(unit: Unit, reference: str, *, elsewhere: bool = False) -> Appointment:
    """Return a booking of this site, live or past. Raises `NotFound`, also for what is only held.

    `elsewhere`: for one at another site of the organisation raise `WrongSite` instead.
    """
    found = unit.book.by_ref(reference)
    if found is None:
        found = _stored(unit, reference, elsewhere=elsewhere)
    if not found.was_asked_for:
        raise NotFound(what="appointment")  # never more than held
    return found


def _stored(unit: Unit, reference: str, *, elsewhere: bool) -> Appointment:
    site_id, found = unit.stored_by_reference(reference) or (None, None)
    if found is None or (site_id != unit.site.id and not elsewhere):
        raise NotFound(what="appointment")
    if site_id != unit.site.id:
        raise WrongSite(site=site_id)
    return found


def see(unit: Unit, reference: str) -> Answer:
    """Return everything about a booking but the person. Raises `NotFound`."""
    return view(unit, find_appointment(unit, reference))


def find(unit: Unit, text: str, day: date) -> Answer:
    """Search a day's bookings by reference, number, time or a part of the name: for the desk."""
    wanted = " ".join(text.split()).casefold()
    of_day = [a for a in unit.book.on(day) if a.state is not AppointmentState.HELD]
    people = unit.persons([a.id for a in of_day])
    fitting = [
        {**view(unit, a), "name": people[a.id].name if a.id in people else ""}
        for a in of_day
        if not wanted or any(wanted in word for word in _words(unit, a, people.get(a.id)))
    ]
    return {"date": day.isoformat(), "appointments": fitting}


def booked_answer(unit: Unit, appointment: Appointment) -> Answer:
    """Return what whoever booked is told, of both when there are two; the web layer adds the manage link."""
    answer = _booked(unit, appointment)
    second = unit.book.second_of(appointment)
    return answer if second is None else {**answer, "then": _booked(unit, second)}


def _booked(unit: Unit, appointment: Appointment) -> Answer:
    is_waiting = appointment.state is AppointmentState.UNCONFIRMED
    return {
        "id": appointment.id,
        "reference": appointment.reference,
        "state": _state(unit, appointment).value,
        "number": appointment.number,
        "starts_at": iso(unit, appointment.starts_at),
        "minutes": appointment.minutes,
        "area_id": appointment.area_id,
        "come_at": iso(unit, come_at(unit, appointment)),
        "confirm_until": iso(unit, appointment.held_until) if is_waiting else None,
        "secret_version": appointment.secret_version,
    }


def come_at(unit: Unit, appointment: Appointment) -> datetime:
    """Return from when on the visitor should come: not earlier, please."""
    return appointment.starts_at - timedelta(minutes=unit.site.come_early_min)


def view(unit: Unit, appointment: Appointment) -> Answer:
    """Return everything about a booking but the person."""
    return {
        **_booked(unit, appointment),
        "refused": appointment.refused,
        "services": [list(pair) for pair in appointment.concern],
        "persons": appointment.persons,
        "language": appointment.language,
        "channel": appointment.channel,
        "ticket_id": appointment.ticket_id,
    }


def asks_of(unit: Unit, site_id: str, appointment: Appointment) -> frozenset[str]:
    """Return what the times for a booking of a site must offer, from what its holder needs."""
    return asks_told(unit, site_id, appointment.id)


def asks_told(unit: Unit, site_id: str, appointment_id: int) -> frozenset[str]:
    person = unit.person_at(site_id, appointment_id)
    return OF_THE_TIME.intersection(person.needs) if person else frozenset()


def iso(unit: Unit, at: datetime, precision: Literal["minutes", "seconds"] = "minutes") -> str:
    """Write a moment on the site's clock with its distance from UTC."""
    return at.astimezone(ZoneInfo(unit.site.time_zone)).isoformat(timespec=precision)


def _state(unit: Unit, appointment: Appointment) -> AppointmentState:
    """Return what to tell: a visit that was served is done, though the book says so at the day's end."""
    ticket = unit.hall.tickets.get(appointment.ticket_id or 0)
    is_over = ticket is not None and not ticket.is_open and ticket.was_served
    if is_over and appointment.state is AppointmentState.CHECKED_IN:
        return AppointmentState.COMPLETED
    return appointment.state


def _words(unit: Unit, appointment: Appointment, person: Person | None) -> Sequence[str]:
    """Return what a booking can be found by, in small letters."""
    clock = appointment.starts_at.astimezone(ZoneInfo(unit.site.time_zone)).strftime("%H:%M")
    named = () if person is None else (person.name.casefold(), person.for_whom.casefold())
    return (appointment.reference.casefold(), str(appointment.number or ""), clock, *named)


def checked_in(unit: Unit, appointment: Appointment) -> dict[str, object]:
    """Return the number and what became of the visit of somebody who checked in."""
    ticket = unit.hall.tickets.get(appointment.ticket_id or 0)
    return {"number": appointment.number, "state": ticket.state.value if ticket else "finished"}


def choice_of(unit: Unit, appointment: Appointment) -> Choice:
    """Return the concern of an appointment as it was chosen; a talk with the person it is with."""
    choice = Choice(appointment.concern, appointment.persons, appointment.minutes, appointment.area_id)
    return same_clerk(*unit.eras.offered, choice, appointment.clerk_id)
