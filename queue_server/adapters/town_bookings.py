"""Whose appointments a new set-up would leave without their clerk, service, site or day; with numbers.

It warns and never refuses: what is booked stands until somebody moves or cancels it. What must not live
here: what is in use at this moment (`adapters.town_use`).
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time
from typing import Any
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from queue_server.adapters.rows.appointment_rows import APPOINTMENT
from queue_server.domain.appointment import OPEN
from queue_server.domain.availability import closed_days, holds, present_until
from queue_server.domain.town import Clerk, Site, Town, end_minute, skills_of

Thing = tuple[str, str, str]
"""(what, id, why its appointments would be in the air)."""
# What is held has nobody to tell: no name is left yet, and whoever books it is told (`services.seating`).
_WANTED = tuple(
    APPOINTMENT.c[name]
    for name in ("site_id", "day", "clerk_id", "concern", "reference", "starts_at", "minutes")
)


@dataclass(frozen=True, slots=True)
class LostBooking:
    """An appointment that would be in the air. Whose it is, is looked up by who may."""

    site_id: str
    reference: str
    starts_at: datetime
    clerk_id: str | None


@dataclass(slots=True)
class _Hit:
    """How many appointments one change concerns, and the day of the first."""

    days: Counter[date] = field(default_factory=Counter)

    def __str__(self) -> str:
        count = self.days.total()
        return f"{count} appointment{'s' if count > 1 else ''}, the first on {min(self.days)}"


def bookings_lost(
    connection: Connection, old: Town, new: Town, now: datetime
) -> Iterator[tuple[str, str, str]]:
    """Yield (what, id, why) for each thing whose change concerns appointments to come.

    Only what changes is told: an appointment that was in the air before is no news.
    """
    hits: dict[Thing, _Hit] = {}
    for row, things in _in_the_air(connection, old, new, now):
        for thing in things:
            hits.setdefault(thing, _Hit()).days[row["day"]] += 1
    for (what, id_, why), hit in sorted(hits.items()):
        yield what, id_, f"{why}: {hit}"


def lost_bookings(
    connection: Connection,
    old: Town,
    new: Town,
    now: datetime,
    *,
    first: date = date.min,
    before: date = date.max,
) -> list[LostBooking]:
    """List the same appointments one by one, the next first; only those of the days from `first` on."""
    found = [
        LostBooking(row["site_id"], row["reference"], row["starts_at"], row["clerk_id"])
        for row, _ in _in_the_air(connection, old, new, now)
        if first <= row["day"] < before
    ]
    return sorted(found, key=lambda one: (one.starts_at, one.reference))


def _in_the_air(
    connection: Connection, old: Town, new: Town, now: datetime
) -> Iterator[tuple[Any, set[Thing]]]:
    query = sa.select(*_WANTED).where(
        APPOINTMENT.c.organisation_id == old.id, APPOINTMENT.c.state.in_(OPEN), APPOINTMENT.c.starts_at >= now
    )
    before, after = _Known(old), _Known(new)
    for row in connection.execute(query).mappings():
        things = set(after.missed(row)) - set(before.missed(row))
        if things:
            yield row, things


class _Known:
    """A set-up, asked for what an appointment needs of it."""

    def __init__(self, town: Town) -> None:
        self._sites: dict[str, Site] = {site.id: site for site in town.sites}
        self._clerks: dict[str, Clerk] = {clerk.id: clerk for clerk in town.clerks}
        self._skills = {clerk.id: skills_of(town, clerk) for clerk in town.clerks}
        self._services = {service.id: service.site_ids for service in town.services}
        self._closed = {site.id: closed_days(site) for site in town.sites}

    def missed(self, row: Any) -> Iterator[Thing]:
        """Yield what an appointment needs and does not find."""
        site_id, day = row["site_id"], row["day"]
        if site_id not in self._sites:
            yield "site", site_id, "has appointments to come"
            return
        if day in self._closed[site_id]:
            yield "site", site_id, f"is closed on {day}, for which visitors have booked"
        elif not self._is_open(row):
            yield "site", site_id, "is shut at hours for which visitors have booked"
        services = {str(service_id) for service_id, _ in row["concern"]}
        for service_id in services:
            if site_id not in self._services.get(service_id, ()):
                yield "service", service_id, f"is booked at {site_id}"
        if row["clerk_id"] is not None:
            yield from self._missed_of_clerk(row, services)

    def _is_open(self, row: Any) -> bool:
        site, day = self._sites[row["site_id"]], row["day"]
        hours = [(one.opens, one.closes) for one in site.opening if one.weekday == day.weekday()]
        return site.always_open or _covers(hours, self._begins(row), row["minutes"])

    def _works(self, clerk: Clerk, row: Any) -> bool:
        hours = [
            (one.works_from, one.works_until)
            for one in clerk.roster
            if one.site_id == row["site_id"]
            and one.weekday == row["day"].weekday()
            and holds(one, row["day"])
        ]
        return _covers(hours, self._begins(row), row["minutes"])

    def _begins(self, row: Any) -> int:
        """Return the local minute of the day."""
        local = row["starts_at"].astimezone(ZoneInfo(self._sites[row["site_id"]].time_zone))
        return int(local.hour * 60 + local.minute)

    def _missed_of_clerk(self, row: Any, services: set[str]) -> Iterator[Thing]:
        clerk_id, site_id, day = row["clerk_id"], row["site_id"], row["day"]
        clerk = self._clerks.get(clerk_id)
        if clerk is None:
            yield "clerk", clerk_id, "is planned for visitors who have booked"
        elif site_id not in clerk.site_ids:
            yield "clerk", clerk_id, f"is planned for visitors at {site_id}"
        elif self._begins(row) >= present_until(clerk, day):
            yield "clerk", clerk_id, "is absent when visitors have booked"
        elif not services & set(self._services) <= self._skills[clerk_id]:
            yield "clerk", clerk_id, "is planned for what this clerk would not do any more"
        elif not self._works(clerk, row):
            yield "clerk", clerk_id, "does not work at hours for which visitors have booked"


def _covers(hours: Sequence[tuple[time, time]], begins: int, minutes: int) -> bool:
    """Tell whether stretches of a day hold all of a visit; two that touch are one."""
    spans = [(one.hour * 60 + one.minute, end_minute(other)) for one, other in hours]
    cells = range(begins, begins + minutes, 5)
    return all(any(first <= minute < end for first, end in spans) for minute in cells)
