"""Places in a distribution that a few wrong values do not move: weighted, and on a logarithmic scale.

Times multiply: twice as long is as far away as half as long. What must not live here: what is measured.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import exp, log, sqrt
from typing import Final, TypeAlias

Weighted: TypeAlias = tuple[float, float]
"""(value, weight)"""
TOO_LONG: Final = 2.5
"""So many spreads above the middle an end was forgotten; of honest visits one in 160 lies there."""
TOO_SHORT: Final = 3.0
LEAST_SPREAD: Final = 0.15
MOST_SPREAD: Final = 0.9
"""Where a third of the ends was forgotten, the spread itself tells nothing any more."""
_TO_SIGMA: Final = 1.4826
"""From the median distance to the middle to a standard deviation, for what is spread normally."""


@dataclass(frozen=True, slots=True)
class Sample:
    """Logarithms of minutes with their weights, in ascending order; `dropped` were not believed."""

    values: tuple[Weighted, ...]
    dropped: int

    @property
    def weight(self) -> float:
        """Return the weight in all."""
        return sum(weight for _, weight in self.values)

    @property
    def size(self) -> float:
        """Return of how many full observations it tells as much (Kish's effective size)."""
        squares = sum(weight * weight for _, weight in self.values)
        return self.weight**2 / squares if squares else 0.0

    def minutes(self, share: float) -> float:
        """Return the minutes that this share of the visits did not exceed."""
        return exp(quantile(self.values, share))

    @property
    def spread(self) -> float:
        """Return the standard deviation of the logarithm, by the distances from the middle."""
        return _spread(self.values)


def sample(minutes: Iterable[Weighted]) -> Sample:
    """Return what of these minutes, each with its weight, can be believed."""
    known = sorted((log(value), weight) for value, weight in minutes if value > 0 and weight > 0)
    if not known:
        return Sample((), 0)
    middle, spread = quantile(known, 0.5), _spread(known)
    low, high = middle - TOO_SHORT * spread, middle + TOO_LONG * spread
    kept = tuple(one for one in known if low <= one[0] <= high)
    return Sample(kept, len(known) - len(kept))


def quantile(known: Sequence[Weighted], share: float) -> float:
    """Return the value below which this share of the weight lies; `known` is in ascending order."""
    at = share * sum(weight for _, weight in known)
    last_at, last = 0.0, known[0][0]
    reached = 0.0
    for value, weight in known:
        here = reached + weight / 2
        if here >= at:
            return value if here == last_at else last + (value - last) * (at - last_at) / (here - last_at)
        last_at, last, reached = here, value, reached + weight
    return last


def uncertainty(found: Sample, share: float, spread: float) -> float:
    """Return the standard error of the logarithm of a quantile, for what is spread about normally."""
    size = found.size
    if not size:
        return MOST_SPREAD
    # Asymptotic: sqrt(p(1-p)/n) over the density there; between 40 and 60 % that is about 0.39.
    return sqrt(share * (1 - share) / size) / _DENSITY * spread


_DENSITY: Final = 0.387


def _spread(known: Sequence[Weighted]) -> float:
    middle = quantile(known, 0.5)
    distances = sorted((abs(value - middle), weight) for value, weight in known)
    return min(max(_TO_SIGMA * quantile(distances, 0.5), LEAST_SPREAD), MOST_SPREAD)
