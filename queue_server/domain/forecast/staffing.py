"""Who is planned to leave, to pause and to open: what rosters tell a forecast of the next hours.

A leave is played as a visit that only a counter of the same kind may take, ahead of everybody, so that the
inner loop (`forecast.playing`) knows nothing of it: who is at work then ends that visit first. What must not
live here: rosters (`services.planned_hours`), and names of clerks.
"""

from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

KEPT: Final = 0.9
"""So often a planned end, pause or beginning is kept: no plan is certain."""


@dataclass(frozen=True, slots=True)
class Leave:
    """That a counter is left `in_min` from now, for so many minutes; None: it is not opened again today."""

    counter_id: str
    in_min: float
    for_min: float | None


@dataclass(frozen=True, slots=True)
class Opening:
    """That somebody who can do this opens a counter `in_min` from now, in so many cases of all."""

    skills: frozenset[str]
    in_min: float
    share: float = KEPT


@dataclass(frozen=True, slots=True)
class Planned:
    """All that rosters say of today, as far as they are kept; nothing where there is none."""

    leaves: Sequence[Leave] = ()
    openings: Sequence[Opening] = ()


NOTHING_PLANNED: Final = Planned()


@dataclass(frozen=True, slots=True)
class Gap:
    """One counter less of a kind, from `begins_s` on; `lasts_s` None: for good."""

    kind: int
    begins_s: int
    lasts_s: int | None


def openings(
    planned: Planned, kind_at: Mapping[str, int], skills: Mapping[str, frozenset[str]], kept: Collection[str]
) -> Iterator[tuple[int, Opening]]:
    """Yield who will open with the kind that is most like it; a counter that somebody is kept for is none.

    Who can do what nobody else can is left out: where no counter is open for something, no wait is told.
    """
    for one in planned.openings:
        able = [id_ for id_, can in skills.items() if can <= one.skills and id_ not in kept]
        if able:
            yield kind_at[max(able, key=lambda id_: len(skills[id_]))], one


def gaps(
    planned: Planned, kind_at: Mapping[str, int], coming: Collection[int], needed: Collection[Sequence[int]]
) -> Iterator[Gap]:
    """Yield the leaves that are played, the soonest first.

    Whom somebody in line needs (`needed`: who may serve each of them) does not leave for good as the last:
    nobody leaves a hall with people in it, and no wait at all could be told.
    """
    left = Counter(kind_at.values()) + Counter(coming)
    for one in sorted(planned.leaves, key=lambda leave: leave.in_min):
        kind = kind_at.get(one.counter_id)
        if kind is None:
            continue
        begins_s = max(0, round(60 * one.in_min))
        if one.for_min is not None:
            yield Gap(kind, begins_s, round(60 * one.for_min))
            continue
        left[kind] -= 1
        if all(any(left[other] > 0 for other in kinds) for kinds in needed if kind in kinds):
            yield Gap(kind, begins_s, None)
        else:
            left[kind] += 1
