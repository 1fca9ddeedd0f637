"""Migrations stay readable by the version before: expand first, contract a release later.

From 0008 on each migration says in `OLDEST_READER` whose program still serves what it makes, and leaves
that in the database. What such a program needs: its tables and columns as they were, nothing more to fill in.
"""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from alembic import command
from sqlalchemy.engine import Connection

from queue_server.adapters import schema
from queue_server.adapters.database import Database
from tests.newer_release import a_migration

FIRST = "0008"
WRITTEN = re.compile(r"^OLDEST_READER = '(\d+)'", re.MULTILINE)


def declared() -> dict[str, str | None]:
    """Each revision that has to say so → the oldest that reads it."""
    found = {}
    for file in sorted((schema.FOLDER / "versions").glob("[0-9]*.py")):
        if (revision := file.name.partition("_")[0]) >= FIRST:
            said = WRITTEN.search(file.read_text(encoding="utf-8"))
            found[revision] = said[1] if said else None
    return found


def brought_to(connection: Connection, revision: str) -> dict[str, Any]:
    command.upgrade(schema._config(connection), revision)
    return shape(connection)


def shape(connection: Connection) -> dict[str, Any]:
    """Return columns and unique walls of every table, as the database has them."""
    looked = sa.inspect(connection)
    return {
        table: {
            "columns": {column["name"]: column for column in looked.get_columns(table)},
            "unique": [
                *(tuple(wall["column_names"]) for wall in looked.get_unique_constraints(table)),
                *(tuple(one["column_names"]) for one in looked.get_indexes(table) if one["unique"]),
            ],
            "keys": {tuple(key["constrained_columns"]) for key in looked.get_foreign_keys(table)},
        }
        for table in looked.get_table_names()
    }


def in_the_way(old: dict[str, Any], new: dict[str, Any]) -> Iterator[str]:
    """Yield what a program made for the old shape stumbles over in the new one."""
    for table, before in old.items():
        if table not in new:
            yield f"{table} is gone"
            continue
        after = new[table]
        yield from (f"{table}.{name}: {why}" for name, why in columns_in_the_way(before, after))
        for wall in set(after["unique"]) - set(before["unique"]):
            if set(wall) <= set(before["columns"]):
                yield f"{table}: {wall} has to be unique now"
        for key in after["keys"] - before["keys"]:
            if set(key) <= set(before["columns"]):
                yield f"{table}: {key} has to point somewhere now"


def columns_in_the_way(before: dict[str, Any], after: dict[str, Any]) -> Iterator[tuple[str, str]]:
    for name, column in before["columns"].items():
        now = after["columns"].get(name)
        if now is None:
            yield name, "gone"
        elif column["nullable"] and not now["nullable"]:
            yield name, "must be filled in now"
        elif str(column["type"]) != str(now["type"]):
            yield name, f"{column['type']} became {now['type']}"
    for name in after["columns"].keys() - before["columns"].keys():
        column = after["columns"][name]
        if not column["nullable"] and column["default"] is None:
            yield name, "new, and without a default"


@contextmanager
def an_empty_database(tmp_path: Path) -> Iterator[Connection]:
    database = Database(f"sqlite:///{tmp_path / 'shapes.sqlite3'}")
    try:
        with schema.rebuilding(database) as connection:
            yield connection
    finally:
        database.dispose()


def test_every_migration_says_who_still_reads_it() -> None:
    assert {revision for revision, oldest in declared().items() if oldest is None} == set()


@pytest.mark.parametrize("revision", declared())
def test_the_oldest_reader_finds_all_that_it_knows(tmp_path: Path, revision: str) -> None:
    oldest = declared()[revision]
    assert oldest is not None
    assert FIRST <= oldest <= revision
    with an_empty_database(tmp_path) as connection:
        old = brought_to(connection, oldest)
        new = brought_to(connection, revision)
        assert list(in_the_way(old, new)) == []
        assert schema.readable_from(connection) == oldest


def test_the_next_release_of_these_tests_is_readable(tmp_path: Path) -> None:
    with an_empty_database(tmp_path) as connection:
        old = brought_to(connection, "head")
        for statement in (
            "ALTER TABLE meta ADD COLUMN later VARCHAR(10)",
            "ALTER TABLE ticket ADD COLUMN later VARCHAR(10) NOT NULL DEFAULT 'no'",
        ):
            assert statement.split()[2] in a_migration()
            connection.execute(sa.text(statement))
        assert list(in_the_way(old, shape(connection))) == []


@pytest.mark.parametrize(
    ("statement", "found"),
    [
        ("DROP TABLE finding", "finding is gone"),
        ("ALTER TABLE account RENAME COLUMN must_change TO has_to", "account.must_change: gone"),
        ("ALTER TABLE staff_alarm DROP COLUMN ended_by", "staff_alarm.ended_by: gone"),
        ("CREATE UNIQUE INDEX once ON finding (subject)", "finding: ('subject',) has to be unique now"),
    ],
)
def test_what_an_older_program_stumbles_over_is_found(tmp_path: Path, statement: str, found: str) -> None:
    with an_empty_database(tmp_path) as connection:
        old = brought_to(connection, "head")
        connection.execute(sa.text(statement))
        assert found in list(in_the_way(old, shape(connection)))


def test_a_new_column_without_a_default_is_found() -> None:
    text = {"type": "TEXT", "default": None}
    old = {"t": {"columns": {"a": text | {"nullable": True}}, "unique": [], "keys": set()}}
    columns = {"a": text | {"nullable": False}, "b": text | {"nullable": False}}
    new = {"t": {"columns": columns, "unique": [], "keys": {("a",)}}}
    assert list(in_the_way(old, new)) == [
        "t.a: must be filled in now",
        "t.b: new, and without a default",
        "t: ('a',) has to point somewhere now",
    ]


def test_a_migration_takes_nothing_along_by_foreign_key(tmp_path: Path) -> None:
    """Changing `account` makes the table anew on SQLite: that once deleted every session."""
    database = Database(f"sqlite:///{tmp_path / 'town.sqlite3'}")
    with schema.rebuilding(database) as connection:
        brought_to(connection, "0007")
    for statement in (
        "INSERT INTO account VALUES ('a', 't', 'anna', 'clerk', 'x', NULL, NULL, 0, '2026-03-03', NULL)",
        "INSERT INTO session VALUES ('s', 't', 'h', 'a', '2026-03-03', '2026-03-03', '2026-03-03', NULL)",
    ):
        run(database, statement)
    schema.upgrade(database)
    assert run(database, "SELECT count(*) FROM session") == 1
    with pytest.raises(sa.exc.IntegrityError):  # the wall stands again
        run(database, "UPDATE session SET account_id = 'nobody'")
    database.dispose()


def run(database: Database, statement: str) -> int | None:
    with database.writer.begin() as connection:
        result = connection.execute(sa.text(statement))
        return result.scalar() if result.returns_rows else None
