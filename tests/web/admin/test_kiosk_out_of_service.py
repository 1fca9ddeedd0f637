"""A kiosk that is out of service gives nothing out, says where to go, and troubles nobody."""

from typing import Any

from queue_server.domain.doctor import devices
from queue_server.services import screens
from queue_server.services.ports import Unit
from queue_server.web import hall_facts
from tests.web.admin.setup import read
from tests.web.running import Town
from tests.web.test_page_desk import field, words

KIOSK = "rathaus-kiosk"
DEVICES = "/admin/devices"


async def switch(town: Town, act: str, **more: str) -> int:
    csrf = field(await read(town, DEVICES), "csrf")
    data = {"csrf": csrf, "act": act, "kind": "kiosk", "device": KIOSK, **more}
    who = town.headers("administrator")
    return int((await town.client.post(f"{DEVICES}/rathaus", data=data, headers=who)).status_code)


async def picture(town: Town, kiosk_id: str = KIOSK) -> Any:
    out = frozenset(town.house.hub.rooms["rathaus"].kiosks_out)

    def look(unit: Unit) -> Any:
        return screens.kiosk(unit, kiosk_id, "ready", 1, out=out)

    return await town.house.sequencer.look("rathaus", look)


async def test_one_press_takes_it_out_and_one_brings_it_back(town: Town) -> None:
    assert await switch(town, "out", reason="Papierstau") == 303
    page = words(await read(town, DEVICES))
    assert ("Papierstau" in page, "außer Betrieb" in page, "Wieder in Betrieb nehmen" in page) == (True,) * 3
    shown = await picture(town)
    assert (shown["giving"], shown["reason"], KIOSK in shown["instead"]) == (False, "out_of_service", False)
    kept = await town.house.read(town.house.settlement.kiosks_out)
    assert kept == {KIOSK: "Papierstau"}, "a restart keeps it"
    assert await switch(town, "back") == 303
    assert (await picture(town))["reason"] != "out_of_service"
    assert await town.house.read(town.house.settlement.kiosks_out) == {}
    assert words(await read(town, "/admin/log")).count("außer oder in Betrieb genommen") >= 2


async def test_it_gives_no_number_books_nothing_and_checks_nobody_in(town: Town) -> None:
    await switch(town, "out")
    wanted = {"services": [{"id": "id-card", "count": 1}]}
    ticket = {**wanted, "request_id": town.press(), "language": "de"}
    later = {**ticket, "starts_at": "2026-03-10T15:00+01:00"}
    arriving = {"request_id": town.press(), "number": 700, "time": "10:00"}
    for path, body in (
        ("sites/rathaus/tickets", ticket),
        (f"kiosks/{KIOSK}/quotes", wanted),
        (f"kiosks/{KIOSK}/appointments", later),
        ("sites/rathaus/check-ins", arriving),
        ("sites/rathaus/check-ins", {"request_id": town.press(), "code": "scanned-at-the-door"}),
    ):
        answer = await town.ask("kiosk", "POST", f"/api/v1/{path}", body)
        error = answer.json()["error"]
        assert (answer.status_code, error["code"], error["reason"]) == (409, "not_issuing", "out_of_service")


async def test_nobody_is_troubled_by_its_printer(town: Town) -> None:
    room = town.house.hub.rooms["rathaus"]
    kiosk = next(one for one in room.site.kiosks if one.id == KIOSK)
    await switch(town, "out")
    known = hall_facts.printer_of(town.house, room, kiosk, devices.Place("", "rathaus"))
    assert (known.out_of_service, list(devices.printers((known,)))) == (True, [])
