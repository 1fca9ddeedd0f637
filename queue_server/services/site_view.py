"""What a commit leaves behind for the screens: the calls and a few figures, safe to read in any thread.

No need and no name: this module is given no way to visitors' data, and a test holds that it imports
none. What must not live here: what each kind of screen makes of it (`services.screens`).
"""

from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property
from operator import itemgetter
from typing import Final
from weakref import WeakKeyDictionary

from queue_server.domain.hall import Hall
from queue_server.domain.order import walk_in_due
from queue_server.domain.phrases import voice_of
from queue_server.domain.ticket import Ticket, TicketState
from queue_server.domain.town import Room, Site
from queue_server.protocol import CallEntry
from queue_server.services import waits
from queue_server.services.ports import PublicUnit
from queue_server.services.reception import usual_min

KNOWN_MOST: Final = 200
USUAL_LANES: Final = 3
AT_THE_END: Final = datetime.max.replace(tzinfo=UTC)
"""Due behind all others."""


@dataclass(frozen=True)
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
    language: str = ""
    """The visitor's own, where the site wants it spoken; a site that does not, does not have it here."""

    @property
    def services(self) -> frozenset[str]:
        """What the visitor came for: only to choose displays by, never sent."""
        return frozenset(service for service, _ in self.concern)

    @cached_property
    def entry_at_once(self) -> CallEntry:
        """What a screen is told in the moment of the call; made once for all boards on which it stands."""
        return CallEntry(
            seq=self.seq,
            key=self.key,
            number=self.number,
            room=self.room.name,
            room_id=self.room.id,
            counter_id=self.counter_id,
            area_id=self.area_id,
            floor=self.room.floor,
            kind="recall" if self.kind == "recall" else "join" if self.kind == "join" else "call",
            open=self.open,
            age_ms=0,
        )


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


def calls(hall: Hall, site: Site) -> list[Call]:
    """Return the open and the last calls, newest first; withdrawn ones are not among them."""
    known, called = _known_calls(hall, site), _called(hall)
    for ticket_id in set(called) - known.keys():
        known[ticket_id] = _call(hall.tickets[ticket_id], site)
    return [call for call in map(known.get, called) if call is not None]


def _called(hall: Hall) -> list[int]:
    """Return the tickets called last. More of them may be open at once; none of them may be missing."""
    at_counters = {c.ticket_id for c in hall.counters.values() if c.ticket_id is not None}
    forgotten = (hall.tickets[i] for i in at_counters.difference(hall.recent))
    still_open = [t for t in forgotten if t.state is TicketState.CALLED]
    still_open.sort(key=lambda t: t.call_seq or 0, reverse=True)
    return [*hall.recent, *(t.id for t in still_open)]


_memo: "WeakKeyDictionary[Hall, tuple[Site, dict[int, Call | None]]]" = WeakKeyDictionary()
"""Calls as they were drawn last. A commit changes one or two of fifty; the others are not even looked at,
for a press that comes after a pause finds nothing of the hall in the processor's memory."""


def _known_calls(hall: Hall, site: Site) -> dict[int, Call | None]:
    changed = hall.take_undrawn()
    kept = _memo.get(hall)
    if kept is None or kept[0] is not site or len(kept[1]) > KNOWN_MOST:
        kept = _memo[hall] = (site, {})
    for ticket_id in changed:
        kept[1].pop(ticket_id, None)
    return kept[1]


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
        language=voice_of(ticket.language) if site.announce_own_language else "",
    )


def call_mode(unit: PublicUnit) -> str:
    return unit.hall.day.call_mode or unit.site.call_mode.value


def usual_wait(unit: PublicUnit) -> tuple[int, int] | None:
    """Return how long somebody waits who comes now with what most people wait for at present.

    The longest wait over all concerns was shown once: one rare service with a single clerk made the
    whole hall read "325 to 615 minutes". Without anybody waiting, any concern that is served will do.
    """
    longest = sorted(unit.hall.waiting.lanes(), key=itemgetter(1), reverse=True)
    for lane, _, _ in longest[:USUAL_LANES]:
        due = walk_in_due(unit.now, usual_min(unit, lane.services), unit.site.patience_factor)
        guess = waits.quote(unit, lane.services, due.at)
        if guess is not None:
            return guess.from_min, guess.to_min
    guesses = (
        waits.quote(unit, frozenset([min(can)]), AT_THE_END) for can in waits.skills(unit).values() if can
    )
    soonest = min((g for g in guesses if g is not None), key=lambda g: g.to_min, default=None)
    return None if soonest is None else (soonest.from_min, soonest.to_min)
