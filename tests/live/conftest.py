"""A live hall for the tests of the hub and the timers."""

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from queue_server.adapters.database import Database
from tests.live.hub_hall import LiveHall, live
from tests.town_hall import Hand, the_town


@pytest.fixture
def file_database(empty_sqlite: Path, tmp_path: Path) -> Iterator[Database]:
    """An empty SQLite database: what the database could make different is tested with the store."""
    path = tmp_path / "hall.sqlite3"
    path.write_bytes(empty_sqlite.read_bytes())
    database = Database(f"sqlite:///{path}")
    yield database
    database.dispose()


@pytest.fixture
async def live_hall(file_database: Database) -> AsyncIterator[LiveHall]:
    """The town with three open counters and nobody waiting."""
    hand = Hand(file_database, the_town())
    hand.open("c1", "anna")
    hand.open("c2", "bernd")
    hand.open("c3", "carla")
    async with live(hand) as hall:
        yield hall
    hand.store.close()
