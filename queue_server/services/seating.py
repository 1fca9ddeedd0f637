"""Whose time it is when something that was only kept becomes certain: asked of the set-up of its day, then.

A hold, a request, a wish that waits for its mail keep a clerk's time. Meanwhile that clerk may be entered as
absent, the site as closed, the service as gone from that day on. So whatever turns them into a booking asks
here first: another clerk who is free takes the visit at the same time, by the rules of booking; when there is
none the time is refused with the nearest free ones. What must not live here: what is free (`services.offer`),
and appointments that are booked already, which stay until somebody moves them (`services.rescue`).
"""

from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from queue_server.domain.appointment import Appointment
from queue_server.domain.availability import closed_days, may_stand, takes_bookings, work_of
from queue_server.domain.errors import SlotTaken
from queue_server.domain.needs import STEP_FREE
from queue_server.domain.slots import Bits, Span
from queue_server.domain.town import skills_of
from queue_server.services import offer
from queue_server.services.appointments import asks_told, choice_of
from queue_server.services.free_day import free_day
from queue_server.services.named_clerks import is_talk
from queue_server.services.ports import Unit

NEXT_COUNT: Final = 3


def settle(
    unit: Unit, parts: Sequence[Appointment], *, by_calendars: bool = True, overruled: bool = False
) -> None:
    """See that what is kept can be booked: who may not serve it any more is replaced. Before anything else.

    `by_calendars`: what stands in the clerk's own calendar by now goes first; not where the town hall itself
    says yes, for it may have entered this very visit there. `overruled`: the desk may book when the site
    admits nobody. Raises `SlotTaken` when nobody can.
    """
    clerks = [seat_of(unit, one, by_calendars=by_calendars, overruled=overruled) for one in parts]
    for one, clerk_id in zip(parts, clerks, strict=True):
        if clerk_id is None:
            choice = replace(choice_of(unit, one), asks=_asks(unit, one))
            near = offer.next_free(unit, choice, parts[0].starts_at, NEXT_COUNT)
            raise SlotTaken(next=near)
    for one, clerk_id in zip(parts, clerks, strict=True):
        if clerk_id is not None and clerk_id != one.clerk_id:
            reseat(unit, one, clerk_id)


def is_possible(unit: Unit, kept: Appointment, *, by_calendars: bool = True) -> bool:
    """Say whether `settle` would refuse neither it nor the other one of a pair."""
    parts = unit.book.pair_of(kept)
    return all(seat_of(unit, one, by_calendars=by_calendars) is not None for one in parts)


def reseat(unit: Unit, one: Appointment, clerk_id: str) -> None:
    """Give what is kept to another clerk who is free then."""
    unit.free_cells(one.id)
    unit.take_cells(clerk_id, one.first_cell, one.cells, one.id)


def seat_of(
    unit: Unit, kept: Appointment, *, by_calendars: bool = True, overruled: bool = False
) -> str | None:
    """Return the clerk whose time is kept, or who else can take the visit by now; None when nobody can."""
    day = unit.book.day_of(kept)
    then, span = unit.in_era(unit.eras.place_of(day)), Span(kept.first_cell, kept.cells)
    if then is None or not _is_offered(then, kept, span, overruled=overruled):
        return None
    if _may_stay(then, kept, span, by_calendars=by_calendars):
        return kept.clerk_id
    if is_talk(then.town, kept.services):
        return None  # one comes to a certain person
    # As long as it is kept, and however soon: the day was agreed on when somebody to interpret was asked for.
    rooms = _asks(unit, kept) & {STEP_FREE}
    choice = replace(choice_of(unit, kept), clerk_id=None, asks=rooms)
    return free_day(unit, choice, day).clerk_at(kept.first_cell)


def _asks(unit: Unit, kept: Appointment) -> frozenset[str]:
    """Return what who is known to come needs; of a first booking nothing is known before it is booked."""
    if kept.replaces is None:
        return asks_told(unit, unit.site.id, kept.id)
    return asks_told(unit, kept.replaces_site or unit.site.id, kept.replaces)


def _is_offered(then: Unit, kept: Appointment, span: Span, *, overruled: bool) -> bool:
    if overruled:
        return takes_bookings(then.town, then.site, kept.services)
    return may_stand(then.town, then.site, kept.services, span)


def _may_stay(then: Unit, kept: Appointment, span: Span, *, by_calendars: bool) -> bool:
    """Say whether the clerk whose time is kept still does it, and works throughout."""
    clerk = next((one for one in then.town.clerks if one.id == kept.clerk_id), None)
    if clerk is None or not kept.services <= skills_of(then.town, clerk):
        return False
    if _working(then, clerk.id, span) != span.all:
        return False
    return not (by_calendars and then.calendars.busy(clerk.id, span))


def _working(unit: Unit, clerk_id: str, span: Span) -> Bits:
    """Return when a clerk works at the site, in all set-ups that the span touches, whatever calendars say."""
    found = 0
    for place, cells in unit.eras.parts_of(span):
        era = unit.eras.all[place]
        site = era.site
        clerk = next((one for one in era.town.clerks if one.id == clerk_id), None)
        if site is not None and clerk is not None and site.id in clerk.site_ids:
            found |= work_of(clerk, site, span, unit.book.zone, closed_days(site)) & cells
    return found
