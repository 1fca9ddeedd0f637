"""Rows of `overrule`: which limits staff have lifted, kept for good. Appended, never changed."""

from datetime import datetime
from typing import Final

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from queue_server.adapters.rows.appointment_rows import APPOINTMENT
from queue_server.adapters.rows.base import table
from queue_server.adapters.tables.fairness import OverruleRow
from queue_server.services.ports import Overruled

OVERRULE = table(OverruleRow)
_FIELDS: Final = ("appointment_id", "at", "by", "what", "reason")
_COLUMNS: Final = tuple(OVERRULE.c[name] for name in _FIELDS)
LONGEST_REASON: Final = 400


class OverruleRows:
    """Adds and lists."""

    @staticmethod
    def add(connection: Connection, organisation_id: str, site_id: str, one: Overruled) -> None:
        values = {name: getattr(one, name) for name in _FIELDS} | {"reason": one.reason[:LONGEST_REASON]}
        connection.execute(
            sa.insert(OVERRULE).values(organisation_id=organisation_id, site_id=site_id, **values)
        )

    @staticmethod
    def of(connection: Connection, site_id: str, appointment_id: int) -> list[Overruled]:
        """Return what was lifted for one appointment, oldest first."""
        mine = (OVERRULE.c.site_id == site_id) & (OVERRULE.c.appointment_id == appointment_id)
        query = sa.select(*_COLUMNS).where(mine).order_by(OVERRULE.c.id)
        return [Overruled(**row) for row in connection.execute(query).mappings()]

    @staticmethod
    def since(connection: Connection, site_id: str, since: datetime) -> list[tuple[Overruled, str]]:
        """Return what was lifted at a site from a time on, oldest first, each with the reference."""
        same = sa.and_(
            APPOINTMENT.c.site_id == OVERRULE.c.site_id, APPOINTMENT.c.id == OVERRULE.c.appointment_id
        )
        query = (
            sa.select(*_COLUMNS, APPOINTMENT.c.reference)
            .select_from(OVERRULE.outerjoin(APPOINTMENT, same))
            .where(OVERRULE.c.site_id == site_id, OVERRULE.c.at >= since)
            .order_by(OVERRULE.c.id)
        )
        rows = connection.execute(query).mappings().all()
        return [(Overruled(**{name: row[name] for name in _FIELDS}), row["reference"] or "-") for row in rows]
