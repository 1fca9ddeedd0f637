"""When a concern could begin at a site: computed for six weeks at once, and kept until something changes.

What lives here: the bit sets of starts, and the memory of what was computed from them. What must not: how
the sets are made (`domain.availability`), and what is told of them (`services.offer`).
"""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Any, Final, TypeVar
from weakref import WeakKeyDictionary
from zoneinfo import ZoneInfo

from queue_server.domain.availability import allowed_starts
from queue_server.domain.business_day import business_day
from queue_server.domain.concern import CELL_MIN
from queue_server.domain.hall import Hall
from queue_server.domain.local_days import span_of
from queue_server.domain.parting import pair_starts
from queue_server.domain.slots import Bits, ClerkTime, Span, first_cell_from, free_starts, stretch
from queue_server.domain.town import Town, department_of, services_at
from queue_server.services.concerns import Choice
from queue_server.services.ports import Unit

T = TypeVar("T")
KEPT_MOST: Final = 500
"""So many sheets and sets are kept for a site: whoever asks for odd concerns must not fill the memory."""


@dataclass(frozen=True, slots=True)
class Starts:
    """A bit set of starts over one span."""

    span: Span
    free: Bits


@dataclass(slots=True)
class Known:
    """What was computed last for a site, as long as `town` and `key` hold."""

    town: Town
    key: tuple[object, ...]
    """All else that an answer depends on. Not the site's sequence: who draws a number books no time."""
    span: Span
    clerks: list[ClerkTime]
    by_choice: dict[tuple[object, ...], Starts] = field(default_factory=dict)
    answers: dict[tuple[object, ...], Any] = field(default_factory=dict)

    @property
    def size(self) -> int:
        return len(self.by_choice) + len(self.answers)


_memo: "WeakKeyDictionary[Hall, Known]" = WeakKeyDictionary()


def known_of(unit: Unit) -> Known:
    """Return the clerks' bit sets and what was computed from them, as long as nothing has changed.

    A month sheet is looked at twenty times between two bookings; what it needs is then a comparison.
    """
    minute = unit.now.replace(second=0, microsecond=0)
    # At a full five minutes a time may still be held, a second later it is over.
    key = (minute, first_cell_from(unit.now), unit.clerks_version)
    known = _memo.get(unit.hall)
    if known is None or known.town is not unit.town or known.key != key or known.size > KEPT_MOST:
        span = span_offered(unit)
        known = _memo[unit.hall] = Known(unit.town, key, span, unit.clerk_times(span))
    return known


def kept(unit: Unit, about: tuple[object, ...], compute: Callable[[], T]) -> T:
    """Return what was computed last for `about`, as long as nothing has changed: the same object.

    For what a page shows of the offer and asks in many parts. It must not be changed by who gets it.
    """
    answers = known_of(unit).answers
    if about not in answers:
        answers[about] = compute()
    found: T = answers[about]
    return found


def starts(unit: Unit, choice: Choice) -> Starts:
    """Return when the concern could begin, now."""
    known, key = known_of(unit), choice_key(choice)
    found = known.by_choice.get(key)
    if found is None:
        found = Starts(known.span, _free(unit, known.span, known.clerks, choice))
        known.by_choice[key] = found
    return found


def choice_key(choice: Choice) -> tuple[object, ...]:
    """Return all of a choice that its free times depend on."""
    return tuple((services_of(one), one.expected_min) for one in choice.parts)


def starts_if_nothing_were_booked(unit: Unit, choice: Choice) -> Bits:
    """Return the starts there would be; only a sheet asks, to tell full days from closed ones."""
    known = known_of(unit)
    return _free(unit, known.span, [replace(clerk, busy=0) for clerk in known.clerks], choice)


def is_done(unit: Unit, choice: Choice) -> bool:
    """Say whether for each part of the concern a clerk of the site can do all of it."""
    clerks = known_of(unit).clerks
    return all(any(services_of(one) <= clerk.can for clerk in clerks) for one in choice.parts)


def services_of(choice: Choice) -> frozenset[str]:
    return frozenset(service_id for service_id, _ in choice.services)


def span_offered(unit: Unit) -> Span:
    """Return the cells of all days that any service may offer, and of the day after: visits have an end."""
    zone = ZoneInfo(unit.site.time_zone)
    today = business_day(unit.now, zone)
    offered = services_at(unit.town, unit.site.id)
    ahead = max((department_of(unit.town, service).horizon_days for service in offered), default=0)
    return span_of(today, today + timedelta(days=ahead + 1), zone)


def _free(unit: Unit, span: Span, clerks: list[ClerkTime], choice: Choice) -> Bits:
    services, cells = services_of(choice), choice.expected_min // CELL_MIN
    allowed = allowed_starts(unit.town, unit.site, services, span, unit.now, cells, clerks)
    # The rules count by minutes; what began some seconds ago cannot be held any more.
    allowed &= stretch(span, first_cell_from(unit.now), span.end)
    found = free_starts(span, clerks, services, cells, allowed)
    return found if choice.then is None else pair_starts(found, _free(unit, span, clerks, choice.then), cells)
