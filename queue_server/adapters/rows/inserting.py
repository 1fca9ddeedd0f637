"""Inserts that know what to do about a row that is there already: both databases have them, in dialects.

Each dialect's own insert is loaded where it is spoken.
"""

from typing import Any

import sqlalchemy as sa


def insert_into(target: sa.Table, dialect: str) -> Any:
    """Return an insert with `on_conflict_do_update` and `on_conflict_do_nothing`."""
    if dialect == "sqlite":
        from sqlalchemy.dialects import sqlite

        return sqlite.insert(target)
    from sqlalchemy.dialects import postgresql

    return postgresql.insert(target)
