"""Small numbers that are not told, and those beside them from which they could be worked out.

Counts stand beside their sums: of a table, of the endings of its visits. Who knows all but one knows that
one: so when a number is left out, others go with it until nothing certain can be said (complementary
suppression). Who reads knows that a nought is told as long as that can be, so that what is missing is one
at least. What must not live here: which tables there are (`open_data`).
"""

from collections.abc import Hashable, Iterable, Mapping, Sequence
from typing import Final, Generic, NamedTuple, TypeVar

K = TypeVar("K", bound=Hashable)

FEWEST: Final = 5
"""A count below this, unless it is 0, is not told."""
_PRIME: Final = 2**61 - 1
"""Equations are solved modulo this: exact, and no fraction grows."""


class Sum(NamedTuple, Generic[K]):
    """One count, by its key, is the sum of others."""

    whole: K
    parts: Sequence[K]


def untold(counts: Mapping[K, int], sums: Sequence[Sum[K]]) -> set[K]:
    """Return which counts must be left out so that no small one can be worked out by way of `sums`."""
    hidden: set[K] = {key for key, n in counts.items() if 0 < n < FEWEST}
    small = frozenset(hidden)
    while True:
        _cover_each(counts, sums, hidden)
        known = _solved(sums, hidden) & small
        found = (_next_of(counts, one, hidden) for one in sums if known & {one.whole, *one.parts})
        more = next((key for key in found if key is not None), None)
        if more is None:
            return hidden
        hidden.add(more)


def _cover_each(counts: Mapping[K, int], sums: Sequence[Sum[K]], hidden: set[K]) -> None:
    """Leave out more until each sum by itself gives nothing away."""
    is_done = False
    while not is_done:
        is_done = True
        for one in sums:
            while not _is_covered(counts, one, hidden):
                more = _next_of(counts, one, hidden)
                if more is None:
                    break
                hidden.add(more)
                is_done = False


def _is_covered(counts: Mapping[K, int], one: Sum[K], hidden: set[K]) -> bool:
    """Say whether a sum leaves open what is missing in it.

    Missing ones that come to no more than how many they are, are all 1. So they come to more, and differ.
    """
    missing = [counts[key] for key in one.parts if key in hidden]
    if one.whole in hidden:
        return bool(missing)
    if not missing:
        return True
    if 0 in missing:
        return len(missing) > 1
    return len(set(missing)) > 1 and sum(missing) >= FEWEST + len(missing) - 1


def _next_of(counts: Mapping[K, int], one: Sum[K], hidden: set[K]) -> K | None:
    """Return what to leave out next: the smallest part that is told, at last a nought, or the sum itself."""
    told = [key for key in one.parts if key not in hidden]
    some = [key for key in told if counts[key]]
    if some:
        return min(some, key=lambda key: counts[key])
    rest = [*told, *([] if one.whole in hidden else [one.whole])]
    return rest[0] if rest else None


def _solved(sums: Iterable[Sum[K]], hidden: set[K]) -> set[K]:
    """Return what all sums together tell of the missing ones: those that one equation is left of alone."""
    rows: dict[K, dict[K, int]] = {}
    for one in sums:
        row = {key: 1 for key in one.parts if key in hidden}
        if one.whole in hidden:
            row[one.whole] = _PRIME - 1
        for key in [key for key in row if key in rows]:
            _subtract(row, rows[key], key)
        if not row:
            continue
        pivot = next(iter(row))
        scale = pow(row[pivot], -1, _PRIME)
        row = {key: n * scale % _PRIME for key, n in row.items()}
        for other in rows.values():
            if pivot in other:
                _subtract(other, row, pivot)
        rows[pivot] = row
    return {pivot for pivot, row in rows.items() if len(row) == 1}


def _subtract(row: dict[K, int], other: Mapping[K, int], pivot: K) -> None:
    """Take so much of another equation from one that it says nothing of `pivot` any more."""
    times = row[pivot]
    for key, n in other.items():
        left = (row.get(key, 0) - times * n) % _PRIME
        if left:
            row[key] = left
        else:
            row.pop(key, None)
