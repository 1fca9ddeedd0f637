"""A department's people and when they are away, as its lead plans it.

What must not live here: who may plan (`domain.access`), and what the absence does to the times that are free
(`domain.availability`).
"""

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date, time, timedelta
from enum import StrEnum
from typing import Final, TypeAlias

from queue_server.domain.town import Absence, Clerk, Department, Town, skills_of

Plan: TypeAlias = Callable[[Town], Town]
"""What makes a new set-up of the one that holds; asked again in the transaction that stores it."""
LONGEST: Final = timedelta(days=800)
"""Parental leave fits, a wrong year does not."""
EARLIEST: Final = timedelta(days=31)
"""So long ago an absence may have begun when it is entered: illness is told afterwards."""


class Unfit(StrEnum):
    """Why an absence cannot be entered; each has its words."""

    MISSING = "missing"
    BACKWARDS = "backwards"
    PAST = "past"
    TOO_LONG = "too_long"
    KNOWN = "known"
    NO_TIME = "no_time"


def department_named(town: Town, id_: str) -> Department:
    """Return the department. The caller knows that there is one."""
    return next(one for one in town.departments if one.id == id_)


def clerks_of(town: Town, department: Department) -> tuple[Clerk, ...]:
    """Return who works for the department: see `departments_of`."""
    return tuple(clerk for clerk in town.clerks if department.id in departments_of(town, clerk))


def departments_of(town: Town, clerk: Clerk) -> frozenset[str]:
    """Return the departments that a clerk works for: those of whose services they do at least half.

    Who does less of each belongs where they do most. Any service at all would be too little: whoever helps
    out with two of thirty would be planned by a lead that is not theirs.
    """
    skills, done, all_ = skills_of(town, clerk), Counter[str](), Counter[str]()
    for service in town.services:
        is_other = service.named_clerk and service.id not in skills
        if not is_other and set(service.site_ids) & set(clerk.site_ids):
            all_[service.department_id] += 1
            done[service.department_id] += service.id in skills
    most = max(done.values(), default=0)
    half = {id_ for id_, count in done.items() if count and 2 * count >= all_[id_]}
    return frozenset(half or {id_ for id_, count in done.items() if count == most > 0})


def to_come(clerk: Clerk, today: date) -> Iterator[Absence]:
    """Yield the absences that are not over, the next first."""
    yield from sorted(
        (one for one in clerk.absences if one.last >= today), key=lambda one: (one.first, one.last)
    )


def why_unfit(
    clerk: Clerk, first: date | None, last: date | None, today: date, since: time | None = None
) -> Unfit | None:
    """Return what is wrong with an absence; None for a good one."""
    if first is None or last is None:
        return Unfit.MISSING
    if last < first:
        return Unfit.BACKWARDS
    if last < today or first < today - EARLIEST:
        return Unfit.PAST
    if last - first > LONGEST or first - today > LONGEST:
        return Unfit.TOO_LONG
    return Unfit.KNOWN if Absence(first, last, since) in clerk.absences else None


def entering(clerk_id: str, absence: Absence) -> Plan:
    """Return what enters an absence; entering it twice is once."""
    return lambda town: _with_absences(
        town, clerk_id, lambda known: (*(one for one in known if one != absence), absence)
    )


def taking_back(clerk_id: str, absence: Absence) -> Plan:
    """Return what takes an absence back; what is not there stays away."""
    return lambda town: _with_absences(
        town, clerk_id, lambda known: tuple(one for one in known if one != absence)
    )


def _with_absences(
    town: Town, clerk_id: str, change: Callable[[tuple[Absence, ...]], tuple[Absence, ...]]
) -> Town:
    clerks = tuple(
        replace(clerk, absences=change(clerk.absences)) if clerk.id == clerk_id else clerk
        for clerk in town.clerks
    )
    return replace(town, clerks=clerks)
