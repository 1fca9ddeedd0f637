"""An appointment in a clerk's own calendar: what the entry says.

Neutral: "Termin 417", the place, the way to the desk's page. No name and no concern: a calendar is shared
with colleagues and synchronised to phones. The number is what everybody in the hall sees. What must not
live here: how the entry gets there (`web.calendar_delivery`, `web.page_calendar_feed`).
"""

from datetime import datetime
from typing import Protocol

from queue_server.domain.calendar_entry import CalendarEntry, calendar_uid
from queue_server.domain.errors import NotFound
from queue_server.domain.town import Clerk, Town, in_language
from queue_server.web.house import House
from queue_server.web.texts import FALLBACK


class Planned(Protocol):
    """An appointment, as far as a calendar is told of it."""

    @property
    def organisation_id(self) -> str: ...
    @property
    def site_id(self) -> str: ...
    @property
    def reference(self) -> str: ...
    @property
    def number(self) -> int | None: ...
    @property
    def starts_at(self) -> datetime: ...
    @property
    def minutes(self) -> int: ...


def clerk_named(house: House, clerk_id: str) -> tuple[Town, Clerk]:
    """Return a clerk with the town. Raises `NotFound` when there is none, or not any more."""
    for town in {town.id: town for town, _ in house.directory.sites.values()}.values():
        for clerk in town.clerks:
            if clerk.id == clerk_id:
                return town, clerk
    raise NotFound(what="calendar")


def language_of(house: House, town: Town) -> str:
    """Return the language in which the clerks of a town read: its first."""
    return town.languages[0] if town.languages[0] in house.texts else FALLBACK


def entry_of(house: House, planned: Planned, sequence: int, stamp: datetime) -> CalendarEntry:
    """Return the entry, in the town's first language. Raises `NotFound` when the site is gone."""
    town, site = house.then(planned.site_id, planned.starts_at)
    say = house.texts[language_of(house, town)]
    key = "calendar.entry_without_number" if planned.number is None else "calendar.entry"
    base = house.settings.public_url
    page = f"{base}/desk/{site.id}/appointments/{planned.reference}" if base else ""
    return CalendarEntry(
        calendar_uid(planned.organisation_id, planned.reference),
        sequence,
        planned.starts_at,
        planned.minutes,
        say(key, number=planned.number or ""),
        say("common.comma").join(
            part for part in (in_language(site.name, say.language), site.address) if part
        ),
        "\n".join(part for part in (say("calendar.hint"), page) if part),
        stamp,
    )
