"""A business day's figures, from the entries of its log: what is counted, and how.

Every visit counts at the hour of its arrival, every booking at the hour in which it was made. **Waiting**
is from arrival to the first call that was not taken back, **way** from the call to the start, **service**
from start to finish without what lay between when the visit was parked or handed on; `delay` is what an
appointment waited beyond its time; `told_held` are the estimates that held, of those `told`. A visit counts
for the first service of its concern, an appointment at the hour of its time. Nobody is named:
neither visitor nor clerk, nor a counter, behind which there may be one clerk alone; how much the counters
were used is told of all together, and not of a day on which one alone was (`use`).

What must not live here: reading the log (`adapters.figures`), adding days up (`tally`).
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta, tzinfo
from types import MethodType
from typing import Final, NamedTuple

from queue_server.domain.entry import Entry, Payload, Unnamed
from queue_server.domain.estimate_outcomes import KINDS as ESTIMATE_KINDS
from queue_server.domain.estimate_outcomes import outcomes_of
from queue_server.domain.events import FETCHED
from queue_server.domain.figures.tally import NOBODYS, Key, Tally
from queue_server.domain.figures.use import KINDS as COUNTER_KINDS
from queue_server.domain.figures.use import Counters
from queue_server.domain.figures.visits import KINDS as VISIT_KINDS
from queue_server.domain.figures.visits import TAKEN, Act, Ending, Visit, Visits

VERSION: Final = 4
"""Of what is counted and how: a day of another version is counted anew."""
OF_ESTIMATES: Final = frozenset(ESTIMATE_KINDS)
WAITS: Final = ("wait_booked", "wait_walk_in")
ORIGINS: Final = ("from_kiosk", "from_desk", "from_appointment", "from_integration")
ENDED: Final = {ending: ending.value for ending in Ending}
A_QUARTER: Final = timedelta(minutes=15)
BEFORE_ALL: Final = datetime.min.replace(tzinfo=UTC)
NONE_FREE: Final = -1
"""In `DayMeasured.earliest`: nothing is free as far ahead as can be booked."""


class Booked(NamedTuple):
    """What the log of earlier days says of an appointment that this day is about.

    `asked`: somebody had to confirm it, so that it counts when it was asked for. `starts_at` is the time it
    had on its day.
    """

    service: str
    channel: str
    minutes: int
    asked: bool
    starts_at: datetime


@dataclass(slots=True)
class _Day:
    """What is gathered until the day is over."""

    zone: tzinfo
    booked: Mapping[int, Booked]
    tally: Tally = field(default_factory=Tally)
    outcomes: dict[int, bool] = field(default_factory=dict)
    made: list[tuple[datetime, str]] = field(default_factory=list)
    opening: tuple[tuple[int, int], ...] | None = None
    capacity_min: int = 0
    booked_min: int = 0
    settled: set[int] = field(default_factory=set)
    seen: list[Key] = field(default_factory=list)
    """What is counted once each: of thousands, all are counted at the end at once, in half the time."""
    _quarter: tuple[datetime, datetime, int] = (BEFORE_ALL, BEFORE_ALL, 0)

    def hour(self, at: datetime) -> int:
        """Return the local hour; in order of time, the zone is asked once for a quarter of an hour."""
        since, until, hour = self._quarter
        if since <= at < until:
            return hour
        since = at.replace(minute=at.minute // 15 * 15, second=0, microsecond=0)
        last = since + A_QUARTER - timedelta.resolution
        hour = since.astimezone(self.zone).hour
        if hour != last.astimezone(self.zone).hour:  # a zone that turned its clocks a minute past midnight
            return at.astimezone(self.zone).hour
        self._quarter = since, since + A_QUARTER, hour
        return hour


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
    own = {kind: MethodType(act, day) for kind, act in _ACTS.items()}
    acts = _together(visits.acts(), counters.acts(), own)
    told: list[Entry] = []
    for seq, at, kind, payload in entries:
        if kind in OF_ESTIMATES:
            told.append(Entry(seq, at, kind, payload))
        if kind == TAKEN:
            visits.taken(seq, at, payload)
        else:
            for act in acts.get(kind, ()):
                act(at, payload)
    for visit in visits.all.values():
        _count_visit(day, visit)
    _count_outcomes(day)
    _count_opening(day)
    _count_estimates(day, told)
    if now is None:  # while it runs, all of its capacity would stand beside some of its appointments
        _count_capacity(day)
    day.tally.counts.update(day.seen)
    use = counters.use(visits.all.values(), now)
    if use is not None:
        day.tally.count("open_s", NOBODYS, 0, use.open_s)
        day.tally.count("busy_s", NOBODYS, 0, use.busy_s)
    return day.tally


def _together(*those: Mapping[str, Act]) -> dict[str, tuple[Act, ...]]:
    """Return all that is to be done with an entry of each kind: it is looked up once for each entry."""
    return {kind: tuple(acts[kind] for acts in those if kind in acts) for kind in KINDS}


def about(entries: Iterable[Unnamed]) -> set[int]:
    """Return the appointments that a day's entries are about."""
    return {payload["appointment"] for _, _, kind, payload in entries if kind in _ABOUT}


# -- visits ----------------------------------------------------------------------------------------


def _count_visit(day: _Day, visit: Visit) -> None:
    tally, seen, service, hour = day.tally, day.seen, visit.service, day.hour(visit.arrived_at)
    seen += (("visits", service, hour), (f"from_{visit.origin}", service, hour))
    if visit.is_late:
        seen.append(("late", service, hour))
    ending = visit.ending or (Ending.NOT_THERE if visit.missed else None)
    if ending is not None:
        seen.append((ENDED[ending], service, hour))
    arrived, called, appointed = visit.arrived_at, visit.first_called_at, visit.appointed_at
    if called is not None:
        tally.time(WAITS[appointed is None], service, hour, minutes(called - arrived))
        if appointed is not None:
            tally.time("delay", service, hour, minutes(called - max(arrived, appointed)))
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
    day.seen.append(("calls", NOBODYS, hour))
    if _is_fetched(payload):
        day.seen.append(("calls_fetched", NOBODYS, hour))
    elif payload["shown_count"] and payload["sound"] == "started":
        day.seen.append(("calls_confirmed", NOBODYS, hour))


def _is_fetched(payload: Payload) -> bool:
    """Say whether no screen had to confirm the call: older entries tell it by one that showed in silence."""
    sound, has_screens = payload["sound"], payload["assigned_count"] > 0
    return sound == FETCHED or not has_screens or (sound == "none" and payload["shown_count"] > 0)


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
    day.seen += (("bookings", found.service, hour), (f"by_{found.channel}", found.service, hour))
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
        hour = day.hour(found.starts_at)
        day.seen.append(("appointments", found.service, hour))
        day.booked_min += found.minutes
        if not came:
            day.seen.append(("missed", found.service, hour))


def _count_capacity(day: _Day) -> None:
    """Count how much of the time for appointments was booked, of a day on which that was measured."""
    if day.capacity_min:
        day.tally.count("capacity_min", NOBODYS, 0, day.capacity_min)
        if day.booked_min:
            day.tally.count("booked_min", NOBODYS, 0, day.booked_min)


# -- what visitors were told -------------------------------------------------------------------------


def _count_estimates(day: _Day, entries: Iterable[Entry]) -> None:
    """Count at the hour in which it was told how long it takes whether it held; "at once" is no forecast."""
    for one in outcomes_of(entries):
        if not one.is_at_once:
            hour = day.hour(one.at)
            day.seen.append(("told", one.service, hour))
            if one.held:
                day.seen.append(("told_held", one.service, hour))


# -- what is measured once a day, and what is counted in between ---------------------------------------


def _measured(day: _Day, _at: datetime, payload: Payload) -> None:
    if day.opening is not None:
        return  # two processes at once: the first one counts
    day.opening = tuple((first, until) for first, until in payload["opening"])
    day.tally.count("measured_days", NOBODYS, 0)
    day.capacity_min = payload["capacity_min"]
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
KINDS: Final = VISIT_KINDS | COUNTER_KINDS | frozenset(_ACTS) | OF_ESTIMATES
"""The entries that figures are made of."""
