"""Rows of `visitor_data`: what visitors told about themselves. Erased by `adapters.forgetting` alone."""

from collections.abc import Mapping, Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from queue_server.adapters.rows.base import table
from queue_server.adapters.tables.visitors import VisitorData

VISITOR = table(VisitorData)
_ADD = sa.insert(VISITOR)


class VisitorRows:
    """Reads and writes visitors' needs."""

    @staticmethod
    def add(connection: Connection, rows: Sequence[Mapping[str, Any]]) -> None:
        if rows:
            connection.execute(_ADD, list(rows))

    @staticmethod
    def needs_of_site(connection: Connection, site_id: str) -> dict[int, tuple[str, ...]]:
        query = sa.select(VISITOR.c.ticket_id, VISITOR.c.needs).where(VISITOR.c.site_id == site_id)
        return {ticket_id: tuple(needs) for ticket_id, needs in connection.execute(query)}
