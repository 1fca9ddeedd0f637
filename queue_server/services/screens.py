"""Public pictures: boards, the queue for phones, what a kiosk knows.

Numbers, rooms, order and ranges; no concern, no need, no name. This module is given no way to
visitors' data, and a test holds that it imports none.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from heapq import nlargest
from operator import itemgetter
from weakref import WeakKeyDictionary

from queue_server.domain.estimate import estimate, estimate_all
from queue_server.domain.hall import Hall
from queue_server.domain.order import walk_in_due
from queue_server.domain.ticket import Ticket, TicketState
from queue_server.domain.town import Display, Room, Site
from queue_server.domain.waiting_line import Place
from queue_server.protocol import Board, CallEntry, KioskPicture, PublicEntry, PublicQueue, WaitRange
from queue_server.services.access_hours import why_not_giving
from queue_server.services.ports import PublicUnit
from queue_server.services.reception import skills

KNOWN_MOST = 200
USUAL_LANES = 3
LAST_SHOWN = 12
"""So many calls that are no longer open stay on a board: a list, in case somebody looked away."""


@dataclass(frozen=True, slots=True)
class Call:
    """A call as screens need it. `open`: the visitor is still awaited. `area_id` is where they wait."""

    seq: int
    ticket_id: int
    key: str
    number: int
    counter_id: str
    room: Room
    area_id: str | None
    concern: tuple[tuple[str, int], ...]
    kind: str
    open: bool
    called_at: datetime

    @property
    def services(self) -> frozenset[str]:
        """What the visitor came for: only to choose displays by, never sent."""
        return frozenset(service for service, _ in self.concern)


@dataclass(frozen=True, slots=True)
class SiteView:
    """What a commit leaves behind for the screens: small, immutable, safe to read in another thread."""

    site_id: str
    seq: int
    at: datetime
    calls: tuple[Call, ...]
    waiting_count: int
    wait: tuple[int, int] | None
    open_counter_count: int
    issuing: bool
    call_mode: str


def view(unit: PublicUnit) -> SiteView:
    """Return the site as the screens see it now."""
    hall = unit.hall
    return SiteView(
        site_id=unit.site.id,
        seq=hall.seq,
        at=unit.now,
        calls=tuple(calls(hall, unit.site)),
        waiting_count=len(hall.waiting),
        wait=usual_wait(unit),
        open_counter_count=len(hall.open_counters()),
        issuing=hall.day.issuing,
        call_mode=call_mode(unit),
    )


def calls(hall: Hall, site: Site) -> Iterable[Call]:
    """Yield the open and the last calls, newest first; withdrawn ones are not among them."""
    known = _known_calls(hall, site)
    for ticket in _called_tickets(hall):
        call = known.get(ticket.id)
        if call is None or not _is_right(call, ticket):
            call = _call(ticket, site)
            if call is None:
                continue
            known[ticket.id] = call
        yield call


def _called_tickets(hall: Hall) -> list[Ticket]:
    last = hall.last_calls()
    seen = {t.id for t in last}
    # More than the last dozens may be open at once; none of them may be missing.
    at_counters = (hall.tickets[c.ticket_id] for c in hall.counters.values() if c.ticket_id is not None)
    extra = [t for t in at_counters if t.id not in seen and t.state is TicketState.CALLED]
    extra.sort(key=lambda t: t.call_seq or 0, reverse=True)
    return [*last, *extra]


_memo: "WeakKeyDictionary[Hall, tuple[Site, dict[int, Call]]]" = WeakKeyDictionary()
"""Calls as they were drawn last: a commit changes one or two of fifty, and the same are equal at a glance."""


def _known_calls(hall: Hall, site: Site) -> dict[int, Call]:
    kept = _memo.get(hall)
    if kept is None or kept[0] is not site or len(kept[1]) > KNOWN_MOST:
        kept = _memo[hall] = (site, {})
    return kept[1]


def _is_right(call: Call, ticket: Ticket) -> bool:
    return (
        call.seq == ticket.call_seq
        and call.open is (ticket.state is TicketState.CALLED)
        and call.counter_id == (ticket.counter_id or ticket.last_counter_id)
        and call.area_id == ticket.area_id
        and call.concern == ticket.concern
    )


def _call(ticket: Ticket, site: Site) -> Call | None:
    counter_id = ticket.counter_id or ticket.last_counter_id
    counter = next((c for c in site.counters if c.id == counter_id), None)
    if ticket.call_seq is None or ticket.called_at is None or counter is None:
        return None
    return Call(
        seq=ticket.call_seq,
        ticket_id=ticket.id,
        key=ticket.key,
        number=ticket.number,
        counter_id=counter.id,
        room=next(room for room in site.rooms if room.id == counter.room_id),
        area_id=ticket.area_id,
        concern=ticket.concern,
        kind=ticket.call_kind or "call",
        open=ticket.state is TicketState.CALLED,
        called_at=ticket.called_at,
    )


def call_mode(unit: PublicUnit) -> str:
    return unit.hall.day.call_mode or unit.site.call_mode.value


def usual_wait(unit: PublicUnit) -> tuple[int, int] | None:
    """Return how long somebody waits who comes now with what most people wait for at present.

    The longest wait over all concerns was shown once: one rare service with a single clerk made the
    whole hall read "325 to 615 minutes". Without anybody waiting, any concern that is served will do.
    """
    able = skills(unit)
    for lane, count, minutes in nlargest(USUAL_LANES, unit.hall.waiting.lanes(), key=itemgetter(1)):
        due = walk_in_due(unit.now, minutes // count, unit.site.patience_factor)
        guess = estimate(unit.hall, lane.services, (due.at, unit.now, unit.hall.seq + 1), able, unit.now)
        if guess is not None:
            return guess.from_min, guess.to_min
    guesses = (
        estimate(unit.hall, frozenset([min(can)]), _at_the_end(unit), able, unit.now)
        for can in able.values()
        if can
    )
    soonest = min((g for g in guesses if g is not None), key=lambda g: g.to_min, default=None)
    return None if soonest is None else (soonest.from_min, soonest.to_min)


def _at_the_end(unit: PublicUnit) -> Place:
    return (datetime.max.replace(tzinfo=unit.now.tzinfo), unit.now, unit.hall.seq + 1)


# -- displays ------------------------------------------------------------------------------------------


def matches(display: Display, call: Call) -> bool:
    """Say whether a display shows a call: its areas (all when it names none) and its services (same)."""
    in_area = not display.area_ids or call.area_id is None or call.area_id in display.area_ids
    return in_area and (not display.service_ids or bool(call.services & set(display.service_ids)))


def shown_calls(seen: SiteView, display: Display | None) -> list[Call]:
    """Return the calls on a board, newest first: all that are open, and the last of the others."""
    shown, past_count = [], 0
    for call in seen.calls:
        if display is None or matches(display, call):
            past_count += not call.open
            if call.open or past_count <= LAST_SHOWN:
                shown.append(call)
    return shown


def board(seen: SiteView, site: Site, display: Display | None, now: datetime, config_version: int) -> Board:
    """Return what a display shows; without a display, the whole site's board."""
    return Board(
        site_id=site.id,
        site=dict(site.name),
        calls=[entry(c, now) for c in shown_calls(seen, display)],
        waiting_count=seen.waiting_count,
        wait=_range(seen.wait),
        open_counter_count=seen.open_counter_count,
        issuing=seen.issuing,
        call_mode="fetch" if seen.call_mode == "fetch" else "screen",
        config_version=config_version,
    )


def likeness(seen: SiteView, display: Display, config_version: int) -> object:
    """Return what two boards of a display are compared by: everything but the ages, which always differ."""
    return (
        config_version,
        shown_calls(seen, display),
        seen.waiting_count,
        seen.wait,
        seen.open_counter_count,
        seen.issuing,
        seen.call_mode,
    )


def entry(call: Call, now: datetime) -> CallEntry:
    return CallEntry(
        seq=call.seq,
        key=call.key,
        number=call.number,
        room=call.room.name,
        room_id=call.room.id,
        counter_id=call.counter_id,
        area_id=call.area_id,
        floor=call.room.floor,
        kind="recall" if call.kind == "recall" else "join" if call.kind == "join" else "call",
        open=call.open,
        age_ms=max(0, int((now - call.called_at).total_seconds() * 1000)),
    )


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
    return [
        PublicEntry(
            key=ticket.key,
            number=ticket.number,
            ahead=place if guess is None else guess.ahead,
            from_min=-1 if guess is None else guess.from_min,
            to_min=-1 if guess is None else guess.to_min,
        )
        for place, (ticket, guess) in enumerate(estimate_all(unit.hall, skills(unit), unit.now))
    ]


# -- kiosks --------------------------------------------------------------------------------------------


def kiosk(unit: PublicUnit, kiosk_id: str, printer: str, config_version: int) -> KioskPicture:
    """Return what a kiosk shows without a touch: the wait, and whether numbers are given out."""
    area_id = next((k.area_id for k in unit.site.kiosks if k.id == kiosk_id), None)
    reason = why_not_giving(unit, area_id)
    return KioskPicture(
        kiosk_id=kiosk_id,
        site_id=unit.site.id,
        giving=not reason,
        reason=reason,
        waiting_count=len(unit.hall.waiting),
        wait=_range(usual_wait(unit)),
        printer=printer,
        config_version=config_version,
    )


def _range(wait: tuple[int, int] | None) -> WaitRange | None:
    return None if wait is None else WaitRange(from_min=wait[0], to_min=wait[1])
