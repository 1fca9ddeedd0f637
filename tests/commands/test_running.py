"""Before the start: which database this version serves, and what it says of the others."""

import pytest

from queue_server.adapters import schema
from queue_server.commands.running import why_not_ready
from tests.commands.conftest import Aufruf
from tests.commands.operating import Place, fill_hall
from tests.newer_release import make_newer


def test_a_database_of_this_version_is_served(place: Place) -> None:
    assert why_not_ready(place.settings) is None


def test_a_newer_database_that_this_version_reads_is_served(place: Place, aufruf: Aufruf) -> None:
    """The way back of an update: what was done meanwhile stays, and work goes on."""
    with place.database() as database:
        database.write(make_newer)
        assert database.read(schema.fit) is schema.Fit.READABLE
    assert why_not_ready(place.settings) is None
    fill_hall(place)
    assert aufruf("check", *place.words).status == 0
    assert aufruf("backup", *place.words).status == 0


def test_a_database_that_only_a_newer_version_reads_is_refused(place: Place, aufruf: Aufruf) -> None:
    with place.database() as database:
        database.write(lambda conn: make_newer(conn, "9001"))
    why = why_not_ready(place.settings)
    assert why is not None
    assert f"(shape 9001; this version knows {schema.head()})" in why
    assert "install that version again" in why
    assert aufruf("user", "list", *place.words).err == f"aufruf: {why}\n"


@pytest.mark.parametrize("empty_place", ["sqlite"], indirect=True)
def test_a_database_whose_maker_said_nothing_is_refused(place: Place) -> None:
    place.run_sql("UPDATE alembic_version SET version_num = '9999'")
    place.run_sql("DELETE FROM compatibility")
    why = why_not_ready(place.settings)
    assert why is not None
    assert "a newer version of Aufruf made this database" in why


def test_an_empty_place_is_told_how_to_begin(empty_place: Place) -> None:
    empty_place.settings.data.mkdir(exist_ok=True)
    why = why_not_ready(empty_place.settings)
    assert why is not None
    assert "aufruf init --from town.toml" in why


@pytest.mark.parametrize("empty_place", ["sqlite"], indirect=True)
def test_an_older_database_is_told_to_migrate(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    known = schema._revisions()
    monkeypatch.setattr(schema, "_revisions", lambda: [*known, "9001"])
    why = why_not_ready(place.settings)
    assert why is not None
    assert "aufruf migrate" in why
