"""On a visitor's own page: who was called before, and why in general words, also after the own call.

Of another person nothing is told but what the hall's screens showed, the number and when it was called. What
decided (`domain.why`) is told as far as it is about the asker; a number that was not called today and one
that nobody has are answered alike.
"""

import re
from datetime import date
from functools import partial
from typing import Final
from zoneinfo import ZoneInfo

from sqlalchemy.engine import Connection

from queue_server.domain.ticket import Ticket
from queue_server.domain.town import Site
from queue_server.domain.why import Answer, Reason, why
from queue_server.services.locales import clock
from queue_server.services.ports import Unit
from queue_server.web.house import House
from queue_server.web.pages import PageCall

_NUMBER: Final = re.compile("[0-9]{3,4}")
_OF_MINE: Final = {
    Reason.DUE: "sooner",
    Reason.ARRIVED: "sooner",
    Reason.EARLY: "early",
    Reason.KEPT: "counter",
    Reason.OTHER_COUNTER: "counter",
    Reason.CHOSEN: "by_hand",
    Reason.TOGETHER: "by_hand",
}
"""Why the asker's number came later. Other reasons: it did not wait just then."""


def last_called(unit: Unit, number: int) -> int | None:
    """Return the last ticket of today with this number that was called; None when none was."""
    tickets = unit.hall.tickets.values()
    found = (one.id for one in tickets if one.number == number and one.first_called_at is not None)
    return max(found, default=None)


async def told(call: PageCall, site: Site, mine: Ticket, on: date, other_id: int | None) -> str:
    """Return the answer to `?other=`; empty when nothing was asked. Raises TooManyRequests."""
    typed = call.request.query_params.get("other", "").strip()[:10]
    if not typed:
        return ""
    if not _NUMBER.fullmatch(typed) or int(typed) == mine.number:
        return call.say("status.pair_wrong")
    found = None
    if other_id is not None:
        call.house.limits.check_why(f"{site.id}/{mine.id}")
        found = await call.house.read(partial(_find, call.house, site.id, on, mine.id, other_id))
    if found is None or found.at is None:
        return call.say("status.pair_not_called", number=typed)
    numbers = {"first": found.first.number, "other": found.other.number}
    time = clock(found.at.astimezone(ZoneInfo(site.time_zone)))
    is_mine = found.first.ticket_id == mine.id
    reason = "sooner" if is_mine else _OF_MINE.get(found.reason, "not_waiting")
    head = call.say("status.pair_called_before", time=time, **numbers)
    # Why the other came later is theirs alone, unless it was the order itself.
    if is_mine and _OF_MINE.get(found.reason) != "sooner":
        return head
    return f"{head} {call.say(f'status.pair_{reason}', **numbers)}"


def asked_number(call: PageCall) -> int | None:
    """Return the number that is asked about, if it is one."""
    typed = call.request.query_params.get("other", "").strip()[:10]
    return int(typed) if _NUMBER.fullmatch(typed) else None


def _find(
    house: House, site_id: str, on: date, mine: int, other: int, connection: Connection
) -> Answer | None:
    return why(house.day_log.of_day(connection, site_id, on), on, mine, other)
