"""Public pictures: boards, the queue for phones, what a kiosk knows.

Numbers, rooms, order and ranges; no concern, no need, no name. This module is given no way to
visitors' data, and a test holds that it imports none.
"""

from collections.abc import Collection, Iterable
from datetime import datetime, timedelta
from typing import Final

from queue_server.domain.estimate import Estimate
from queue_server.domain.ticket import Ticket, TicketState
from queue_server.domain.town import Display, Site
from queue_server.protocol import (
    Board,
    CallEntry,
    FreeTimes,
    KioskPicture,
    PublicEntry,
    PublicQueue,
    Wait,
    WaitRange,
)
from queue_server.services import waits
from queue_server.services.access_hours import Reason, why_not_giving
from queue_server.services.closing_time import in_a_word, minutes_until_closing
from queue_server.services.ports import PublicUnit
from queue_server.services.site_view import Call, SiteView, call_mode, calls, usual_wait

_MILLISECOND: Final = timedelta(milliseconds=1)
LAST_SHOWN: Final = 12
"""So many calls that are no longer open stay on a board: a list, in case somebody looked away."""


# -- displays ------------------------------------------------------------------------------------------


def matches(display: Display, call: Call) -> bool:
    """Say whether a display shows a call: its areas (all when it names none) and its services (same)."""
    in_area = not display.area_ids or call.area_id is None or call.area_id in display.area_ids
    return in_area and (not display.service_ids or bool(call.services & set(display.service_ids)))


def shown_calls(seen: SiteView, display: Display | None) -> list[Call]:
    """Return the calls on a board, newest first: all that are open, and the last of the others.

    `display` None: the whole site's board.
    """
    shown, past_count = [], 0
    for call in seen.calls:
        if display is None or matches(display, call):
            past_count += not call.open
            if call.open or past_count <= LAST_SHOWN:
                shown.append(call)
    return shown


def board(
    seen: SiteView,
    site: Site,
    shown: Iterable[Call],
    now: datetime,
    config_version: int,
    free: FreeTimes | None = None,
) -> Board:
    """Return what a display shows, whose calls are `shown_calls`."""
    return Board(
        site_id=site.id,
        site=dict(site.name),
        calls=[summons(call, now) for call in shown],
        waiting_count=seen.waiting_count,
        wait=_range(seen.wait),
        open_counter_count=seen.open_counter_count,
        issuing=seen.issuing,
        call_mode="fetch" if seen.call_mode == "fetch" else "screen",
        next_free=_next_free(free),
        config_version=config_version,
    )


def _next_free(free: FreeTimes | None) -> str | None:
    return None if free is None else next(iter(free["today"]), free["next"])


def likeness(seen: SiteView, shown: list[Call], config_version: int, free: FreeTimes | None = None) -> object:
    """Return what two boards of a display are compared by: everything but the ages, which always differ."""
    return (
        config_version,
        shown,
        seen.waiting_count,
        seen.wait,
        seen.open_counter_count,
        seen.issuing,
        seen.call_mode,
        _next_free(free),
    )


def summons(call: Call, now: datetime) -> CallEntry:
    """Return a call for a display: with the language to speak it in, which no phone of another is told."""
    told = entry(call, now)
    return {**told, "language": call.language} if call.language else told


def entry(call: Call, now: datetime) -> CallEntry:
    return {**call.entry_at_once, "age_ms": max(0, (now - call.called_at) // _MILLISECOND)}


# -- phones --------------------------------------------------------------------------------------------


def public_queue(unit: PublicUnit) -> PublicQueue:
    """Return the picture that all phones of a site share; matched by key, never by number."""
    hall = unit.hall
    return PublicQueue(
        site_id=unit.site.id,
        waiting=_waiting(unit),
        away=[t.key for t in hall.in_state(TicketState.AWAY)],
        called=[entry(c, unit.now) for c in calls(hall, unit.site) if c.open],
        missed=[t.key for t in hall.in_state(TicketState.NO_SHOW)],
        serving=[t.key for t in hall.in_state(TicketState.SERVING, TicketState.PARKED)],
        open_counter_count=len(hall.open_counters()),
        call_mode="fetch" if call_mode(unit) == "fetch" else "screen",
    )


def _waiting(unit: PublicUnit) -> list[PublicEntry]:
    # Behind all others those who wait for the end of their first visit: nobody can say how long that takes.
    return _in_line(unit) + [
        PublicEntry(key=ticket.key, number=ticket.number, ahead=0, from_min=-1, to_min=-1)
        for ticket in unit.hall.held_back()
    ]


def _in_line(unit: PublicUnit) -> list[PublicEntry]:
    left = minutes_until_closing(unit.site, unit.now)
    return [_entry(ticket, guess, place, left) for place, (ticket, guess) in enumerate(waits.of_all(unit))]


def _entry(ticket: Ticket, guess: Estimate | None, place: int, left_min: int | None) -> PublicEntry:
    entry = PublicEntry(
        key=ticket.key,
        number=ticket.number,
        ahead=place if guess is None else guess.ahead,
        from_min=-1 if guess is None else guess.from_min,
        to_min=-1 if guess is None else guess.to_min,
    )
    if word := in_a_word(guess, left_min):
        entry["before_closing"] = word
    return entry


def wait_of(entry: PublicEntry | None) -> Wait | None:
    """Return the wait of somebody in the public queue; None where nobody knows it."""
    if entry is None or entry["from_min"] < 0:
        return None
    return Wait(
        from_min=entry["from_min"], to_min=entry["to_min"], before_closing=entry.get("before_closing")
    )


# -- kiosks --------------------------------------------------------------------------------------------


def kiosk(
    unit: PublicUnit,
    kiosk_id: str,
    printer: str,
    config_version: int,
    free: FreeTimes | None = None,
    *,
    out: Collection[str] = (),
) -> KioskPicture:
    """Return what a kiosk shows without a touch: the wait, free times, and whether numbers are given out.

    `out` are the kiosks out of service; one of them names those of its area that are not.
    """
    kiosks = unit.site.kiosks
    area_id = next((k.area_id for k in kiosks if k.id == kiosk_id), None)
    reason: Reason = "out_of_service" if kiosk_id in out else why_not_giving(unit, area_id)
    picture = KioskPicture(
        kiosk_id=kiosk_id,
        site_id=unit.site.id,
        giving=not reason,
        reason=reason,
        waiting_count=len(unit.hall.waiting),
        wait=_range(usual_wait(unit)),
        free=free,
        printer=printer,
        config_version=config_version,
    )
    if kiosk_id in out:
        picture["instead"] = [k.name or k.id for k in kiosks if k.area_id == area_id and k.id not in out]
    return picture


def _range(wait: tuple[int, int] | None) -> WaitRange | None:
    return None if wait is None else WaitRange(from_min=wait[0], to_min=wait[1])
