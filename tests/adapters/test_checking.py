"""The comparison of log and rows by itself; `tests/commands/test_check.py` damages rows on both databases."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa

from queue_server.adapters import schema
from queue_server.adapters.checking import BrokenLog, check_database, fold_day, one_moment
from queue_server.adapters.database import Database
from queue_server.adapters.rebuilding import rebuild_site
from queue_server.adapters.store import Store
from queue_server.adapters.town import store as town_store
from queue_server.adapters.town.file import sample_town
from queue_server.domain.ticket import Origin
from queue_server.services import reception
from queue_server.services.concerns import choose

NOON = datetime(2026, 11, 20, 11, tzinfo=UTC)
TOMORROW = NOON + timedelta(days=1)
TOWN = sample_town()


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    database = Database(f"sqlite:///{tmp_path / 'town.sqlite3'}")
    schema.upgrade(database)
    database.write(lambda conn: town_store.save_town(conn, TOWN, NOON))
    yield database
    database.dispose()


def come(database: Database, at: datetime, site: int = 0) -> None:
    """Let one visitor take a number."""
    store = Store(database)
    store.begin()
    unit = store.unit(TOWN.sites[site].id, at)
    choice = choose(TOWN, unit.site, [("id-card", 1)])
    reception.take_ticket(unit, choice, origin=Origin.DESK, language="de")
    store.commit()
    store.close()


def run_sql(database: Database, statement: str) -> None:
    database.write(lambda conn: conn.execute(sa.text(statement)))


def test_each_site_is_checked_by_itself(database: Database) -> None:
    come(database, NOON)
    come(database, NOON, site=1)
    run_sql(database, "UPDATE ticket SET persons = 9 WHERE site_id = 'buergerzentrum'")
    found = {check.site_id: check for check in check_database(database)}
    assert found[TOWN.sites[0].id].differences == ()
    (difference,) = found["buergerzentrum"].differences
    assert (difference.field, difference.by_log, difference.by_rows) == ("persons", 1, 9)


def test_an_earlier_day_is_checked_when_asked_for(database: Database) -> None:
    come(database, NOON)
    come(database, TOMORROW)
    assert [c.differences for c in check_database(database, all_days=True)] == [(), ()]
    run_sql(database, "UPDATE ticket SET persons = 9 WHERE business_day = '2026-11-20'")
    today, all_days = (check_database(database, all_days=all_) for all_ in (False, True))
    assert [check.differences for check in today] == [(), ()]
    (difference,) = (one for check in all_days for one in check.differences)
    assert difference.day == NOON.date()


def test_a_broken_entry_is_named(database: Database) -> None:
    come(database, NOON)
    run_sql(database, "UPDATE event SET type = 'NeverHeardOf' WHERE seq = 1")
    with one_moment(database) as connection, pytest.raises(BrokenLog, match="entry 1") as broken:
        fold_day(connection, TOWN.sites[0].id, NOON.date())
    assert broken.value.seq == 1
    (found,) = (one for check in check_database(database) for one in check.differences)
    assert found.thing == "log entry 1"


def test_one_moment_is_not_disturbed_by_a_writer(database: Database) -> None:
    come(database, NOON)
    with one_moment(database) as connection:
        before, _ = fold_day(connection, TOWN.sites[0].id, NOON.date())
        come(database, NOON)
        after, _ = fold_day(connection, TOWN.sites[0].id, NOON.date())
    assert len(before.tickets) == len(after.tickets) == 1


def test_rebuilding_leaves_earlier_days_alone(database: Database) -> None:
    come(database, NOON)
    come(database, TOMORROW)
    run_sql(database, "UPDATE ticket SET persons = 9")
    assert database.write(lambda conn: rebuild_site(conn, TOWN.sites[0].id)) == 1
    rows = database.read(lambda conn: conn.execute(sa.text("SELECT persons FROM ticket ORDER BY id")).all())
    assert [row.persons for row in rows] == [9, 1]


def test_a_site_without_a_day_needs_no_rebuilding(database: Database) -> None:
    assert database.write(lambda conn: rebuild_site(conn, TOWN.sites[0].id)) == 0
