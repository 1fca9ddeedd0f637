"""How many counters it takes: begun where the work of the day would just be done, then one up or down.

What must not live here: living through a day, and when it is good enough; both are handed in.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from math import ceil
from typing import Final, Generic, TypeVar

from queue_server.domain.simulation.plan import DayPlan

T = TypeVar("T")
IN_VAIN: Final = 3
"""So many counts in a row with the same outcome end the search: who waits then waits for hours or skills."""


@dataclass(frozen=True, slots=True)
class Tried(Generic[T]):
    """What so many counters come to. `outcome` is what is compared to see whether more of them help."""

    counters: int
    is_enough: bool
    outcome: tuple[int, ...]
    told: T


def fewest(first: int, most: int, attempt: Callable[[int], Tried[T]]) -> list[Tried[T]]:
    """Return what was tried by count: last the fewest that are enough, or those that help no more.

    More counters are taken to be no worse. Begins at `first` and never tries more than `most`.
    """
    found = [attempt(max(1, min(first, most)))]
    while found[0].is_enough and found[0].counters > 1:
        found.insert(0, attempt(found[0].counters - 1))
    while not found[-1].is_enough and found[-1].counters < most and not _helps_no_more(found):
        found.append(attempt(found[-1].counters + 1))
    enough = next((place for place, one in enumerate(found) if one.is_enough), len(found) - 1)
    return found[: enough + 1]


def _helps_no_more(tried: list[Tried[T]]) -> bool:
    last = [one.outcome for one in tried[-IN_VAIN:]]
    return len(last) == IN_VAIN and len(set(last)) == 1


def enough_for_the_work(plan: DayPlan) -> int:
    """Return how many counters, each open as long as the longest, would just do the day's work."""
    longest = max(
        (sum((s.ends_at - s.begins_at for s in desk.shifts), timedelta(0)) for desk in plan.desks),
        default=timedelta(0),
    )
    turns = (turn for one in plan.visitors for turn in one.turns if turn.joined is None)
    work = sum((turn.way + turn.lasts for turn in turns), timedelta(0))
    return max(1, ceil(work / longest)) if longest else 1
