"""What somebody may choose from instead of the place that a day rescue proposes.

What lives here: some of the best places for one appointment while all others have theirs. What must not: the
proposals (`domain.rescue`).
"""

from collections.abc import Iterable, Sequence
from typing import Final

from queue_server.domain.rescue import Broken, Place, Seat, cost
from queue_server.domain.slots import Bits, Span, nearest, stretch

APART: Final = 3
"""So many cells lie between two places that somebody chooses from."""


class Choices:
    """The time that is taken once everybody has the place of the plan.

    Made once for all who are asked: laying out the plan anew for each took most of the time of looking.
    """

    def __init__(self, span: Span, placed: Iterable[tuple[Broken, Place]]) -> None:
        self._span = span
        self._taken: dict[str, Bits] = {}
        self._own: dict[str, tuple[str, Bits]] = {}
        for one, place in placed:
            cells = stretch(span, place.start, place.start + one.cells)
            self._taken[place.clerk_id] = self._taken.get(place.clerk_id, 0) | cells
            self._own[one.key] = place.clerk_id, cells

    def of(self, asked: Broken, most: int) -> list[Place]:
        """Return at most so many of the best places for one appointment, the best first; its own is free.

        A quarter of an hour lies between them, and a site has at most half of them beside another one: else
        all would be five minutes from each other, and no choice.
        """
        by_site: dict[str, list[Seat]] = {}
        for seat in asked.seats:
            by_site.setdefault(seat.site_id, []).append(seat)
        here = self._at(asked, by_site.pop(asked.site_id, ()), most)
        others = (place for seats in by_site.values() for place in self._at(asked, seats, most))
        there = sorted(others, key=lambda place: cost(asked, place))
        room = max(most - len(there), most // 2)
        return [*here[:room], *there][:most]

    def _at(self, asked: Broken, seats: Sequence[Seat], most: int) -> list[Place]:
        """Return the nearest starts of a site, each with the first of the clerks who are free then."""
        free = [(seat, self._free(asked, seat)) for seat in seats]
        rest = 0
        for _, starts in free:
            rest |= starts
        found: list[Place] = []
        while rest and len(found) < most:
            [start] = nearest(rest, self._span, asked.start, 1)
            own = stretch(self._span, start, start + 1)
            clerk_id = min(seat.clerk_id for seat, starts in free if starts & own)
            found.append(Place(seats[0].site_id, clerk_id, start))
            rest &= ~stretch(self._span, start - APART + 1, start + APART)
        return found

    def _free(self, asked: Broken, seat: Seat) -> Bits:
        taken = self._taken.get(seat.clerk_id, 0)
        own_clerk, own = self._own.get(asked.key, ("", 0))
        if own_clerk == seat.clerk_id:
            taken &= ~own
        blocked = taken
        for step in range(1, asked.cells):
            blocked |= taken >> step
        return seat.starts & ~blocked
