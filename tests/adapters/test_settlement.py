"""The set-up as the web layer asks for it, and plain rows beside the queues."""

from dataclasses import replace

import pytest
import sqlalchemy as sa

from queue_server.adapters.database import Database
from queue_server.adapters.settlement import Settlement
from queue_server.adapters.town.store import META
from tests.town_hall import Hand, the_town


@pytest.fixture
def hand(database: Database) -> Hand:
    return Hand(database, the_town())


@pytest.fixture
def settlement(hand: Hand) -> Settlement:
    return Settlement(hand.database, hand.store)


def test_a_changed_set_up_is_taken_in_and_has_a_higher_version(hand: Hand, settlement: Settlement) -> None:
    before = hand.database.read(settlement.version)
    assert settlement.sites["hall"][1].way_min == 0
    hand.settle(the_town(way_min=3))
    assert settlement.reload() == before + 1
    assert settlement.sites["hall"][1].way_min == 3


def test_a_site_that_is_gone_is_gone(hand: Hand, settlement: Settlement) -> None:
    town = the_town()
    hand.settle(replace(town, sites=town.sites[:1]))
    settlement.reload()
    assert list(settlement.sites) == ["hall"]


def test_a_write_is_kept_or_rolled_back(hand: Hand, settlement: Settlement) -> None:
    insert = sa.insert(META).values(name="x", value="1")
    settlement.write(lambda c: c.execute(insert))

    def fails(connection: sa.Connection) -> None:
        connection.execute(sa.delete(META).where(META.c.name == "x"))
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        settlement.write(fails)
    query = sa.select(META.c.value).where(META.c.name == "x")
    assert hand.database.read(lambda c: c.execute(query).scalar()) == "1"
    hand.take()  # the writer's connection is free again
