"""Puts a database file's rows into PostgreSQL in one transaction; what was there gets a schema of its own."""

from pathlib import Path

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from queue_server.adapters import schema
from queue_server.adapters.backup.copying import copy_rows, count_rows, opened
from queue_server.adapters.backup.sealed_file import BadBackup
from queue_server.adapters.checking import one_moment
from queue_server.adapters.database import Database

LOCK_WAIT_S = 5


class InUse(Exception):  # noqa: N818 - it says what is so
    """So many other programs have the database open."""

    def __init__(self, count: int) -> None:
        super().__init__(count)
        self.count = count


def put_in_place(ready: Path, target: Database, aside: str) -> bool:
    """Let the database hold what the file holds, and what it held be in the schema `aside`.

    Says whether it held anything. All or nothing. Raises `InUse`, and `BadBackup` when rows got lost.
    """
    with opened(ready) as source, one_moment(source) as rows, target.writer.begin() as connection:
        _refuse_beside_others(connection)
        connection.exec_driver_sql(f"SET LOCAL lock_timeout = '{LOCK_WAIT_S}s'")
        there_was_one = _put_aside(connection, aside)
        schema.upgrade_within(connection)
        copy_rows(rows, connection)
        _count_on(connection)
        if count_rows(connection) != count_rows(rows):
            raise BadBackup("not all rows arrived in the database")
    return there_was_one


def _refuse_beside_others(connection: Connection) -> None:
    query = sa.text(
        "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()"
        " AND usename = current_user AND pid <> pg_backend_pid() AND backend_type = 'client backend'"
    )
    count = connection.execute(query).scalar_one()
    if count:
        raise InUse(count)


def _put_aside(connection: Connection, aside: str) -> bool:
    """Move our tables, with their indexes and sequences, out of the way."""
    ours = {*(table.name for table in schema.metadata.sorted_tables), "alembic_version"}
    present = sorted(ours.intersection(sa.inspect(connection).get_table_names()))
    if not present:
        return False
    connection.execute(sa.schema.CreateSchema(aside))
    quote = connection.dialect.identifier_preparer.quote
    for name in present:
        connection.exec_driver_sql(f"ALTER TABLE {quote(name)} SET SCHEMA {quote(aside)}")
    return True


def _count_on(connection: Connection) -> None:
    """Let ids that the database gives go on behind the last one."""
    for table in schema.metadata.sorted_tables:
        column = table.autoincrement_column
        if column is None:
            continue
        sequence = connection.execute(
            sa.select(sa.func.pg_get_serial_sequence(table.name, column.name))
        ).scalar()
        if sequence is not None:
            last = sa.select(sa.func.max(column)).scalar_subquery()
            connection.execute(
                sa.select(sa.func.setval(sequence, sa.func.coalesce(last, 1), last.is_not(None)))
            )
