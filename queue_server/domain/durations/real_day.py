"""A recorded day lived through once more with other minutes for a service: the same people and counters.

Visits take as long as they took, and who did not come does not come. What changes is the book: each
appointment for the service takes its new minutes there, and what has no room any more begins later, or would
have been on another day. Chance has no part in it. What must not live here: which day that is.
"""

from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from heapq import heappush, heapreplace
from statistics import fmean
from typing import Final, TypeAlias

from queue_server.domain.concern import CELL_MIN
from queue_server.domain.durations.full_book import Waits
from queue_server.domain.durations.proposing import Proposal
from queue_server.domain.service_times import Concern
from queue_server.domain.simulation.demand import Booked
from queue_server.domain.simulation.disciplines import Discipline
from queue_server.domain.simulation.living import live
from queue_server.domain.simulation.past import freely
from queue_server.domain.simulation.plan import DayPlan, Visitor
from queue_server.domain.simulation.results import percentile, result_of
from queue_server.domain.town import Service

ENOUGH: Final = 3
"""With fewer appointments for a service nothing would be seen of it: minutes are what the book is made of."""

Expected: TypeAlias = Callable[[Concern, int], int]
"""What is expected of a concern with the new minutes, by what was expected."""


@dataclass(frozen=True, slots=True)
class RealDay:
    """`booked` appointments with the service, to `missed` of which nobody came; `fit` have room that day.

    The waits are those of all visitors.
    """

    on: date
    visits: int
    booked: int
    missed: int
    fit: int
    now: Waits
    then: Waits


def is_telling(plan: DayPlan, book: Sequence[Booked], service: Service) -> bool:
    """Say whether a day tells of a service; of one counter alone it would tell of who sat there."""
    return sum(_has(one.concern, service) for one in book) >= ENOUGH and len(plan.desks) > 1


def real_day(
    plan: DayPlan, book: Sequence[Booked], service: Service, made: Proposal, rule: Discipline
) -> RealDay:
    """Return what a day would have been with proposed minutes; `book` is what was booked for it."""
    expected = _expected(service, made)
    moved = _moved(book, expected, plan)
    theirs = [(one, at) for one, at in moved if _has(one.concern, service)]
    before = freely(plan)
    after = replace(before, visitors=tuple(_visitors(before.visitors, moved, expected)))
    came = {(one.appointed_at, one.concern) for one in plan.visitors}
    return RealDay(
        plan.on,
        len(plan.visitors),
        len(theirs),
        sum((one.starts_at, one.concern) not in came for one, _ in theirs),
        sum(at is not None for _, at in theirs),
        _waits(before, rule),
        _waits(after, rule),
    )


def _expected(service: Service, made: Proposal) -> Expected:
    """Return how to reckon with the new minutes: what they add, in whole cells."""

    def expected(concern: Concern, before: int) -> int:
        count = dict(concern).get(service.id, 0)
        if not count:
            return before
        further = max(0, count - service.included) * (made.further_minutes - service.further_minutes)
        added = made.minutes - service.minutes + further
        return max(-(-(before + added) // CELL_MIN), 1) * CELL_MIN

    return expected


def _has(concern: Concern, service: Service) -> bool:
    return any(id_ == service.id for id_, _ in concern)


def _moved(book: Sequence[Booked], expected: Expected, plan: DayPlan) -> list[tuple[Booked, datetime | None]]:
    """Return when each appointment would begin; None: not that day. So many go on at once as did."""
    ends_at, moved = plan.ends_at, list[tuple[Booked, datetime | None]]()
    free_at: list[datetime] = []
    in_order = sorted(book, key=lambda one: one.starts_at)
    for one in in_order:
        ends = one.starts_at + timedelta(minutes=one.expected_min)
        if free_at and free_at[0] <= one.starts_at:
            heapreplace(free_at, ends)
        else:
            heappush(free_at, ends)
    free_at = [one.starts_at for one in in_order[:1]] * len(free_at)
    for one in in_order:
        begins = max(one.starts_at, free_at[0])
        ends = begins + timedelta(minutes=expected(one.concern, one.expected_min))
        if begins > one.starts_at and ends_at is not None and ends > ends_at:
            moved.append((one, None))
            continue
        heapreplace(free_at, ends)
        moved.append((one, begins))
    return moved


def _visitors(
    visitors: Sequence[Visitor], moved: Sequence[tuple[Booked, datetime | None]], expected: Expected
) -> Iterator[Visitor]:
    """Yield who would have come, in order of arrival."""
    times: defaultdict[tuple[datetime | None, Concern], list[datetime | None]] = defaultdict(list)
    for one, at in moved:
        times[one.starts_at, one.concern].append(at)
    found: list[tuple[int, Visitor]] = []
    for place, visitor in enumerate(visitors):
        lasting = replace(visitor, expected_min=expected(visitor.concern, visitor.expected_min))
        known = times.get((visitor.appointed_at, visitor.concern))
        at = known.pop(0) if known else visitor.appointed_at
        if known is not None and at is None:
            continue
        if at is not None and visitor.appointed_at is not None:
            lasting = _later(lasting, at - visitor.appointed_at)
        found.append((place, lasting))
    found.sort(key=lambda one: one[1].arrives_at)
    now_at = {place: now for now, (place, _) in enumerate(found)}
    for _, visitor in found:
        yield replace(visitor, after=None if visitor.after is None else now_at.get(visitor.after))


def _later(visitor: Visitor, by: timedelta) -> Visitor:
    if visitor.appointed_at is None or not by:
        return visitor
    return replace(
        visitor,
        appointed_at=visitor.appointed_at + by,
        arrives_at=visitor.arrives_at + by,
        meanwhile=tuple(replace(one, at=one.at + by) for one in visitor.meanwhile),
    )


def _waits(plan: DayPlan, rule: Discipline) -> Waits:
    result = result_of(live(plan, rule))
    waits = result.all or (0.0,)
    return Waits(fmean(waits), percentile(waits, 90), result.overtime_min)
