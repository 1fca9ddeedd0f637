"""When a concern could begin at a site: computed for six weeks at once, and kept until something changes.

What lives here: the bit sets of starts, and the memory of what was computed from them. What must not: how
the sets are made (`domain.availability`), and what is told of them (`services.offer`).
"""

from collections.abc import Callable, Collection, Hashable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Any, Final, TypeVar
from weakref import WeakKeyDictionary
from zoneinfo import ZoneInfo

from queue_server.domain.availability import allowed_starts, room_beside_walk_ins
from queue_server.domain.business_day import begins_at, business_day
from queue_server.domain.concern import CELL_MIN
from queue_server.domain.eras import Eras
from queue_server.domain.hall import Hall
from queue_server.domain.interpreting import first_day, is_offered, is_wished
from queue_server.domain.local_days import span_of
from queue_server.domain.needs import STEP_FREE
from queue_server.domain.parting import pair_starts
from queue_server.domain.slots import Bits, ClerkTime, Span, cell_of, first_cell_from, free_starts, stretch
from queue_server.domain.town import department_of, horizon_days, services_at
from queue_server.services.concerns import Choice, as_taken
from queue_server.services.ports import Unit
from queue_server.services.steering import within_reach

T = TypeVar("T")
KEPT_MOST: Final = 500
"""So many sheets and sets are kept for a site: whoever asks for odd concerns must not fill the memory."""


@dataclass(frozen=True, slots=True)
class Starts:
    """A bit set of starts over one span."""

    span: Span
    free: Bits


@dataclass(slots=True)
class Moment:
    """What was computed last for a site, as long as `eras` and `key` hold; of it, what no booking changes."""

    eras: Eras
    key: tuple[object, ...]
    span: Span
    allowed: dict[tuple[int, frozenset[str], Span], Bits] = field(default_factory=dict)
    possible: dict[tuple[object, ...], Bits] = field(default_factory=dict)
    booked: "Booked | None" = None

    @property
    def size(self) -> int:
        kept = self.booked
        of_bookings = len(kept.starts) + len(kept.answers) if kept else 0
        return len(self.allowed) + len(self.possible) + of_bookings


@dataclass(slots=True)
class Booked:
    """What was computed of the clerks' time, as long as `version` holds.

    Not as long as the site's sequence does: who draws a number books no time.
    """

    version: Hashable
    clerks: list[ClerkTime]
    starts: dict[tuple[object, ...], Starts] = field(default_factory=dict)
    answers: dict[tuple[object, ...], Any] = field(default_factory=dict)


_memo: "WeakKeyDictionary[Hall, Moment]" = WeakKeyDictionary()


def _moment(unit: Unit) -> Moment:
    minute = unit.now.replace(second=0, microsecond=0)
    # At a full five minutes a time may still be held, a second later it is over.
    key = (minute, first_cell_from(unit.now))
    moment = _memo.get(unit.hall)
    if moment is None or moment.eras is not unit.eras or moment.key != key or moment.size > KEPT_MOST:
        moment = _memo[unit.hall] = Moment(unit.eras, key, span_offered(unit))
    return moment


def _booked(unit: Unit) -> Booked:
    """Return the clerks' bit sets and what was computed from them, as long as nothing has changed.

    A month sheet is looked at twenty times between two bookings; what it needs is then a comparison.
    """
    moment, version = _moment(unit), unit.clerks_version
    booked = moment.booked
    if booked is None or booked.version != version:
        booked = moment.booked = Booked(version, unit.clerk_times(moment.span))
    return booked


def kept(unit: Unit, about: tuple[object, ...], compute: Callable[[], T]) -> T:
    """Return what was computed last for `about`, as long as nothing has changed: the same object.

    For what a page shows of the offer and asks in many parts. It must not be changed by who gets it.
    """
    answers = _booked(unit).answers
    if about not in answers:
        answers[about] = compute()
    found: T = answers[about]
    return found


def clerks_of(unit: Unit) -> Sequence[ClerkTime]:
    """Return the site's clerks with their time, as the answers here see them."""
    return _booked(unit).clerks


def starts(unit: Unit, choice: Choice) -> Starts:
    """Return when the concern could begin, now."""
    span, booked, key = _moment(unit).span, _booked(unit), choice_key(choice)
    found = booked.starts.get(key)
    if found is None:
        found = booked.starts[key] = Starts(span, visits_of(unit, choice, span))
    return found


def choice_key(choice: Choice) -> tuple[object, ...]:
    """Return all of a choice that its free times depend on."""
    return tuple((services_of(one), one.expected_min, one.clerk_id, one.asks) for one in choice.parts)


def starts_if_nothing_were_booked(unit: Unit, choice: Choice) -> Bits:
    """Return the starts there would be; only a sheet asks, to tell full days from closed ones."""
    moment, clerks = _moment(unit), _booked(unit).clerks
    # A clerk's own calendar may change it; of later set-ups the calendars' version tells.
    later = None if unit.eras.is_one else unit.calendars.version
    key = (choice_key(choice), tuple(clerk.work for clerk in clerks), later)
    if key not in moment.possible:
        moment.possible[key] = visits_of(unit, choice, moment.span, idle=True)
    return moment.possible[key]


def is_done(unit: Unit, choice: Choice) -> bool:
    """Say whether for each part of the concern a clerk of the site can do all of it, now or later."""
    span = _moment(unit).span
    return any(
        all(any(services_of(one) <= clerk.can for clerk in clerks) for one in choice.parts)
        for then, _, _ in _in_eras(unit, choice, span)
        for clerks in [_clerks(then, span)]
    )


def visits_of(unit: Unit, choice: Choice, span: Span, *, idle: bool = False) -> Bits:
    """Return the starts from which each part of a concern can be done. `idle`: as if nothing were booked.

    Beyond a change that is planned it is the concern as the set-up of that day takes it.
    """
    found = 0
    for then, chosen, cells in _in_eras(unit, choice, span):
        clerks = _clerks(then, span)
        if idle:
            clerks = [replace(clerk, busy=0) for clerk in clerks]
        found |= _visits(then, chosen, span, clerks) & cells
    return found


def _in_eras(unit: Unit, choice: Choice, span: Span) -> Iterator[tuple[Unit, Choice, Bits]]:
    """Yield the set-ups that hold within a span, each with the concern as it is taken then, and its cells."""
    for place, cells in unit.eras.parts_of(span):
        then = unit.in_era(place)
        chosen = choice if place == 0 or then is None else as_taken(then.town, then.site, choice)
        if then is not None and chosen is not None:
            yield then, chosen, cells


def _clerks(unit: Unit, span: Span) -> Sequence[ClerkTime]:
    booked = _booked(unit)
    if unit.era == 0 and span == _moment(unit).span:
        return booked.clerks
    return unit.clerk_times(span)


def _visits(unit: Unit, choice: Choice, span: Span, clerks: Sequence[ClerkTime]) -> Bits:
    found = free_of(unit, choice, span, clerks)
    if choice.then is None:
        return found
    return pair_starts(found, _visits(unit, choice.then, span, clerks), choice.expected_min // CELL_MIN)


def free_of(unit: Unit, choice: Choice, span: Span, clerks: Sequence[ClerkTime]) -> Bits:
    """Return the starts at which one clerk is free for the first part and nothing forbids it."""
    services, cells = services_of(choice), choice.expected_min // CELL_MIN
    allowed = _allowed(unit, services, span)
    allowed &= room_beside_walk_ins(unit.site, services, span, clerks, cells)
    if not is_offered(unit.site, choice.asks):
        return 0
    if is_wished(choice.asks):
        zone = ZoneInfo(unit.site.time_zone)
        soonest = cell_of(begins_at(first_day(unit.site, business_day(unit.now, zone)), zone))
        allowed &= stretch(span, max(span.base, min(soonest, span.end)), span.end)
    return free_starts(span, able(unit, choice, span, clerks), services, cells, allowed)


def able(unit: Unit, choice: Choice, span: Span, clerks: Sequence[ClerkTime]) -> Sequence[ClerkTime]:
    """Return who may take it and when: everybody, or the one for whom the visitor comes."""
    if choice.clerk_id is not None:
        clerks = [one for one in clerks if one.clerk_id == choice.clerk_id]
    if STEP_FREE not in choice.asks:
        return clerks
    reached = within_reach(unit.town, unit.site, span, ZoneInfo(unit.site.time_zone))
    return [replace(one, work=one.work & reached.get(one.clerk_id, span.all)) for one in clerks]


def services_of(choice: Choice) -> frozenset[str]:
    return frozenset(service_id for service_id, _ in choice.services)


def _allowed(unit: Unit, services: frozenset[str], span: Span) -> Bits:
    """Return what opening, admission and limits of time allow, whoever is free."""
    allowed, key = _moment(unit).allowed, (unit.era, services, span)
    if key not in allowed:
        horizon = days_ahead(unit, services)
        found = allowed_starts(unit.town, unit.site, services, span, unit.now, horizon=horizon)
        # The rules count by minutes; what began some seconds ago cannot be held any more.
        allowed[key] = found & stretch(span, first_cell_from(unit.now), span.end)
    return allowed[key]


def days_ahead(unit: Unit, services: Collection[str]) -> int:
    """Return how many days ahead a concern can be booked today: by the first set-up that has all of it."""
    era = next(unit.eras.doing(services), None)
    return 0 if era is None else horizon_days(era.town, services)


def span_offered(unit: Unit) -> Span:
    """Return the cells of all days that any service may offer, and of the day after: visits have an end."""
    zone = ZoneInfo(unit.site.time_zone)
    today = business_day(unit.now, zone)
    ahead = max(
        (
            department_of(era.town, service).horizon_days
            for era in unit.eras.all
            for service in services_at(era.town, unit.site.id)
        ),
        default=0,
    )
    return span_of(today, today + timedelta(days=ahead + 1), zone)
