"""A range of waiting time as faces say it: in minutes, and from an hour and a half on in hours.

What must not live here: how long somebody waits (`domain.forecast`), and the words (the catalogues): each
face has four texts whose keys end in a `form`. Scripts have the rule in `static/waits.js`; a test compares
the two.
"""

from math import ceil, floor
from typing import Final, NamedTuple

LONGEST_IN_MINUTES: Final = 90
"""What ends later is told in hours: nobody sees at once that 135 to 160 minutes are a whole morning."""
_HALF_HOUR_MIN: Final = 30


class WaitWords(NamedTuple):
    """Which text says it (`range`, `under`, `range_hours`, `under_hours`), and its ends as they are said."""

    form: str
    from_min: str
    to_min: str

    @property
    def ends(self) -> dict[str, str]:
        return {"from_min": self.from_min, "to_min": self.to_min}

    @property
    def in_hours(self) -> bool:
        return self.form.endswith("_hours")


def wait_words(from_min: int, to_min: int) -> WaitWords:
    """Return how a range is said. Hours are said to the half ("1½") and outwards.

    A first end of nothing, and in hours one below half an hour, is not said.
    """
    if to_min <= LONGEST_IN_MINUTES:
        return WaitWords("range" if from_min else "under", str(from_min), str(to_min))
    last = ceil(to_min / _HALF_HOUR_MIN)
    first = min(floor(from_min / _HALF_HOUR_MIN), last - 1)
    return WaitWords("range_hours" if first else "under_hours", _hours(first), _hours(last))


def _hours(halves: int) -> str:
    whole, half = divmod(halves, 2)
    return (str(whole) if whole else "") + ("½" if half else "")
