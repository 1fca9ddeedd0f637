"""A wish that is confirmed by mail when its time is gone: booked at another time, with all that was typed.

Who follows the link has shown that the address is theirs; that a clerk is away by now is not their fault.
What must not live here: the ordinary way (`services.requests`).
"""

from collections.abc import Sequence
from datetime import datetime

from queue_server.domain.appointment import Appointment, AppointmentState
from queue_server.domain.person import Person
from queue_server.services import booking_letters as letters
from queue_server.services.appointments import asks_of, view
from queue_server.services.booked_numbers import record_booked
from queue_server.services.concerns import Choice, asking
from queue_server.services.holding import hold
from queue_server.services.in_parts import choose_visit
from queue_server.services.last_look import clerks_of_time
from queue_server.services.moving import swap
from queue_server.services.ports import Answer, Unit
from queue_server.services.requests import waiting_parts, wished


def confirm_at(unit: Unit, reference: str, starts_at: datetime, client: str) -> Answer:
    """Book a wish at another time, both of a pair; reference, person and wishes stay. Twice is once.

    Raises `AppointmentOver`, `NotFound`, what `holding.hold` raises, `NoNumberLeft`.
    """
    found = wished(unit, reference)
    if found.state is AppointmentState.BOOKED:
        return view(unit, found)
    parts = waiting_parts(unit, found)
    choice = _choice(unit, parts)
    record_booked(unit, parts, found.language)  # it is a booking that is moved, in this one commit
    held = hold(unit, choice, starts_at, channel=found.channel, client=client, replaces=parts[0].reference)
    for one, kept in zip(parts, unit.book.pair_of(unit.book.appointments[held["id"]]), strict=True):
        swap(unit, one, kept)
    letters.accepted(unit, parts, unit.person(parts[0].id) or Person(), "booked")
    return view(unit, found)


def clerks_to_confirm(unit: Unit, reference: str, starts_at: datetime) -> list[str]:
    """Return whose time `confirm_at` would take; nobody's when it is booked already."""
    found = wished(unit, reference)
    if found.state is AppointmentState.BOOKED:
        return []
    parts = waiting_parts(unit, found)
    return clerks_of_time(unit, _choice(unit, parts), starts_at, parts[0].reference)


def _choice(unit: Unit, parts: Sequence[Appointment]) -> Choice:
    pairs = tuple(pair for one in parts for pair in one.concern)
    choice = choose_visit(*unit.eras.offered, pairs, parts[0].persons)
    return asking(choice, asks_of(unit, unit.site.id, parts[0]))
