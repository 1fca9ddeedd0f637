"""Making what is held fit whoever books it: more minutes for who asked for more time, a room without steps, a
day on which somebody can interpret.

Needs are told last, on the page about the person, when a time is held already. So it is widened where its
clerk, or another one, is free for longer; else the times are offered that suit. What must not live here:
which times suit (`services.free_starts`), and what needs change (`domain.needs`).
"""

from collections.abc import Collection, Sequence
from dataclasses import replace

from queue_server.domain import events as e
from queue_server.domain.appointment import Appointment
from queue_server.domain.business_day import business_day
from queue_server.domain.concern import CELL_MIN
from queue_server.domain.errors import SlotTaken
from queue_server.domain.interpreting import first_day, is_wished
from queue_server.domain.needs import OF_THE_TIME, STEP_FREE
from queue_server.domain.slots import Span
from queue_server.services import offer
from queue_server.services.appointments import choice_of
from queue_server.services.concerns import Choice, asking
from queue_server.services.free_day import base_on, free_day
from queue_server.services.holding import NEXT_COUNT, hold_answer, mine, require_held
from queue_server.services.ports import Answer, Unit
from queue_server.services.steering import within_reach


def fit_hold(unit: Unit, hold_id: int, client: str, needs: Collection[str]) -> Answer:
    """Widen what `client` holds as far as these needs ask for it; return what `hold` answered.

    Nothing is made shorter: who takes a need back keeps the time. Raises `SlotTaken` with times that
    suit, `HoldExpired`, `NotFound`.
    """
    held = mine(unit, hold_id, client)
    require_held(unit, held)
    fit(unit, unit.book.pair_of(held), needs)
    return hold_answer(unit, held)


def fit(unit: Unit, parts: Sequence[Appointment], needs: Collection[str]) -> None:
    """Widen what is held, part by part; nothing happens where it suits already. Raises `SlotTaken`."""
    asks = OF_THE_TIME.intersection(needs)
    if not asks:
        return
    wanted = [_wanted(unit, one, asks) for one in parts]
    for place, (one, choice) in enumerate(zip(parts, wanted, strict=True)):
        if not _suits(unit, one, choice) and not _widen(unit, one, choice, parts[place + 1 :]):
            then = wanted[1] if len(wanted) > 1 else None
            whole = replace(wanted[0], then=then)
            raise SlotTaken(next=offer.next_free(unit, whole, parts[0].starts_at, NEXT_COUNT))


def _wanted(unit: Unit, one: Appointment, asks: frozenset[str]) -> Choice:
    """Return the concern as the set-up of its day knows it, with what is asked; never shorter than held."""
    held = choice_of(unit, one)
    usual = base_on(unit, held, unit.book.day_of(one)) or held
    choice = asking(usual, asks)
    return replace(choice, expected_min=max(choice.expected_min, one.minutes))


def _suits(unit: Unit, one: Appointment, choice: Choice) -> bool:
    if choice.expected_min > one.minutes:
        return False
    day = unit.book.day_of(one)
    if is_wished(choice.asks) and day < first_day(unit.site, business_day(unit.now, unit.book.zone)):
        return False
    if STEP_FREE not in choice.asks or one.clerk_id is None:
        return True
    then = unit.in_era(unit.eras.place_of(day)) or unit
    span = Span(one.first_cell, one.cells)
    return within_reach(then.town, then.site, span, unit.book.zone).get(one.clerk_id, span.all) == span.all


def _widen(unit: Unit, one: Appointment, choice: Choice, later: Sequence[Appointment]) -> bool:
    """Give it to a clerk who is free for as long, whose it is first of all; False when nobody is."""
    unit.free_cells(one.id)
    day = free_day(unit, choice, unit.book.day_of(one))
    end = one.first_cell + choice.expected_min // CELL_MIN
    if not day.is_free(one.first_cell) or any(other.first_cell < end for other in later):
        return False
    own = replace(day, clerks=[clerk for clerk in day.clerks if clerk.clerk_id == one.clerk_id])
    clerk_id = own.clerk_at(one.first_cell) or day.clerk_at(one.first_cell)
    if clerk_id is None:
        return False
    unit.record([e.HoldWidened(one.id, choice.expected_min)])
    unit.take_cells(clerk_id, one.first_cell, one.cells, one.id)
    return True
