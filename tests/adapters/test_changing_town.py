"""A change of a running town's set-up: checked as a town file is, kept as a new version, or refused whole."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from queue_server.adapters import schema
from queue_server.adapters.changing_town import TownUnfit, change_town, would_lose
from queue_server.adapters.database import Database
from queue_server.adapters.town.store import config_version, load_towns, save_town
from queue_server.domain.departments import entering, taking_back
from queue_server.domain.errors import NotFound
from queue_server.domain.town import Absence
from tests.domain.town_builders import a_clerk, a_town
from tests.town_hall import at

NOW = at("08:00")
WEEK = Absence(date(2026, 3, 9), date(2026, 3, 13))


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    found = Database(f"sqlite:///{tmp_path / 'town.sqlite'}")
    schema.upgrade(found)
    found.write(lambda conn: save_town(conn, a_town(), NOW))
    yield found
    found.dispose()


def test_a_change_is_a_new_version_that_a_server_sees(database: Database) -> None:
    clerk = a_town().clerks[0].id
    version = database.read(config_version)
    before, after = database.write(lambda conn: change_town(conn, "town", entering(clerk, WEEK), NOW))
    assert (before.clerks[0].absences, after.clerks[0].absences) == ((), (WEEK,))
    assert database.read(load_towns)["town"] == after
    assert database.read(config_version) == version + 1


def test_what_changes_nothing_makes_no_version(database: Database) -> None:
    version = database.read(config_version)
    gone = taking_back(a_town().clerks[0].id, WEEK)
    database.write(lambda conn: change_town(conn, "town", gone, NOW))
    assert database.read(config_version) == version


def test_a_set_up_with_a_mistake_is_refused_and_nothing_is_kept(database: Database) -> None:
    wrong = entering(a_town().clerks[0].id, Absence(WEEK.last, WEEK.first))
    with pytest.raises(TownUnfit, match="dates_backwards"):
        database.write(lambda conn: change_town(conn, "town", wrong, NOW))
    assert database.read(load_towns)["town"] == a_town()


def test_a_mistake_that_stood_there_before_stops_nobody(database: Database) -> None:
    """A newer version may know a rule that the stored set-up breaks: the lead cannot help it."""
    backwards = a_clerk("bernd", id="bernd", absences=(Absence(WEEK.last, WEEK.first),))
    odd = replace(a_town(), clerks=(*a_town().clerks, backwards))
    database.write(lambda conn: save_town(conn, odd, NOW))
    _, after = database.write(
        lambda conn: change_town(conn, "town", entering(a_town().clerks[0].id, WEEK), NOW)
    )
    assert after.clerks[0].absences == (WEEK,)


def test_another_town_does_not_exist(database: Database) -> None:
    with pytest.raises(NotFound):
        database.write(lambda conn: change_town(conn, "elsewhere", lambda town: town, NOW))


def test_nobody_is_in_the_air_where_nobody_has_booked(database: Database) -> None:
    plan = entering(a_town().clerks[0].id, WEEK)
    assert database.read(lambda conn: would_lose(conn, "town", plan, NOW)) == []
