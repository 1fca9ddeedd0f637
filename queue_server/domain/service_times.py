"""How long a visit takes at a counter, as a spread of equally likely minutes.

What lives here: the interface by which the forecast asks, and the answer as long as nothing was measured.
What must not: measuring (`domain.durations`), and what a forecast makes of it (`domain.forecast`).
"""

from bisect import bisect_right
from collections.abc import Sequence
from functools import cache
from math import erf, exp, log, sqrt
from typing import Final, Protocol, TypeAlias

Concern: TypeAlias = tuple[tuple[str, int], ...]
"""The services of a visit, each with its count."""
Spread = tuple[float, ...]
"""Equally likely minutes, in ascending order: what is drawn from, without any formula."""

PARTS: Final = 40
USUAL_VARIATION: Final = 0.6
"""Standard deviation over mean, before anything is measured: visits of one kind vary by more than half."""
OVERRUN: Final = 0.35
"""Who is past all that was expected stays for so much of it on average: nobody knows better."""


class ServiceTimes(Protocol):
    """Who knows how long visits take here."""

    def spread(self, concern: Concern, expected_min: int) -> Spread:
        """Return how long a visit with this concern may take.

        `expected_min` are expected of it: by the minutes that were set up when it was booked or began.
        """


class Configured:
    """The minutes as they are set up, with a usual spread: nothing was measured yet."""

    def __init__(self, variation: float = USUAL_VARIATION) -> None:
        self._variation = variation

    def spread(self, concern: Concern, expected_min: int) -> Spread:  # noqa: ARG002 - not yet
        return spread_around(expected_min, self._variation)


@cache
def spread_around(mean_min: float, variation: float) -> Spread:
    """Return a log-normal spread with this mean; `variation` is standard deviation over mean."""
    sigma = sqrt(log(1 + variation * variation))
    raw = [exp(sigma * _standard((n + 0.5) / PARTS)) for n in range(PARTS)]
    # What the coarse ends cut off of the mean is given back.
    return tuple(mean_min * PARTS * one / sum(raw) for one in raw)


@cache
def _standard(share: float) -> float:
    """Return the standard normal quantile, by halving: asked for forty times in a process's life."""
    low, high = -6.0, 6.0
    for _ in range(40):
        middle = (low + high) / 2
        if (1 + erf(middle / sqrt(2))) / 2 < share:
            low = middle
        else:
            high = middle
    return (low + high) / 2


def remaining(spread: Spread, gone_min: float) -> Spread:
    """Return what is left of a visit that has lasted so long: not the mean less what is gone."""
    longer = spread[bisect_right(spread, gone_min) :]
    if len(longer) >= 3:
        return tuple(one - gone_min for one in longer)
    return spread_around(OVERRUN * mean(spread), 1.0)


def mean(spread: Sequence[float]) -> float:
    return sum(spread) / len(spread)
