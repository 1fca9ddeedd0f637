"""The staff alarm over real sockets: who hears it, how fast, what is kept, and who never learns of it."""

import asyncio
import json
import logging
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from websockets.asyncio.client import ClientConnection

from queue_server.adapters import alarms as rows
from queue_server.adapters.tables.operations import ALARM
from queue_server.adapters.town.file import sample_town
from queue_server.adapters.town.store import save_town
from queue_server.domain.alarm import KEPT, LONGEST, Alarm
from queue_server.domain.errors import DiskFull
from queue_server.web import alarm_calls
from tests.sms_gateway import OK, Gateway, a_gateway, settings
from tests.web.conftest import Template
from tests.web.running import Town, running

ONE, TWO = "/live/counters/rathaus-1", "/live/counters/rathaus-2/alarms"
DESK = "/live/sites/rathaus/alarms"
PHONE = "+4915112345678"


async def alarms(socket: ClientConnection) -> list[dict[str, Any]]:
    """Return the next word on alarms."""
    while True:
        frame = json.loads(await asyncio.wait_for(socket.recv(), 5))
        if "alarms" in frame:
            return list(frame["alarms"])


async def test_help_is_called_silently_here_and_loudly_there(served_town: Town) -> None:
    """Failure 25: the counter's page, another's small client and the desk all learn of it at once."""
    town = served_town
    async with (
        town.socket("anna", ONE) as own,
        town.socket("bernd", TWO) as other,
        town.socket("bernd", DESK) as desk,
    ):
        assert [await alarms(one) for one in (own, other, desk)] == [[], [], []]
        raised = await town.do("anna", "counters/rathaus-1/alarm", 201)
        assert (raised["told"], raised["place"]["room"], raised["reached_count"]) == ("raised", "1", 2)
        [here], [there], [at_desk] = [await alarms(one) for one in (own, other, desk)]
        assert (here["told"], there["told"], at_desk["told"]) == ("raised", "far", "far")
        assert (there["raised"], there["test"], there["place"]["floor"]) == ("10:00", False, "EG")
        path = f"sites/rathaus/alarms/{raised['id']}"
        await town.do("bernd", path, act="going", counter="rathaus-2")
        [seen] = await alarms(own)
        assert [one["room"] for one in seen["going"]] == ["2"]
        await town.do("anna", path, act="end", counter="rathaus-1")
        await alarms(other)
        assert await alarms(other) == []


async def test_it_is_silent_in_every_tab_of_whoever_called(served_town: Town) -> None:
    """The desk's tab, and the small client of another counter, sit beside the threatened clerk, too."""
    town = served_town
    async with (
        town.socket("anna", DESK) as own_desk,
        town.socket("anna", TWO) as own_client,
        town.socket("bernd", DESK) as desk,
    ):
        assert [await alarms(one) for one in (own_desk, own_client, desk)] == [[], [], []]
        raised = await town.do("anna", "counters/rathaus-1/alarm", 201)
        told = [(await alarms(one))[0]["told"] for one in (own_desk, own_client, desk)]
        assert (told, raised["reached_count"]) == (["raised", "raised", "far"], 1)


async def test_a_desk_hears_of_another_desk_and_says_that_it_comes(served_town: Town) -> None:
    town = served_town
    async with town.socket("anna", DESK) as own, town.socket("bernd", DESK) as other:
        assert [await alarms(one) for one in (own, other)] == [[], []]
        raised = await town.do("anna", "sites/rathaus/alarm", 201)
        assert (raised["told"], raised["reached_count"]) == ("raised", 1)
        assert [(await alarms(one))[0]["told"] for one in (own, other)] == ["raised", "far"]
        await town.do("bernd", f"sites/rathaus/alarms/{raised['id']}", act="going")
        assert [one["counter_id"] for one in (await alarms(own))[0]["going"]] == [""]


async def test_it_is_on_its_way_before_the_disk_has_kept_it(served_town: Town) -> None:
    """A writer that is held up delays nobody's help."""
    town, held = served_town, asyncio.Event()

    async def slow(alarm: object) -> None:
        await held.wait()

    object.__setattr__(town.house.alarms._rows, "keep", slow)
    async with town.socket("bernd", TWO) as other:
        await alarms(other)
        press = asyncio.create_task(town.do("anna", "counters/rathaus-1/alarm", 201))
        assert (await alarms(other))[0]["told"] == "far"
        held.set()
        await press


async def test_a_full_disk_keeps_nobody_from_calling_for_help(served_town: Town) -> None:
    town = served_town
    kept: list[Alarm] = []

    async def fails(_: object) -> None:
        raise DiskFull

    async def keeps(alarm: Alarm) -> None:
        kept.append(alarm)

    object.__setattr__(town.house.alarms._rows, "keep", fails)
    raised = await town.do("anna", "counters/rathaus-1/alarm", 201)
    answer = await town.ask("bernd", "GET", "/api/v1/sites/rathaus/alarms")
    assert [one["id"] for one in answer.json()["alarms"]] == [raised["id"]]
    object.__setattr__(town.house.alarms._rows, "keep", keeps)
    await town.house.alarms._save()
    assert [one.id for one in kept] == [raised["id"]], "written as soon as there is room"


async def test_neither_displays_nor_kiosks_nor_phones_learn_of_it(served_town: Town) -> None:
    town = served_town
    public = ("/live/displays/rathaus-eg", "/live/kiosks/rathaus-kiosk", "/live/sites/rathaus")
    async with (
        town.socket("display", public[0]) as display,
        town.socket("kiosk", public[1]) as kiosk,
        town.socket(None, public[2]) as phone,
        town.socket("bernd", TWO) as other,
    ):
        await alarms(other)
        await town.do("anna", "counters/rathaus-1/alarm", 201)
        await alarms(other)
        await town.take()
        for socket in (display, kiosk, phone):
            heard = ""
            while '"waiting' not in heard:
                heard = str(await asyncio.wait_for(socket.recv(), 5))
                assert "alarm" not in heard
    for who in ("display", "kiosk", "integration", None):
        answer = await town.ask(who, "GET", "/api/v1/sites/rathaus/alarms")
        assert answer.status_code in {401, 403}


async def test_one_press_is_one_alarm_however_often_it_is_sent(each_town: Town) -> None:
    town, body = each_town, {"request_id": "press-of-the-button"}
    path = "/api/v1/counters/rathaus-1/alarm"
    first, again = [await town.ask("anna", "POST", path, body) for _ in range(2)]
    assert first.json()["id"] == again.json()["id"]
    anew = await town.do("anna", "counters/rathaus-1/alarm", 201)
    assert anew["id"] == first.json()["id"], "hammering in need makes no second one"
    await town.do("bernd", f"sites/rathaus/alarms/{anew['id']}", act="end")
    late = await town.ask("anna", "POST", path, body)
    assert late.json()["id"] == anew["id"], "a late repeat raises nothing anew"
    assert (await town.ask("bernd", "GET", "/api/v1/sites/rathaus/alarms")).json() == {"alarms": []}
    other = await town.ask("anna", "POST", path, body | {"test": True})
    assert (other.status_code, other.json()["error"]["code"]) == (422, "request_id_reused")
    stored = await town.house.read(lambda conn: conn.execute(sa.select(ALARM)).mappings().all())
    assert [(row["counter_id"], row["clerk_id"], row["ended_by"]) for row in stored] == [
        ("rathaus-1", "anna", "bernd")
    ]


async def test_a_real_alarm_ends_the_trial_of_its_counter(town: Town) -> None:
    trial = await town.do("anna", "counters/rathaus-1/alarm", 201, test=True)
    assert trial["test"]
    real = await town.do("anna", "counters/rathaus-1/alarm", 201)
    found = (await town.ask("bernd", "GET", "/api/v1/sites/rathaus/alarms")).json()["alarms"]
    assert [(one["id"], one["test"]) for one in found] == [(real["id"], False)]


async def test_alarms_of_another_site_do_not_exist(town: Town) -> None:
    raised = await town.do("anna", "counters/rathaus-1/alarm", 201)
    path = f"/api/v1/sites/buergerzentrum/alarms/{raised['id']}"
    assert (await town.ask("greta", "POST", path, {"act": "end"})).status_code == 404
    assert (await town.ask("greta", "POST", "/api/v1/counters/rathaus-1/alarm", {})).status_code in {400, 404}
    own = f"/api/v1/sites/rathaus/alarms/{raised['id']}"
    body = {"act": "going", "counter": "buergerzentrum-1"}
    assert (await town.ask("bernd", "POST", own, body)).status_code == 404


async def test_nobody_says_that_help_comes_from_a_colleagues_counter(town: Town) -> None:
    """From one that is free, whoever may open it comes: the page is often open before the counter is."""
    raised = await town.do("administrator", "sites/rathaus/alarm", 201)
    path = f"/api/v1/sites/rathaus/alarms/{raised['id']}"
    body = {"act": "going", "counter": "rathaus-2"}
    await town.open("rathaus-2", "bernd")
    answer = await town.ask("anna", "POST", path, body)
    assert (answer.status_code, answer.json()["error"]["code"]) == (409, "counter_taken")
    free = await town.ask("anna", "POST", path, body | {"counter": "rathaus-1"})
    assert [one["counter_id"] for one in free.json()["going"]] == ["rathaus-1"]
    found = await town.ask("bernd", "POST", path, body)
    assert [one["counter_id"] for one in found.json()["going"]] == ["rathaus-1", "rathaus-2"]


async def test_a_restart_shows_again_what_runs(town: Town, web_sqlite: Template) -> None:
    raised = await town.do("anna", "counters/rathaus-1/alarm", 201)
    await town.do("bernd", f"sites/rathaus/alarms/{raised['id']}", act="going", counter="rathaus-2")
    async with running(town.house.settings, web_sqlite.tokens) as again:
        [found] = (await again.ask("bernd", "GET", "/api/v1/sites/rathaus/alarms")).json()["alarms"]
        assert (found["id"], [one["room"] for one in found["going"]]) == (raised["id"], ["2"])
        await again.do("bernd", f"sites/rathaus/alarms/{raised['id']}", act="end")
    await town.house.alarms.turn()
    left = (await town.ask("bernd", "GET", "/api/v1/sites/rathaus/alarms")).json()
    assert left == {"alarms": []}, "another process ended it"


async def test_another_process_tells_what_was_raised_in_the_first(town: Town, web_sqlite: Template) -> None:
    async with running(town.house.settings, web_sqlite.tokens) as beside:
        raised = await town.do("anna", "sites/rathaus/alarm", 201)
        await beside.house.alarms.turn()
        [found] = (await beside.ask("bernd", "GET", "/api/v1/sites/rathaus/alarms")).json()["alarms"]
    assert (found["id"], found["place"]["counter_id"]) == (raised["id"], "")


async def test_what_has_ended_stays_so_and_no_helper_is_lost_between_two(each_town: Town) -> None:
    """During an update two processes run; each writes what it knows."""
    town = each_town
    raised = await town.do("anna", "counters/rathaus-1/alarm", 201)
    [stored] = await town.house.read(rows.running)
    for known in (
        replace(stored, going=("rathaus-2",)),
        replace(stored, going=("",), ended_at=town.clock.now, ended_by="bernd"),
        replace(stored, going=("rathaus-2",)),
    ):
        await town.house.write(lambda conn, one=known: rows.keep(conn, one))  # type: ignore[misc]
    [row] = await town.house.read(lambda conn: conn.execute(sa.select(ALARM)).mappings().all())
    assert (row["id"], row["going"], row["ended_by"]) == (raised["id"], ["rathaus-2", ""], "bernd")


async def test_what_nobody_ends_is_over_after_hours_and_forgotten_after_a_month(town: Town) -> None:
    await town.do("anna", "counters/rathaus-1/alarm", 201)
    town.clock.now += LONGEST
    await town.house.alarms.turn()
    assert (await town.ask("bernd", "GET", "/api/v1/sites/rathaus/alarms")).json() == {"alarms": []}
    soon = town.clock.now - LONGEST + KEPT
    assert await town.house.write(lambda conn: rows.forget(conn, soon)) == 0
    assert await town.house.write(lambda conn: rows.forget(conn, soon + timedelta(seconds=1))) == 1


async def test_a_town_that_switched_it_off_has_none(served_town: Town) -> None:
    town, sample = served_town, sample_town()
    sites = tuple(replace(one, staff_alarm=False) for one in sample.sites)
    await town.house.write(lambda c: save_town(c, replace(sample, sites=sites), town.house.clock()))
    await town.house.renew_if_changed()
    answer = await town.ask("anna", "POST", "/api/v1/counters/rathaus-1/alarm", {"request_id": "off"})
    assert (answer.status_code, answer.json()["error"]["code"]) == (409, "alarm_off")
    async with town.socket("anna", ONE) as own:
        assert "counter" in json.loads(await own.recv()), "and its page hears nothing of alarms"


async def test_switching_it_off_takes_a_running_alarm_from_every_page(served_town: Town) -> None:
    town, sample = served_town, sample_town()
    async with town.socket("bernd", TWO) as other:
        await alarms(other)
        await town.do("anna", "counters/rathaus-1/alarm", 201)
        assert len(await alarms(other)) == 1
        sites = tuple(replace(one, staff_alarm=False) for one in sample.sites)
        await town.house.write(lambda c: save_town(c, replace(sample, sites=sites), town.house.clock()))
        await town.house.renew_if_changed()
        await town.house.alarms.turn()
        assert await alarms(other) == []
    assert await town.house.read(rows.running) == []


# -- phones ------------------------------------------------------------------------------------------


@pytest.fixture
async def gateway() -> AsyncIterator[Gateway]:
    async with a_gateway() as found:
        yield found


def connect(town: Town, text: str) -> None:
    path: Path = town.house.settings.connections_file
    path.write_text(text, encoding="utf-8")
    path.chmod(0o600)
    town.house.connections.look()
    assert town.house.connections.health() == "ok"


async def phones_of(town: Town) -> dict[str, int]:
    """Return what became of the messages, once they are all done."""
    while True:
        [found] = (await town.ask("bernd", "GET", "/api/v1/sites/rathaus/alarms")).json()["alarms"]
        phones = dict(found["phones"])
        if phones["count"] and phones["sent_count"] + phones["failed_count"] == phones["count"]:
            return phones
        await asyncio.sleep(0.01)


async def test_chosen_phones_learn_where_and_when_and_nobodys_name(town: Town, gateway: Gateway) -> None:
    sites = '[alarm.sites]\nrathaus = ["+49 1512 0000001"]\nandere = ["+491520000002"]'
    more = f'[alarm]\nphones = ["{PHONE}"]\n{sites}'
    connect(town, f"[sms]\n{settings(gateway.address)}\n{more}")
    await town.do("anna", "counters/rathaus-1/alarm", 201)
    assert await phones_of(town) == {"count": 2, "sent_count": 2, "failed_count": 0}
    assert {one["to"] for one in gateway.taken} == {PHONE, "+4915120000001"}
    assert {one["text"] for one in gateway.taken} == {
        "10:00 ALARM Rathaus am Markt: Zimmer 1. Bitte kommen Sie sofort."
    }


async def test_a_trial_says_that_it_is_one_on_phones_too(town: Town, gateway: Gateway) -> None:
    connect(town, f'[sms]\n{settings(gateway.address)}\n[alarm]\nphones = ["{PHONE}"]')
    await town.do("anna", "sites/rathaus/alarm", 201, test=True)
    await phones_of(town)
    assert [one["text"] for one in gateway.taken] == [
        "10:00 PROBEALARM Rathaus am Markt: Empfang. Nur ein Test."
    ]


async def test_a_gateway_that_stumbles_is_asked_again_and_one_that_fails_is_told(
    town: Town, gateway: Gateway, caplog: pytest.LogCaptureFixture
) -> None:
    town.house.alarm_calls = alarm_calls.AlarmCalls((0.0, 0.01, 0.01))
    connect(town, f'[sms]\n{settings(gateway.address)}\n[alarm]\nphones = ["{PHONE}"]')
    gateway.answers = [(500, "no"), OK]
    first = await town.do("anna", "counters/rathaus-1/alarm", 201)
    assert (await phones_of(town))["sent_count"] == 1
    assert len({one["id"] for one in gateway.taken}) == 1, "the same message, so that a gateway can tell"
    await town.do("bernd", f"sites/rathaus/alarms/{first['id']}", act="end")
    gateway.answers = [(500, "no")]
    town.clock.forward(minutes=1)
    with caplog.at_level(logging.WARNING):
        await town.do("anna", "counters/rathaus-1/alarm", 201)
        assert await phones_of(town) == {"count": 1, "sent_count": 0, "failed_count": 1}
    assert PHONE not in caplog.text


@pytest.mark.parametrize("storage", ["slow", "broken"])
async def test_phones_are_called_before_the_disk_and_once(
    town: Town, gateway: Gateway, storage: str, caplog: pytest.LogCaptureFixture
) -> None:
    kept, held = town.house.alarms._rows.keep, asyncio.Event()

    async def troubled(alarm: Alarm) -> None:
        if storage == "broken":
            raise RuntimeError("integrity")
        await held.wait()
        await kept(alarm)

    connect(town, f'[sms]\n{settings(gateway.address)}\n[alarm]\nphones = ["{PHONE}"]')
    object.__setattr__(town.house.alarms._rows, "keep", troubled)
    path, body = "/api/v1/counters/rathaus-1/alarm", {"request_id": "press-in-need"}
    press = asyncio.create_task(town.ask("anna", "POST", path, body))
    while not gateway.taken:
        await asyncio.sleep(0.01)
    held.set()
    assert (await press).status_code == 201, "whatever the storage says, help was called"
    assert (await town.ask("anna", "POST", path, body)).json()["id"] == (await press).json()["id"]
    object.__setattr__(town.house.alarms._rows, "keep", kept)
    await town.house.alarms.turn()
    assert len(await town.house.read(rows.running)) == 1
    assert len(gateway.taken) == 1
    assert caplog.text.count("cannot be written") == (storage == "broken")


async def test_a_phone_gets_one_text_a_minute_for_a_place(town: Town, gateway: Gateway) -> None:
    """A trial keeps the real one back neither; what failed is no text."""
    town.house.alarm_calls = alarm_calls.AlarmCalls((0.0,))
    connect(town, f'[sms]\n{settings(gateway.address)}\n[alarm]\nphones = ["{PHONE}"]')
    gateway.answers = [(500, "no"), OK]
    counts = []
    for more, after_s in (({}, 0), ({}, 30), ({}, 29), ({"test": True}, 0), ({}, 31)):
        town.clock.forward(seconds=after_s)
        raised = await town.do("anna", "counters/rathaus-1/alarm", 201, **more)
        sent = (await phones_of(town))["sent_count"]
        counts.append((sent, len(gateway.taken)))
        await town.do("bernd", f"sites/rathaus/alarms/{raised['id']}", act="end")
    assert counts == [(0, 1), (1, 2), (1, 2), (1, 3), (1, 4)]


async def test_phones_without_a_gateway_are_told_as_not_reached(town: Town) -> None:
    connect(town, f'[alarm]\nphones = ["{PHONE}"]')
    await town.do("anna", "counters/rathaus-1/alarm", 201)
    assert (await phones_of(town))["failed_count"] == 1
