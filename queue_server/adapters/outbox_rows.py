"""Rows of `outbox`, as bookings write them: posted and taken back in the commit of what they tell.

What must not live here: sending.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import Connection

from queue_server.adapters.rows import table
from queue_server.adapters.tables.outbox import OutboxRow

OUTBOX = table(OutboxRow)


class OutboxRows:
    """Adds letters and takes them back."""

    @staticmethod
    def add(connection: Connection, rows: Sequence[Mapping[str, Any]]) -> None:
        """Add letters; one that was posted before is not posted again."""
        if rows:
            insert = sqlite.insert if connection.dialect.name == "sqlite" else postgresql.insert
            once = insert(OUTBOX).on_conflict_do_nothing(index_elements=[OUTBOX.c.dedupe_key])
            connection.execute(once, list(rows))

    @staticmethod
    def withdraw(connection: Connection, site_id: str, appointment_id: int) -> None:
        """Cancel what still waits to be sent about an appointment."""
        connection.execute(
            sa.update(OUTBOX)
            .where(
                OUTBOX.c.site_id == site_id,
                OUTBOX.c.appointment_id == appointment_id,
                OUTBOX.c.state == "waiting",
            )
            .values(state="cancelled")
        )
