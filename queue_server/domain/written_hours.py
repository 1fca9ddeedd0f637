"""Weekdays and times as a town file and a form write them: `mon-thu = "08:00-12:30, 13:30-16:00"`.

What must not live here: whether the times make sense together (`domain.town_values`).
"""

import re
from collections.abc import Iterable
from datetime import time
from typing import Final

DAYS: Final = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")

_STRETCH: Final = re.compile(r"(\d{1,2})(?::(\d\d))?\s*[-–]\s*(\d{1,2})(?::(\d\d))?")


def parse_days(text: str) -> tuple[int, ...] | None:
    """Return the weekdays (0 = Monday) of "mon", "mon-thu" or "mon, wed"; None when it is none of these."""
    days: list[int] = []
    for part in text.split(","):
        first, dash, last = (word.strip() for word in part.partition("-"))
        last = last if dash else first
        if first not in DAYS or last not in DAYS or DAYS.index(first) > DAYS.index(last):
            return None
        days += range(DAYS.index(first), DAYS.index(last) + 1)
    return tuple(days)


def parse_hours(text: str) -> tuple[tuple[time, time], ...] | None:
    """Return the stretches of "08:00-12:30, 13:30-18:00"; None when it is not that. "24:00" ends a day."""
    stretches: list[tuple[time, time]] = []
    for part in text.split(","):
        match = _STRETCH.fullmatch(part.strip())
        if match is None:
            return None
        begins, ends = _time(match[1], match[2]), _time(match[3], match[4], is_end=True)
        if begins is None or ends is None:
            return None
        stretches.append((begins, ends))
    return tuple(stretches)


def _time(hour: str, minute: str | None, *, is_end: bool = False) -> time | None:
    at = (int(hour), int(minute or 0))
    if is_end and at == (24, 0):
        return time(0)
    return time(*at) if at < (24, 0) and at[1] < 60 else None


def write_hours(stretches: Iterable[tuple[time, time]]) -> str:
    """Return the stretches as `parse_hours` reads them."""
    return ", ".join(f"{begins:%H:%M}-{_end(ends)}" for begins, ends in stretches)


def _end(ends: time) -> str:
    return "24:00" if ends == time(0) else f"{ends:%H:%M}"
