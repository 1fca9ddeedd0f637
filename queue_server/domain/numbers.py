"""Three-digit numbers made for ears and eyes: drawn, not counted; far apart from all others in the hall.

Nobody can read order, time or service from a number. Two numbers that are in the hall at the same
time differ in at least two digits where that is possible (for at most 90 at once; below 60 always).
"""

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime, timedelta

from queue_server.domain.errors import NoNumberLeft

FIRST, LAST = 100, 999
FOUR_FIRST, FOUR_LAST = 1000, 9999
SKIPPED = frozenset({110, 112})
REUSE_AFTER = timedelta(hours=2)
"""So long after a visit ended may its number be leased again."""

Below = Callable[[int], int]
"""Gives an equally likely whole number ≥ 0 and below its argument; randomness comes from outside."""


def differing_digits(a: int, b: int) -> int:
    """Return in how many places two numbers of the same length differ."""
    return sum(x != y for x, y in zip(str(a), str(b), strict=True))


def _bit(number: int) -> int:
    return 1 << (number - FIRST)


def _too_near(number: int) -> int:
    """Return the bit set of three-digit numbers that differ from `number` in fewer than two digits."""
    bits = _bit(number)
    for power in (1, 10, 100):
        digit = number // power % 10
        first = 1 if power == FIRST else 0
        for other in range(first, 10):
            bits |= _bit(number + (other - digit) * power)
    return bits


_ALL = sum(_bit(n) for n in range(FIRST, LAST + 1) if n not in SKIPPED)
_NEAR = {n: _too_near(n) for n in range(FIRST, LAST + 1)}


def _nth_bit(bits: int, n: int) -> int:
    for _ in range(n):
        bits &= bits - 1
    return (bits & -bits).bit_length() - 1


def draw_number(leased: Iterable[int], near: Iterable[int], below: Below) -> int:
    """Draw a number for a new visit.

    `leased`: every number that is not free. `near`: those of them that will be in the hall at about
    the same time. Prefers numbers that differ from all `near` in at least two digits, then any free
    one, then four digits (failure 29). Raises `NoNumberLeft`.
    """
    leased = list(leased)
    free = _ALL
    for number in leased:
        if number <= LAST:
            free &= ~_bit(number)
    far = free
    for number in near:
        if number <= LAST:
            far &= ~_NEAR[number]
    for bits in (far, free):
        if bits:
            return FIRST + _nth_bit(bits, below(bits.bit_count()))
    taken = set(leased)
    long_numbers = [n for n in range(FOUR_FIRST, FOUR_LAST + 1) if n not in taken]
    if not long_numbers:
        raise NoNumberLeft
    return long_numbers[below(len(long_numbers))]


def sequential_number(leased: Iterable[int], last: int | None) -> int:
    """Return the next number for towns that count instead of drawing; wraps after 999."""
    taken = set(leased) | SKIPPED
    start = FIRST if last is None or not FIRST <= last <= LAST else last + 1
    order: list[int] = [*range(start, LAST + 1), *range(FIRST, start), *range(FOUR_FIRST, FOUR_LAST + 1)]
    for number in order:
        if number not in taken:
            return number
    raise NoNumberLeft


def is_leased(ended_at: datetime | None, now: datetime) -> bool:
    """Say whether a number whose visit ended then (None: goes on) is still taken."""
    return ended_at is None or now < ended_at + REUSE_AFTER


def leased_numbers(leases: Mapping[int, datetime | None], now: datetime) -> list[int]:
    """Return the numbers of `leases` (number → end of the visit) that are still taken."""
    return [number for number, ended_at in leases.items() if is_leased(ended_at, now)]
