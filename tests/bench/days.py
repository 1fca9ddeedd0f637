"""The simulated days on which we judge ourselves: a town hall from 8 to 16, by counters, load, share booked.

Seeds below 1,000 were there to choose a rule by; those from 2,000 on are held back, and judge it. (Those
between have judged a rule that missed.) From 3,000 on a hundred days of each kind judge strictly, once for
each rule. What must not live here: disciplines, estimates, and their goals.
"""

import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from queue_server.domain.simulation.demand import USUAL, Demand, Habits, Rate, a_day
from queue_server.domain.simulation.plan import DayPlan, Desk, Shift

ON = date(2026, 3, 3)
OPENS = datetime(2026, 3, 3, 8, tzinfo=UTC)
HOUR = timedelta(hours=1)
BY_HOUR = (1.3, 1.3, 1.2, 1.0, 0.8, 0.8, 0.9, 0.7)
"""Walk-ins of each hour against the day's average: more in the morning."""
Mixture = tuple[tuple[int, float], ...]
MIXTURE: Mixture = ((5, 0.45), (10, 0.25), (15, 0.2), (30, 0.1))
"""Expected minutes and their shares: pick-ups, and what takes longer."""
HELD_FROM, LONG_FROM = 2000, 3000


@dataclass(frozen=True)
class Cell:
    """A kind of day. `load` is the work of all who come, ways included, against the counters' time."""

    counters: int = 4
    load: float = 0.9
    booked: float = 0.5
    """Share of those who come that has an appointment."""
    habits: Habits = USUAL
    mixture: Mixture = MIXTURE

    def day(self, seed: int) -> DayPlan:
        dice = random.Random(f"{self.counters} {self.load} {self.booked} {seed}")
        return a_day(self._demand(), self._desks(), dice, self.habits)

    def _demand(self) -> Demand:
        served_min = sum(minutes * share for minutes, share in self.mixture) + sum(self.habits.way_min) / 3
        gone_min = self.habits.gone_after / timedelta(minutes=1)
        mean_min = served_min + self.habits.gone * (gone_min - served_min)
        count = self.counters * self.load * len(BY_HOUR) * 60 / mean_min
        booked = self.booked / (1 - self.habits.no_show)
        until = OPENS + len(BY_HOUR) * HOUR
        return Demand(
            ON,
            walk_ins=tuple(
                Rate(OPENS + n * HOUR, OPENS + (n + 1) * HOUR, _concern(minutes), minutes, hourly)
                for minutes, share in self.mixture
                for n, weight in enumerate(BY_HOUR)
                if (hourly := count * (1 - self.booked) * share * weight / len(BY_HOUR))
            ),
            bookings=tuple(
                Rate(OPENS, until, _concern(minutes), minutes, count * booked * share)
                for minutes, share in self.mixture
            ),
        )

    def _desks(self) -> tuple[Desk, ...]:
        skills = frozenset(name for minutes, _ in self.mixture for name, _ in _concern(minutes))
        shift = Shift(OPENS, OPENS + len(BY_HOUR) * HOUR, skills)
        return tuple(Desk(f"c{n + 1}", (shift,)) for n in range(self.counters))


def _concern(minutes: int) -> tuple[tuple[str, int], ...]:
    return ((f"takes-{minutes}", 1),)


def grid() -> Iterator[Cell]:
    """Yield the kinds of days: 4 and 8 counters, 80 to 95 % load, 30 to 70 % booked."""
    for counters in (4, 8):
        for load in (0.8, 0.85, 0.9, 0.95):
            for booked in (0.3, 0.5, 0.7):
                yield Cell(counters, load, booked)
