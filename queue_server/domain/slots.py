"""Free times as bit sets: where a concern fits between what is booked, and whose time it takes.

What lives here: cells of five minutes, sets of them, and what can be asked of clerks' sets. What must
not: where the sets come from (rosters, closures, time zones: `availability`; bookings: the storage), and
anything about a visitor.

Time is counted in absolute cells, `utc timestamp // 300`, so that a day with 23 or 25 hours is nothing
special here. A set of cells is one int over a `Span`: bit i is the cell `base + i`. Six weeks are 12,096
bits, and one shift or AND over all of them takes a third of a microsecond.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import compress
from typing import Final, TypeAlias

Bits: TypeAlias = int

CELL_S: Final = 300
_DIGITS: Final = bytes(sign == ord("1") for sign in range(256))


@dataclass(frozen=True, slots=True)
class Span:
    """A stretch of absolute cells: `base`, and `cells` of them. Bit sets are only equal over equal spans."""

    base: int
    cells: int

    @property
    def end(self) -> int:
        """The first cell behind it."""
        return self.base + self.cells

    @property
    def all(self) -> Bits:
        """The set of all its cells."""
        return (1 << self.cells) - 1


@dataclass(frozen=True, slots=True)
class ClerkTime:
    """When a clerk works, and when not free: bit sets over one span. `can` are the ids of the services."""

    clerk_id: str
    can: frozenset[str]
    work: Bits
    busy: Bits


# -- cells, moments, sets ------------------------------------------------------------------------------


def cell_of(at: datetime) -> int:
    """Return the cell in which an aware time lies."""
    return int(at.timestamp() // CELL_S)


def first_cell_from(at: datetime) -> int:
    """Return the first cell that begins at an aware time or later."""
    return int(-(-at.timestamp() // CELL_S))


def time_of(cell: int) -> datetime:
    """Return when a cell begins, in UTC."""
    return datetime.fromtimestamp(cell * CELL_S, UTC)


def stretch(span: Span, first: int, until: int) -> Bits:
    """Return the cells from `first` up to, not with, `until`, as far as they lie in the span."""
    low, high = max(first, span.base), min(until, span.end)
    return ((1 << (high - low)) - 1) << (low - span.base) if low < high else 0


def carry_over(bits: Bits, old: Span, new: Span) -> Bits:
    """Return a set that was made over one span as a set over another; what falls outside is dropped."""
    moved = bits << (old.base - new.base) if old.base >= new.base else bits >> (new.base - old.base)
    return moved & new.all


def starts_in(bits: Bits, span: Span) -> Iterator[int]:
    """Yield the absolute cells of a set, the earliest first."""
    # All digits at once in C: taking the lowest bit off again and again copies the set for each start.
    skipped = (bits & -bits).bit_length() - 1 if bits else 0  # of one day in six weeks, only that day
    digits = f"{bits >> skipped:b}".encode().translate(_DIGITS)[::-1]
    first = span.base + skipped
    return compress(range(first, first + len(digits)), digits)


def first_starts(bits: Bits, span: Span, count: int, not_before: int | None = None) -> list[int]:
    """Return the `count` earliest cells of a set, at `not_before` or later if that is given."""
    skipped = max(0, not_before - span.base) if not_before is not None else 0
    rest, found = bits >> skipped, list[int]()
    while rest and len(found) < count:
        step = (rest & -rest).bit_length()
        skipped, rest = skipped + step, rest >> step
        found.append(span.base + skipped - 1)
    return found


def nearest(bits: Bits, span: Span, cell: int, count: int) -> list[int]:
    """Return the `count` cells of a set that are nearest to `cell`, in order of time.

    Of two at the same distance the later one counts as nearer: it is easier to come later.
    """
    later = first_starts(bits, span, count, cell)
    earlier = _last_starts(bits & stretch(span, span.base, cell), span, count)
    return sorted(sorted(later + earlier, key=lambda found: (abs(found - cell), -found))[:count])


def _last_starts(bits: Bits, span: Span, count: int) -> list[int]:
    found: list[int] = []
    while bits and len(found) < count:
        place = bits.bit_length() - 1
        bits ^= 1 << place
        found.append(span.base + place)
    return found


# -- clerks --------------------------------------------------------------------------------------------


def free_starts(
    span: Span, clerks: Sequence[ClerkTime], services: frozenset[str], cells: int, allowed: Bits
) -> Bits:
    """Return the starts at which one clerk who can do all `services` is free for `cells` cells in a row.

    `allowed` limits the starts alone. What would reach beyond the span is not offered, so the span
    should end some hours behind the last start that is wanted.
    """
    found = 0
    for clerk in clerks:
        if services <= clerk.can:
            found |= rows_of(free_of(clerk), cells)
    return found & allowed & span.all


def free_of(clerk: ClerkTime) -> Bits:
    """Return when the clerk works and is not busy."""
    return clerk.work & ~clerk.busy


def rows_of(bits: Bits, cells: int) -> Bits:
    """Return the cells at which `cells` members of the set begin one after the other.

    By doubling: rows of two are the set and itself shifted by one, rows of four are rows of two shifted
    by two; an hour takes four steps.
    """
    length = 1
    while length < cells:
        step = min(length, cells - length)
        bits &= bits >> step
        length += step
    return bits


def choose_clerk(
    span: Span, clerks: Sequence[ClerkTime], services: frozenset[str], start_cell: int, cells: int
) -> str | None:
    """Return who should take the visit: the clerk whose free time is least fragmented by it.

    None when no clerk who can do all `services` is free throughout. First comes whose gap the visit
    fills, then where it leans on one end of a gap, last where it cuts a gap in two; among these the
    smallest rest, and then who can do the least else.
    """
    place = start_cell - span.base
    if not 0 <= place <= span.cells - cells:
        return None
    wanted = (1 << cells) - 1
    able = [
        (*_fragments(free, place, cells), len(clerk.can), clerk.clerk_id)
        for clerk in clerks
        if services <= clerk.can and (free := free_of(clerk)) >> place & wanted == wanted
    ]
    return min(able)[-1] if able else None


def _fragments(free: Bits, place: int, cells: int) -> tuple[int, int]:
    """Return how many pieces of the gap around a visit would be left over, and how many cells in all."""
    before = place - (~free & ((1 << place) - 1)).bit_length()
    rest = free >> (place + cells)
    after = (~rest & (rest + 1)).bit_length() - 1
    return (before > 0) + (after > 0), before + after
