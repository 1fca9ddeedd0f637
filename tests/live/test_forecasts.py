"""Forecasts are made beside the road, once for all who look, and shown when they change what is told."""

import asyncio
from collections.abc import AsyncIterator, Callable

import pytest

from queue_server.live import forecasts as forecasts_module
from queue_server.live.forecasts import Forecasts, Knowledge
from queue_server.services import waits
from queue_server.services.site_view import SiteView
from tests.live.hub_hall import Listener, LiveHall, until


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(forecasts_module, "AFTER_S", 0.0)
    monkeypatch.setattr(forecasts_module, "EVERY_S", 0.02)
    monkeypatch.setattr(forecasts_module, "COURSES", 40)
    monkeypatch.setattr(forecasts_module, "PAUSE_S", 0.0)


@pytest.fixture
async def forecasts(live_hall: LiveHall) -> AsyncIterator[Forecasts]:
    found = Forecasts(live_hall.sequencer, lambda: live_hall.hub.rooms, live_hall.hub.publish)
    live_hall.hub.on_picture.append(found.take)
    found.start()
    yield found
    await found.stop()


async def known_at(hall: LiveHall) -> int:
    """Return the sequence number of what was foretold last."""
    found = await hall.sequencer.look("hall", lambda unit: unit.forecast)
    return -1 if found is None else found.seq


async def wait_for(condition: Callable[[], object], hall: LiveHall, seq: int) -> None:
    while await known_at(hall) < seq:
        await asyncio.sleep(0.005)
    await until(lambda: bool(condition()))


async def test_after_a_change_the_waits_are_foretold(live_hall: LiveHall, forecasts: Forecasts) -> None:
    taken = [await live_hall.take() for _ in range(6)]
    await wait_for(lambda: True, live_hall, taken[-1]["id"])
    found = await live_hall.sequencer.look("hall", lambda unit: unit.forecast)
    assert found
    assert found.tickets.keys() == {one["id"] for one in taken}


async def test_displays_and_phones_are_shown_what_changed(live_hall: LiveHall, forecasts: Forecasts) -> None:
    display, phone = live_hall.display(), Listener()
    await live_hall.hub.join_phone("hall", phone.connection)
    taken = [await live_hall.take() for _ in range(8)]
    shown: list[tuple[int, int]] = []

    async def told() -> bool:
        shown[:] = [
            (guess.from_min, guess.to_min)
            for _, guess in await live_hall.sequencer.look("hall", waits.of_all)
            if guess
        ]
        queue = phone.last["queue"]["waiting"]
        return [(one["from_min"], one["to_min"]) for one in queue] == shown

    await wait_for(lambda: True, live_hall, taken[-1]["id"])
    async with asyncio.timeout(5):
        while not await told():
            await asyncio.sleep(0.01)
    view = live_hall.hub.rooms["hall"].view
    assert view
    assert view.wait
    assert display.last["board"]["wait"] == {"from_min": view.wait[0], "to_min": view.wait[1]}


async def test_a_site_without_an_open_counter_is_let_alone(live_hall: LiveHall) -> None:
    looked: list[str] = []
    forecasts = Forecasts(
        live_hall.sequencer,
        lambda: live_hall.hub.rooms,
        live_hall.hub.publish,
        lambda site_id: looked.append(site_id) or Knowledge(),  # type: ignore[func-returns-value]
    )
    await forecasts.make("annex")
    assert looked == []
    await forecasts.make("hall")
    assert looked == ["hall"]


async def test_one_that_fails_is_tried_again_and_told_once(
    live_hall: LiveHall,
    forecasts: Forecasts,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    failures: list[str] = []
    whole = Forecasts.make

    async def fail_at_first(self: Forecasts, site_id: str) -> None:
        if failures.count("hall") < 3:
            failures.append(site_id)
            raise RuntimeError("no forecast today")
        await whole(self, site_id)

    monkeypatch.setattr(Forecasts, "make", fail_at_first)
    taken = await live_hall.take()
    await wait_for(lambda: failures, live_hall, taken["id"])
    assert caplog.text.count("foretelling the waits failed for hall") == 1, "a day of it would fill the disk"


async def test_it_does_not_go_round_in_circles(live_hall: LiveHall, forecasts: Forecasts) -> None:
    """What it shows is no change: else each forecast would be followed by the next."""
    seen: list[SiteView] = []
    taken = await live_hall.take()
    await wait_for(lambda: True, live_hall, taken["id"])
    live_hall.hub.on_picture.append(lambda view, _since: seen.append(view))
    await asyncio.sleep(0.1)
    assert len(seen) <= 1


async def test_a_machine_that_is_busy_gets_fewer_courses_but_never_one_alone(
    live_hall: LiveHall, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Else what one course happened to bring would be told as a range."""
    monkeypatch.setattr(forecasts_module, "MOST_S", 0.0)
    monkeypatch.setattr(forecasts_module, "COURSES", 200)
    for _ in range(8):
        await live_hall.take()
    forecasts = Forecasts(live_hall.sequencer, lambda: live_hall.hub.rooms, live_hall.hub.publish)
    await forecasts.make("hall")
    found = await live_hall.sequencer.look("hall", lambda unit: unit.forecast)
    assert found
    last = max(found.tickets)
    assert found.tickets[last].low < found.tickets[last].middle < found.tickets[last].high


def test_a_breath_is_taken_after_each_stretch_of_work(monkeypatch: pytest.MonkeyPatch) -> None:
    now, rests = [0.0], list[float]()
    monkeypatch.setattr("queue_server.live.forecasts.time.perf_counter", lambda: now[0])
    monkeypatch.setattr("queue_server.live.forecasts.time.sleep", rests.append)
    breath = forecasts_module._Breath()
    for _ in range(10):
        now[0] += 0.6 * forecasts_module.STRETCH_S
        breath.take()
    assert len(rests) == 5
