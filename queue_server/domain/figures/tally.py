"""Counts and times that add up: of an hour, a day, a year. Adding two is the only thing that merges them.

A count has a measure, a service and a local hour; a time is a small histogram for the same three, so that the
median of a month comes out of its days exactly (to the whole minute). `""` stands for no service in
particular. What must not live here: what is counted, and when (`visits`, `day`).
"""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import chain
from typing import Any, Final, TypeAlias

Key: TypeAlias = tuple[str, str, int]
"""Measure, service id, local hour (0 … 23)."""

HOURS: Final = {str(hour): hour for hour in range(24)}
AT_ONCE: Final = 64
"""So many days' times are put one after another before they are counted: a few megabytes."""
NOBODYS: Final = ""
"""The service of what belongs to none: calls, counters."""


class _Strung(defaultdict[Key, list[int]]):
    """Histograms one after another: value, count, value, count …"""

    def __init__(self) -> None:
        super().__init__(list)


@dataclass(slots=True)
class Tally:
    """`counts` and `times`; a time's histogram maps its value (minutes; days for `earliest`) to how often."""

    counts: Counter[Key] = field(default_factory=Counter)
    times: dict[Key, dict[int, int]] = field(default_factory=dict)

    def count(self, measure: str, service: str, hour: int, by: int = 1) -> None:
        key, counts = (measure, service, hour), self.counts
        counts[key] = counts.get(key, 0) + by

    def time(self, measure: str, service: str, hour: int, value: int) -> None:
        key = (measure, service, hour)
        values = self.times.get(key)
        if values is None:
            self.times[key] = {value: 1}
        else:
            values[value] = values.get(value, 0) + 1

    def add(self, other: "Tally") -> None:
        self.counts.update(other.counts)
        for key, values in other.times.items():
            _merge(self.times.setdefault(key, {}), values.items())

    def take(self, bodies: Iterable[Mapping[str, Any]], services: Collection[str] | None = None) -> None:
        """Add what `to_json` wrote; of some services (nothing then that belongs to none), or of all.

        The times of many days are first put one after another and then counted: pair by pair it takes twice
        as long.
        """
        counts, strung = self.counts, _Strung()
        for n, body in enumerate(bodies):
            for key, count in _leaves(body["counts"], services):
                counts[key] = counts.get(key, 0) + count
            for key, flat in _leaves(body["times"], services):
                strung[key] += flat
            if n % AT_ONCE == AT_ONCE - 1:
                self._count_strung(strung)
        self._count_strung(strung)

    def take_together(
        self, body: Mapping[str, Any], services: Collection[str] | None, measures: Collection[str]
    ) -> None:
        """Add what `to_json` wrote of some measures by hour, of all these services together."""
        strung = _Strung()
        for (measure, _, hour), count in _leaves(body["counts"], services, measures):
            self.count(measure, NOBODYS, hour, count)
        for (measure, _, hour), flat in _leaves(body["times"], services, measures):
            strung[measure, NOBODYS, hour] += flat
        self._count_strung(strung)

    def _count_strung(self, strung: "_Strung") -> None:
        for key, flat in strung.items():
            pairs = iter(flat)
            _merge(self.times.setdefault(key, {}), zip(pairs, pairs, strict=True))
        strung.clear()

    # -- questions ---------------------------------------------------------------------------------

    def sum(self, measure: str, services: Collection[str] | None = None, hour: int | None = None) -> int:
        """Return how many there were, of some services and one hour, or of all."""
        return sum(n for key, n in self.counts.items() if _is_asked(key, (measure,), services, hour))

    def values(
        self,
        measures: Collection[str],
        services: Collection[str] | None = None,
        hour: int | None = None,
    ) -> Counter[int]:
        """Return one histogram of these measures together."""
        found: Counter[int] = Counter()
        for key, values in self.times.items():
            if _is_asked(key, measures, services, hour):
                found.update(values)
        return found

    def services(self) -> set[str]:
        """Return the services that anything was counted of."""
        return {service for _, service, _ in chain(self.counts, self.times)} - {NOBODYS}


def _merge(values: dict[int, int], more: Iterable[tuple[int, int]]) -> None:
    for value, n in more:
        values[value] = values.get(value, 0) + n


def _is_asked(
    key: Key, measures: Collection[str], services: Collection[str] | None, hour: int | None
) -> bool:
    measure, service, at = key
    return measure in measures and (services is None or service in services) and (hour is None or at == hour)


def quantile(values: Mapping[int, int], share: float) -> int | None:
    """Return the value that this share of all does not exceed (nearest rank); None where there is none."""
    count = sum(values.values())
    rank, so_far = max(1, -(-count * int(share * 1000) // 1000)), 0
    for value in sorted(values):
        so_far += values[value]
        if so_far >= rank:
            return value
    return None


def total(tallies: Iterable[Tally]) -> Tally:
    """Return one tally of many."""
    found = Tally()
    for one in tallies:
        found.add(one)
    return found


# -- as JSON ---------------------------------------------------------------------------------------


def to_json(tally: Tally) -> dict[str, Any]:
    """Return a tally as JSON values: measure → service → hour → a count, or value, count, value, count …"""
    counts: dict[str, Any] = {}
    for (measure, service, hour), n in sorted((+tally.counts).items()):
        counts.setdefault(measure, {}).setdefault(service, {})[str(hour)] = n
    times: dict[str, Any] = {}
    for (measure, service, hour), values in sorted(tally.times.items()):
        flat = list(chain.from_iterable(sorted(values.items())))
        times.setdefault(measure, {}).setdefault(service, {})[str(hour)] = flat
    return {"counts": counts, "times": times}


def from_json(body: Mapping[str, Any], services: Collection[str] | None = None) -> Tally:
    """Return the tally that `to_json` wrote; of some services, or of all and what belongs to none."""
    found = Tally()
    found.take([body], services)
    return found


def _leaves(
    tree: Mapping[str, Any], services: Collection[str] | None, measures: Collection[str] | None = None
) -> Iterator[tuple[Key, Any]]:
    for measure, by_service in tree.items():
        if measures is not None and measure not in measures:
            continue
        for service, by_hour in by_service.items():
            if services is None or service in services:
                for hour, value in by_hour.items():
                    yield (measure, service, HOURS[hour]), value
