"""A business day's figures, from the entries of its log: what is counted, and how.

Every visit counts at the hour of its arrival, every booking at the hour in which it was made. **Waiting**
is from arrival to the first call that was not taken back, **way** from the call to the start, **service**
from start to finish without what lay between when the visit was parked or handed on; `delay` is what an
appointment waited beyond its time. A visit counts for the first service of its concern. Nobody is named:
neither visitor nor clerk, nor a counter, behind which there may be one clerk alone; how much the counters
were used is told of all together, and not of a day on which one alone was (`use`).

What must not live here: reading the log (`adapters.figures`), adding days up (`tally`).
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta, tzinfo
from typing import Final, NamedTuple

from queue_server.domain.figures.tally import NOBODYS, Tally
from queue_server.domain.figures.use import KINDS as COUNTER_KINDS
from queue_server.domain.figures.use import Counters
from queue_server.domain.figures.visits import KINDS as VISIT_KINDS
from queue_server.domain.figures.visits import Ending, Payload, Unnamed, Visit, Visits

VERSION: Final = 2
"""Of what is counted and how: a day of another version is counted anew."""
WAITS: Final = ("wait_booked", "wait_walk_in")
ORIGINS: Final = ("from_kiosk", "from_desk", "from_appointment", "from_integration")
NONE_FREE: Final = -1
"""In `DayMeasured.earliest`: nothing is free as far ahead as can be booked."""


class Booked(NamedTuple):
    """What the log of earlier days says of an appointment that this day is about.

    `asked`: somebody had to confirm it, so that it counts when it was asked for.
    """

    service: str
    channel: str
    minutes: int
    asked: bool


@dataclass(slots=True)
class _Day:
    """What is gathered until the day is over."""

    zone: tzinfo
    booked: Mapping[int, Booked]
    tally: Tally = field(default_factory=Tally)
    outcomes: dict[int, bool] = field(default_factory=dict)
    made: list[tuple[datetime, str]] = field(default_factory=list)
    opening: tuple[tuple[int, int], ...] | None = None
    settled: set[int] = field(default_factory=set)

    def hour(self, at: datetime) -> int:
        return at.astimezone(self.zone).hour


def figures_of(
    entries: Iterable[Unnamed],
    booked: Mapping[int, Booked],
    zone: tzinfo,
    ends: datetime,
    now: datetime | None = None,
) -> Tally:
    """Return the figures of one business day, which `ends` then; `now` while it is not over.

    `entries` are of that day, in order; those of other kinds than `KINDS` may be left out. `booked` knows the
    appointments that `about` names; one that it does not know counts for nothing.
    """
    day, visits, counters = _Day(zone, booked), Visits(), Counters(ends)
    for entry in entries:
        visits.take(entry)
        counters.take(entry[1], entry[2], entry[3])
        act = _ACTS.get(entry[2])
        if act is not None:
            act(day, entry[1], entry[3])
    for visit in visits.all.values():
        _count_visit(day, visit)
    _count_outcomes(day)
    _count_opening(day)
    use = counters.use(visits.all.values(), now)
    if use is not None:
        day.tally.count("open_s", NOBODYS, 0, use.open_s)
        day.tally.count("busy_s", NOBODYS, 0, use.busy_s)
    return day.tally


def about(entries: Iterable[Unnamed]) -> set[int]:
    """Return the appointments that a day's entries are about."""
    return {payload["appointment"] for _, _, kind, payload in entries if kind in _ABOUT}


# -- visits ----------------------------------------------------------------------------------------


def _count_visit(day: _Day, visit: Visit) -> None:
    tally, service, hour = day.tally, visit.service, day.hour(visit.arrived_at)
    tally.count("visits", service, hour)
    tally.count(f"from_{visit.origin}", service, hour)
    if visit.is_late:
        tally.count("late", service, hour)
    ending = visit.ending or (Ending.NOT_THERE if visit.missed else None)
    if ending is not None:
        tally.count(ending.value, service, hour)
    if visit.first_called_at is not None:
        waited = visit.first_called_at - visit.arrived_at
        tally.time(WAITS[visit.appointed_at is None], service, hour, minutes(waited))
        if visit.appointed_at is not None:
            late = visit.first_called_at - max(visit.arrived_at, visit.appointed_at)
            tally.time("delay", service, hour, minutes(late))
    if visit.way is not None:
        tally.time("way", service, hour, minutes(visit.way[1] - visit.way[0]))
    served = visit.service_time
    if served is not None:
        tally.time("service", service, hour, minutes(served))


def minutes(span: timedelta) -> int:
    """Return a time in whole minutes, to the nearest one; never below nought."""
    return max(0, (span.days * 86_400 + span.seconds + 30) // 60)


# -- calls --------------------------------------------------------------------------------------


def _settled(day: _Day, at: datetime, payload: Payload) -> None:
    """What the displays said of a call. Where somebody fetches the visitors, nothing has to be confirmed."""
    if payload["call"] in day.settled:
        return
    day.settled.add(payload["call"])
    hour = day.hour(at)
    day.tally.count("calls", NOBODYS, hour)
    if payload["shown_count"] and payload["sound"] == "started":
        day.tally.count("calls_confirmed", NOBODYS, hour)


# -- bookings --------------------------------------------------------------------------------------


def _of(day: _Day, payload: Payload) -> Booked | None:
    return day.booked.get(payload["appointment"])


def _booked(day: _Day, at: datetime, payload: Payload) -> None:
    found = _of(day, payload)
    if found is not None and not found.asked:
        _made(day, at, found)


def _requested(day: _Day, at: datetime, payload: Payload) -> None:
    found = _of(day, payload)
    if found is not None:
        _made(day, at, found)


def _made(day: _Day, at: datetime, found: Booked) -> None:
    hour = day.hour(at)
    day.tally.count("bookings", found.service, hour)
    day.tally.count(f"by_{found.channel}", found.service, hour)
    day.made.append((at, found.service))


def _cancelled(day: _Day, at: datetime, payload: Payload) -> None:
    found = _of(day, payload)
    if found is not None:
        day.tally.count("bookings_cancelled", found.service, day.hour(at))


def _came(day: _Day, _at: datetime, payload: Payload) -> None:
    day.outcomes[payload["appointment"]] = True


def _missed(day: _Day, _at: datetime, payload: Payload) -> None:
    day.outcomes[payload["appointment"]] = False


def _count_outcomes(day: _Day) -> None:
    """Count who was expected. Who was missed and came after all, came."""
    for id_, came in day.outcomes.items():
        found = day.booked.get(id_)
        if found is None:
            continue
        day.tally.count("appointments", found.service, 0)
        day.tally.count("booked_min", NOBODYS, 0, found.minutes)
        if not came:
            day.tally.count("missed", found.service, 0)


# -- what is measured once a day, and what is counted in between ---------------------------------------


def _measured(day: _Day, _at: datetime, payload: Payload) -> None:
    if day.opening is not None:
        return  # two processes at once: the first one counts
    day.opening = tuple((first, until) for first, until in payload["opening"])
    day.tally.count("measured_days", NOBODYS, 0)
    day.tally.count("capacity_min", NOBODYS, 0, payload["capacity_min"])
    for service, days in payload["earliest"]:
        if days == NONE_FREE:
            day.tally.count("none_free", service, 0)
        else:
            day.tally.time("earliest", service, 0, days)


def _count_opening(day: _Day) -> None:
    """Count which bookings were made while the house was closed; on a day that was not measured none are."""
    if day.opening is None:
        return
    for at, service in day.made:
        local = at.astimezone(day.zone)
        minute = local.hour * 60 + local.minute
        day.tally.count("bookings_judged", service, local.hour)
        if not any(first <= minute < until for first, until in day.opening):
            day.tally.count("bookings_outside", service, local.hour)


def _searched(day: _Day, at: datetime, payload: Payload) -> None:
    for service, count in payload["services"]:
        measure = "found_nothing" if service != NOBODYS else "no_concern"
        day.tally.count(measure, service, day.hour(at), count)


_ACTS: Final[Mapping[str, Callable[[_Day, datetime, Payload], None]]] = {
    "CallSettled": _settled,
    "AppointmentBooked": _booked,
    "AppointmentRequested": _requested,
    "AppointmentCancelled": _cancelled,
    "AppointmentCheckedIn": _came,
    "AppointmentMissed": _missed,
    "DayMeasured": _measured,
    "SearchesFoundNothing": _searched,
}
_ABOUT: Final = frozenset(kind for kind in _ACTS if kind.startswith("Appointment"))
KINDS: Final = VISIT_KINDS | COUNTER_KINDS | frozenset(_ACTS)
"""The entries that figures are made of."""
