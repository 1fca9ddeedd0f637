"""The last look into clerks' own calendars before a time is booked: whose to read, and what follows from it.

What stands in a calendar since the time was held goes before a visitor's hold, and after a visitor's booking:
so another clerk who is free then takes the visit, and when there is none the time is refused with the nearest
free ones. What must not live here: reading (`adapters.calendars`), and when it is read (`web.last_look`).
"""

from collections.abc import Sequence
from datetime import datetime

from queue_server.domain.appointment import Appointment
from queue_server.domain.business_day import business_day
from queue_server.domain.errors import SlotTaken
from queue_server.domain.slots import Span, cell_of
from queue_server.services import offer
from queue_server.services.appointments import choice_of
from queue_server.services.concerns import Choice
from queue_server.services.free_day import free_day, taken_on
from queue_server.services.in_parts import second_slot
from queue_server.services.named_clerks import same_clerk
from queue_server.services.ports import Unit

NEXT_COUNT = 3


def clerks_of_hold(unit: Unit, hold_id: int, client: str) -> list[str]:
    """Return whose time a hold would take if it were booked now; nobody's for what is no hold of `client`."""
    held = unit.book.get(hold_id)
    if held is None or held.client != unit.fingerprint(client) or not held.is_held(unit.now):
        return []
    found = (_who_takes(unit, one) for one in unit.book.pair_of(held))
    return [clerk_id for clerk_id in found if clerk_id is not None]


def clerks_of_time(unit: Unit, choice: Choice, starts_at: datetime, replaces: str | None = None) -> list[str]:
    """Return whose time would be held and booked in one step at `starts_at`.

    `replaces` is the reference of what would be moved there: whom a visitor comes for does not change.
    """
    old = None if replaces is None else unit.book.by_ref(replaces)
    if old is not None and choice.then is None and choice.clerk_id is None:
        choice = same_clerk(*unit.eras.offered, choice, old.clerk_id)
    on = business_day(starts_at, unit.book.zone)
    choice = taken_on(unit, choice, on) or choice
    day = free_day(unit, choice, on)
    found = [day.clerk_at(cell_of(starts_at))]
    second = None if choice.then is None else second_slot(unit, choice, starts_at)
    if second is not None:
        found.append(second[0].clerk_at(cell_of(second[1])))
    return [clerk_id for clerk_id in found if clerk_id is not None]


def settle_clerks(unit: Unit, parts: Sequence[Appointment]) -> None:
    """See that what is held can be booked: another clerk takes what the own calendar now forbids.

    Raises `SlotTaken` when nobody can. Comes before anything else is written.
    """
    settled = [(one, _who_takes(unit, one)) for one in parts]
    if any(clerk_id is None for _, clerk_id in settled):
        first = parts[0]
        near = offer.next_free(unit, choice_of(unit, first), first.starts_at, NEXT_COUNT)
        raise SlotTaken(next=near)
    for one, clerk_id in settled:
        if clerk_id is not None and clerk_id != one.clerk_id:
            unit.free_cells(one.id)
            unit.take_cells(clerk_id, one.first_cell, one.cells, one.id)


def _who_takes(unit: Unit, held: Appointment) -> str | None:
    """Return the clerk whose time is held, or another one when that clerk's own calendar has something."""
    if held.clerk_id is None:
        return None
    if not unit.calendars.busy(held.clerk_id, Span(held.first_cell, held.cells)):
        return held.clerk_id
    day = free_day(unit, choice_of(unit, held), unit.book.day_of(held))
    return day.clerk_at(held.first_cell)
