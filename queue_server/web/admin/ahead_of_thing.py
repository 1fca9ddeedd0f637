"""What is planned for one thing, told on the thing's own page: "Ab 1. März ändert sich …".

What must not live here: planning and doing it (`ahead`), and the list of it all (`page_planned`).
"""

from typing import Any

from babel.dates import format_date
from sqlalchemy.engine import Connection

from queue_server.domain.planned import with_changes
from queue_server.domain.town import Town
from queue_server.services.locales import locale_of
from queue_server.web.admin.ahead import may_see, town_before
from queue_server.web.admin.value_words import change_words
from queue_server.web.pages import PageCall


async def planned_for(call: PageCall, town: Town, what: str, id_: str) -> list[dict[str, Any]]:
    """Return what of the planned changes is about this thing, the next first: day, plan, and its words."""
    settlement = call.house.settlement

    def read(conn: Connection) -> list[dict[str, Any]]:
        plans = [one for one in settlement.planned(conn, town.id) if _is_about(one.changes, what, id_)]
        if not plans:
            return []
        course = settlement.course(conn, town.id)
        return [_told(call, town_before(course, one), one, what, id_) for one in plans]

    return [one for one in await call.house.read(read) if one]


def _is_about(changes: Any, what: str, id_: str) -> bool:
    return any((one.what, one.id) == (what, id_) for one in changes)


def _told(call: PageCall, before: Town, one: Any, what: str, id_: str) -> dict[str, Any]:
    if not may_see(call, before, one):
        return {}
    after = with_changes(before, one.changes) or before
    changes = [change for change in one.changes if (change.what, change.id) == (what, id_)]
    words = [change_words(call.say, before, after, change) for change in changes]
    return {
        "id": one.id,
        "day": format_date(one.starts, "long", locale=locale_of(call.language)),
        "goes": any(change.kind == "removed" for change in changes),
        "fields": [field for told in words for field in told["fields"]],
    }
