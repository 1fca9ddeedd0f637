"""Rows of `outbox`, as bookings write them: posted and taken back in the commit of what they tell.

What must not live here: sending.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from queue_server.adapters.rows.base import table
from queue_server.adapters.rows.inserting import insert_into
from queue_server.adapters.rows.prepared import PreparedRows, numbered
from queue_server.adapters.tables.outbox import OutboxRow
from queue_server.services.ports import TakenBack

OUTBOX = table(OutboxRow)


def _add(dialect: str, rows: int) -> Any:
    insert = insert_into(OUTBOX, dialect)
    columns = [column for column in OUTBOX.columns if column is not OUTBOX.c.id]
    values = [{column.name: numbered(column, row) for column in columns} for row in range(rows)]
    return insert.values(values).on_conflict_do_nothing(index_elements=[OUTBOX.c.dedupe_key])


_ADD = PreparedRows(_add)


class OutboxRows:
    """Adds letters and takes them back."""

    @staticmethod
    def add(connection: Connection, rows: Sequence[Mapping[str, Any]]) -> None:
        """Add letters; one that was posted before is not posted again."""
        _ADD.run(connection, rows)

    @staticmethod
    def send_again(connection: Connection, site_id: str, appointment_id: int, now: datetime) -> None:
        """Let mail of an appointment that was given up wait once more, as if it were new."""
        connection.execute(
            sa.update(OUTBOX)
            .where(
                OUTBOX.c.site_id == site_id,
                OUTBOX.c.appointment_id == appointment_id,
                OUTBOX.c.channel == "mail",
                OUTBOX.c.state == "failed",
            )
            .values(state="waiting", tries=0, claimed_by="", last_error="", first_due_at=now, due_at=now)
        )

    @staticmethod
    def end_claims(connection: Connection, site_id: str, appointment_id: int, now: datetime) -> None:
        """Let mail that is being sent be claimed anew: what becomes of this try counts no more.

        It goes to an address that is the visitor's no longer, and its failure would be noted at the new one.
        """
        connection.execute(
            sa.update(OUTBOX)
            .where(
                OUTBOX.c.site_id == site_id,
                OUTBOX.c.appointment_id == appointment_id,
                OUTBOX.c.channel == "mail",
                OUTBOX.c.state == "waiting",
                OUTBOX.c.lease_until.is_not(None),
            )
            .values(claimed_by="", lease_until=None, due_at=now)
        )

    @staticmethod
    def asked_to_move(connection: Connection, site_id: str, appointment_ids: Sequence[int]) -> set[int]:
        """Return those whose last word was that their time cannot be kept."""
        found = connection.execute(
            sa.select(OUTBOX.c.appointment_id, OUTBOX.c.kind)
            .where(
                OUTBOX.c.site_id == site_id,
                OUTBOX.c.appointment_id.in_(appointment_ids),
                OUTBOX.c.kind.in_(("must_move", "moved", "rescued", "stands")),
                OUTBOX.c.state.in_(("waiting", "held", "sent")),
            )
            .order_by(OUTBOX.c.id)
        )
        last = {row.appointment_id: row.kind for row in found}
        return {id_ for id_, kind in last.items() if kind == "must_move"}

    @staticmethod
    def withdraw(
        connection: Connection, site_id: str, appointment_id: int, kind: str = ""
    ) -> list[TakenBack]:
        """Cancel what still waits to be sent to the visitor, or of it one kind alone; return what that was.

        A calendar is told all that happens.
        """
        which = [
            OUTBOX.c.site_id == site_id,
            OUTBOX.c.appointment_id == appointment_id,
            OUTBOX.c.state.in_(("waiting", "held")),
            OUTBOX.c.channel != "calendar",
            *([OUTBOX.c.kind == kind] if kind else []),
        ]
        told = (OUTBOX.c.id, OUTBOX.c.kind, OUTBOX.c.channel, OUTBOX.c.payload, OUTBOX.c.lease_until)
        rows = connection.execute(sa.update(OUTBOX).where(*which).values(state="cancelled").returning(*told))
        return [
            TakenBack(row.kind, row.channel, tuple(row.payload.get("also", ())), row.lease_until is not None)
            for row in sorted(rows, key=lambda row: row.id)
        ]
