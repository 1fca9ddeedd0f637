"""Which figures somebody asks for, and may see: sites, services, and the days.

Administrators see their sites whole. Who leads a department sees its services, and nothing of what belongs
to none. What must not live here: the figures, and their words.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, tzinfo
from typing import Final
from zoneinfo import ZoneInfo

from sqlalchemy.engine import Connection

from queue_server.domain.access import Act, Kind, Thing, may, require_somewhere
from queue_server.domain.errors import NotFound
from queue_server.domain.figures.gathered import Gathered
from queue_server.domain.figures.period import Length, Period, between, period_of
from queue_server.domain.town import Service, Site, Town
from queue_server.web.admin.frame import town_of
from queue_server.web.figures_groups import By
from queue_server.web.pages import PageCall

_OLDEST: Final = date(2020, 1, 1)


@dataclass(frozen=True, slots=True)
class Scope:
    """What somebody may see. `services` None: all, and what belongs to none."""

    town: Town
    sites: tuple[Site, ...]
    services: tuple[Service, ...] | None

    @property
    def offered(self) -> list[Service]:
        """The services one may choose from."""
        here = {site.id for site in self.sites}
        found = self.town.services if self.services is None else self.services
        return [one for one in found if here & set(one.site_ids)]


@dataclass(frozen=True, slots=True)
class Asked:
    """What was asked for, within what one may see. `site_id`, `service_id` empty: all of them.

    `by` is what the rows of the table are.
    """

    scope: Scope
    period: Period
    site_id: str
    service_id: str
    by: By = By.CONCERN

    @property
    def sites(self) -> tuple[Site, ...]:
        return tuple(one for one in self.scope.sites if self.site_id in {"", one.id})

    @property
    def service_ids(self) -> frozenset[str] | None:
        """The services that are told of; None for all, and what belongs to none."""
        if self.service_id:
            return frozenset({self.service_id})
        services = self.scope.services
        return None if services is None else frozenset(one.id for one in services)

    @property
    def zones(self) -> Mapping[str, tzinfo]:
        return {site.id: ZoneInfo(site.time_zone) for site in self.sites}

    def query(self, **changed: str) -> dict[str, str]:
        """Return the address of this, or of what differs from it in some fields."""
        kept = {"period": self.period.length.value, "site": self.site_id, "service": self.service_id}
        if self.period.length is Length.DAYS:
            kept |= {"from": self.period.first.isoformat(), "to": self.period.last.isoformat()}
        else:
            kept["day"] = self.period.first.isoformat()
        if self.by is not By.CONCERN:
            kept["by"] = self.by.value
        return {name: words for name, words in (kept | changed).items() if words}


def scope_of(call: PageCall) -> Scope:
    """Return what who asks may see of the figures. Raises Forbidden when that is nothing."""
    actor, town = call.actor, town_of(call)

    def sees(kind: Kind, site_id: str, id_: str, also: tuple[str, ...] = ()) -> bool:
        return may(actor, Act.SEE_FIGURES, Thing(kind, town.id, site_id, id_, also))

    sites = tuple(one for one in town.sites if sees(Kind.SITE, one.id, one.id))
    if sites:
        return Scope(town, sites, None)
    led = [
        one
        for one in town.departments
        if one.site_ids and sees(Kind.DEPARTMENT, one.site_ids[0], one.id, one.site_ids[1:])
    ]
    if not led:
        require_somewhere(actor, Act.SEE_FIGURES)
        raise NotFound(what="department")
    at, ids = {id_ for one in led for id_ in one.site_ids}, {one.id for one in led}
    return Scope(
        town,
        tuple(site for site in town.sites if site.id in at),
        tuple(one for one in town.services if one.department_id in ids),
    )


def read_asked(call: PageCall, *, usual: Length = Length.MONTH) -> Asked:
    """Return what the address asks for; what cannot be read is as if it were not there."""
    query, scope = call.request.query_params, scope_of(call)
    today = call.house.clock().astimezone(ZoneInfo(scope.sites[0].time_zone)).date()
    asked = query.get("period", "")
    length = Length(asked) if asked in set(Length) else usual
    if length is Length.DAYS:
        last = day_of(query.get("to", "")) or today
        period = between(day_of(query.get("from", "")) or last.replace(day=1), last)
    else:
        period = period_of(length, day_of(query.get("day", "")) or today)
    site, service = query.get("site", ""), query.get("service", "")
    return Asked(
        scope,
        period,
        site if any(one.id == site for one in scope.sites) else "",
        service if any(one.id == service for one in scope.offered) else "",
        By(by) if (by := query.get("by", "")) in set(By) else By.CONCERN,
    )


async def gathered(call: PageCall, asked: Asked, *periods: Period) -> list[Gathered]:
    """Return the figures for each period. Away from the event loop: a year takes half a second."""
    house, now = call.house, call.house.clock()

    def read(conn: Connection) -> list[Gathered]:
        gather = house.figures.gather
        return [gather(conn, asked.zones, one, asked.service_ids, now) for one in periods]

    return await house.read(read)


def day_of(text: str) -> date | None:
    """Return a day as an address tells it; None where it is none, or of another century."""
    try:
        found = date.fromisoformat(text)
    except ValueError:
        return None
    return found if _OLDEST <= found <= _OLDEST.replace(year=2100) else None
