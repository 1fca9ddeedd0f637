"""How many times one contact may book, and who lifts that: staff with a reason, trusted helpers by code.

Counted in the transaction of the booking, over all sites of the town: bookings to come, and bookings made
today. The second counts cancelled ones too, or booking and cancelling in a loop would lift the first. What
must not live here: how a contact is spelt (`domain.person`) and stored.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from queue_server.domain.administration import Doer, Done
from queue_server.domain.errors import DAILY, OPEN, TooManyBookings, UnknownHelperCode
from queue_server.domain.person import Person, contacts_of
from queue_server.services.ports import Overruled, Unit

TIME: Final = "time"
"""What is lifted when the desk books a time that is not on offer."""


@dataclass(frozen=True, slots=True)
class Overrule:
    """Who lifts a limit, and why: the clerk's id, and words that are kept for good.

    `doer` is the same person as the audit log names them, which learns neither the words nor whose booking
    it was.
    """

    by: str
    reason: str
    doer: Doer


def check(
    unit: Unit, appointment_id: int, person: Person, overrule: Overrule | None = None, more: int = 1
) -> None:
    """Raise `TooManyBookings` when with `more` of them the person's contacts had more than the site allows.

    With `overrule` nothing is refused, but each limit that would have been is noted.
    """
    contacts = contacts_of(person)
    if not contacts:
        return
    for limit, most in reached(unit, contacts, more):
        if overrule is None:
            raise TooManyBookings(limit=limit, most=most, phone=unit.site.phone)
        note(unit, appointment_id, limit, overrule)


def reached(unit: Unit, contacts: Sequence[str], more: int) -> list[tuple[str, int]]:
    """Return the limits that `more` bookings of these contacts would break, each with its number."""
    made = unit.made_today(contacts)  # first: it keeps others from counting at the same time
    site = unit.site
    found = []
    if site.max_open_bookings and unit.open_bookings(contacts) + more > site.max_open_bookings:
        found.append((OPEN, site.max_open_bookings))
    if site.max_daily_bookings and made + more > site.max_daily_bookings:
        found.append((DAILY, site.max_daily_bookings))
    return found


def helper_of(unit: Unit, code: str) -> str | None:
    """Return the trusted helper with this code; None without a code. Raises `UnknownHelperCode`."""
    if not code.strip():
        return None
    found = unit.helper(code)
    if found is None:
        raise UnknownHelperCode
    return found


def count(unit: Unit, person: Person, helper_id: str | None = None) -> None:
    """Count what was just booked. The caller's duty: `check` before, and the person kept."""
    if helper_id is not None:
        unit.count_helper(helper_id)
    contacts = contacts_of(person)
    if contacts:
        unit.count_booking(contacts)


def note(unit: Unit, appointment_id: int, limit: str, overrule: Overrule) -> None:
    """Keep for good that a limit was lifted."""
    unit.keep_overrule(Overruled(appointment_id, unit.now, overrule.by, limit, overrule.reason))
    unit.note(overrule.doer, Done.LIMIT_LIFTED, "limit", limit)
