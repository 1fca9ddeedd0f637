"""What a visitor's page shows of the wait is kept once for each change, judged, and never what decides."""

import asyncio
import json
from typing import Any

import pytest

from queue_server.adapters import told_estimates
from queue_server.domain.forecast.ranges import Forecast, Outlook
from queue_server.domain.later_ranges import Told
from queue_server.live.forecasts import Forecasts
from queue_server.services import waits
from queue_server.services.ports import Unit
from queue_server.web.hit_rates import HitRates
from tests.web.running import START, Town
from tests.web.test_page_status import booked_for

PHONES = "/live/sites/rathaus"


@pytest.fixture(autouse=True)
def quiet(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is foretold is said by the tests, and phones are told at once."""

    async def make(*_: object) -> None:
        return

    monkeypatch.setattr(Forecasts, "make", make)
    monkeypatch.setattr("queue_server.live.phones.PHONES_EVERY_S", 0.01)
    monkeypatch.setattr("queue_server.web.hit_rates.BREATH_S", 0.0)


async def foretell(town: Town, low: float, high: float) -> None:
    """Let everybody who waits be told so many minutes, whatever stands before them."""

    def note(unit: Unit) -> None:
        able = waits.skills(unit)
        outlook = Outlook(low, (low + high) / 2, high)
        tickets = {one.id: outlook for one in unit.hall.waiting.in_order(unit.now)}
        found = Forecast(unit.now, unit.hall.seq, able, dict.fromkeys(able, 0), tickets, {})
        unit.note_forecast(found)

    await town.house.sequencer.look("rathaus", note)


async def kept(town: Town) -> list[Told]:
    await town.house.told_ranges.keep()
    day = START.date()
    return await town.house.read(lambda c: told_estimates.shown(c, "rathaus", day))


async def kept_when(town: Town, count: int) -> list[Told]:
    """Return what is kept once it is so much: the server keeps it, too, once a second."""
    async with asyncio.timeout(60):
        while len(found := await kept(town)) < count:
            await asyncio.sleep(0.01)
    return found


async def shown_on(phone: Any, seq: int, key: str) -> tuple[int, int]:
    """Return what a phone is shown of a visit in the first picture that knows of an entry of the log."""
    async with asyncio.timeout(60):
        while True:
            frame = json.loads(await phone.recv())
            if frame.get("seq", -1) >= seq:
                [mine] = [one for one in frame["queue"]["waiting"] if one["key"] == key]
                return mine["from_min"], mine["to_min"]


async def test_a_connected_phones_ranges_are_kept_once_for_each_change_and_decide_nothing(
    served_town: Town,
) -> None:
    town = served_town
    await town.open()
    taken = [await town.take("passport") for _ in range(4)]
    mine = taken[-1]
    in_line = await town.house.sequencer.look(
        "rathaus", lambda u: [one.id for one in u.hall.waiting.in_order(u.now)]
    )
    await foretell(town, 20, 40)
    page = await town.client.get(mine["status_url"])
    assert "20 bis 40" in page.text.replace("\N{EN DASH}", " bis ").replace("\xa0", " ")
    async with town.socket(None, PHONES) as phone, town.socket(None, PHONES) as another:
        await phone.send(json.dumps({"follow": mine["key"]}))
        while not town.house.hub.phones._followed.get("rathaus"):
            await asyncio.sleep(0.01)
        seen = []
        for low, high in ((20, 40), (15, 30), (15, 30), (45, 60), (3, 7)):
            town.clock.forward(minutes=2)
            await foretell(town, low, high)
            newcomer = await town.take("passport")
            seen.append(await shown_on(phone, newcomer["id"], mine["key"]))
        assert seen == [(20, 40), (15, 30), (15, 30), (45, 60), (3, 7)]
        found = await kept_when(town, 4)
        assert [one.minutes for one in found] == [(20, 40), (15, 30), (45, 60), (3, 7)]
        assert [round((one.at - START).total_seconds() / 60) for one in found] == [0, 4, 8, 10]
        assert {one.ticket for one in found} == {mine["id"]}, "nobody else's page is open"
        assert await another.recv()
    called = []
    for _ in taken:
        town.clock.forward(minutes=1)
        called.append((await town.call())["ticket"])
        await town.do("anna", "counters/rathaus-1/start")
        await town.do("anna", "counters/rathaus-1/finish")
    assert called == in_line, "those who came first, whatever was told"
    rates = HitRates(town.house)
    await rates.turn()
    later = town.house.hit_rates["rathaus"].later
    assert {key: (one.count, one.held) for key, one in later.aheads.items()} == {
        ("passport", "40"): (2, 0),
        ("passport", "99"): (1, 0),
        ("passport", "10"): (1, 1),
    }
    assert later.whole.visits == 1


async def test_before_an_appointments_time_the_phone_tells_no_wait_and_a_kiosk_does(town: Town) -> None:
    await town.open()
    arrived = await booked_for(town, "2026-03-10T10:50+01:00")
    await town.client.get(arrived["status_url"])
    assert await kept(town) == []
    code = arrived["status_url"].rpartition("/")[2]
    answer = await town.ask("kiosk", "POST", "/api/v1/kiosks/rathaus-kiosk/visits", {"code": code})
    assert answer.status_code == 200, answer.text
    assert [one.ticket for one in await kept(town)] == [arrived["id"]]
    town.clock.forward(minutes=51)
    await foretell(town, 20, 40)
    await town.client.get(arrived["status_url"])
    assert [one.minutes for one in await kept(town)][1:] == [(20, 40)]
