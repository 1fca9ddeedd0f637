"""A town's set-up in the database: what comes back is what was stored, and nothing is overwritten."""

from dataclasses import replace
from datetime import date

import pytest
import sqlalchemy as sa

from queue_server.adapters.database import Database
from queue_server.adapters.town_file import sample_town
from queue_server.adapters.town_store import SETTING, STREAM, config_version, load_towns, save_town
from queue_server.domain.town import Closure, Town
from tests.town_hall import at, the_town

NOW = at("08:00")


@pytest.mark.parametrize("town", [the_town(), sample_town()], ids=["small", "sample"])
def test_a_town_comes_back_as_it_was(database: Database, town: Town) -> None:
    database.write(lambda c: save_town(c, town, NOW))
    assert database.read(load_towns) == {town.id: town}


def test_saving_the_same_again_changes_nothing(database: Database) -> None:
    assert database.write(lambda c: save_town(c, the_town(), NOW)) > 0
    version = database.read(config_version)
    assert database.write(lambda c: save_town(c, the_town(), NOW)) == 0
    assert database.read(config_version) == version


def test_only_what_changed_gets_a_new_version_and_the_old_one_stays(database: Database) -> None:
    database.write(lambda c: save_town(c, the_town(), NOW))
    closed = the_town(closures=(Closure(date(2026, 12, 24), {"de": "Heiligabend"}),))
    assert database.write(lambda c: save_town(c, closed, NOW)) == 1
    query = sa.select(SETTING.c.version).where(SETTING.c.kind == "site", SETTING.c.id == "hall")
    assert sorted(database.read(lambda c: c.execute(query).scalars().all())) == [1, 2]
    assert database.read(load_towns)["town"] == closed


def test_what_is_removed_keeps_its_history_and_may_return(database: Database) -> None:
    town = the_town()
    database.write(lambda c: save_town(c, town, NOW))
    smaller = replace(town, services=town.services[:1])
    database.write(lambda c: save_town(c, smaller, NOW))
    assert database.read(load_towns)["town"].services == smaller.services
    database.write(lambda c: save_town(c, town, NOW))
    assert database.read(load_towns)["town"] == town


def test_a_new_site_begins_its_log_at_nothing(database: Database) -> None:
    town = the_town()
    database.write(lambda c: save_town(c, replace(town, sites=town.sites[:1]), NOW))
    database.write(lambda c: save_town(c, town, NOW))
    streams = database.read(lambda c: c.execute(sa.select(STREAM.c.site_id, STREAM.c.seq)).all())
    assert sorted(tuple(row) for row in streams) == [("annex", 0), ("hall", 0)]


def test_two_towns_do_not_mix(database: Database) -> None:
    """Failure 15."""
    other = replace(the_town(), id="other", sites=(), departments=(), categories=(), services=(), clerks=())
    database.write(lambda c: save_town(c, the_town(), NOW))
    database.write(lambda c: save_town(c, other, NOW))
    assert database.read(load_towns) == {"town": the_town(), "other": other}
