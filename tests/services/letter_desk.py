"""A letter for the tests: the sample town, one appointment, the real texts and the real template."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

from queue_server.adapters.calendars.calendar_file import write_calendar
from queue_server.adapters.town.file import sample_town
from queue_server.domain.calendar_entry import CalendarEntry, calendar_uid
from queue_server.domain.town import Site, Town
from queue_server.services.letter_kinds import Kind, Links, Notice, Say
from queue_server.services.letters import Entry, Letter, write_letter
from queue_server.web.routes import templates
from queue_server.web.texts import load_texts

TEXTS = load_texts()
START = datetime(2026, 3, 17, 9, 40, tzinfo=UTC)
"""A Tuesday, twenty to eleven in the town."""
HOME = "https://termin.musterstadt.example"
LINKS = Links(f"{HOME}/v/geheim", f"{HOME}/v/geheim#move", f"{HOME}/v/geheim#cancel", f"{HOME}/")
EVIL = "<b>Eva</b>\x1b[2J\x00 \u202eRÜCKWÄRTS & Söhne\r\nBcc: x@y.example"


@dataclass(frozen=True)
class Visit:
    reference: str = "K7F3XA"
    number: int | None = 417
    starts_at: datetime = START
    minutes: int = 20
    concern: tuple[tuple[str, int], ...] = (("id-card", 2),)
    area_id: str | None = "rathaus-eg"


def a_notice(kind: Kind = Kind.BOOKED, *, name: str = "Erika Muster", **changes: Any) -> Notice:
    """Return a notice of the sample town; `site` and `visit` change fields of those."""
    town = sample_town()
    site = replace(next(one for one in town.sites if one.id == "rathaus"), **changes.pop("site", {}))
    visit = Visit(**changes.pop("visit", {}))
    return replace(Notice(kind, town, site, visit, LINKS, name), **changes)


def with_service(notice: Notice, service_id: str, **changes: Any) -> Notice:
    """Return the notice with another set-up of one of its services."""
    services = tuple(replace(s, **changes) if s.id == service_id else s for s in notice.town.services)
    return replace(notice, town=replace(notice.town, services=services))


def write(notice: Notice, language: str = "de") -> Letter:
    """Write the letter as the product does."""

    def calendar(entries: Sequence[Entry]) -> bytes:
        return write_calendar(map(in_calendar, entries))

    def in_calendar(entry: Entry) -> CalendarEntry:
        return CalendarEntry(
            calendar_uid("musterstadt", entry.visit.reference),
            0,
            entry.visit.starts_at,
            entry.visit.minutes,
            entry.summary,
            entry.location,
            entry.description,
            START,
            entry.cancelled,
        )

    return write_letter(
        notice, TEXTS[language], templates().get_template("mail_letter.html").render, calendar
    )


def say(language: str = "de") -> Say:
    return TEXTS[language]


__all__ = ["EVIL", "LINKS", "START", "Site", "Town", "Visit", "a_notice", "say", "with_service", "write"]
