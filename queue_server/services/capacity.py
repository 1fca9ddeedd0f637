"""How much of a service would fit into the book, with the minutes it has or with others.

By the same rules as what visitors are offered, as if nothing were booked and nothing else were done. It reads
and never writes. What must not live here: proposing minutes (`domain.durations`).
"""

from dataclasses import dataclass, replace
from typing import Final

from queue_server.domain.concern import CELL_MIN
from queue_server.domain.errors import Refusal
from queue_server.domain.slots import Bits, rows_of
from queue_server.services.free_starts import clerks_of, days_ahead, services_of, span_offered, visits_of
from queue_server.services.offer import choose_bookable
from queue_server.services.ports import Unit

WEEK: Final = 7


@dataclass(frozen=True, slots=True)
class Capacity:
    """In an average week of those that can be booked: times to choose from, and visits that fit."""

    times: float
    visits: float


def capacity(unit: Unit, service_id: str, minutes: int) -> Capacity | None:
    """Return what a service of so many minutes has room for at the site; None where it is not booked."""
    try:
        choice = choose_bookable(unit.town, unit.site, [(service_id, 1)])
    except Refusal:
        return None
    days = days_ahead(unit, choice.service_ids)
    if days < 1:
        return None
    cells = -(-minutes // CELL_MIN)
    choice = replace(choice, expected_min=cells * CELL_MIN)
    allowed = visits_of(unit, choice, span_offered(unit), idle=True)
    able = [clerk for clerk in clerks_of(unit) if services_of(choice) <= clerk.can]
    visits = sum(_fit(rows_of(clerk.work, cells) & allowed, cells) for clerk in able)
    return Capacity(allowed.bit_count() * WEEK / days, visits * WEEK / days)


def _fit(starts: Bits, cells: int) -> int:
    """Return how many visits of so many cells fit one after the other, each at one of these starts."""
    count = 0
    while starts:
        first = (starts & -starts).bit_length() - 1
        starts >>= first + cells
        count += 1
    return count
