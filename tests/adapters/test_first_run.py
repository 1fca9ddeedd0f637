"""The one transaction of the first set-up, on both databases."""

import threading
from dataclasses import replace
from datetime import UTC, datetime

import pytest
import sqlalchemy as sa
from sqlalchemy import Connection

from queue_server.adapters import accounts, first_run
from queue_server.adapters.changing_town import TownUnfit
from queue_server.adapters.database import Database
from queue_server.adapters.tables.operations import AUDIT
from queue_server.adapters.town import beginning
from queue_server.adapters.town.store import load_towns, lock_settings, save_town
from queue_server.domain.access import Role

NOW = datetime(2026, 3, 10, 9, tzinfo=UTC)
HASH = "$argon2id$v=19$m=65536,t=3,p=1$c2FsdHNhbHQ$ZmFrZQ"
TOWN = beginning.template("town-hall")
PEOPLE = [first_run.account("anna", HASH, None, None), first_run.account("erste", HASH, "erste", "rathaus")]


def make(conn: Connection) -> None:
    first_run.make(conn, TOWN, PEOPLE, NOW)


def test_town_accounts_and_lines_are_made_at_once_and_once(database: Database) -> None:
    secret = database.write(lambda conn: first_run.open_link(conn, NOW))
    database.write(make)

    assert database.read(load_towns) == {TOWN.id: TOWN}
    found = database.read(lambda conn: accounts.list_accounts(conn, TOWN.id))
    assert [(one.user, one.role, one.must_change) for one in found] == [
        ("anna", Role.ADMINISTRATOR, False),
        ("erste", Role.CLERK, True),
    ]
    lines = database.read(lambda conn: conn.execute(sa.select(AUDIT.c.act, AUDIT.c.actor, AUDIT.c.via)).all())
    assert sorted(map(tuple, lines)) == [
        ("account_made", "anna", "web"),
        ("account_made", "anna", "web"),
        ("town_made", "anna", "web"),
    ]
    assert database.read(lambda conn: first_run.state_of(conn, secret, NOW)) == "done"
    with pytest.raises(first_run.AlreadySetUp):
        database.write(make)


def test_a_refusal_leaves_nothing_behind(database: Database) -> None:
    twice = [PEOPLE[0], replace(PEOPLE[1], user="anna")]
    with pytest.raises(accounts.UserTaken):
        database.write(lambda conn: first_run.make(conn, TOWN, twice, NOW))
    with pytest.raises(TownUnfit):
        database.write(lambda conn: first_run.make(conn, replace(TOWN, clerks=()), PEOPLE, NOW))
    assert database.read(load_towns) == {}
    assert database.read(lambda conn: accounts.find_account(conn, "anna")) is None


def test_a_town_that_is_being_made_beside_it_is_waited_for(database: Database) -> None:
    """`aufruf init` at the same moment: two towns came of it on PostgreSQL."""
    database.write(lambda conn: first_run.open_link(conn, NOW))
    refused: list[first_run.AlreadySetUp] = []

    def second() -> None:
        try:
            database.write(make)
        except first_run.AlreadySetUp as refusal:
            refused.append(refusal)

    thread = threading.Thread(target=second)
    with database.writer.begin() as conn:
        lock_settings(conn)
        thread.start()
        thread.join(0.2)
        assert thread.is_alive(), "the second did not wait"
        save_town(conn, replace(TOWN, id="other"), NOW)
    thread.join()
    assert refused
    assert list(database.read(load_towns)) == ["other"]
