"""Rows of `rescue`: what a day rescue did, so that it can be taken back. Forgotten after some days."""

from dataclasses import asdict
from datetime import timedelta
from typing import Final

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from queue_server.adapters.tables.setting_up import RESCUE
from queue_server.services.ports import Rescued

KEPT: Final = timedelta(days=7)
"""Longer than anybody looks at the call list; the audit log keeps that there was a rescue."""
_COLUMNS: Final = tuple(column for column in RESCUE.columns if column.name != "organisation_id")


class RescueRows:
    """Reads and writes them."""

    @staticmethod
    def find(connection: Connection, organisation_id: str, id_: str) -> Rescued | None:
        which = (RESCUE.c.organisation_id == organisation_id) & (RESCUE.c.id == id_)
        row = connection.execute(sa.select(*_COLUMNS).where(which)).mappings().first()
        return None if row is None else Rescued(**row)

    @staticmethod
    def put(connection: Connection, organisation_id: str, rescued: Rescued) -> None:
        """Keep a new one, or what became of it; and forget what is old."""
        values = asdict(rescued)
        changed = connection.execute(
            sa.update(RESCUE)
            .where(RESCUE.c.organisation_id == organisation_id, RESCUE.c.id == rescued.id)
            .values(body=rescued.body, made_at=rescued.made_at, undone_at=rescued.undone_at)
        )
        if changed.rowcount:
            return
        connection.execute(sa.insert(RESCUE).values(organisation_id=organisation_id, **values))
        connection.execute(sa.delete(RESCUE).where(RESCUE.c.made_at < rescued.made_at - KEPT))
