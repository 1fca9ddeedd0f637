"""Service times for the forecast: as they were measured for a concern, with the spread they had.

A concern that is rare has the usual spread around the minutes that are set up. What must not live here: the
forecast (`domain.forecast`).
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from math import exp, log, sqrt
from typing import Final

from queue_server.domain.concern import CELL_MIN
from queue_server.domain.durations.measured import ENOUGH
from queue_server.domain.durations.robust import quantile, sample
from queue_server.domain.durations.served import Lasted
from queue_server.domain.needs import MORE_TIME, booked_minutes, minutes_with
from queue_server.domain.service_times import USUAL_VARIATION, Concern, Spread, spread_around
from queue_server.domain.town import Service

USUAL_SIGMA: Final = sqrt(log(1 + USUAL_VARIATION**2))
OFF: Final = 0.3
"""So far off the minutes that are set up usually are, as a logarithm."""
COUNTED: Final = 20
"""So many visits the usual spread weighs as much as."""


@dataclass(frozen=True, slots=True)
class Shape:
    """Mean minutes for each one that is expected, and standard deviation over mean."""

    factor: float
    variation: float


class Learned:
    """`domain.service_times.ServiceTimes` from what was measured, against the minutes of `services`.

    A factor meets the minutes that it was found against, whatever a visit was booked with: other minutes in
    the set-up make nobody's visit shorter, and who booked before they changed has the old ones for weeks.
    """

    def __init__(self, shapes: Mapping[frozenset[str], Shape], services: Mapping[str, Service]) -> None:
        self._shapes, self._services = dict(shapes), services

    def spread(self, concern: Concern, expected_min: int) -> Spread:
        """Return how long a visit with this concern may take; `expected_min` where it was not measured."""
        shape = self._shapes.get(frozenset(id_ for id_, _ in concern))
        if shape is None:
            return spread_around(expected_min, USUAL_VARIATION)
        usual = _expected(concern, self._services)
        # What the need was is told nowhere but in the minutes.
        needs_more = expected_min in {minutes_with({MORE_TIME}, usual), booked_minutes({MORE_TIME}, usual)}
        return spread_around((expected_min if needs_more else usual) * shape.factor, shape.variation)


def learn(lasted: Iterable[Lasted], services: Iterable[Service]) -> Learned:
    """Return the service times of all concerns that were served often enough, against today's minutes."""
    known = {one.id: one for one in services}
    ratios: defaultdict[frozenset[str], list[tuple[float, float]]] = defaultdict(list)
    for one in lasted:
        if all(id_ in known for id_, _ in one.concern):
            expected = _expected(one.concern, known)
            ratios[frozenset(id_ for id_, _ in one.concern)] += [
                (took / expected, 1.0) for took in one.minutes
            ]
    shapes = {of: _shape(all_) for of, all_ in ratios.items() if len(all_) >= ENOUGH}
    return Learned(shapes, known)


def _expected(concern: Concern, known: Mapping[str, Service]) -> int:
    """Return what would be expected of a concern today, in whole cells as a ticket has it."""
    minutes = sum(
        known[id_].minutes + max(0, count - known[id_].included) * known[id_].further_minutes
        for id_, count in concern
    )
    return max(-(-minutes // CELL_MIN), 1) * CELL_MIN


def _shape(ratios: list[tuple[float, float]]) -> Shape:
    """Shrink middle and spread towards the usual ones, and round: spreads are kept once they are made."""
    believed = sample(ratios)
    size = believed.size
    variance = (size * believed.spread**2 + COUNTED * USUAL_SIGMA**2) / (size + COUNTED)
    usual = -(USUAL_SIGMA**2) / 2
    trust = OFF**2 / (OFF**2 + 1.57 * variance / size)
    middle = usual + trust * (quantile(believed.values, 0.5) - usual)
    return Shape(round(exp(middle + variance / 2), 2), round(sqrt(exp(variance) - 1), 1))
