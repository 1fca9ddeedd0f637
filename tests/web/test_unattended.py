"""A counter whose clerk is gone: told to colleagues, out of the estimate, taken over with its visitor."""

import asyncio
import json
from typing import Any

import pytest

from queue_server.adapters.changing_town import change_town
from queue_server.adapters.town.file import sample_town
from queue_server.live import timers as timers_module
from tests.domain.town_plans import edit
from tests.web.running import Town


@pytest.fixture(autouse=True)
def quick_ticks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(timers_module, "TICK_S", 0.01)


async def entry(town: Town, counter: str = "rathaus-1") -> dict[str, Any]:
    """Return what a colleague at counter 2 sees of another counter."""
    picture = (await town.ask("bernd", "GET", "/api/v1/counters/rathaus-2")).json()
    return next(dict(one) for one in picture["counters"] if one["id"] == counter)


async def becomes(town: Town, *, attended: bool) -> dict[str, Any]:
    """Wait for the next ticks."""
    for _ in range(300):
        found = await entry(town)
        if found["attended"] is attended:
            return found
        await asyncio.sleep(0.01)
    raise AssertionError(f"attended stays {not attended}")


async def test_after_a_quarter_of_an_hour_without_the_clerk_colleagues_read_it(town: Town) -> None:
    await town.open()
    ticket = await town.take()
    await town.call()
    assert (await entry(town))["attended"]
    town.clock.forward(minutes=14, seconds=59)
    await asyncio.sleep(0.1)
    assert (await entry(town))["attended"]
    town.clock.forward(seconds=1)
    found = await becomes(town, attended=False)
    assert (found["clerk"], found["number"]) == ("Anna Berger", ticket["number"]), "the visitor stays"
    assert (found["state"], found["ticket_state"]) == ("open", "called")
    desk = await town.ask("bernd", "GET", "/desk/rathaus", accept_language="de")
    assert "Unbesetzt: Zimmer 1" in desk.text
    room = next(one.room_id for one in town.house.site("rathaus").counters if one.id == "rathaus-1")
    plan = edit("room", room, name="Trauzimmer")
    await town.house.write(lambda c: change_town(c, sample_town().id, plan, town.house.clock()))
    await town.house.renew_if_changed()
    desk = await town.ask("bernd", "GET", "/desk/rathaus", accept_language="de")
    assert "Unbesetzt: Trauzimmer" in desk.text


async def test_a_press_of_a_keypad_shows_that_somebody_is_there(town: Town) -> None:
    await town.open()
    town.clock.forward(minutes=20)
    await becomes(town, attended=False)
    await town.ask("anna", "POST", "/api/v1/counters/rathaus-1/calls", {"request_id": "nobody-waits"})
    await becomes(town, attended=True)


async def test_an_open_page_is_enough_however_long_a_visit_takes(served_town: Town) -> None:
    await served_town.open()
    async with served_town.socket("anna", "/live/counters/rathaus-1") as page:
        json.loads(await page.recv())
        served_town.clock.forward(hours=2)
        await asyncio.sleep(0.2)
        assert (await entry(served_town))["attended"]
    await asyncio.sleep(0.05)
    served_town.clock.forward(minutes=15)
    await becomes(served_town, attended=False)


async def test_a_colleague_who_looks_on_does_not_attend_to_it(served_town: Town) -> None:
    await served_town.open()
    async with served_town.socket("bernd", "/live/counters/rathaus-1") as page:
        json.loads(await page.recv())
        served_town.clock.forward(minutes=15)
        await becomes(served_town, attended=False)
        while True:  # the colleague's page is told at once
            frame = json.loads(await asyncio.wait_for(page.recv(), 5))
            told = [one["attended"] for one in frame.get("counter", {}).get("counters", [])]
            if told and not told[0]:
                break


async def test_a_colleague_takes_over_and_the_visitor_is_still_there(town: Town) -> None:
    await town.open()
    await town.take()
    called = await town.call()
    town.clock.forward(minutes=15)
    await becomes(town, attended=False)
    refused = await town.ask("bernd", "POST", "/api/v1/counters/rathaus-1/open", {})
    assert refused.json()["error"]["code"] == "counter_taken"
    await town.do("bernd", "counters/rathaus-1/open", take_over=True)
    found = await entry(town)
    assert (found["attended"], found["clerk"]) == (True, "Bernd Lindner")
    finished = await town.do("bernd", "counters/rathaus-1/start")
    assert finished["number"] == called["number"]


async def test_nobody_waits_for_a_counter_where_nobody_is(town: Town) -> None:
    await town.open()
    quote = {"services": [{"id": "id-card"}]}
    first = await town.ask("kiosk", "POST", "/api/v1/sites/rathaus/quotes", quote)
    assert first.json()["wait"] is not None
    town.clock.forward(minutes=15)
    await becomes(town, attended=False)
    then = await town.ask("kiosk", "POST", "/api/v1/sites/rathaus/quotes", quote)
    assert then.json()["wait"] is None
