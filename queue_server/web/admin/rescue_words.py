"""The words of a day rescue's pages: whose it is, and how its appointments, times and days are told.

What must not live here: what is done (`web.admin.rescuing`).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from queue_server.domain.town import Service, Site, Town, in_language
from queue_server.services.locales import clock
from queue_server.services.wording import in_words
from queue_server.web.booking_dates import local, short_date
from queue_server.web.desk_frame import hidden_from
from queue_server.web.pages import PageCall


@dataclass(frozen=True, slots=True)
class Base:
    """Whose rescue it is: a department's, or a site's that stays closed. `path` is its address.

    `sites` are those where appointments are looked at and may go; `services` limits which.
    """

    town: Town
    path: str
    home: str
    sites: tuple[Site, ...]
    services: frozenset[str] | None
    department_id: str | None = None
    site_id: str | None = None

    @property
    def site_ids(self) -> list[str]:
        return [site.id for site in self.sites]


def concern(call: PageCall, town: Town, services: Sequence[Sequence[object]]) -> str:
    """Return a concern in words; a service that is gone from the set-up has none."""
    by_id: dict[str, Service] = {service.id: service for service in town.services}
    pairs = [(str(id_), int(str(count))) for id_, count in services]
    hidden = hidden_from(call, town)
    words = (
        call.say("common.confidential") if id_ in hidden else in_words(call.say, by_id[id_], count)
        for id_, count in pairs
        if id_ in by_id
    )
    return ", ".join(words)


def span(call: PageCall, first: date, last: date) -> str:
    """Return the days of a cause in words."""
    days = [short_date(day, call.language) for day in (first, last)]
    return days[0] if first == last else call.say("department.span", first=days[0], last=days[1])


def moment(call: PageCall, base: Base, site_id: str, written: str) -> str:
    """Return day and time of a moment, by the clock of the site."""
    zone = next((one.time_zone for one in base.sites if one.id == site_id), base.sites[0].time_zone)
    at: datetime = local(written, zone)
    return call.say("rescue.moment", day=short_date(at.date(), call.language), time=clock(at))


def clock_of(base: Base, site_id: str, written: str) -> str:
    """Return the time of a moment, by the clock of the site."""
    zone = next((one.time_zone for one in base.sites if one.id == site_id), base.sites[0].time_zone)
    return clock(local(written, zone))


def site_name(call: PageCall, base: Base, site_id: str) -> str:
    """Return what a site is called; "" where there is only one."""
    if len(base.sites) == 1:
        return ""
    return next(in_language(one.name, call.language) for one in base.sites if one.id == site_id)
