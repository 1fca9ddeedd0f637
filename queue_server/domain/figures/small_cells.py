"""Small numbers that are not told, and those beside them from which they could be worked out.

A table of counts stands beside its sum. Who knows all rows but one knows that one: so when a row is left out,
others go with it until nothing certain can be said (complementary suppression).
"""

from collections.abc import Hashable, Mapping
from typing import Final, TypeVar

K = TypeVar("K", bound=Hashable)

FEWEST: Final = 5
"""A count below this, unless it is 0, is not told."""


def untold(counts: Mapping[K, int]) -> set[K]:
    """Return the rows of a table, whose sum is told, that must be left out.

    Those below `FEWEST`; and the smallest others with them, until at least two are left out which together
    come to `FEWEST`. All of them, if need be.
    """
    hidden = {key for key, n in counts.items() if 0 < n < FEWEST}
    if not hidden:
        return hidden
    rest = sorted(
        (key for key, n in counts.items() if n >= FEWEST), key=lambda key: counts[key], reverse=True
    )
    while rest and (len(hidden) == 1 or sum(counts[key] for key in hidden) < FEWEST):
        hidden.add(rest.pop())
    return hidden


def told(counts: Mapping[K, int]) -> dict[K, int | None]:
    """Return the table as it may be told: None for what is left out."""
    hidden = untold(counts)
    return {key: None if key in hidden else n for key, n in counts.items()}


def told_alone(count: int) -> int | None:
    """Return a number that stands by itself, None when it is too small."""
    return None if 0 < count < FEWEST else count
