"""Numbers that kiosks gave before a restore: nobody new may get one today while its slip is in the hall.

Who holds such a slip is unknown here. Staff see that the number was given before the restore.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from queue_server.domain import events as e
from queue_server.domain.business_day import business_day
from queue_server.domain.number_space import FIRST, FOUR_LAST
from queue_server.services.ports import Unit

PRINTED_WITHIN: Final = timedelta(minutes=15)
"""A slip is printed so soon after its number was drawn; else it is another visit's."""


@dataclass(frozen=True, slots=True)
class Given:
    """A number on a slip, as a kiosk's agent remembers it. `ticket_id` counts in the epoch of then."""

    number: int
    ticket_id: int
    at: datetime


def withhold(unit: Unit, told: Iterable[Given]) -> list[int]:
    """Keep today's numbers of lost visits out of the draw until the day ends; return those that are new."""
    lost = {given.number for given in told if _is_lost(unit, given)}
    reserved = unit.book.reserved_on(unit.hall.business_day)
    # Who has booked comes with the same number; and what somebody new has already cannot be taken away.
    numbers = sorted(n for n in lost if n not in reserved and not _is_held(unit, n))
    unit.record([e.NumberWithheld(number) for number in numbers])
    return numbers


def _is_lost(unit: Unit, given: Given) -> bool:
    if not FIRST <= given.number <= FOUR_LAST:
        return False
    if business_day(given.at, unit.book.zone) != unit.hall.business_day:
        return False
    booked = unit.book.get(given.ticket_id)
    if booked is not None and booked.number == given.number:
        return False  # the slip of a time that was booked at the kiosk
    known = unit.hall.tickets.get(given.ticket_id)
    if known is None or known.number != given.number:
        return True
    return not timedelta(0) <= given.at - known.arrived_at <= PRINTED_WITHIN


def _is_held(unit: Unit, number: int) -> bool:
    lease = unit.hall.leases.get(number)
    return lease is not None and lease.ended_at is None
