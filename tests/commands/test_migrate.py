"""`aufruf migrate`: an older database gets today's shape, with a copy put aside first."""

import shutil
from pathlib import Path

import pytest
import sqlalchemy as sa

from queue_server.adapters import schema
from queue_server.adapters.tables.operations import AUDIT
from queue_server.commands import running
from tests.commands.conftest import Aufruf
from tests.commands.operating import Place, fill_hall
from tests.newer_release import a_migration, make_newer


@pytest.fixture
def later_release(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the product know one migration more than the database has."""
    let_know(tmp_path, monkeypatch, a_migration())


def let_know(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, migration: str) -> None:
    folder = tmp_path / "migrations"
    shutil.copytree(schema.FOLDER, folder)
    (folder / "versions" / "9001_later.py").write_text(migration)
    monkeypatch.setattr(schema, "FOLDER", folder)


def test_the_newest_shape_needs_nothing(place: Place, aufruf: Aufruf) -> None:
    said = aufruf("migrate", *place.words)
    assert (said.status, "nothing to do" in said.out) == (0, True)


def test_an_older_database_is_copied_and_brought_up_to_date(
    place: Place, aufruf: Aufruf, request: pytest.FixtureRequest
) -> None:
    fill_hall(place)
    request.getfixturevalue("later_release")
    refused = aufruf("check", *place.words)
    assert (refused.status, "aufruf migrate" in refused.err) == (1, True)
    said = aufruf("migrate", *place.words)
    assert (said.status, "to 9001" in said.out) == (0, True)
    assert aufruf("check", *place.words).status == 0
    with place.database() as database:
        assert "later" in {column["name"] for column in sa.inspect(database.reader).get_columns("meta")}
    copies = list(place.settings.data.glob("aufruf-before-migrate-*.sqlite3"))
    if place.settings.database:
        assert (copies, "pg_dump" in said.out) == ([], True)
        return
    old = sa.create_engine(f"sqlite:///{copies[0]}")
    with old.connect() as connection:
        assert connection.execute(sa.text("SELECT count(*) FROM ticket")).scalar() == 3
        assert "later" not in {column["name"] for column in sa.inspect(connection).get_columns("meta")}
    old.dispose()


def test_a_newer_database_is_left_alone(place: Place, aufruf: Aufruf) -> None:
    with place.database() as database:
        database.write(lambda conn: make_newer(conn, "9001"))
    said = aufruf("migrate", *place.words)
    assert (said.status, "a newer version of Aufruf" in said.err) == (1, True)
    assert list(place.settings.data.glob("aufruf-before-*")) == []


def test_a_newer_shape_that_this_version_reads_is_left_as_it_is(place: Place, aufruf: Aufruf) -> None:
    with place.database() as database:
        database.write(make_newer)
    said = aufruf("migrate", *place.words)
    assert (said.status, "this one serves as well" in said.out) == (0, True)
    assert aufruf("check", *place.words).status == 0


def test_without_a_town_nothing_is_made(empty_place: Place, aufruf: Aufruf) -> None:
    said = aufruf("migrate", *empty_place.words)
    assert (said.status, "aufruf init" in said.err) == (1, True)
    assert not empty_place.settings.data.exists()


@pytest.mark.parametrize("empty_place", ["sqlite"], indirect=True)
def test_beside_a_server_that_could_not_read_it_nothing_changes(
    place: Place, aufruf: Aufruf, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with running.server_lock(place.settings):
        refused = aufruf("migrate", *place.words)
        assert (refused.status, "stop it first" in refused.err) == (1, True)
        let_know(tmp_path, monkeypatch, a_migration("9001"))
        refused = aufruf("migrate", "--beside", *place.words)
        assert (refused.status, "could not serve it any more" in refused.err) == (1, True)
    with place.database() as database:
        assert database.read(schema.fit) is schema.Fit.OLDER


@pytest.mark.parametrize("empty_place", ["postgresql"], indirect=True)
def test_beside_a_server_it_does_not_wait_behind_a_dump(
    place: Place, aufruf: Aufruf, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever waits for a whole table makes every request of the hall wait behind it."""
    monkeypatch.setattr("queue_server.commands.migrate.PATIENCE_S", 0.2)
    with running.server_lock(place.settings), place.database() as database:
        let_know(tmp_path, monkeypatch, a_migration())
        with database.reader.connect() as dump, dump.begin():
            dump.execute(sa.text("LOCK TABLE ticket IN ACCESS SHARE MODE"))
            refused = aufruf("migrate", "--beside", *place.words)
        assert (refused.status, "try again when it is done" in refused.err) == (1, True)
        assert database.read(schema.fit) is schema.Fit.OLDER
        said = aufruf("migrate", "--beside", *place.words)
        assert (said.status, database.read(schema.current)) == (0, "9001"), said
        lines = database.read(lambda conn: conn.execute(sa.select(AUDIT.c.act)).scalars().all())
        assert list(lines).count("migrated") == 1
