"""What happened in the hall, in the past tense: the entries of a site's log.

Payloads hold ids and numbers, never names, contacts, needs or free text; the counter, never the
clerk. An entry is appended and never changed, so a field may be added (with a default), not removed.
"""

import dataclasses
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from typing import Any, ClassVar, Final, get_args, get_type_hints

from queue_server.domain.ticket import Adjustment, DueReason, Origin


class Event:
    """The base of all events. `type` is the stable name in the log: the class's own."""

    type: ClassVar[str]
    __slots__ = ()

    def __init_subclass__(cls) -> None:
        cls.type = cls.__name__
        KINDS[cls.__name__] = cls


KINDS: dict[str, type[Event]] = {}


@dataclass(frozen=True, slots=True)
class Recorded:
    """An event with its place in the site's log. `seq` has no gaps; `at` never goes back."""

    seq: int
    at: datetime
    event: Event


@dataclass(frozen=True)
class TicketTaken(Event):
    """A visit began; the ticket's id is this event's sequence number.

    `counters` are those that alone call it by themselves, None: all of them. `from_min` and `to_min` are the
    wait that was told, `widened` by how much it was widened, None: not at all.
    """

    number: int
    key: str
    origin: Origin
    concern: tuple[tuple[str, int], ...]
    persons: int
    language: str
    expected_min: int
    area: str | None
    due_at: datetime
    due_reason: DueReason
    adjustment: Adjustment | None = None
    appointed_at: datetime | None = None
    after: int | None = None
    ahead: int = 0
    from_min: int | None = None
    to_min: int | None = None
    widened: float | None = None
    counters: tuple[str, ...] | None = None


@dataclass(frozen=True)
class TicketCalled(Event):
    """A ticket was summoned; the call's identity is this event's sequence number.

    `finished` names the visit that the same press ended, so that an undo restores both.
    """

    ticket: int
    counter: str
    chosen: bool = False
    finished: int | None = None


@dataclass(frozen=True)
class TicketRecalled(Event):
    ticket: int


@dataclass(frozen=True)
class TicketJoined(Event):
    """`ticket` was called to the running call or service of `leader` and follows it from now on."""

    ticket: int
    leader: int


@dataclass(frozen=True)
class CallUndone(Event):
    """The last call was taken back within 10 s; `restored` is served again."""

    ticket: int
    restored: int | None = None


FETCHED: Final = "fetched"
"""A word in a field that was there, and not a field: a program from before reads it."""


@dataclass(frozen=True)
class CallSettled(Event):
    """What the displays said of a call: kept, so that a complaint has an answer.

    `sound` is `FETCHED` where nobody waits for their word, since somebody fetches the visitors.
    """

    call: int
    assigned_count: int
    shown_count: int
    sound: str
    fetch: bool


@dataclass(frozen=True)
class ServiceStarted(Event):
    """`by` is `clerk`, `timer` (the way time was over) or `finish` (finished without a start)."""

    ticket: int
    by: str = "clerk"


@dataclass(frozen=True)
class ServiceFinished(Event):
    ticket: int


@dataclass(frozen=True)
class ConcernChanged(Event):
    ticket: int
    concern: tuple[tuple[str, int], ...]
    persons: int
    expected_min: int


@dataclass(frozen=True)
class TicketNotThere(Event):
    """Called, did not come (no-show)."""

    ticket: int


@dataclass(frozen=True)
class TicketReturned(Event):
    """Missed the number and is here after all; waits again."""

    ticket: int
    due_at: datetime


@dataclass(frozen=True)
class TicketDirected(Event):
    """From now on these counters alone call it by themselves; None: all."""

    ticket: int
    counters: tuple[str, ...] | None


@dataclass(frozen=True)
class TicketWentAway(Event):
    ticket: int


@dataclass(frozen=True)
class TicketCameBack(Event):
    ticket: int


@dataclass(frozen=True)
class TicketPutBack(Event):
    """Returned to waiting by the clerk."""

    ticket: int
    due_at: datetime


@dataclass(frozen=True)
class TicketParked(Event):
    ticket: int


@dataclass(frozen=True)
class TicketResumed(Event):
    """A parked visit is served again at the counter that kept it."""

    ticket: int
    finished: int | None = None


@dataclass(frozen=True)
class TicketTransferred(Event):
    """Handed on: to `counter` alone, or with a new concern to whoever can do it. Keeps its due time."""

    ticket: int
    counter: str | None
    concern: tuple[tuple[str, int], ...]
    expected_min: int
    area: str | None


@dataclass(frozen=True)
class TicketReleased(Event):
    """The counter it waited for is closed or long paused: back to the service's pool."""

    ticket: int


@dataclass(frozen=True)
class TicketCancelled(Event):
    ticket: int


@dataclass(frozen=True)
class TicketExpired(Event):
    """Still open when the business day ended."""

    ticket: int


@dataclass(frozen=True)
class CounterOpened(Event):
    counter: str


@dataclass(frozen=True)
class CounterPaused(Event):
    counter: str


@dataclass(frozen=True)
class CounterClosed(Event):
    counter: str


@dataclass(frozen=True)
class IssuingStopped(Event):
    """Kiosks give out no more numbers until `IssuingResumed` or the next business day."""


@dataclass(frozen=True)
class IssuingResumed(Event):
    pass


@dataclass(frozen=True)
class NumberWithheld(Event):
    """Somebody has this number of today from before a restore, which the log knows nothing of any more."""

    number: int


@dataclass(frozen=True)
class CallModeSwitched(Event):
    """The site calls by `mode` (`screen`, `fetch`) for the rest of the day; None returns to its setting."""

    mode: str | None


@dataclass(frozen=True)
class EstimateGiven(Event):
    """A kiosk told somebody how long it takes, before a number was taken; kept to measure honesty."""

    concern: tuple[tuple[str, int], ...]
    ahead: int
    from_min: int
    to_min: int
    widened: float | None = None


@dataclass(frozen=True)
class DocumentWasMissing(Event):
    """A visitor came without something that `service` asks for; `document` is `papers.key_of` its words."""

    ticket: int
    service: str
    document: str


@dataclass(frozen=True)
class DocumentWasThere(Event):
    """What was noted by `DocumentWasMissing` was a mistake."""

    ticket: int
    service: str
    document: str


@dataclass(frozen=True)
class DayMeasured(Event):
    """Once a day, at noon: what the figures need of the set-up, which has no log of its own.

    `opening` are the site's hours in minutes of the local day, `capacity_min` the bookable minutes of all
    clerks together, `earliest` for each service the days until the first free time; -1: none is free.
    """

    opening: tuple[tuple[int, int], ...]
    capacity_min: int
    earliest: tuple[tuple[str, int], ...]


@dataclass(frozen=True)
class SearchesFoundNothing(Event):
    """So many looked for a time for these services and found none; `""`: for a concern that is not offered.

    Gathered over some minutes: an entry tells of nobody's visit to a page.
    """

    services: tuple[tuple[str, int], ...]


class AppointmentEvent(Event):
    """The base of what happens to appointments; the hall takes it in without changing."""

    __slots__ = ()


# A base is no entry of the log.
del KINDS[AppointmentEvent.__name__]


@dataclass(frozen=True)
class AppointmentHeld(AppointmentEvent):
    """A time is kept for one visitor; the appointment's id is this event's sequence number.

    `replaces` names the appointment that would be moved here, of `replaces_site` when it is another one;
    `follows` the first of two times that one visitor booked one after the other.
    """

    reference: str
    starts_at: datetime
    minutes: int
    concern: tuple[tuple[str, int], ...]
    persons: int
    area: str | None
    channel: str
    held_until: datetime
    replaces: int | None = None
    replaces_site: str | None = None
    follows: int | None = None


@dataclass(frozen=True)
class HoldExtended(AppointmentEvent):
    appointment: int
    held_until: datetime


@dataclass(frozen=True)
class HoldExpired(AppointmentEvent):
    """The ten minutes were over."""

    appointment: int


@dataclass(frozen=True)
class HoldReleased(AppointmentEvent):
    """Whoever held the time let it go."""

    appointment: int


@dataclass(frozen=True)
class AppointmentRequested(AppointmentEvent):
    """A held time was asked for and waits to be confirmed `until` then; `by` whom: `secretariat`, `mail`."""

    appointment: int
    by: str
    until: datetime
    area: str | None
    language: str


@dataclass(frozen=True)
class RequestRefused(AppointmentEvent):
    """Who has to confirm it declined."""

    appointment: int


@dataclass(frozen=True)
class RequestExpired(AppointmentEvent):
    """Nobody confirmed it in time."""

    appointment: int


@dataclass(frozen=True)
class AppointmentBooked(AppointmentEvent):
    """A held or requested time is booked."""

    appointment: int
    number: int
    area: str | None
    language: str


@dataclass(frozen=True)
class AppointmentMoved(AppointmentEvent):
    """An appointment took the time of `hold`, which ends by it; id and reference stay."""

    appointment: int
    hold: int
    starts_at: datetime
    minutes: int
    number: int


@dataclass(frozen=True)
class AppointmentTakenAway(AppointmentEvent):
    """An appointment goes on at `site`, under its old reference; what stays here is called `reference`."""

    appointment: int
    reference: str
    site: str


@dataclass(frozen=True)
class AppointmentBrought(AppointmentEvent):
    """A hold became the appointment `reference`, which was at another site until then."""

    appointment: int
    reference: str
    number: int
    area: str | None
    language: str


@dataclass(frozen=True)
class AppointmentCancelled(AppointmentEvent):
    """`by` is `visitor`, `desk` or `integration`."""

    appointment: int
    by: str


@dataclass(frozen=True)
class AppointmentCheckedIn(AppointmentEvent):
    """The holder arrived; `ticket` is the visit that began."""

    appointment: int
    ticket: int


@dataclass(frozen=True)
class HoldWidened(AppointmentEvent):
    """What is held takes so many minutes from now on, or is another clerk's; it begins when it did."""

    appointment: int
    minutes: int


@dataclass(frozen=True)
class AppointmentMissed(AppointmentEvent):
    """Not arrived by closing, or gone before being served."""

    appointment: int


@dataclass(frozen=True)
class AppointmentCompleted(AppointmentEvent):
    appointment: int


# One decoder for each field kind. Dates go as ISO 8601 in UTC, concerns as lists of pairs.
def _concern(value: list[list[Any]]) -> tuple[tuple[str, int], ...]:
    return tuple((str(service), int(count)) for service, count in value)


def _stretches(value: list[list[Any]]) -> tuple[tuple[int, int], ...]:
    return tuple((int(first), int(until)) for first, until in value)


def _decoder(hint: object) -> Callable[[Any], Any] | None:
    for kind in (Origin, DueReason, Adjustment):
        if hint in (kind, kind | None):
            return kind
    if hint in (datetime, datetime | None):
        return datetime.fromisoformat
    if hint == tuple[tuple[str, int], ...]:
        return _concern
    if hint == tuple[str, ...] | None:
        return tuple
    if hint == tuple[tuple[int, int], ...]:
        return _stretches
    return None


def _may_be_none(field: dataclasses.Field[Any], hint: object) -> bool:
    return field.default is dataclasses.MISSING and type(None) in get_args(hint)


_BLANK = {
    kind: {
        f.name: None
        for f in dataclasses.fields(kind)  # type: ignore[arg-type]
        if _may_be_none(f, get_type_hints(kind)[f.name])
    }
    for kind in KINDS.values()
}
_FIELDS = {
    kind: tuple((f.name, _decoder(get_type_hints(kind)[f.name])) for f in dataclasses.fields(kind))  # type: ignore[arg-type]
    for kind in KINDS.values()
}


def payload_of(event: Event) -> dict[str, Any]:
    """Return the event as JSON values, without what is None."""
    return {
        name: _plain(value) for name, _ in _FIELDS[type(event)] if (value := getattr(event, name)) is not None
    }


def _plain(value: object) -> object:
    if isinstance(value, datetime):
        return value.isoformat()
    return value.value if isinstance(value, Enum) else value


def event_of(type_name: str, payload: Mapping[str, Any]) -> Event:
    """Return the event that was stored; raises `KeyError` for a type this version does not know."""
    kind = KINDS[type_name]
    decoders = dict(_FIELDS[kind])
    values = {name: decode(value) if (decode := decoders[name]) else value for name, value in payload.items()}
    return kind(**_BLANK[kind] | values)
