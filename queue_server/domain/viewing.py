"""How large a display shows a call, and from how far it reads: reckoned before anybody hangs it up.

The page itself measures (display/static/fitting.js) and is the judge; a test holds that it never shows less
than is reckoned here. What must not live here: what is drawn, and words.
"""

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

NUMBER_MM: Final = 35.0
"""A called number is so high for each metre of distance; other text (its capitals) `TEXT_MM`."""
TEXT_MM: Final = 12.0
MOST_CALLS: Final = 8

_INCH_MM: Final = 25.4
_LONG, _SHORT = 16 / math.hypot(16, 9), 9 / math.hypot(16, 9)
_CAPITALS: Final = 0.7  # of the size of type
_LETTER: Final = 0.66  # the mean width of a letter, of the size of type
_THREE_DIGITS: Final = 2.04  # width of a number, of its height
_ROOM_WORD = 7  # letters of "Zimmer "
_ROOM_DIGITS = 1.1  # width of a room of two digits, of the size of type


@dataclass(frozen=True, slots=True)
class Viewing:
    """A screen as it hangs: where the last seat is, how large it is, whether in portrait."""

    distance_m: float
    diagonal_in: float
    upright: bool = False

    @property
    def number_mm(self) -> float:
        """How high a number must be."""
        return NUMBER_MM * self.distance_m

    @property
    def text_mm(self) -> float:
        """How high other text must be."""
        return TEXT_MM * self.distance_m

    def size_mm(self) -> tuple[float, float]:
        """Return width and height of a 16:9 screen."""
        long, short = (self.diagonal_in * _INCH_MM * part for part in (_LONG, _SHORT))
        return (short, long) if self.upright else (long, short)


@dataclass(frozen=True, slots=True)
class Reads:
    """How high the numbers of so many calls at once are, up to where they read; `fits`: to the last seat."""

    calls: int
    number_mm: float
    reads_until_m: float
    fits: bool


def figures(viewing: Viewing) -> list[Reads]:
    """Return the figures for one call, two, … `MOST_CALLS` side by side."""
    return [_reads(viewing, calls) for calls in range(1, MOST_CALLS + 1)]


def most_at_once(viewing: Viewing) -> int:
    """Return how many calls read at once from the last seat; more take turns. 0: not even one reads."""
    return max((one.calls for one in figures(viewing) if one.fits), default=0)


def _reads(viewing: Viewing, calls: int) -> Reads:
    found = [(mm, fits) for grid in _grids(calls) for mm, fits in _cards(viewing, *grid)]
    mm, fits = max(found, key=lambda one: (one[1], one[0]))
    return Reads(calls, mm, mm / NUMBER_MM, fits)


def _grids(calls: int) -> Iterator[tuple[int, int]]:
    for columns in range(1, calls + 1):
        rows = math.ceil(calls / columns)
        if (columns - 1) * rows < calls:
            yield columns, rows


def _cards(viewing: Viewing, columns: int, rows: int) -> Iterator[tuple[float, bool]]:
    """Yield the height of numbers in such a grid, and whether all reads. Measures as in display.css."""
    width, height = viewing.size_mm()
    u = min(width, height) / 100
    card_w = (width - 4.8 * u - (columns - 1) * 1.6 * u) / columns
    card_h = (height - 10.4 * u - (rows - 1) * 1.6 * u) / rows
    least = viewing.text_mm / _CAPITALS
    name = max(min(0.135 * card_w, 0.19 * card_h), least)
    word, digits = _LETTER * _ROOM_WORD * max(0.7 * name, least), _ROOM_DIGITS * name
    for lines, way_w in ((1, word + digits), (2, max(word, digits))):
        left = 0.95 * card_h - lines * 1.08 * name - 0.08 * min(card_w, card_h)
        number = min(left, 0.9 * card_w / _THREE_DIGITS)
        is_wide_enough = 1.25 * name + way_w <= 0.94 * card_w
        yield max(number, 0.0), number >= viewing.number_mm and is_wide_enough
