"""The last look into clerks' own calendars before a time is booked: whose have to be read.

What stands in a calendar since the time was held goes before a visitor's hold, and after a visitor's booking.
What must not live here: what follows from it (`services.seating`), reading (`adapters.calendars`), and when
it is read (`web.last_look`).
"""

from datetime import datetime

from queue_server.domain.appointment import Appointment
from queue_server.domain.business_day import business_day
from queue_server.domain.slots import cell_of
from queue_server.services.concerns import Choice
from queue_server.services.free_day import free_day, taken_on
from queue_server.services.in_parts import second_slot
from queue_server.services.named_clerks import same_clerk
from queue_server.services.ports import Unit
from queue_server.services.seating import seat_of


def clerks_of_hold(unit: Unit, hold_id: int, client: str) -> list[str]:
    """Return whose time a hold would take if it were booked now; nobody's for what is no hold of `client`."""
    held = unit.book.get(hold_id)
    if held is None or held.client != unit.fingerprint(client) or not held.is_held(unit.now):
        return []
    return _who_take(unit, held)


def clerks_of_wish(unit: Unit, reference: str) -> list[str]:
    """Return whose time something would take that its visitor confirms by mail, if that were now."""
    asked = unit.book.by_ref(reference)
    return _who_take(unit, asked) if asked is not None and asked.is_requested(unit.now) else []


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


def _who_take(unit: Unit, kept: Appointment) -> list[str]:
    found = (seat_of(unit, one) for one in unit.book.pair_of(kept))
    return [clerk_id for clerk_id in found if clerk_id is not None]
