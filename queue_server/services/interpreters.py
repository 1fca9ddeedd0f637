"""Bookings to which somebody has to come and interpret: which are still to be arranged, and that it is done.

Read from what visitors told, shown to staff alone; no event and no day sheet has it. What must not live
here: from when on an interpreter can be had (`domain.interpreting`).
"""

from dataclasses import replace

from queue_server.domain.appointment import Appointment, AppointmentState
from queue_server.domain.business_day import business_day
from queue_server.domain.errors import NotFound
from queue_server.domain.interpreting import ARRANGED, is_wished, language_in, working_days_until
from queue_server.services.appointments import find_appointment, view
from queue_server.services.booking_letters import erase_after
from queue_server.services.ports import Answer, Unit


def wished(unit: Unit) -> list[Answer]:
    """Return the bookings to come for which an interpreter is wished, the next one first."""
    today = business_day(unit.now, unit.book.zone)
    found = []
    for id_, person in unit.persons_with_interpreter().items():
        one = unit.book.get(id_)
        if one is not None and is_wished(person.needs) and _is_to_come(unit, one):
            day = unit.book.day_of(one)
            told = {
                "name": person.name,
                "spoken": language_in(person.needs),
                "is_arranged": ARRANGED in person.needs,
            }
            found.append({**view(unit, one), **told, "days": working_days_until(unit.site, today, day)})
    return sorted(found, key=lambda answer: str(answer["starts_at"]))


def count_open(unit: Unit) -> int:
    """Count those that nobody has arranged yet."""
    return sum(not one["is_arranged"] for one in wished(unit))


def arrange(unit: Unit, reference: str, *, is_arranged: bool) -> Answer:
    """Note that somebody will interpret, or that nobody will after all. Raises `NotFound`."""
    one = find_appointment(unit, reference)
    person = unit.person(one.id)
    if person is None or not is_wished(person.needs):
        raise NotFound(what="appointment")
    rest = tuple(need for need in person.needs if need != ARRANGED)
    needs = (*rest, ARRANGED) if is_arranged else rest
    if needs != person.needs:
        unit.keep_person(one.id, replace(person, needs=needs), erase_after(unit, one))
    return view(unit, one)


def _is_to_come(unit: Unit, one: Appointment) -> bool:
    is_open = one.state is AppointmentState.BOOKED or one.is_requested(unit.now)
    return is_open and one.starts_at > unit.now
