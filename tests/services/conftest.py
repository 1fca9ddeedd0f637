"""A town with open counters, on both databases."""

import pytest

from queue_server.adapters.database import Database
from tests.town_hall import Hand, the_town


@pytest.fixture
def hand(database: Database) -> Hand:
    """The town at nine in the morning; counter c1 is open for Anna, who can do everything."""
    hand = Hand(database, the_town())
    hand.open()
    return hand
