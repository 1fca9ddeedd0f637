"""Blanking what somebody of the staff typed where no visitor's data belong; the rest of the row stays."""

from collections.abc import Mapping
from typing import Final

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from queue_server.adapters.rows.base import table
from queue_server.adapters.tables.accounts import TOKEN
from queue_server.adapters.tables.fairness import OverruleRow

OVERRULE = table(OverruleRow)
BLANKABLE: Final[Mapping[str, sa.Column[str]]] = {
    "overrule.reason": OVERRULE.c.reason,
    "token.label": TOKEN.c.label,
}


def blank(connection: Connection, what: str, row_id: str) -> str | None:
    """Take the words out of one row of `BLANKABLE`; return whose row it is, None when there is none."""
    column = BLANKABLE[what]
    key = column.table.c.id
    wanted = int(row_id) if key.type.python_type is int and row_id.isdecimal() else row_id
    if key.type.python_type is int and not isinstance(wanted, int):
        return None
    owner: str | None = connection.execute(
        sa.select(key.table.c.organisation_id).where(key == wanted)
    ).scalar()
    connection.execute(sa.update(key.table).where(key == wanted).values({column.name: ""}))
    return owner
