"""Changes of a set-up that begin on a later day, and the set-ups that follow each other by them.

A change that begins later is kept as what differs, not as a whole set-up: what is changed meanwhile stays
changed. What must not live here: keeping them (`adapters.planned_changes`), and what a site offers on a day
(`eras`).
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Protocol, TypeAlias, TypeVar

from queue_server.domain.admission import WITH_APPOINTMENT, ever_admits
from queue_server.domain.town import Channel, Service, Site, Town
from queue_server.domain.town_diff import Change
from queue_server.domain.town_patch import patch


class _Named(Protocol):
    @property
    def id(self) -> str: ...


T = TypeVar("T", bound=_Named)
Fits: TypeAlias = Callable[[Town, Town], bool]
"""Says whether the second set-up may follow the first: it has no mistake that the first had not."""


@dataclass(frozen=True, slots=True)
class Planned:
    """What changes at the beginning of the local day `starts`, all of it or nothing."""

    id: str
    starts: date
    made_at: datetime
    changes: tuple[Change, ...]
    made_by: str = ""
    in_use: str = ""
    """What was in the way when its day had come, because it was in use."""


@dataclass(frozen=True, slots=True)
class Stage:
    """The set-up from the beginning of a local day until the next stage begins; None: from today."""

    begins_on: date | None
    town: Town


@dataclass(frozen=True, slots=True)
class Course:
    """How a set-up goes on: today's first. `unfit` no longer fits and takes no part, nor ever half of it."""

    stages: tuple[Stage, ...]
    unfit: tuple[Planned, ...] = ()

    def on(self, day: date) -> Town:
        """Return the set-up of a local day."""
        return [one.town for one in self.stages if one.begins_on is None or one.begins_on <= day][-1]


def course(town: Town, planned: Iterable[Planned], fits: Fits) -> Course:
    """Return how `town` goes on; of one day, what was planned first comes first."""
    stages, unfit = [Stage(None, town)], []
    for one in sorted(planned, key=lambda one: (one.starts, one.made_at, one.id)):
        before = stages[-1]
        after = with_changes(before.town, one.changes)
        if after is None or not fits(before.town, after):
            unfit.append(one)
        elif one.starts == before.begins_on:
            stages[-1] = Stage(one.starts, after)
        else:
            stages.append(Stage(one.starts, after))
    return Course(tuple(stages), tuple(unfit))


def with_changes(town: Town, changes: Sequence[Change]) -> Town | None:
    """Return the town with all of these changes; None when one of them no longer fits."""
    done = patch(town, changes)
    return done.town if done.fits else None


def site_of(changes: Iterable[Change]) -> str:
    """Return the one site that changes are about; empty where they are about more, or about the town."""
    sites = {site_id for one in changes for site_id in _sites_of(one)}
    return sites.pop() if len(sites) == 1 else ""


def _sites_of(change: Change) -> set[str]:
    if change.what == "site":
        return {change.id}
    held = {str(side.get("site_id") or "") for side in (change.before, change.after)}
    return held - {""} or {""}


# -- what can be booked at all -------------------------------------------------------------------------


def offered(stages: Sequence[Stage]) -> Town:
    """Return today's set-up with all that can be booked ahead although it begins later.

    That is services that begin later, are given at one more site or take appointments only then, and the
    persons to whom one comes for a talk. It says what may be chosen; whether it can be had on a day is asked
    of that day.
    """
    town = stages[0].town
    for stage in stages[1:]:
        town = _with_later(town, stage.town)
    return town


def _with_later(town: Town, later: Town) -> Town:
    sites, services = {one.id: one for one in later.sites}, {one.id: one for one in later.services}
    talks = {one.id for one in later.services if one.named_clerk}
    return replace(
        town,
        sites=tuple(_admitting(one, sites[one.id]) if one.id in sites else one for one in town.sites),
        services=(
            *(_wider(town, one, services[one.id]) if one.id in services else one for one in town.services),
            *_new(town.services, later.services),
        ),
        departments=(*town.departments, *_new(town.departments, later.departments)),
        categories=(*town.categories, *_new(town.categories, later.categories)),
        # Nobody else: with who can do more later, a visit in two parts of today would seem to be one.
        clerks=(
            *town.clerks,
            *(one for one in _new(town.clerks, later.clerks) if talks.intersection(one.service_ids)),
        ),
    )


def _new(now: Sequence[T], later: Sequence[T]) -> Iterator[T]:
    known = {one.id for one in now}
    return (one for one in later if one.id not in known)


def _admitting(now: Site, later: Site) -> Site:
    if ever_admits(now, WITH_APPOINTMENT, now.id) or not ever_admits(later, WITH_APPOINTMENT, now.id):
        return now
    return replace(now, admission=later.admission, admission_times=later.admission_times)


def _wider(town: Town, now: Service, later: Service) -> Service:
    """Return the service as it can be booked at all: as today where it can be, else as later."""
    known = {one.id for one in town.sites}
    added = tuple(id_ for id_ in later.site_ids if id_ not in now.site_ids and id_ in known)
    shown = now if _takes_bookings(now) or not _takes_bookings(later) else later
    areas = {**later.area_by_site, **now.area_by_site}
    return replace(shown, site_ids=(*now.site_ids, *added), area_by_site=areas)


def _takes_bookings(service: Service) -> bool:
    admits = any(ever_admits(service, WITH_APPOINTMENT, id_) for id_ in service.site_ids)
    return admits and service.channel is Channel.HERE
