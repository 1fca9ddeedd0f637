"""Whole copies of the database that somebody forgot: the audit names them after two days."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import sqlalchemy as sa

from queue_server.adapters.auditing.copies import late_copies
from queue_server.adapters.auditing.searching import Finding
from queue_server.adapters.database import Database

MADE = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)


def late(database: Database, days: int) -> list[Finding]:
    now = MADE + timedelta(days=days, seconds=1)
    return database.read(lambda c: list(late_copies(c, now)))


def test_a_forgotten_copy_is_named_after_two_days(database: Database) -> None:
    name, kind = "before_restore_20260302t010000z", "schema"
    if database.writer.dialect.name == "sqlite":
        file = Path(database.writer.url.database or "")
        name, kind = f"{file.stem}-before-migrate-20260302T010000Z{file.suffix}", "file"
        file.with_name(name).touch()
    else:
        database.write(lambda c: c.execute(sa.text(f"CREATE SCHEMA {name}")))
    try:
        assert late(database, 1) == []
        assert late(database, 2) == [Finding(kind, name, "whole copy", "overdue")]
    finally:
        if kind == "schema":
            database.write(lambda c: c.execute(sa.text(f"DROP SCHEMA {name}")))
