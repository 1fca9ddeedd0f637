"""A visit in one part or in two: which it is at a site, and when a second part begins.

Two parts are two appointments one after the other, for a concern that no clerk does as a whole. What must
not live here: when a concern in parts is free (`services.offer`), and holding it (`services.holding`).
"""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import datetime

from queue_server.domain.business_day import business_day
from queue_server.domain.concern import CELL_MIN
from queue_server.domain.errors import NotFound
from queue_server.domain.interpreting import is_offered
from queue_server.domain.parting import part, second_cells
from queue_server.domain.slots import cell_of, stretch, time_of
from queue_server.domain.town import Site, Town, skills_of
from queue_server.services import offer
from queue_server.services.appointments import iso
from queue_server.services.concerns import Choice, asking
from queue_server.services.free_day import FreeDay, free_day
from queue_server.services.free_starts import is_done, kept, starts
from queue_server.services.ports import Answer, Unit


def choose_visit(town: Town, site: Site, wanted: Iterable[tuple[str, int]], persons: int = 1) -> Choice:
    """Check a concern; one that no clerk does as a whole is two parts, the second in `then`.

    What would need three appointments, or cannot be done at all, comes as one part that has no free time.
    Raises what `offer.choose_bookable` raises.
    """
    pairs = tuple(wanted)
    whole = offer.choose_bookable(town, site, pairs, persons)
    counts = dict(pairs)
    parts = part(list(counts), [skills_of(town, clerk) for clerk in town.clerks if site.id in clerk.site_ids])
    if len(parts) != 2:
        return whole
    first, second = (
        offer.choose_bookable(town, site, [(id_, counts[id_]) for id_ in one], persons) for one in parts
    )
    return replace(first, then=second)


def at_site(
    unit: Unit, wanted: tuple[tuple[str, int], ...], persons: int = 1, asks: frozenset[str] = frozenset()
) -> Answer | None:
    """Return the site with its earliest time for a concern; None when it cannot do it in one visit.

    The answer is kept and given again: it must not be changed.
    """
    return kept(unit, ("at site", wanted, persons, asks), lambda: _at_site(unit, wanted, persons, asks))


def _at_site(
    unit: Unit, wanted: Iterable[tuple[str, int]], persons: int, asks: frozenset[str]
) -> Answer | None:
    try:
        choice = asking(choose_visit(*unit.eras.offered, wanted, persons), asks)
    except (NotFound, offer.NotBookable):
        return None
    if not is_done(unit, choice) or not is_offered(unit.eras.offered[1], asks):
        return None
    found = offer.earliest(unit, choice, 1)
    return {
        "site": unit.site.id,
        "first_free": next(iter(found["times"]), None),
        "minutes": choice.minutes,
        "parts": [[service_id for service_id, _ in one.services] for one in choice.parts],
    }


def second_starts(unit: Unit, choice: Choice, times: Iterable[str]) -> dict[str, str]:
    """Return for each free start of a concern in two parts when the second part begins."""
    if choice.then is None:
        return {}
    free, found = starts(unit, choice.then), dict[str, str]()
    for written in times:
        for cell in _behind(choice, datetime.fromisoformat(written)):
            if free.free & stretch(free.span, cell, cell + 1):
                found[written] = iso(unit, time_of(cell))
                break
    return found


def second_slot(unit: Unit, choice: Choice, starts_at: datetime) -> tuple[FreeDay, datetime] | None:
    """Return the day and time at which the second part could follow a first at `starts_at`."""
    if choice.then is None:
        raise ValueError("there is no second part")
    for cell in _behind(choice, starts_at):
        at = time_of(cell)
        day = free_day(unit, choice.then, business_day(at, unit.book.zone))
        if day.is_free(cell):
            return day, at
    return None


def _behind(choice: Choice, starts_at: datetime) -> Iterator[int]:
    return iter(second_cells(cell_of(starts_at), choice.expected_min // CELL_MIN))
