"""Two appointments of one visitor, right behind each other: moved together by a day rescue, or not at all.

What lives here: places for both at once. What must not: everybody else's (`domain.rescue`), and which starts
a clerk may give (`services.rescue_rules`).

Both keep their time with somebody else where that can be, like everybody: the matching of all sees to it.
Only who would be torn apart is looked at here, when all others have their places.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from queue_server.domain.parting import pair_starts, second_cells
from queue_server.domain.rescue import Broken, Place, Seat, propose
from queue_server.domain.rescue_choices import APART
from queue_server.domain.slots import Bits, Span, nearest, stretch

Places = tuple[Place, Place]
Free = Sequence[tuple[Seat, Bits]]


@dataclass(frozen=True, slots=True)
class Pair:
    """Both in the order of their times, each with every seat of their site that the rules leave it.

    `lost` are the keys of those without their clerk. The place of one that is not is the first of its seats.
    """

    first: Broken
    second: Broken
    lost: frozenset[str]

    @property
    def parts(self) -> tuple[Broken, Broken]:
        return self.first, self.second

    def allows(self, span: Span, places: Places) -> bool:
        """Say whether both may go there: at their own times, or one right behind the other."""
        starts = [place.start for place in places]
        is_own = starts == [part.start for part in self.parts]
        is_behind = starts[1] in second_cells(starts[0], self.first.cells)
        return (is_own or is_behind) and all(
            part.allows(span, place) for part, place in zip(self.parts, places, strict=True)
        )


def propose_together(span: Span, broken: Iterable[Broken], pairs: Iterable[Pair]) -> dict[str, Place]:
    """Return `propose`'s places, by key; where one of a pair would have none, the nearest time for both.

    `broken` holds those of pairs, too, with the seats of their own time.
    """
    asked = [*broken]
    places = propose(span, asked)
    torn = [pair for pair in pairs if not pair.lost <= places.keys()]
    for pair in torn:
        for key in pair.lost:
            places.pop(key, None)
    parts = {one.key: one for one in asked}
    taken = taken_by(span, ((parts[key], place) for key, place in places.items()))
    for pair in torn:
        for both in nearest_pairs(span, pair, taken, 1):
            placed = [*zip(pair.parts, both, strict=True)]
            places |= {part.key: place for part, place in placed}
            for clerk_id, cells in taken_by(span, placed).items():
                taken[clerk_id] = taken.get(clerk_id, 0) | cells
    return places


def taken_by(span: Span, placed: Iterable[tuple[Broken, Place]]) -> dict[str, Bits]:
    """Return clerk → the time that these places take."""
    taken: dict[str, Bits] = {}
    for one, place in placed:
        cells = stretch(span, place.start, place.start + one.cells)
        taken[place.clerk_id] = taken.get(place.clerk_id, 0) | cells
    return taken


def nearest_pairs(span: Span, pair: Pair, taken: Mapping[str, Bits], most: int) -> list[Places]:
    """Return at most so many times for both, the nearest to the own one first, a quarter of an hour apart."""
    first, second = (_free(part, taken) for part in pair.parts)
    starts = pair_starts(_any(first), _any(second), pair.first.cells)
    found: list[Places] = []
    while starts and len(found) < most:
        [at] = nearest(starts, span, pair.first.start, 1)
        behind = [cell for cell in second_cells(at, pair.first.cells) if _has(span, _any(second), cell)]
        is_own = at == pair.first.start and pair.second.start in behind
        then = pair.second.start if is_own else behind[0]
        found.append((_seated(span, first, at), _seated(span, second, then)))
        starts &= ~stretch(span, at - APART + 1, at + APART)
    return found


def _free(part: Broken, taken: Mapping[str, Bits]) -> Free:
    found = []
    for seat in part.seats:
        blocked = taken.get(seat.clerk_id, 0)
        for step in range(1, part.cells):
            blocked |= taken.get(seat.clerk_id, 0) >> step
        found.append((seat, seat.starts & ~blocked))
    return found


def _any(free: Free) -> Bits:
    found = 0
    for _, starts in free:
        found |= starts
    return found


def _has(span: Span, bits: Bits, cell: int) -> bool:
    return bool(bits & stretch(span, cell, cell + 1))


def _seated(span: Span, free: Free, at: int) -> Place:
    seat = next(seat for seat, starts in free if _has(span, starts, at))
    return Place(seat.site_id, seat.clerk_id, at)
