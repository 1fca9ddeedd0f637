"""All devices on one page: how they are, tests by one press, pairing and ending it."""

import asyncio
import json
from dataclasses import replace
from datetime import time, timedelta
from typing import Any

from playwright.async_api import Browser, expect
from websockets.asyncio.client import ClientConnection

from queue_server.adapters.town.store import save_town
from queue_server.domain.access import Actor, Role
from queue_server.domain.town import OpeningHours
from queue_server.web.admin.page_rehearsal import rehearsal_slip
from tests.e2e.harness.axe import axe_by_day_and_night
from tests.web.askers import MUSTER, THERE
from tests.web.running import START, Town
from tests.web.test_page_department import audited, let_in, press, read
from tests.web.test_page_desk import field, words
from tests.web.test_page_status import NARROW, photograph
from tests.web.test_sockets import picture

PAGE = "/admin/devices"
DISPLAY = {"kind": "display", "device": "rathaus-eg"}
KIOSK = {"kind": "kiosk", "device": "rathaus-kiosk"}


async def do(town: Town, who: dict[str, str], act: str, **device: str) -> Any:
    """Press one of a device's buttons."""
    data = {"csrf": field(await read(town, who, PAGE), "csrf"), "act": act, **device}
    answer = await town.client.post(f"{PAGE}/rathaus", data=data, headers=who)
    assert answer.status_code == 303, answer.text
    return answer


async def probe_on(display: ClientConnection) -> dict[str, Any]:
    """Return the next probe: boards may come before it."""
    while "probe" not in (frame := await picture(display)):
        pass
    return dict(frame["probe"])


async def until_told(town: Town, who: dict[str, str], *told: str) -> str:
    """Return the page once it says this: what a device says takes its time."""
    async with asyncio.timeout(10):
        while True:
            page = await read(town, who, PAGE)
            if all(one in words(page) for one in told):
                return page
            await asyncio.sleep(0.01)


async def card(town: Town, who: dict[str, str], anchor: str) -> str:
    page = await read(town, who, PAGE)
    return words(page[page.index(f'id="{anchor}"') :].partition("<form")[0])


async def test_each_device_of_the_town_stands_there_with_its_state(served_town: Town) -> None:
    town, admin = served_town, served_town.headers("administrator")
    assert "nicht verbunden" in await card(town, admin, "display-rathaus-eg")
    async with town.socket("display", "/live/displays/rathaus-eg") as display:
        await picture(display)
        health = {"audio": {"unlocked": False, "output": True}, "page_version": "0.1"}
        await display.send(json.dumps({"health": health}))
        await display.send(json.dumps({"report": {"call": 4, "kind": "shown"}}))
        await display.send(json.dumps({"report": {"call": 4, "kind": "blocked"}}))
        await until_told(town, admin, "Ton gesperrt", "0.1 – veraltet")
        shown = await card(town, admin, "display-rathaus-eg")
        assert "verbunden gesperrt" in shown
        assert "gezeigt, Ton gesperrt" in shown
        assert "seit 10:00" in shown
        assert "0.1 – veraltet" in shown
        assert "Tippen Sie einmal auf den Bildschirm" in shown
        assert "127.0.0.1" in shown
    await until_told(town, admin, "bis 10:00")


async def test_a_site_s_administrator_sees_and_tests_its_devices_alone(town: Town) -> None:
    who = await let_in(town, Actor(Role.ADMINISTRATOR, MUSTER, THERE), "sabine")
    page = await read(town, who, PAGE)
    assert "buergerzentrum" in page
    assert "rathaus-eg" not in page
    foreign = await press(town, who, PAGE, act="call", **DISPLAY)
    assert foreign.status_code == 405, "nothing is sent to the list itself"
    answer = await town.client.post(f"{PAGE}/rathaus", data=DISPLAY | {"act": "call"}, headers=who)
    assert answer.status_code == 404
    assert (await town.client.get(PAGE, headers=town.headers("anna"))).status_code == 403


async def test_a_test_call_goes_to_the_display_and_its_answer_to_the_page(served_town: Town) -> None:
    town, admin = served_town, served_town.headers("administrator")
    await do(town, admin, "call", **DISPLAY)
    assert "nicht verbunden; die Probe" in words(await read(town, admin, PAGE))
    async with town.socket("display", "/live/displays/rathaus-eg") as display:
        await picture(display)
        answer = await do(town, admin, "call", **DISPLAY)
        assert answer.headers["location"] == f"{PAGE}#display-rathaus-eg"
        probe = await probe_on(display)
        [call] = probe["frame"]["announce"]
        assert "Noch keine Antwort" in words(await read(town, admin, PAGE))
        assert 'http-equiv="refresh"' in await read(town, admin, PAGE), "also without scripts"
        said = {"call": call["seq"], "kind": "started", "detail": "spoken"}
        await display.send(json.dumps({"report": {"call": call["seq"], "kind": "shown"}}))
        await display.send(json.dumps({"report": said}))
        page = await until_told(town, admin, "Gong und Sprache abgespielt")
        assert 'http-equiv="refresh"' not in page
        await do(town, admin, "call", **DISPLAY)
        await probe_on(display)
        town.clock.forward(seconds=21)
        page = words(await read(town, admin, PAGE))
        assert "Keine Antwort vom Bildschirm. Laden Sie seine Seite neu." in page
    assert await audited(town) == []


async def test_a_test_slip_is_printed_without_a_number(served_town: Town) -> None:
    town, admin = served_town, served_town.headers("administrator")
    await do(town, admin, "slip", **KIOSK)
    assert "Druckprogramm dieses Terminals ist nicht verbunden" in words(await read(town, admin, PAGE))
    async with town.socket("kiosk", "/live/kiosks/rathaus-kiosk?agent=1") as agent:
        await do(town, admin, "slip", **KIOSK)
        message: dict[str, Any] = {}
        while not message.get("jobs"):
            message = json.loads(await agent.recv())
        [job] = message["jobs"]
        assert (job["slip"]["number"], job["attempt"]) == ("PROBE", 1)
        assert "gilt nicht als Nummer" in job["slip"]["mark"]
        report = {"job": job["id"], "attempt": 1, "state": "refused", "code": "paper_out"}
        await agent.send(json.dumps({"print": report}))
        await until_told(town, admin, "Es ist kein Papier da")
    queue = (await town.ask(None, "GET", "/api/v1/sites/rathaus/queue")).json()
    assert queue["waiting"] == []


async def test_a_display_is_taken_out_of_service_and_back(town: Town) -> None:
    admin = town.headers("administrator")
    for act, out in (("out", True), ("out", True), ("back", False)):
        await do(town, admin, act, **DISPLAY)
        assert ("rathaus-eg" in town.house.hub.rooms["rathaus"].out_of_service) is out
    switched = await audited(town)
    assert [line["after"] for line in switched] == [{"out_of_service": True}, {"out_of_service": False}]


async def test_an_unpaired_device_is_out_at_once(served_town: Town) -> None:
    town, admin = served_town, served_town.headers("administrator")
    async with town.socket("display", "/live/displays/rathaus-eg") as display:
        await picture(display)
        await do(town, admin, "unpair", **DISPLAY)
        await display.wait_closed()
    assert (await town.ask("display", "GET", "/display/rathaus-eg")).status_code in {303, 401}
    assert "Noch kein Gerät gekoppelt. Jetzt koppeln" in await card(town, admin, "display-rathaus-eg")
    assert (await town.ask("kiosk", "GET", "/kiosk/rathaus-kiosk")).status_code == 200
    [line] = await audited(town)
    assert (line["act"], line["ref"]) == ("device_unpaired", "rathaus-eg")


async def test_the_page_renews_itself_and_is_readable(served_town: Town, browser: Browser) -> None:
    town = served_town
    cookie = (await let_in(town, Actor(Role.ADMINISTRATOR, MUSTER), "ada"))["cookie"]
    name, _, value = cookie.partition("=")
    address = f"http://{town.address}"
    context = await browser.new_context(viewport={"width": 1280, "height": 900}, locale="de-DE")
    await context.add_cookies([{"name": name, "value": value, "url": address}])
    page = await context.new_page()
    async with town.socket("display", "/live/displays/rathaus-eg") as display:
        await picture(display)
        await page.goto(f"{address}{PAGE}")
        place = page.locator("#display-rathaus-eg")
        await page.get_by_role("button", name="Probeaufruf: ").first.click()
        probe = await probe_on(display)
        await expect(place).to_contain_text("Noch keine Antwort")
        [call] = probe["frame"]["announce"]
        said = {"call": call["seq"], "kind": "started", "detail": "spoken"}
        await display.send(json.dumps({"report": said}))
        await expect(place).to_contain_text("Gong und Sprache abgespielt")
        await photograph(page, "devices-1280")
        await page.set_viewport_size(NARROW)
        await photograph(page, "devices-320")
        assert await page.evaluate("document.documentElement.scrollWidth") <= NARROW["width"]
        assert not await axe_by_day_and_night(page)
    await context.close()


def test_the_words_wait_no_longer_than_a_test_lasts() -> None:
    from queue_server.live.probes import LASTS
    from queue_server.web.slip_tests import WAITS

    assert timedelta(seconds=5) < LASTS < WAITS < timedelta(seconds=60)


async def test_a_closed_site_rehearses_and_a_visitor_ends_it(town: Town) -> None:
    admin = town.headers("administrator")

    async def send(**data: str) -> Any:
        form = {"csrf": field(await read(town, admin, PAGE), "csrf"), **data}
        return await town.client.post(f"{PAGE}/rathaus/rehearsal", data=form, headers=admin)

    settings, site = town.house.town_and_site("rathaus")
    hours = (OpeningHours(START.weekday(), time(8), time(18)),)
    sites = (replace(site, always_open=False, opening=hours), *settings.sites[1:])
    await town.house.write(lambda conn: save_town(conn, replace(settings, sites=sites), START))
    await town.house.renew_settings()
    refused = await send(act="begin", minutes="3")
    page = await read(town, admin, refused.headers["location"].partition("#")[0])
    assert "Geübt wird außerhalb der Öffnungszeiten." in words(page)
    town.clock.forward(hours=11)
    begun = await send(act="begin", minutes="3", slips="yes")
    assert begun.headers["location"] == f"{PAGE}#rehearsal-rathaus"
    assert "Es wird geübt, noch etwa 3 Minuten." in words(await read(town, admin, PAGE))
    await town.open()
    page = words(await read(town, admin, PAGE))
    assert "Die Übung endete, weil im Haus etwas geschah" in page
    assert (await send(act="end")).status_code == 303
    assert await audited(town) == []


async def test_a_slip_of_a_rehearsal_is_none_that_counts(town: Town) -> None:
    settings, site = town.house.town_and_site("rathaus")
    slip = rehearsal_slip(town.house, settings, site, "de", 417)
    assert (slip["number"], slip["qr"]) == ("P417", None)
    assert not slip["number"].isdigit(), "an agent remembers numbers of digits alone"
    assert "PROBE" in str(slip["mark"])
