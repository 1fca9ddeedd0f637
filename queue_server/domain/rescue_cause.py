"""What a day rescue begins with: a clerk is away, or a site stays closed, on some days.

What lives here: the cause as a value, which appointments it breaks, what it changes of the set-up. What must
not: where the appointments go (`domain.rescue`). Why a clerk is away is neither asked nor kept.
"""

from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from typing import Final, TypeAlias

from queue_server.domain.availability import present_until
from queue_server.domain.departments import Plan, entering, taking_back
from queue_server.domain.town import Absence, Closure, Texts, Town

Closures: TypeAlias = tuple[Closure, ...]
DAYS_MOST: Final = 31
"""So many days are planned at once."""


@dataclass(frozen=True, slots=True)
class Cause:
    """A clerk who is away or a site that stays closed, on local dates, both included.

    A clerk may be there on the first day until `since`, a local time: what begins earlier stays, and until
    then they are booked as ever.
    """

    first: date
    last: date
    clerk_id: str = ""
    site_id: str = ""
    since: time | None = None

    @property
    def days(self) -> tuple[date, ...]:
        return tuple(self.first + timedelta(days=n) for n in range((self.last - self.first).days + 1))

    def breaks(self, site_id: str, clerk_id: str | None) -> bool:
        """Say whether an appointment of these days loses its clerk or its site."""
        return site_id == self.site_id if self.site_id else clerk_id == self.clerk_id

    def spares(self, begins: datetime) -> bool:
        """Say whether what begins at that local time is done before the clerk goes."""
        return self.since is not None and begins.date() == self.first and begins.time() < self.since

    def missing(self, town: Town) -> tuple[date, ...]:
        """Return the days for which the set-up does not say it yet."""
        known = set(_closed(town, self.site_id) if self.site_id else _away(town, self, self._absence))
        return tuple(day for day in self.days if day not in known)

    def entering(self, reason: Texts | None = None) -> Plan:
        """Return what writes it into a set-up; what stands there already is left as it is."""

        def plan(town: Town) -> Town:
            missing = self.missing(town)
            if not missing:
                return town
            if self.site_id:
                return _closing(town, self.site_id, missing, reason or {})
            return entering(self.clerk_id, self._absence)(town)

        return plan

    def taking_back(self, entered: Collection[date]) -> Plan:
        """Return what takes out again what `entering` wrote for these days."""
        if self.site_id:
            return lambda town: _opening(town, self.site_id, entered)
        return taking_back(self.clerk_id, self._absence) if entered else lambda town: town

    @property
    def _absence(self) -> Absence:
        return Absence(self.first, self.last, self.since)


def _closed(town: Town, site_id: str) -> Iterator[date]:
    return (one.on for site in town.sites if site.id == site_id for one in site.closures)


def _away(town: Town, cause: Cause, absence: Absence) -> Iterator[date]:
    for clerk in town.clerks:
        if clerk.id == cause.clerk_id:
            whole = ((day, absence.begins_on(day)) for day in cause.days)
            yield from (day for day, minute in whole if present_until(clerk, day) <= (minute or 0))


def _closing(town: Town, site_id: str, days: Collection[date], reason: Texts) -> Town:
    new = tuple(Closure(day, reason) for day in days)
    return _with_closures(town, site_id, lambda known: (*known, *new))


def _opening(town: Town, site_id: str, days: Collection[date]) -> Town:
    return _with_closures(town, site_id, lambda known: tuple(one for one in known if one.on not in days))


def _with_closures(town: Town, site_id: str, change: Callable[[Closures], Closures]) -> Town:
    sites = tuple(
        replace(site, closures=change(site.closures)) if site.id == site_id else site for site in town.sites
    )
    return replace(town, sites=sites)
