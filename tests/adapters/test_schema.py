"""The shape of the database: migrations and tables agree, and the walls stand on both databases."""

import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory

from queue_server.adapters import schema
from queue_server.adapters.database import Database
from queue_server.adapters.rows.base import COUNTER, EVENT, LEASE, TICKET
from tests.town_hall import Hand, the_town

NOW = datetime(2026, 3, 3, 8, tzinfo=UTC)


def test_the_migrations_make_what_the_tables_say(database: Database) -> None:
    def differences(connection: sa.Connection) -> list[Any]:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        return list(compare_metadata(context, schema.metadata))

    assert database.read(differences) == []


def test_migrating_twice_changes_nothing(database: Database) -> None:
    assert database.read(schema.current) == schema.head()
    schema.upgrade(database)
    assert database.read(schema.current) == schema.head()


def test_the_newest_revision_is_what_alembic_says() -> None:
    assert schema.head() == ScriptDirectory(str(schema.FOLDER)).get_current_head()
    assert schema.knows(str(schema.head()))
    assert not schema.knows("9999")


def test_a_database_is_made_in_a_child_process(tmp_path: Path) -> None:
    empty = Database(f"sqlite:///{tmp_path / 'new.sqlite3'}")
    assert empty.read(schema.current) is None
    schema.upgrade_apart(empty)
    assert empty.read(schema.current) == schema.head()
    empty.dispose()


def test_a_server_runs_without_alembic() -> None:
    """11 MB that only a migration needs."""
    check = "import sys, queue_server.commands.demo, queue_server.web.app; sys.exit('alembic' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", check], check=False).returncode == 0


def test_every_row_belongs_to_an_organisation() -> None:
    without = {"meta", "alembic_version", "compatibility"}  # of the database itself
    for table in schema.metadata.sorted_tables:
        assert table.name in without or "organisation_id" in table.columns, table.name


def test_a_number_is_leased_once(database: Database) -> None:
    """Failure 29's wall: no two visits with one number on one day."""
    lease = {
        "site_id": "hall",
        "business_day": NOW.date(),
        "number": 417,
        "organisation_id": "town",
        "ticket_id": 1,
    }
    database.write(lambda c: c.execute(sa.insert(LEASE).values(**lease)))
    with pytest.raises(sa.exc.IntegrityError):
        database.write(lambda c: c.execute(sa.insert(LEASE).values(**{**lease, "ticket_id": 2})))


def test_an_entry_of_the_log_has_one_place(database: Database) -> None:
    hand = Hand(database, the_town())
    hand.take()
    row = database.read(lambda c: dict(c.execute(sa.select(EVENT)).mappings().one()))
    with pytest.raises(sa.exc.IntegrityError):
        database.write(lambda c: c.execute(sa.insert(EVENT).values(**row)))


@pytest.mark.parametrize(
    ("table", "column"), [(TICKET, "state"), (TICKET, "due_reason"), (TICKET, "origin"), (COUNTER, "state")]
)
def test_a_word_that_is_none_of_ours_is_not_stored(database: Database, table: sa.Table, column: str) -> None:
    """SQLModel checks nothing on construction; a wrong word would break every later read."""
    hand = Hand(database, the_town())
    hand.open()
    hand.take()
    with pytest.raises(sa.exc.DBAPIError):
        database.write(lambda c: c.execute(sa.text(f"UPDATE {table.name} SET {column} = 'nonsense'")))  # noqa: S608


def test_times_come_back_in_utc(database: Database) -> None:
    hand = Hand(database, the_town())
    hand.take()
    arrived = database.read(lambda c: c.execute(sa.select(TICKET.c.arrived_at)).scalar_one())
    assert arrived == hand.now
    assert arrived.utcoffset() is not None
