"""While nobody presses anything: what is free, and what time alone changes."""

from collections.abc import AsyncIterator

import pytest

from queue_server.adapters.database import Database
from queue_server.live import timers as timers_module
from tests.live.hub_hall import Listener, LiveHall, live, until
from tests.live.test_timers import Ticking
from tests.services.booking_hall import TOMORROW, Booker
from tests.services.booking_hall import holding as holding_a_time
from tests.town_hall import CAR, DAY, at, booking_town


@pytest.fixture
async def hall(file_database: Database) -> AsyncIterator[LiveHall]:
    """Half past four on the wall clock; Carla works until six, what she does takes twenty minutes."""
    hand = Booker(file_database, booking_town(), at("15:30"))
    async with live(hand) as hall:
        yield hall
    hand.store.close()


def next_free(display: Listener) -> object:
    return display.last["board"]["next_free"]


async def test_a_display_tells_the_next_free_time(hall: LiveHall) -> None:
    display = hall.display()
    await until(lambda: next_free(display) == f"{DAY}T16:30+01:00")


async def test_a_booked_time_is_free_no_more_on_the_display(hall: LiveHall) -> None:
    display = hall.display()
    await until(lambda: next_free(display) is not None)
    await hall.do(lambda u: holding_a_time(u, at("15:30", DAY), CAR, client="one"))
    await until(lambda: next_free(display) == f"{DAY}T16:50+01:00")
    assert display.heard == [], "what stands beside the calls makes no sound"


async def test_what_time_alone_changes_is_shown_without_a_press(
    hall: LiveHall, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(timers_module, "TICK_S", 0.01)
    monkeypatch.setattr(timers_module, "REFRESH_S", 0.05)
    display, kiosk = hall.display(), Listener()
    hall.hub.join_kiosk("hall", "kiosk", kiosk.connection, agent=False)
    await until(lambda: next_free(display) is not None and kiosk.frames)
    ticking = Ticking(hall)
    ticking.timers.start()
    hall.hand.now = at("17:30")
    await until(lambda: next_free(display) == f"{TOMORROW}T08:00+01:00")
    await until(lambda: kiosk.last["kiosk"]["reason"] == "closed")
    assert kiosk.last["kiosk"]["free"] == {"today": [], "next": f"{TOMORROW}T08:00+01:00"}
    await ticking.timers.stop()
