"""All that the last weeks told of a town's service times, worked out together.

What must not live here: reading the log (`adapters.served_visits`), and when that is done (`web.learning`).
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Final

from queue_server.domain.durations.learned import Learned, learn
from queue_server.domain.durations.measured import Measured, measure
from queue_server.domain.durations.served import Lasted, together
from queue_server.domain.town import Service

DAYS: Final = 84
"""So many days back are learned from: a season, and habits that have changed since are forgotten."""


@dataclass(frozen=True, slots=True)
class Durations:
    """`counts` are the visits that told something, by service, also of those too few to be `measured`."""

    first: date
    last: date
    measured: Mapping[str, Measured]
    counts: Mapping[str, int]
    times: Learned


def durations_of(days: Iterable[Lasted], services: Iterable[Service], first: date, last: date) -> Durations:
    """Return what the visits of these days tell."""
    services, lasted = tuple(services), together(days)
    counts: Counter[str] = Counter()
    for one in lasted:
        counts.update({id_: len(one.minutes) for id_, _ in one.concern})
    return Durations(first, last, measure(lasted, services), counts, learn(lasted, services))
