"""The rows of staff alarms: so that a restart shows again what runs, and to be looked up for thirty days.

What must not live here: telling anybody (`live.alarms`).
"""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from queue_server.adapters.tables.operations import ALARM
from queue_server.domain.alarm import KEPT, Alarm


def keep(connection: Connection, alarm: Alarm) -> None:
    """Write an alarm as it is now; written twice it stands once."""
    row = {name: getattr(alarm, name) for name in ALARM.c.keys()} | {"going": list(alarm.going)}  # noqa: SIM118
    connection.execute(sa.delete(ALARM).where(ALARM.c.id == alarm.id))
    connection.execute(sa.insert(ALARM).values(row))


def running(connection: Connection) -> list[Alarm]:
    """Return the alarms that nobody has ended, the oldest first."""
    query = sa.select(ALARM).where(ALARM.c.ended_at.is_(None)).order_by(ALARM.c.raised_at, ALARM.c.id)
    return [Alarm(**{**row, "going": tuple(row["going"])}) for row in connection.execute(query).mappings()]


def forget(connection: Connection, now: datetime) -> int:
    """Erase alarms whose time is over; return how many."""
    return connection.execute(sa.delete(ALARM).where(ALARM.c.raised_at < now - KEPT)).rowcount
