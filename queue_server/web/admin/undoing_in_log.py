"""Which lines of the audit log tell of a change that can still be taken back, and where that is done.

What must not live here: taking it back (`page_changes`), and the log itself (`page_log`).
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy.engine import Connection

from queue_server.domain.access import Act, may_somewhere
from queue_server.domain.setup_words import ACTS
from queue_server.domain.town import Town
from queue_server.web.admin.changing import stamp
from queue_server.web.admin.page_changes import CHANGES, WRITTEN_WITHIN, can_be_taken_back
from queue_server.web.pages import PageCall
from queue_server.web.ports import AuditLine

_ACTS: Final = frozenset(ACTS.values())
_MOST: Final = 100


async def ways_back(call: PageCall, town: Town, lines: Sequence[AuditLine]) -> dict[int, str]:
    """Return line → the page on which its change is taken back; only where that is still possible."""
    about = [one for one in lines if one.act in _ACTS]
    if not about or not may_somewhere(call.actor, Act.CHANGE_SETTINGS):
        return {}
    return await call.house.read(lambda conn: _read(call, conn, town, about))


def _read(call: PageCall, conn: Connection, town: Town, lines: Sequence[AuditLine]) -> dict[int, str]:
    newest = max(one.at for one in lines) + timedelta(microseconds=1)
    moments = call.house.settlement.moments(conn, town.id, _MOST, newest, call.actor.site_id)
    of_line = {one.id: _moment(moments, one.at) for one in lines}
    fitting = {at: can_be_taken_back(call, conn, town, at) for at in {*of_line.values()} if at is not None}
    return {id_: f"{CHANGES}?at={stamp(at)}" for id_, at in of_line.items() if at is not None and fitting[at]}


def _moment(moments: Sequence[datetime], written: datetime) -> datetime | None:
    """Return the change of which a line was written: both stand in one transaction, the line second."""
    return next((at for at in moments if at <= written < at + WRITTEN_WITHIN), None)
