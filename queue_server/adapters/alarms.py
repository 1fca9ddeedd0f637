"""The rows of staff alarms: so that a restart shows again what runs, and to be looked up for thirty days.

What must not live here: telling anybody (`live.alarms`).
"""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.engine import Connection, RowMapping

from queue_server.adapters.tables.operations import ALARM
from queue_server.domain.alarm import KEPT, Alarm, merged


def keep(connection: Connection, alarm: Alarm) -> None:
    """Write an alarm, joined with what another process wrote of it; written twice it stands once."""
    query = sa.select(ALARM).where(ALARM.c.id == alarm.id).with_for_update()
    stored = connection.execute(query).mappings().one_or_none()
    known = alarm if stored is None else merged(_alarm(stored), alarm)
    row = {name: getattr(known, name) for name in ALARM.c.keys()} | {"going": list(known.going)}  # noqa: SIM118
    if stored is None:
        connection.execute(sa.insert(ALARM).values(row))
    else:
        connection.execute(sa.update(ALARM).where(ALARM.c.id == alarm.id).values(row))


def running(connection: Connection) -> list[Alarm]:
    """Return the alarms that nobody has ended, the oldest first."""
    query = sa.select(ALARM).where(ALARM.c.ended_at.is_(None)).order_by(ALARM.c.raised_at, ALARM.c.id)
    return [_alarm(row) for row in connection.execute(query).mappings()]


def _alarm(row: RowMapping) -> Alarm:
    return Alarm(**{**row, "going": tuple(row["going"])})


def forget(connection: Connection, now: datetime) -> int:
    """Erase alarms whose time is over; return how many."""
    return connection.execute(sa.delete(ALARM).where(ALARM.c.raised_at < now - KEPT)).rowcount
