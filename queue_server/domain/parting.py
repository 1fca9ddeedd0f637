"""A concern that nobody can do as a whole: into which parts it falls, and when two fit one after the other.

What must not live here: when a part by itself is free (`domain.slots`), and what a page says of parts.
"""

from collections.abc import Collection, Iterable, Sequence
from typing import Final

from queue_server.domain.slots import Bits

Part = tuple[str, ...]
GAP_MOST: Final = 3
"""So many cells may lie between two appointments of one visitor: a quarter of an hour, no second journey."""


def part(services: Sequence[str], abilities: Iterable[Collection[str]]) -> list[Part]:
    """Split `services` so that each part lies within one ability; [] when one of them lies in none.

    It takes the largest part first, of equals that of the service named first: few parts, though with
    many services not always the fewest. Nobody books so much at once that it would matter.
    """
    able = [frozenset(one) for one in abilities]
    left, parts = list(dict.fromkeys(services)), list[Part]()
    while left:
        found = max((_within(left, one) for one in able), key=lambda one: _rank(left, one), default=())
        if not found:
            return []
        parts.append(found)
        left = [one for one in left if one not in found]
    return parts


def pair_starts(first: Bits, second: Bits, cells: int, gap: int = GAP_MOST) -> Bits:
    """Return the starts of `first` behind whose `cells` cells a start of `second` follows within `gap`.

    Both sets lie over one span. The same clerk may do both parts: they never overlap.
    """
    behind = 0
    for wait in range(gap + 1):
        behind |= second >> (cells + wait)
    return first & behind


def second_cells(first_cell: int, cells: int, gap: int = GAP_MOST) -> range:
    """Return the cells at which the second part may begin, the best first."""
    return range(first_cell + cells, first_cell + cells + gap + 1)


def _within(services: Sequence[str], ability: frozenset[str]) -> Part:
    return tuple(one for one in services if one in ability)


def _rank(left: Sequence[str], found: Part) -> tuple[int, list[int]]:
    return len(found), [-left.index(one) for one in found]
