"""Whom appointments go to that have lost their clerk or their site: a plan, made all at once.

What lives here: matching. First as many as possible keep their time with another clerk, then the others get a
time of the same site that is as near as possible, then a time at another site. What must not: which starts a
clerk may give at all (`services.rescue_rules` asks booking's own rules), and doing any of it.

Whoever keeps the time is never put off for somebody else's smaller shift. The same question has the same
answer: equals are told apart by site, clerk and reference.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from queue_server.domain.slots import Bits, Span, nearest, stretch

ROUNDS_MOST: Final = 4
"""Each round of improving only makes shifts smaller; after a few there is nothing left to win."""
LOOKED_AT_MOST: Final = 40
"""So many of the nearest starts of a clerk are asked whether the one who has them could go elsewhere."""
NEIGHBOURS: Final = 60
"""So many of those who come next are asked to change places with: beyond, hours lie between them."""


@dataclass(frozen=True, slots=True)
class Seat:
    """A clerk at a site, with the starts at which all of an appointment could be done there."""

    site_id: str
    clerk_id: str
    starts: Bits


@dataclass(frozen=True, slots=True)
class Broken:
    """An appointment without its clerk or site. `start` is its absolute cell; `key` its reference."""

    key: str
    site_id: str
    start: int
    cells: int
    seats: tuple[Seat, ...]

    def allows(self, span: Span, place: "Place") -> bool:
        """Say whether one of the seats has that place."""
        own = stretch(span, place.start, place.start + 1)
        return any(
            (seat.site_id, seat.clerk_id) == (place.site_id, place.clerk_id) and seat.starts & own
            for seat in self.seats
        )


@dataclass(frozen=True, slots=True)
class Place:
    """Where an appointment could go: to whom, and when."""

    site_id: str
    clerk_id: str
    start: int


Cost = tuple[int, int, int, str, str]


def cost(broken: Broken, place: Place) -> Cost:
    """Return how much a place asks of the visitor: the smaller the better."""
    shift = place.start - broken.start
    tier = 2 if place.site_id != broken.site_id else int(bool(shift))
    # Of two at the same distance the later one: who has set out already can wait.
    return tier, abs(shift), int(shift < 0), place.site_id, place.clerk_id


def propose(span: Span, broken: Iterable[Broken]) -> dict[str, Place]:
    """Return a place for each appointment for which there is one, by key; no clerk has two at once."""
    return _Plan(span, broken).made()


class _Plan:
    """What is placed so far, and whose time it takes."""

    def __init__(self, span: Span, broken: Iterable[Broken]) -> None:
        self._span = span
        self._asked = sorted(broken, key=lambda one: (one.start, one.key))
        self._by_key = {one.key: one for one in self._asked}
        self._placed: dict[str, Place] = {}
        self._of_clerk: dict[str, dict[str, Bits]] = {}
        self._journal: list[tuple[Broken, Place | None]] = []

    def made(self) -> dict[str, Place]:
        for one in self._asked:
            self._keep_time(one, set())
        moved = [one for one in self._asked if one.key not in self._placed]
        for one in moved:
            self._find_time(one)
        for _ in range(ROUNDS_MOST):
            if not any([*map(self._improve, moved), *self._swaps(moved)]):
                break
        return dict(self._placed)

    # -- who keeps the time --------------------------------------------------------------------------

    def _keep_time(self, one: Broken, seen: set[str]) -> bool:
        """Seat somebody at the own time, where needed by seating others elsewhere at theirs.

        An augmenting path: with visits of one length on one grid it finds the greatest number there is.
        """
        seen.add(one.key)
        places = sorted(self._own_time(one), key=lambda place: cost(one, place))
        for place in places:
            if not self._rivals(one, place):
                self.put(one, place)
                return True
        for place in places:
            rivals = self._rivals(one, place)
            if seen.isdisjoint(rivals) and self._clear(one, place, rivals, seen):
                return True
        return False

    def _clear(self, one: Broken, place: Place, rivals: Sequence[str], seen: set[str]) -> bool:
        mark = len(self._journal)
        for rival in rivals:
            self._lift(self._by_key[rival])
        self.put(one, place)
        if all(self._keep_time(self._by_key[rival], seen) for rival in rivals):
            return True
        self._back_to(mark)
        return False

    def _own_time(self, one: Broken) -> Iterator[Place]:
        own = stretch(self._span, one.start, one.start + 1)
        for seat in one.seats:
            if seat.site_id == one.site_id and seat.starts & own:
                yield Place(seat.site_id, seat.clerk_id, one.start)

    # -- who gets another time -----------------------------------------------------------------------

    def _find_time(self, one: Broken) -> bool:
        best = self._best(one)
        if best is not None:
            self.put(one, best)
            return True
        return self._find_by_moving_another(one)

    def _find_by_moving_another(self, one: Broken) -> bool:
        for place in self._wanted(one):
            rivals = self._rivals(one, place)
            if len(rivals) != 1 or self._is_kept(rivals[0]):
                continue
            mark, rival = len(self._journal), self._by_key[rivals[0]]
            self._lift(rival)
            self.put(one, place)
            elsewhere = self._best(rival)
            if elsewhere is not None:
                self.put(rival, elsewhere)
                return True
            self._back_to(mark)
        return False

    def _wanted(self, one: Broken) -> list[Place]:
        found = [
            Place(seat.site_id, seat.clerk_id, start)
            for seat in one.seats
            for start in nearest(seat.starts, self._span, one.start, LOOKED_AT_MOST)
        ]
        return sorted(found, key=lambda place: cost(one, place))

    def _improve(self, one: Broken) -> bool:
        """Bring somebody nearer to the own time, if a nearer one has become free."""
        had = self._placed.get(one.key)
        if had is None:
            return self._find_time(one)
        self._lift(one)
        best = self._best(one)
        better = best if best is not None and cost(one, best) < cost(one, had) else had
        self.put(one, better)
        return better is not had

    def _swaps(self, moved: Sequence[Broken]) -> Iterator[bool]:
        """Let two of them change places where that makes both shifts together smaller."""
        for at, one in enumerate(moved):
            for other in moved[at + 1 : at + 1 + NEIGHBOURS]:
                mine, theirs = self._placed.get(one.key), self._placed.get(other.key)
                if mine is None or theirs is None:
                    continue
                if _together(one, theirs, other, mine) < _together(one, mine, other, theirs):
                    yield self._swap(one, mine, other, theirs)

    def _swap(self, one: Broken, mine: Place, other: Broken, theirs: Place) -> bool:
        mark = len(self._journal)
        self._lift(one)
        self._lift(other)
        for who, place in ((one, theirs), (other, mine)):
            if not who.allows(self._span, place) or self._rivals(who, place):
                self._back_to(mark)
                return False
            self.put(who, place)
        return True

    # -- places --------------------------------------------------------------------------------------

    def free(self, one: Broken, seat: Seat, count: int) -> Iterator[Place]:
        """Yield the free places at a seat that are nearest to the own time."""
        taken = 0
        for cells in self._of_clerk.get(seat.clerk_id, {}).values():
            taken |= cells
        blocked = taken
        for step in range(1, one.cells):
            blocked |= taken >> step
        for start in nearest(seat.starts & ~blocked, self._span, one.start, count):
            yield Place(seat.site_id, seat.clerk_id, start)

    def put(self, one: Broken, place: Place) -> None:
        """Give somebody a place, whoever may have it."""
        self._journal.append((one, self._placed.get(one.key)))
        self._set(one, place)

    def _lift(self, one: Broken) -> None:
        self._journal.append((one, self._placed.get(one.key)))
        self._set(one, None)

    def _back_to(self, mark: int) -> None:
        while len(self._journal) > mark:
            self._set(*self._journal.pop())

    def _set(self, one: Broken, place: Place | None) -> None:
        had = self._placed.pop(one.key, None)
        if had is not None:
            del self._of_clerk[had.clerk_id][one.key]
        if place is not None:
            self._placed[one.key] = place
            taken = stretch(self._span, place.start, place.start + one.cells)
            self._of_clerk.setdefault(place.clerk_id, {})[one.key] = taken

    def _best(self, one: Broken) -> Place | None:
        found = (place for seat in one.seats for place in self.free(one, seat, 1))
        return min(found, key=lambda place: cost(one, place), default=None)

    def _rivals(self, one: Broken, place: Place) -> list[str]:
        """Return who has some of that time; a clerk is one person, at whatever site."""
        wanted = stretch(self._span, place.start, place.start + one.cells)
        taken = self._of_clerk.get(place.clerk_id, {})
        return [key for key, cells in taken.items() if cells & wanted and key != one.key]

    def _is_kept(self, key: str) -> bool:
        return cost(self._by_key[key], self._placed[key])[0] == 0


def _together(one: Broken, mine: Place, other: Broken, theirs: Place) -> tuple[int, int]:
    """Return what two places ask of two visitors: how many go to another site, how far all are shifted."""
    both = (cost(one, mine), cost(other, theirs))
    return sum(each[0] == 2 for each in both), sum(each[1] for each in both)


def total(broken: Mapping[str, Broken], places: Mapping[str, Place]) -> tuple[int, int]:
    """Return how many keep their time, and by how many cells all others together are shifted."""
    costs = [cost(broken[key], place) for key, place in places.items()]
    return sum(one[0] == 0 for one in costs), sum(one[1] for one in costs)
