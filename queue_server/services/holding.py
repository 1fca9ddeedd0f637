"""Keeping a time for a visitor who is still typing: hold, extend, let go.

A hold is for one browser or session and lasts ten minutes, so that nobody types for nothing. A concern in
two parts holds two times one after the other, in one commit; they are known by the first one's id and end
together. What must not live here: what becomes of a hold (`services.booking`, `services.moving`).
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final

from queue_server.domain import events as e
from queue_server.domain.appointment import Appointment, AppointmentState
from queue_server.domain.business_day import business_day
from queue_server.domain.errors import (
    BadInput,
    HoldExpired,
    NoMoreExtensions,
    NotFound,
    SlotTaken,
    TooManyHolds,
)
from queue_server.domain.slots import CELL_S, cell_of
from queue_server.services import booking_limits as limits
from queue_server.services import offer, requests
from queue_server.services.appointments import choice_of, iso
from queue_server.services.booking_limits import Overrule
from queue_server.services.concerns import Choice, as_soon_as_possible
from queue_server.services.free_day import FreeDay, free_day, taken_on
from queue_server.services.in_parts import second_slot
from queue_server.services.ports import Answer, Unit
from queue_server.services.replacing import Old, to_replace

HOLD: Final = timedelta(minutes=10)
EXTENSIONS_MOST: Final = 6
EXTENSIONS_ON_SCARCE_DAYS: Final = 2
SCARCE_BELOW: Final = 10
"""A day with fewer free starts for the concern is scarce: nobody should sit on its times for an hour."""
HOLDS_MOST: Final = 3
NEXT_COUNT: Final = 3
_S = AppointmentState
Slot = tuple[datetime, str]
"""(when, whose time)."""


def hold(
    unit: Unit,
    choice: Choice,
    starts_at: datetime,
    *,
    channel: str,
    client: str,
    replaces: str | None = None,
    overrule: Overrule | None = None,
) -> Answer:
    """Keep a time for `client` for ten minutes; the same again while it is held gives the same hold.

    `replaces` is the reference of a booking that shall be moved: it stays booked until `move`, or until
    `bring` when it is at another site of the town. A choice in two parts holds both times, and replaces
    both of a pair. `overrule` is the desk's: the time need not be on offer, but a clerk who can do it
    must be free; that it was used is kept.
    Raises `SlotTaken`, `TooManyHolds`, `AskToMove`, `NotFound`, `BadInput`.
    """
    if starts_at.tzinfo is None or starts_at.timestamp() % CELL_S:
        raise BadInput(field="starts_at")
    choice, olds = to_replace(unit, choice, replaces, channel)
    if channel == "desk":
        choice = as_soon_as_possible(choice)
    mine = unit.fingerprint(client)
    known = _held_already(unit, mine, choice, starts_at, olds)
    if known is not None:
        return hold_answer(unit, known)
    choice, day, slots = _seats(unit, choice, starts_at, overrule=overrule is not None)
    # What has run out was free to be chosen just now, so it has to be gone before its cells are taken.
    requests.expire(unit)
    first = keep(unit, choice, slots, olds, channel=channel, client=mine)
    if overrule is not None and not day.is_free(cell_of(starts_at)):
        limits.note(unit, first.id, limits.TIME, overrule)
    return _told(unit, first, _extensions_most(day))


def _held_already(
    unit: Unit, client: str, choice: Choice, starts_at: datetime, olds: Sequence[Old | None]
) -> Appointment | None:
    """Return the same hold, made before. Raises `TooManyHolds` where one more would be too many."""
    # The second of two parts is no hold of its own.
    held = [one for one in unit.book.holds_of(client, unit.now) if one.follows is None]
    for one in held:
        if _is_same(unit, one, choice, starts_at, olds):
            return one
    if len(held) + unit.held_elsewhere(client) >= HOLDS_MOST:
        raise TooManyHolds(most=HOLDS_MOST)
    return None


def keep(
    unit: Unit,
    choice: Choice,
    slots: Sequence[Slot],
    olds: Sequence[Old | None],
    *,
    channel: str,
    client: str,
) -> Appointment:
    """Write what is held, part by part; return the first. The caller has looked whether the time is free."""
    parts: list[Appointment] = []
    for part, (starts_at, clerk_id), old in zip(choice.parts, slots, olds, strict=True):
        appointment_id = unit.record(
            [
                e.AppointmentHeld(
                    reference=unit.new_reference(),
                    starts_at=starts_at,
                    minutes=part.expected_min,
                    concern=part.services,
                    persons=part.persons,
                    area=part.area_id,
                    channel=channel,
                    held_until=unit.now + HOLD,
                    replaces=None if old is None else old[1].id,
                    replaces_site=None if old is None or old[0] == unit.site.id else old[0],
                    follows=parts[0].id if parts else None,
                )
            ]
        )
        appointment = unit.book.appointments[appointment_id]
        unit.book.hold_for(appointment, client)
        unit.take_cells(clerk_id, appointment.first_cell, appointment.cells, appointment_id)
        parts.append(appointment)
    return parts[0]


def extend(unit: Unit, appointment_id: int, client: str) -> Answer:
    """Begin the ten minutes anew, for both parts. Raises `HoldExpired`, `NoMoreExtensions`, `NotFound`."""
    held = mine(unit, appointment_id, client)
    require_held(unit, held)
    most = _extensions_most(free_day(unit, choice_of(unit, held), unit.book.day_of(held)))
    if held.extensions >= most:
        raise NoMoreExtensions(held_until=iso(unit, held.held_until))
    unit.record(e.HoldExtended(one.id, unit.now + HOLD) for one in unit.book.pair_of(held))
    return _told(unit, held, most)


def release(unit: Unit, appointment_id: int, client: str) -> Answer:
    """Let a held time go, and the one that follows; twice is once. Raises `NotFound` for another's."""
    held = mine(unit, appointment_id, client)
    if held.state is _S.HELD:
        unit.record([e.HoldReleased(one.id) for one in unit.book.pair_of(held)])
    return {}


def hold_answer(unit: Unit, held: Appointment) -> Answer:
    """Return what whoever holds a time is told."""
    day = free_day(unit, choice_of(unit, held), unit.book.day_of(held))
    return _told(unit, held, _extensions_most(day))


def _told(unit: Unit, held: Appointment, extensions_most: int) -> Answer:
    answer = {
        **_time(unit, held),
        "held_until": iso(unit, held.held_until, "seconds"),
        "extensions_left": max(0, extensions_most - held.extensions),
    }
    second = unit.book.second_of(held)
    return answer if second is None else {**answer, "then": _time(unit, second)}


def _time(unit: Unit, held: Appointment) -> Answer:
    return {
        "id": held.id,
        "reference": held.reference,
        "starts_at": iso(unit, held.starts_at),
        "minutes": held.minutes,
    }


# -- finding -------------------------------------------------------------------------------------------


def mine(unit: Unit, appointment_id: int, client: str) -> Appointment:
    """Return what `client` holds or held; an id alone authorises nothing. Raises `NotFound`."""
    found = unit.book.get(appointment_id) or unit.stored_appointment(appointment_id)
    if found is None or found.client != unit.fingerprint(client):
        raise NotFound(what="hold")
    return found


def require_held(unit: Unit, held: Appointment) -> None:
    """Raise `HoldExpired` when it is over."""
    # The timer may come a second late; the hold ends on time all the same (failure 16).
    if not held.is_held(unit.now):
        raise HoldExpired(next=_next(unit, choice_of(unit, held), held.starts_at))


def _is_same(
    unit: Unit, held: Appointment, choice: Choice, starts_at: datetime, olds: Sequence[Old | None]
) -> bool:
    if choice.clerk_id not in {None, held.clerk_id}:
        return False
    parts = unit.book.pair_of(held)
    asked = [(part.services, _id_of(old)) for part, old in zip(choice.parts, olds, strict=True)]
    return held.starts_at == starts_at and asked == [
        (one.concern, (one.replaces_site or unit.site.id, one.replaces) if one.replaces else None)
        for one in parts
    ]


def _id_of(old: Old | None) -> tuple[str, int] | None:
    return None if old is None else (old[0], old[1].id)


# -- rules ---------------------------------------------------------------------------------------------


def _seats(
    unit: Unit, choice: Choice, starts_at: datetime, *, overrule: bool
) -> tuple[Choice, FreeDay, list[Slot]]:
    """Return the concern as that day takes it, the day, and for each part when and whose time it is.

    All clerks are found before any time is taken: either all of it is held, or nothing.
    """
    on = business_day(starts_at, unit.book.zone)
    taken = taken_on(unit, choice, on)
    if taken is None:
        raise SlotTaken(next=_next(unit, choice, starts_at))
    day = free_day(unit, taken, on)
    slots = [(starts_at, _find_clerk(unit, day, starts_at, overrule=overrule))]
    if taken.then is not None:
        slots.append(_find_second(unit, taken, starts_at))
    return taken, day, slots


def _find_clerk(unit: Unit, day: FreeDay, starts_at: datetime, *, overrule: bool) -> str:
    cell = cell_of(starts_at)
    clerk_id = None
    if day.is_free(cell) or (overrule and starts_at >= unit.now):
        clerk_id = day.clerk_at(cell)
    if clerk_id is None:
        raise SlotTaken(next=_next(unit, day.choice, starts_at))
    return clerk_id


def _find_second(unit: Unit, choice: Choice, starts_at: datetime) -> Slot:
    found = second_slot(unit, choice, starts_at)
    clerk_id = None if found is None else found[0].clerk_at(cell_of(found[1]))
    if found is None or clerk_id is None:
        raise SlotTaken(next=_next(unit, choice, starts_at))
    return found[1], clerk_id


def _next(unit: Unit, choice: Choice, near: datetime) -> list[str]:
    return offer.next_free(unit, choice, near, NEXT_COUNT)


def _extensions_most(day: FreeDay) -> int:
    is_scarce = day.starts.bit_count() < SCARCE_BELOW
    return EXTENSIONS_ON_SCARCE_DAYS if is_scarce else EXTENSIONS_MOST
