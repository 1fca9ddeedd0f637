"""Bookings that a clerk's own calendar contradicts: something else was entered there, or they were moved.

Neither is lost: the booking stands, the clerk's entry stays, and clerk and desk are told until one of them
moves. Computed when somebody looks, from what is in memory. What must not live here: reading calendars.
"""

from collections.abc import Iterator, Mapping
from datetime import timedelta
from typing import Final

from queue_server.domain.appointment import Appointment, AppointmentState
from queue_server.domain.slots import Span, cell_of
from queue_server.services.appointments import view
from queue_server.services.ports import Answer, PublicUnit, Unit

AHEAD: Final = Span(0, 400 * 288)
"""So far calendars are worked out: 400 days."""
OVERLAPS: Final = "overlaps"
LEFT: Final = "left"
"""The appointment is no more, and its entry stands there, because the clerk had changed it."""
DELETED: Final = "deleted"
Contradicted = tuple[Appointment, str, str]
"""(appointment, whose calendar, why)."""
Troubles = Mapping[int, tuple[str, str]]
"""Appointment → whose calendar, and what the clerk did there (`calendar_copy.trouble`)."""


def overlapped(unit: PublicUnit) -> Iterator[Appointment]:
    """Yield the bookings to come over which their clerk has something else to do.

    Of a clerk whose calendar could not be read nothing is said: there the times are not offered.
    """
    calendars, unknown = unit.calendars, unit.calendars.unknown()
    # It begins with the business day: so the same span is asked for all day long, and answered from memory.
    span = Span(cell_of(unit.now - timedelta(hours=unit.now.hour, minutes=unit.now.minute)), AHEAD.cells)
    clerks = {one.id for one in unit.town.clerks if unit.site.id in one.site_ids} - unknown
    busy = {id_: bits for id_ in clerks if (bits := calendars.busy(id_, span))}
    if not busy:
        return
    for one in unit.book.appointments.values():
        if one.state is not AppointmentState.BOOKED or one.clerk_id not in busy or one.ends_at <= unit.now:
            continue
        place = one.first_cell - span.base
        if place >= 0 and busy[one.clerk_id] >> place & ((1 << one.cells) - 1):
            yield one


def contradicted(unit: Unit, troubles: Troubles) -> list[Contradicted]:
    """Return what somebody has to look at, in order of time."""
    found = {one.id: (one, one.clerk_id or "", OVERLAPS) for one in overlapped(unit)}
    for id_, (clerk_id, why) in troubles.items():
        one = unit.book.get(id_) or unit.stored_appointment(id_)
        if one is None or one.ends_at <= unit.now:
            continue
        if one.state is AppointmentState.BOOKED and one.clerk_id == clerk_id:
            found.setdefault(id_, (one, clerk_id, why))
        elif why != DELETED:
            found[id_] = one, clerk_id, LEFT
    return sorted(found.values(), key=lambda each: (each[0].starts_at, each[0].id))


def conflicts(unit: Unit, troubles: Troubles) -> list[Answer]:
    """Return the same for the desk, each with `why`, `clerk_id` and the name."""
    found = contradicted(unit, troubles)
    people = unit.persons([one.id for one, _, _ in found])
    return [
        {
            **view(unit, one),
            "clerk_id": clerk_id,
            "why": why,
            "name": people[one.id].name if one.id in people else "",
        }
        for one, clerk_id, why in found
    ]
