"""Rows of `print_job`: what is to be printed where, and what became of it."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from queue_server.adapters.rows.base import table
from queue_server.adapters.tables.hall import PrintJobRow
from queue_server.services.ports import JobToPrint

JOB = table(PrintJobRow)
_COLUMNS = (
    JOB.c.id,
    JOB.c.kiosk_id,
    JOB.c.ticket_id,
    JOB.c.attempt,
    JOB.c.state,
    JOB.c.code,
    JOB.c.created_at,
    JOB.c.ahead,
    JOB.c.from_min,
    JOB.c.to_min,
)


_ADD = sa.insert(JOB)


class PrintRows:
    """Reads and writes print jobs, each of one site: an id from a device is never looked up alone."""

    @staticmethod
    def add(connection: Connection, rows: Sequence[Mapping[str, Any]]) -> None:
        if rows:
            connection.execute(_ADD, list(rows))

    @staticmethod
    def of_kiosk(
        connection: Connection, site_id: str, kiosk_id: str, states: Sequence[str]
    ) -> list[JobToPrint]:
        """Return the kiosk's jobs in one of these states, in order of their making."""
        query = sa.select(*_COLUMNS).where(
            JOB.c.site_id == site_id, JOB.c.kiosk_id == kiosk_id, JOB.c.state.in_(states)
        )
        return [JobToPrint(**row._mapping) for row in connection.execute(query.order_by(JOB.c.id))]

    @staticmethod
    def of_ticket(connection: Connection, site_id: str, ticket_id: int) -> list[JobToPrint]:
        query = sa.select(*_COLUMNS).where(JOB.c.site_id == site_id, JOB.c.ticket_id == ticket_id)
        return [JobToPrint(**row._mapping) for row in connection.execute(query.order_by(JOB.c.id))]

    @staticmethod
    def set_state(
        connection: Connection, site_id: str, job_id: int, state: str, code: str, at: datetime
    ) -> None:
        connection.execute(
            sa.update(JOB)
            .where(JOB.c.site_id == site_id, JOB.c.id == job_id)
            .values(state=state, code=code, reported_at=at)
        )
