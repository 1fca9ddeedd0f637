"""Searching the database: every column that can hold a text, but for those that `auditing.allowed` names."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.engine import Connection
from sqlmodel.sql.sqltypes import AutoString

from queue_server.adapters.auditing.allowed import BELONGS, MADE_HERE, STAFF
from queue_server.adapters.auditing.searching import OVERDUE, Finding, Searcher, texts_of
from queue_server.adapters.rows.person_rows import PERSON
from queue_server.adapters.rows.visitor_rows import VISITOR
from queue_server.adapters.tables import metadata

AT_ONCE: Final = 1000
LATE: Final = timedelta(hours=3)
"""The server tidies every hour; one that was down over night does it as soon as it starts."""
A_DAY: Final = timedelta(hours=30)


def searched_columns() -> dict[sa.Table, list[sa.Column[Any]]]:
    """Return what is searched. All tables are known here once the store is imported."""
    found: dict[sa.Table, list[sa.Column[Any]]] = {}
    for each in metadata.sorted_tables:
        if each.name not in BELONGS:
            columns = [c for c in each.columns if _holds_text(c) and f"{each.name}.{c.name}" not in STAFF]
            if columns:
                found[each] = columns
    return found


def search(connection: Connection, searcher: Searcher) -> Iterator[Finding]:
    """Yield what is found, table after table."""
    for each, columns in searched_columns().items():
        keys = list(each.primary_key)
        wanted = [*keys, *(column for column in columns if column not in keys)]
        query = sa.select(*wanted).execution_options(yield_per=AT_ONCE)
        for row in connection.execute(query).mappings():
            for column in columns:
                told = {found for text in texts_of(row[column]) for found in _look(searcher, column, text)}
                for kind, how in sorted(told):
                    yield Finding(f"{each.name}.{column.name}", _name(row, keys, searcher), kind, how)


def overdue(connection: Connection, now: datetime) -> Iterator[Finding]:
    """Yield whose data should be gone by now."""
    late = sa.select(PERSON.c.site_id, PERSON.c.appointment_id).where(PERSON.c.erase_after < now - LATE)
    for site_id, id_ in connection.execute(late):
        yield Finding("booked_person", f"site_id={site_id} appointment_id={id_}", "person", OVERDUE)
    old = sa.select(VISITOR.c.site_id, VISITOR.c.ticket_id).where(VISITOR.c.created_at < now - A_DAY)
    for site_id, id_ in connection.execute(old):
        yield Finding("visitor_data", f"site_id={site_id} ticket_id={id_}", "needs", OVERDUE)


def _look(searcher: Searcher, column: sa.Column[Any], text: str) -> frozenset[tuple[str, str]]:
    return searcher.find(text, patterns=column.name not in MADE_HERE)


def _name(row: Any, keys: list[sa.Column[Any]], searcher: Searcher) -> str:
    """Name a row by its key, without a part in which something is found: no report repeats that."""
    parts = ((key.name, str(row[key])) for key in keys)
    return " ".join(f"{name}={'…' if searcher.find(value) else value}" for name, value in parts)


def _holds_text(column: sa.Column[Any]) -> bool:
    if isinstance(column.type, sa.Enum):
        return False  # a CHECK constraint holds its few words
    return isinstance(column.type, sa.String | sa.JSON | AutoString)
