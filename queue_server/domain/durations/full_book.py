"""How long one waits on a morning that is booked full, with so many minutes for each visit.

The product's own hall lives through it (`domain.simulation`): one counter, an appointment every so many
minutes, everybody comes a little early, visits take as long as they were measured. That shows what the
minutes alone do, for nobody knows yet who will book. What must not live here: chance, which is handed in.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from math import exp, sqrt
from statistics import fmean
from typing import Final

from queue_server.domain.durations.measured import Measured
from queue_server.domain.service_times import Spread, spread_around
from queue_server.domain.simulation.disciplines import Ours
from queue_server.domain.simulation.living import live
from queue_server.domain.simulation.plan import DayPlan, Desk, Shift, Turn, Visitor
from queue_server.domain.simulation.results import result_of

MORNING: Final = timedelta(hours=4)
EARLY: Final = timedelta(minutes=5)
WAY: Final = timedelta(seconds=45)
MORNINGS: Final = 30
_ON: Final = date(2026, 3, 3)
_BEGINS: Final = datetime(2026, 3, 3, 8, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Waits:
    """Minutes from the appointed time: the mean, and what nine of ten do not exceed; and after closing."""

    mean: float
    nine_of_ten: float
    overtime: float


def waits_when_full(found: Measured, minutes: int, random: Callable[[], float]) -> Waits:
    """Return how long one waits when each visit has so many minutes; `random` gives 0 … 1."""
    spread = spread_of(found)
    results = [result_of(live(_morning(minutes, spread, random), Ours())) for _ in range(MORNINGS)]
    waits = sorted(wait for one in results for wait in one.booked)
    nine = waits[min(len(waits) * 9 // 10, len(waits) - 1)]
    return Waits(fmean(waits), nine, fmean(one.overtime_min for one in results))


def spread_of(found: Measured) -> Spread:
    """Return the measured times of a service as a spread to draw from."""
    variance = found.spread**2
    return spread_around(found.median * exp(variance / 2), sqrt(exp(variance) - 1))


def _morning(minutes: int, spread: Spread, random: Callable[[], float]) -> DayPlan:
    step = timedelta(minutes=minutes)
    desk = Desk("counter-1", (Shift(_BEGINS, _BEGINS + MORNING, frozenset({"it"})),))
    visitors = []
    for place in range(int(MORNING / step)):
        appointed = _BEGINS + place * step
        lasts = timedelta(minutes=spread[int(random() * len(spread))])
        turn = Turn(WAY, lasts)
        visitors.append(Visitor(appointed - EARLY, (("it", 1),), minutes, (turn,), appointed_at=appointed))
    return DayPlan(_ON, (desk,), tuple(visitors))
