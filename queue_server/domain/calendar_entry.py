"""An appointment as a calendar is told of it: the facts, and what makes it the same entry ever after.

What must not live here: the file (`adapters.calendars.calendar_file`), and texts for people, which
come from the caller.
"""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final

_FIRST: Final = datetime(2026, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class CalendarEntry:
    """What a calendar shows. `uid` is from `calendar_uid`, `sequence` from `revision`.

    `stamp` is when this was said, `organizer` a mail address, `remind_min` an alarm so long before,
    `attendee` the mail address of who is asked to be there.
    """

    uid: str
    sequence: int
    starts_at: datetime
    minutes: int
    summary: str
    location: str
    description: str
    stamp: datetime
    cancelled: bool = False
    organizer: str = ""
    remind_min: int | None = None
    attendee: str = ""

    @property
    def ends_at(self) -> datetime:
        """In UTC: by a wall clock, which has an hour twice or not at all, it would end at another time."""
        return self.starts_at.astimezone(UTC) + timedelta(minutes=self.minutes)


def calendar_uid(organisation_id: str, reference: str) -> str:
    """Return the event's id: the same in the mail, in the download, and after every move."""
    return f"{reference.lower()}{uid_domain(organisation_id)}"


def uid_domain(organisation_id: str) -> str:
    """Return how the ids of an organisation's events end: by this, entries of ours are told from others."""
    return f"@{organisation_id}.aufruf"


def revision(at: datetime, seq: int) -> int:
    """Return the SEQUENCE of what was said `at` that time, with `seq` as the place in the site's log.

    It rises with each change, also when an appointment goes to another site, whose log counts apart; and
    it stays below 2**31 (RFC 5545 section 3.3.8) for sixty years.
    """
    return int((at - _FIRST).total_seconds() // 60) * 64 + seq % 64
