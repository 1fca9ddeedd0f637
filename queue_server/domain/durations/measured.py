"""What was measured of each service: how long its first minutes take, and each further one.

Several services in one visit have one time together: it is shared out by what each of them takes alone (by
the set-up, where that is not known). What must not live here: what to do about it (`proposing`).
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from math import erf, log, sqrt
from typing import Final

from queue_server.domain.durations.robust import Sample, sample, uncertainty
from queue_server.domain.durations.served import Lasted
from queue_server.domain.town import Service

ENOUGH: Final = 30
"""Below so many visits nothing is told of a service: it would be chance, or one person's day."""
PLANNED_SHARE: Final = 0.6
"""Six of ten visits fit into what is planned. It is about the mean: some visits take far longer, few are far
shorter; so a day planned by the middle one runs late from hour to hour, by eight of ten it has gaps."""
BARS: Final = (0.1, 0.25, 0.5, 0.75, 0.8, 0.9)


@dataclass(frozen=True, slots=True)
class Further:
    """What each further one takes, by the visits that had some."""

    count: int
    minutes: float


@dataclass(frozen=True, slots=True)
class Measured:
    """What is known of a service. `at` holds minutes by share of the visits; `planned` is the share planned.

    `uncertainty` is the standard error of the logarithm of `planned`; `spread` that of a visit.
    `one_counter`: all of it was at one counter, behind which one person may be: no times are shown.
    """

    service_id: str
    count: int
    dropped: int
    at: Mapping[float, float]
    planned: float
    spread: float
    uncertainty: float
    further: Further | None = None
    one_counter: bool = False

    @property
    def median(self) -> float:
        return self.at[0.5]

    def longer_than(self, minutes: float) -> float:
        """Return the share of the visits that take longer than so many minutes."""
        return (1 - erf(log(minutes / self.median) / self.spread / sqrt(2))) / 2


def measure(lasted: Iterable[Lasted], services: Iterable[Service]) -> dict[str, Measured]:
    """Return what was measured of each service that was served often enough."""
    known = {one.id: one for one in services}
    visits = [one for one in lasted if all(id_ in known for id_, _ in one.concern)]
    base = [one for one in visits if not _further(one, known)]
    alone = _alone([one for one in base if len(one.concern) == 1])
    found = {}
    for id_, (minutes, count) in _shared_out(base, known, alone).items():
        believed = sample(minutes)
        if count >= ENOUGH and believed.size >= ENOUGH / 2:
            extra = [one for one in visits if len(one.concern) == 1 and one.concern[0][0] == id_]
            counters = frozenset[str]().union(*(one.counters for one in base if id_ in dict(one.concern)))
            found[id_] = replace(_measured(known[id_], believed, count, extra), one_counter=len(counters) < 2)
    return found


def _further(one: Lasted, known: Mapping[str, Service]) -> int:
    return sum(max(0, count - known[id_].included) for id_, count in one.concern)


def _alone(visits: Iterable[Lasted]) -> dict[str, float]:
    """Return the middle of each service that is often enough served alone."""
    minutes: defaultdict[str, list[tuple[float, float]]] = defaultdict(list)
    for one in visits:
        minutes[one.concern[0][0]] += [(took, 1.0) for took in one.minutes]
    return {id_: sample(all_).minutes(0.5) for id_, all_ in minutes.items() if len(all_) >= ENOUGH}


def _shared_out(
    visits: Iterable[Lasted], known: Mapping[str, Service], alone: Mapping[str, float]
) -> dict[str, tuple[list[tuple[float, float]], int]]:
    """Return for each service its minutes with their weights, and in how many visits it was."""
    found: defaultdict[str, list[tuple[float, float]]] = defaultdict(list)
    for one in visits:
        parts = {id_: alone.get(id_, max(known[id_].minutes, 1)) for id_, _ in one.concern}
        whole = sum(parts.values())
        for id_, part in parts.items():
            found[id_] += [(took * part / whole, part / whole) for took in one.minutes]
    return {id_: (minutes, len(minutes)) for id_, minutes in found.items()}


def _measured(service: Service, believed: Sample, count: int, visits: Sequence[Lasted]) -> Measured:
    spread = believed.spread
    planned = believed.minutes(PLANNED_SHARE)
    return Measured(
        service.id,
        count,
        believed.dropped,
        {share: believed.minutes(share) for share in BARS},
        planned,
        spread,
        uncertainty(believed, PLANNED_SHARE, spread),
        _further_minutes(service, planned, visits),
    )


def _further_minutes(service: Service, planned: float, visits: Sequence[Lasted]) -> Further | None:
    """Return what each further one takes: what the visits with so many take more, shared out over them."""
    by_extra: defaultdict[int, list[tuple[float, float]]] = defaultdict(list)
    for one in visits:
        extra = one.concern[0][1] - service.included
        if extra > 0:
            by_extra[extra] += [(took, 1.0) for took in one.minutes]
    count = sum(map(len, by_extra.values()))
    if count < ENOUGH:
        return None
    units = sum(extra * len(all_) for extra, all_ in by_extra.items())
    more = sum((sample(all_).minutes(PLANNED_SHARE) - planned) * len(all_) for all_ in by_extra.values())
    return Further(count, max(more / units, 0.0))
