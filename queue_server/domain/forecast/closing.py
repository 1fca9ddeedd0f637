"""Sooner than closing time? In a word, so that every face says the same.

What must not live here: how likely it is (`forecast.ranges`), and when a house closes.
"""

from typing import Final, Literal

Chance = Literal["likely", "unsure", "unlikely"]

LIKELY_FROM: Final = 0.9
"""Whoever reads "probably" stays: one in ten of them may be disappointed, no more."""
UNLIKELY_BELOW: Final = 0.5
"""From here on more would wait in vain than not: no kiosk gives a number for that."""
FAR_MIN: Final = 60
"""Closing time as far as this behind the wait is not spoken of: who hears of it begins to worry."""


def chance(share: float | None, from_min: int, to_min: int, left_min: int) -> Chance | None:
    """Return the word for somebody who waits so long; None where it goes without saying.

    `left_min` until closing. `share` of the courses in which they were called before; None: there is no
    forecast, and where closing time lies in the range has to do.
    """
    if left_min > to_min + FAR_MIN:
        return None
    if share is None:
        share = min(1.0, max(0.0, (left_min - from_min) / max(1, to_min - from_min)))
    if share < UNLIKELY_BELOW:
        return "unlikely"
    return "likely" if share >= LIKELY_FROM else "unsure"
