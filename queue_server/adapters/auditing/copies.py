"""Copies of the whole database that were put aside before a change: nobody erases anything in them.

What must not live here: deleting them; whether all is well is for a person to say.
"""

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from queue_server.adapters.auditing.searching import OVERDUE, Finding

MAY_STAY: Final = timedelta(days=2)
"""So long somebody may look whether the change went well."""
_NAME: Final = re.compile(r".*before[-_].*?(\d{8}t\d{6}z).*", re.IGNORECASE)


def late_copies(connection: Connection, now: datetime) -> Iterator[Finding]:
    """Yield the files beside the database, or the schemas in it, that should be deleted by now."""
    is_file = connection.dialect.name == "sqlite"
    names = _files(connection) if is_file else sa.inspect(connection).get_schema_names()
    for name in sorted(names):
        match = _NAME.fullmatch(name)
        if match and now - _moment(match[1]) > MAY_STAY:
            yield Finding("file" if is_file else "schema", name, "whole copy", OVERDUE)


def _files(connection: Connection) -> list[str]:
    file = Path(connection.engine.url.database or "")
    return [path.name for path in file.parent.glob(f"{file.stem}-before-*{file.suffix}")] if file.name else []


def _moment(text: str) -> datetime:
    return datetime.strptime(text.upper(), "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC)
