"""What is in use, and would be missed in a new set-up."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from queue_server.adapters import schema
from queue_server.adapters.database import Database
from queue_server.adapters.store import Store
from queue_server.adapters.tokens import create_token
from queue_server.adapters.town import store as town_store
from queue_server.adapters.town.file import sample_town
from queue_server.adapters.town_use import Use, uses_lost
from queue_server.domain.access import Role
from queue_server.domain.ticket import Origin
from queue_server.domain.town import Site, Town
from queue_server.services import counter, reception
from queue_server.services.concerns import choose

NOON = datetime(2026, 11, 20, 11, tzinfo=UTC)
TOWN = sample_town()
SITE = TOWN.sites[0]
CLERK = next(clerk.id for clerk in TOWN.clerks if SITE.id in clerk.site_ids)


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    database = Database(f"sqlite:///{tmp_path / 'town.sqlite3'}")
    schema.upgrade(database)
    database.write(lambda conn: town_store.save_town(conn, TOWN, NOON))
    yield database
    database.dispose()


@pytest.fixture
def busy(database: Database) -> Database:
    """One visitor waits; the second counter is open and calls nobody."""
    store = Store(database)
    store.begin()
    unit = store.unit(SITE.id, NOON)
    choice = choose(TOWN, SITE, [("id-card", 1)])
    reception.take_ticket(unit, choice, origin=Origin.DESK, language="de")
    counter.open_counter(unit, SITE.counters[1].id, CLERK, "test")
    store.commit()
    store.close()
    return database


def lost(database: Database, new: Town, at: datetime = NOON) -> list[Use]:
    return database.read(lambda conn: uses_lost(conn, TOWN, new, at))


def with_site(site: Site) -> Town:
    return replace(TOWN, sites=(site, *TOWN.sites[1:]))


def test_nothing_is_lost_when_nothing_goes(busy: Database) -> None:
    assert lost(busy, TOWN) == []


def test_a_site_with_visitors_blocks(busy: Database) -> None:
    gone = replace(TOWN, sites=TOWN.sites[1:])
    assert lost(busy, gone)[0] == Use("site", SITE.id, "1 visitors are in the hall", blocks=True)


def test_an_area_in_which_somebody_waits_blocks(busy: Database) -> None:
    area_id = choose(TOWN, SITE, [("id-card", 1)]).area_id
    areas = tuple(area for area in SITE.areas if area.id != area_id)
    found = lost(busy, with_site(replace(SITE, areas=areas)))
    assert [(use.what, use.id, use.blocks) for use in found] == [("area", area_id, True)]


def test_an_open_counter_blocks_also_without_a_visitor(busy: Database) -> None:
    counters = (SITE.counters[0], *SITE.counters[2:])
    found = lost(busy, with_site(replace(SITE, counters=counters)))
    assert found == [Use("counter", SITE.counters[1].id, "it is open; close it first", blocks=True)]


def test_a_clerk_at_an_open_counter_blocks(busy: Database) -> None:
    clerks = tuple(clerk for clerk in TOWN.clerks if clerk.id != CLERK)
    found = lost(busy, replace(TOWN, clerks=clerks))
    assert found == [Use("clerk", CLERK, f"sits at {SITE.counters[1].id}", blocks=True)]


def test_what_yesterday_left_open_is_in_nobodys_way(busy: Database) -> None:
    gone = replace(TOWN, sites=TOWN.sites[1:], clerks=TOWN.clerks[1:])
    assert [use for use in lost(busy, gone, NOON + timedelta(days=1)) if use.blocks] == []


def test_a_device_with_a_token_warns(database: Database) -> None:
    display = SITE.displays[0].id
    database.write(
        lambda conn: create_token(
            conn,
            organisation_id=TOWN.id,
            role=Role.DISPLAY,
            site_id=SITE.id,
            device_id=display,
            now=NOON,
        )
    )
    (use,) = lost(database, with_site(replace(SITE, displays=SITE.displays[1:])))
    assert (use.what, use.id, use.blocks) == ("display", display, False)
