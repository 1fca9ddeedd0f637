"""The figures of a stretch of days, ready to be told: as a whole, part by part, and by weekday.

What must not live here: where the days come from (`adapters.day_figures`), and small numbers (`small_cells`).
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Final

from queue_server.domain.figures.day import WAITS
from queue_server.domain.figures.period import Period
from queue_server.domain.figures.tally import Tally, quantile

IN_PARTS: Final = frozenset(
    {"visits", "from_appointment", "late", "appointments", "missed", "told", "told_held", *WAITS}
)
"""What is told of parts and weekdays. A year of all of it, twelve times over, takes three times as long."""


MANY: Final = 20
"""Of fewer no nine tenths are told."""


@dataclass(slots=True)
class Gathered:
    """`parts` are those of `period`, in their order, `weekdays` those from 0 = Monday: of both the measures
    `IN_PARTS` by hour, of all services together.

    `site_days`: how many days of how many sites it is made of. `is_whole`: of all services, and with what
    belongs to none.
    """

    period: Period
    parts: list[tuple[Period, Tally]]
    weekdays: list[Tally] = field(default_factory=lambda: [Tally() for _ in range(7)])
    site_days: int = 0
    is_whole: bool = True
    _whole: Tally = field(default_factory=Tally)
    _place: dict[date, Tally] = field(default_factory=dict)

    @classmethod
    def of(cls, period: Period) -> "Gathered":
        parts = [(part, Tally()) for part in period.parts()]
        found = cls(period, parts)
        for part, tally in parts:
            for n in range(part.days):
                found._place[date.fromordinal(part.first.toordinal() + n)] = tally
        return found

    def take(
        self, days: Iterable[tuple[date, Mapping[str, Any]]], services: Collection[str] | None = None
    ) -> None:
        """Take in days as they were kept; of some services, or of all."""
        self.is_whole = services is None
        self._whole.take((self._into_parts(day, body, services) for day, body in days), services)

    def _into_parts(
        self, day: date, body: Mapping[str, Any], services: Collection[str] | None
    ) -> Mapping[str, Any]:
        of_day = Tally()
        of_day.take_together(body, services, IN_PARTS)
        self._place[day].add(of_day)
        self.weekdays[day.weekday()].add(of_day)
        self.site_days += 1
        return body

    def whole(self) -> Tally:
        return self._whole

    @property
    def is_empty(self) -> bool:
        """Say whether nothing was counted at all: that is not nought, and told as such nowhere."""
        return not self._whole.counts and not self._whole.times


@dataclass(frozen=True, slots=True)
class Times:
    """How often it was measured how long it took, in the middle, and what nine of ten did not exceed.

    `p90` is told of `MANY` alone: of fewer it is the longest, or nearly, and so that of one of them.
    """

    count: int
    median: int | None
    p90: int | None


def times(tally: Tally, *measures: str) -> Times:
    values = tally.values(measures)
    count = values.total()
    return Times(count, quantile(values, 0.5), quantile(values, 0.9) if count >= MANY else None)


@dataclass(frozen=True, slots=True)
class Earliest:
    """How often it was looked for the first free time, how often none was, and how many days ahead it lay.

    Where none was free it counts as later than all others: `median` is None when that was so in the middle.
    Left out, a concern for which hardly ever anything is free would look best of all.
    """

    looked: int
    none_free: int
    median: int | None


def earliest(tally: Tally) -> Earliest:
    """Return the first free times of one service: each day of each site counts alike."""
    values, none_free = tally.values(("earliest",)), tally.sum("none_free")
    later_than_all = max(values, default=0) + 1
    values[later_than_all] = none_free
    median = quantile(values, 0.5)
    return Earliest(values.total(), none_free, None if median == later_than_all else median)


def by_service(tally: Tally) -> dict[str, Tally]:
    """Return a tally for each service of which anything was counted."""
    return _split(tally, 1)


def by_hour(tally: Tally) -> dict[int, Tally]:
    """Return a tally for each hour of which anything was counted."""
    return _split(tally, 2)


def _split(tally: Tally, place: int) -> dict[Any, Tally]:
    found: dict[Any, Tally] = {}
    for key, n in tally.counts.items():
        found.setdefault(key[place], Tally()).counts[key] = n
    for key, values in tally.times.items():
        found.setdefault(key[place], Tally()).times[key] = values
    return found


def share(part: int, whole: int) -> float | None:
    """Return a part of a whole; None where there is no whole."""
    return part / whole if whole else None


def origins(tally: Tally, names: Iterable[str]) -> dict[str, int]:
    """Return how often each of these was counted, those that were."""
    return {name: n for name in names if (n := tally.sum(name))}
