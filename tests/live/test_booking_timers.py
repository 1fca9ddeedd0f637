"""The timers and the visitors' book: holds end on time, and who does not come is missed."""

from collections.abc import AsyncIterator

import pytest

from queue_server.adapters.database import Database
from queue_server.domain.appointment import AppointmentState
from queue_server.live import timers as timers_module
from tests.live.hub_hall import live, until
from tests.live.test_timers import Ticking
from tests.services.booking_hall import Booker
from tests.town_hall import DAY, at, booking_town


@pytest.fixture(autouse=True)
def quick_ticks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(timers_module, "TICK_S", 0.01)


@pytest.fixture
async def booker(file_database: Database) -> AsyncIterator[Booker]:
    hand = Booker(file_database, booking_town())
    held, booked = hand.hold("09:00"), hand.book("09:00", day=DAY, client="other")
    assert (held["id"], booked["id"]) == (1, 2)
    async with live(hand) as hall:
        ticking = Ticking(hall)
        ticking.timers.start()
        yield hand
        await ticking.timers.stop()
    hand.store.close()
    assert hand.differences() == []


def stored(hand: Booker, appointment_id: int) -> AppointmentState:
    state: AppointmentState = hand.stored({"id": appointment_id})["state"]
    return state


async def test_a_hold_is_free_at_the_next_tick_after_its_time(booker: Booker) -> None:
    """Failure 16. A tick is a second."""
    booker.later(minutes=10)
    await until(lambda: stored(booker, 1) is AppointmentState.EXPIRED)
    assert booker.cells() == 2


async def test_at_closing_who_did_not_come_is_missed(booker: Booker) -> None:
    """Failure 12."""
    booker.now = at("17:00")
    await until(lambda: stored(booker, 2) is AppointmentState.MISSED)


async def test_the_night_misses_too(booker: Booker) -> None:
    """Failure 7."""
    booker.later(days=1)
    await until(lambda: stored(booker, 2) is AppointmentState.MISSED)
