"""An appointment's calendar file, from its own page: the entry that the letter has, with the same id.

What must not live here: what an entry says (`services.letters.entry_of`), and the file's bytes.
"""

from dataclasses import dataclass
from datetime import datetime

from starlette.responses import Response

from queue_server.domain.calendar_entry import CalendarEntry, calendar_uid, revision
from queue_server.domain.errors import NotFound
from queue_server.services.letter_kinds import Kind, Links, Notice
from queue_server.services.letters import entry_of
from queue_server.services.ports import Answer
from queue_server.web.booking_dates import local
from queue_server.web.booking_own import Own, open_own
from queue_server.web.pages import PageCall


@dataclass(frozen=True, slots=True)
class OwnVisit:
    """What an entry needs of the appointment."""

    reference: str
    number: int | None
    starts_at: datetime
    minutes: int
    area_id: str | None
    concern: tuple[tuple[str, int], ...] = ()


async def calendar_file(call: PageCall) -> Response:
    """Give the appointment for a calendar; the concern is nobody's business there."""
    own = await open_own(call)
    if own.seen["number"] is None:
        raise NotFound(what="appointment")  # nothing is certain yet
    body = call.house.calendar.write_calendar([_entry(own, seen) for seen in own.seen["pair"]])
    headers = {"Content-Disposition": f'attachment; filename="{call.say("post.calendar_name")}"'}
    return Response(body, media_type="text/calendar", headers=headers)


def _entry(own: Own, seen: Answer) -> CalendarEntry:
    starts_at, now = local(seen["starts_at"], own.site.time_zone), own.call.house.clock()
    visit = OwnVisit(seen["reference"], seen["number"], starts_at, seen["minutes"], seen["area_id"])
    kind = Kind.CANCELLED if seen["state"] == "cancelled" else Kind.BOOKED
    entry = entry_of(Notice(kind, own.town, own.site, visit, Links()), own.call.say)
    return CalendarEntry(
        calendar_uid(own.town.id, visit.reference),
        revision(now, own.seen["log_seq"]),
        starts_at,
        visit.minutes,
        entry.summary,
        entry.location,
        entry.description,
        now,
        entry.cancelled,
        remind_min=own.seen["reminder_min"],
    )
