"""A letter to a visitor: facts of one appointment in, subject, texts and calendar file out.

What lives here: what belongs together into one letter. What must not: its lines (`services.letter_body`),
the words, who is written to, how it travels. The subject is neutral: it stands on locked screens, so it
names neither concern nor person.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from queue_server.domain.town import in_language
from queue_server.services.letter_body import as_text, body_of
from queue_server.services.letter_colours import letter_colours
from queue_server.services.letter_kinds import WITHOUT_CALENDAR, Kind, Notice, Say, Visit
from queue_server.services.letter_texts import filled
from queue_server.services.letter_words import area_words, come_at, plain, visits


@dataclass(frozen=True, slots=True)
class Entry:
    """What the calendar file says of the visit: nothing of the concern, and no secret."""

    summary: str
    location: str
    description: str
    cancelled: bool
    visit: Visit


@dataclass(frozen=True, slots=True)
class Letter:
    """A letter, ready to be sent. `calendar` is the .ics file, empty when there is none."""

    subject: str
    text: str = field(repr=False)
    html: str = field(repr=False)
    calendar: bytes = field(default=b"", repr=False)
    calendar_name: str = ""


Draw = Callable[[Mapping[str, Any]], str]
"""Renders `mail_letter.html` from its values."""


def write_letter(
    notice: Notice, say: Say, draw: Draw, calendar: Callable[[Sequence[Entry]], bytes]
) -> Letter:
    """Return the letter in the language of `say`. `calendar` makes the file of its entries."""
    body = body_of(notice, say)
    values = {
        "body": body,
        "town_name": in_language(notice.town.name, say.language),
        "colours": letter_colours(notice.town.look),
    }
    return Letter(
        subject(notice, say),
        as_text(body),
        draw({**values, "_": say}),
        _calendar(notice, say, calendar),
        say("post.calendar_name"),
    )


def subject(notice: Notice, say: Say) -> str:
    """Return the subject, one line, without concern, name or place."""
    return plain(filled(notice, say, "subject"))


def entry_of(notice: Notice, say: Say) -> Entry:
    """Return the visit as a calendar shows it. The same for the mail and for the portal's download."""
    site, one = notice.site, notice.appointment
    site_name = in_language(site.name, say.language)
    lines = [
        f"{say('post.number')}: {one.number}" if one.number else "",
        f"{say('post.reference')}: {one.reference}",
        f"{say('post.come')}: {come_at(notice, say)}",
        f"{say('post.area')}: {area}" if (area := area_words(notice, say)) else "",
    ]
    return Entry(
        summary=say("post.calendar_summary", town=in_language(notice.town.name, say.language)),
        location=say("common.comma").join(part for part in (site_name, site.address) if part),
        description="\n".join(line for line in lines if line),
        cancelled=notice.kind is Kind.CANCELLED,
        visit=one,
    )


def _calendar(notice: Notice, say: Say, calendar: Callable[[Sequence[Entry]], bytes]) -> bytes:
    if notice.kind in WITHOUT_CALENDAR:
        return b""
    return calendar([entry_of(replace(notice, appointment=one), say) for one in visits(notice)])
