"""Real databases for the tests of accounts: an SQLite file, and the PostgreSQL of the run."""

from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa
from sqlalchemy import Connection, Engine

from queue_server.adapters.leads import SETTING
from queue_server.adapters.tables.accounts import ACCOUNT, LEAD, PAIRING, SESSION, TOKEN
from queue_server.adapters.town.store import META, STREAM

TABLES = [ACCOUNT, LEAD, SESSION, TOKEN, PAIRING, SETTING, STREAM, META]


@pytest.fixture(scope="session")
def accounts_on_sqlite(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    path: Path = tmp_path_factory.mktemp("accounts") / "town.sqlite"
    engine = sa.create_engine(f"sqlite:///{path}")
    ACCOUNT.metadata.create_all(engine, tables=TABLES)
    yield engine
    engine.dispose()


@pytest.fixture(scope="session")
def accounts_on_postgresql(postgres_url: str) -> Iterator[Engine]:
    engine = sa.create_engine(postgres_url, connect_args={"options": "-csearch_path=accounts_test"})
    with engine.begin() as conn:
        conn.execute(sa.text("CREATE SCHEMA accounts_test"))
        ACCOUNT.metadata.create_all(conn, tables=TABLES)
    yield engine
    engine.dispose()


@pytest.fixture(params=["sqlite", "postgresql"])
def accounts_engine(request: pytest.FixtureRequest) -> Iterator[Engine]:
    """An engine with the tables of accounts; whatever the test committed is emptied afterwards."""
    engine: Engine = request.getfixturevalue(f"accounts_on_{request.param}")
    yield engine
    with engine.begin() as conn:
        for table in reversed(TABLES):
            conn.execute(sa.delete(table))


@pytest.fixture
def conn(accounts_engine: Engine) -> Iterator[Connection]:
    """A connection whose transaction is rolled back after the test."""
    with accounts_engine.connect() as connection, connection.begin() as transaction:
        yield connection
        transaction.rollback()
