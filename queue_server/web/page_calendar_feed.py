"""A clerk's appointments as a calendar to subscribe to: `/calendar/{secret}.ics`, for reading only.

Whoever has the address reads it, so it tells what an entry in a clerk's own calendar tells and no more:
number, time and place (`web.calendar_entries`). What must not live here: opening and closing a feed
(`aufruf calendar`).
"""

import asyncio
import hashlib
from datetime import timedelta
from typing import Final

from starlette.responses import Response

from queue_server.domain.errors import NotFound
from queue_server.domain.town import in_language
from queue_server.web.calendar_entries import clerk_named, entry_of, language_of
from queue_server.web.pages import PageCall, PageRoute

AHEAD: Final = timedelta(days=400)
BEFORE: Final = timedelta(days=2)
"""From yesterday, in every zone: what is over is forgotten soon after."""


async def feed(call: PageCall) -> Response:
    """Give the appointments to come. Raises `NotFound` for an address that is worth nothing any more."""
    house = call.house
    opened = house.secrets.open_seal(house.feeds.SEAL, call.request.path_params["secret"])
    if opened is None:
        raise NotFound(what="calendar")
    town, clerk = clerk_named(house, opened[0])
    now = house.clock()
    found = await house.read(
        lambda conn: (
            house.feeds.version_of(conn, clerk.id),
            house.copies.planned_of(
                conn, clerk.id, clerk.site_ids, (now - BEFORE).date(), (now + AHEAD).date()
            ),
        )
    )
    if found[0] != opened[1]:
        raise NotFound(what="calendar")
    say = house.texts[language_of(house, town)]
    name = say("calendar.feed_name", town=in_language(town.name, say.language))
    # Of the appointment, not of now: the same appointments are the same bytes.
    entries = [entry_of(house, one, 0, one.state_at) for one in found[1]]
    body = await asyncio.to_thread(house.calendar.write_calendar, entries, name=name)
    return _answer(call, body)


def _answer(call: PageCall, body: bytes) -> Response:
    """Answer with the calendar, or that it is still the one that they have (RFC 9110 section 13.1.2)."""
    etag = f'"{hashlib.sha256(body).hexdigest()[:32]}"'
    headers = {"ETag": etag, "Cache-Control": "private, no-cache"}
    known = {
        one.strip().removeprefix("W/") for one in call.request.headers.get("if-none-match", "").split(",")
    }
    if known & {etag, "*"}:
        return Response(status_code=304, headers=headers)
    headers["Content-Disposition"] = 'inline; filename="termine.ics"'
    return Response(body, media_type="text/calendar", headers=headers)


ROUTES: Final = [PageRoute("/calendar/{secret}.ics", feed)]
