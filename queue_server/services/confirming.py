"""A wish that is confirmed by mail when its time is gone: booked at another time, with all that was typed.

Who follows the link has shown that the address is theirs; that a clerk is away by now is not their fault.
What must not live here: the ordinary way (`services.requests`).
"""

from datetime import datetime

from queue_server.domain.appointment import AppointmentState
from queue_server.domain.person import Person
from queue_server.services import booking_letters as letters
from queue_server.services.appointments import view
from queue_server.services.booked_numbers import record_booked
from queue_server.services.holding import hold
from queue_server.services.in_parts import choose_visit
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
    pairs = tuple(pair for one in parts for pair in one.concern)
    choice = choose_visit(*unit.eras.offered, pairs, found.persons)
    record_booked(unit, parts, found.language)  # it is a booking that is moved, in this one commit
    held = hold(unit, choice, starts_at, channel=found.channel, client=client, replaces=parts[0].reference)
    for one, kept in zip(parts, unit.book.pair_of(unit.book.appointments[held["id"]]), strict=True):
        swap(unit, one, kept)
    letters.accepted(unit, parts, unit.person(parts[0].id) or Person(), "booked")
    return view(unit, found)
