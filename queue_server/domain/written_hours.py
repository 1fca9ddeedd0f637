"""Weekdays and times as a town file writes them, `mon-thu = "08:00-12:30, 13:30-16:00"`, and as people do.

What must not live here: whether the times make sense together (`domain.town_values`).
"""

import re
from collections.abc import Iterable
from datetime import time
from typing import Final

DAYS: Final = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")

Stretches = tuple[tuple[time, time], ...]
CELL_MIN: Final = 5
"""The grid of all times: a booking fills whole cells of it, and 08:07 begins none."""

_CLOSED: Final = frozenset(
    (*("-", "–", "—", "--", "/", "x", "zu", "nein", "ruhetag"), "geschlossen", "geschl.", "closed", "none")
)
_O_CLOCK: Final = r"\s*\b(?:uhr|h)\b\.?|(?<=\d)\s*h\b"
_MINUTES: Final = re.compile(r"(?<=\d)\s*(?:uhr|h)\s*(\d\d)(?!\d)")
_UNTIL: Final = re.compile(r"\s*(?:\bbis\b|\bto\b|[-–—])\s*")
_AND: Final = re.compile(r"\s*(?:\b(?:und|and|sowie)\b|\bu\b\.?|[,;/+&])\s*|(?<=\d)\s+(?=\d)")
_CLOCK: Final = re.compile(r"([0-9]{1,2}):([0-9]{2})")
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


def parse_clock(text: str) -> time | None:
    """Return the time of the day that "11:00" is; None when it is none."""
    match = _CLOCK.fullmatch(text.strip())
    return _time(match[1], match[2]) if match else None


def read_hours(text: str) -> Stretches | None:
    """Return the stretches of hours as people write them, in their order; None when nobody could tell.

    "8-12.30 u. 14 bis 18 Uhr", "9 Uhr bis 12 Uhr 30"; empty, "geschlossen", "zu" and a dash are no hours.
    """
    plain = text.casefold().strip()
    if not plain or plain in _CLOSED:
        return ()
    # "8-12 uhr 14-18" has no minutes: what follows the word is tried as minutes first, then as the next hour.
    found = _understood(_MINUTES.sub(r":\1", plain))
    found = _understood(plain) if found is None else found
    return None if found is None else tuple(sorted(found, key=lambda one: one[0]))


def _understood(text: str) -> Stretches | None:
    plain = re.sub(r"\bvon\b\s*|\bfrom\b\s*", "", re.sub(_O_CLOCK, "", text))
    plain = re.sub(r"(?<=\d)\.(?=\d\d)", ":", _UNTIL.sub("-", plain))
    return parse_hours(_AND.sub(",", plain.strip()))


def on_grid(stretches: Stretches) -> bool:
    """Say whether all times are those of whole cells."""
    return not any(one.minute % CELL_MIN for stretch in stretches for one in stretch)


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
