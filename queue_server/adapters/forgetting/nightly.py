"""When people are erased without anybody's wish: in the night after the last message is done.

What must not live here: the erasing itself (`forgetting.erasing`).
"""

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from queue_server.adapters.forgetting import erasing, marks
from queue_server.adapters.rows.appointment_rows import APPOINTMENT
from queue_server.adapters.rows.base import table
from queue_server.adapters.rows.order_rows import OrderRows
from queue_server.adapters.rows.person_rows import PERSON
from queue_server.adapters.tables.outbox import OutboxRow

OUTBOX = table(OutboxRow)
NIGHT: Final = range(1, 4)
"""Local hours in which a site's hall is surely empty; three, for a server may be down in one."""
NOTED: Final = timedelta(days=100)
"""So long the rows of `erasure` stay, though the journal has them: should its disk be lost, they are written
anew for every backup that is not older. They hold ids and moments, nothing of a person."""


def erase(connection: Connection, now: datetime, zones: Mapping[str, str]) -> int:
    """Erase whose time is over, and at night at each site whose last message is done; return how many.

    `zones` tells each site's time zone.
    """
    gone = erasing.erase_overdue(connection, now)
    at_night = sites_at_night(now, zones)
    if at_night:
        gone += sum(erase_done(connection, site_id, now) for site_id in at_night)
    marks.forget(connection, now)
    OrderRows.forget(connection, now)
    connection.execute(sa.delete(erasing.ERASURE).where(erasing.ERASURE.c.at < now - NOTED))
    return gone


def sites_at_night(now: datetime, zones: Mapping[str, str]) -> list[str]:
    return [id_ for id_, zone in zones.items() if now.astimezone(ZoneInfo(zone)).hour in NIGHT]


def erase_done(connection: Connection, site_id: str, now: datetime) -> int:
    """Erase whose appointment is over and for whom no message waits; return how many.

    A letter that was given up waits no more: after the appointment nobody needs it.
    """
    same = (APPOINTMENT.c.site_id == PERSON.c.site_id) & (APPOINTMENT.c.id == PERSON.c.appointment_id)
    query = (
        sa.select(APPOINTMENT.c.id, APPOINTMENT.c.starts_at, APPOINTMENT.c.minutes)
        .select_from(PERSON.join(APPOINTMENT, same))
        .where(PERSON.c.site_id == site_id, APPOINTMENT.c.starts_at < now)
    )
    over = [
        id_ for id_, starts_at, min_ in connection.execute(query) if starts_at + timedelta(minutes=min_) < now
    ]
    if not over:
        return 0
    awaited = _awaited(connection, site_id)
    done = [id_ for id_ in over if id_ not in awaited]
    return sum(erasing.erase_persons(connection, site_id, part, now) for part in _parts(done))


def _awaited(connection: Connection, site_id: str) -> set[int]:
    """Return the appointments that a waiting letter is about, or tells of, too."""
    query = sa.select(OUTBOX.c.appointment_id, OUTBOX.c.payload).where(
        OUTBOX.c.site_id == site_id, OUTBOX.c.state.in_(("waiting", "held")), OUTBOX.c.channel != "calendar"
    )
    found: set[int] = set()
    for id_, payload in connection.execute(query):
        found |= {id_, *payload.get("also", ())}
    return found


def _parts(ids: list[int]) -> Iterable[list[int]]:
    return (ids[begin : begin + erasing.AT_ONCE] for begin in range(0, len(ids), erasing.AT_ONCE))
