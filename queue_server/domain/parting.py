"""A concern that nobody can do as a whole: into which parts it falls, each for one clerk.

What must not live here: when the parts are free, and what a page says of them.
"""

from collections.abc import Collection, Iterable, Sequence

Part = tuple[str, ...]


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


def _within(services: Sequence[str], ability: frozenset[str]) -> Part:
    return tuple(one for one in services if one in ability)


def _rank(left: Sequence[str], found: Part) -> tuple[int, list[int]]:
    return len(found), [-left.index(one) for one in found]
