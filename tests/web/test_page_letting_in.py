"""What is idle today is opened to walk-ins with one press, by who plans the department; and taken back."""

import re
from collections.abc import Callable
from datetime import date
from typing import Any

from queue_server.domain.access import Actor, Role
from queue_server.domain.admission import Admission
from queue_server.domain.town import Closure, Service, services_at
from tests.domain.town_plans import edit
from tests.e2e.harness.axe import axe_by_day_and_night
from tests.web.askers import HERE, MUSTER, THERE
from tests.web.running import Town
from tests.web.test_page_department import OFFICE, audited, let_in, read
from tests.web.test_page_desk import words
from tests.web.test_page_status import NARROW, photograph

IDLE = f"{OFFICE}/walk-ins"


async def change(town: Town, plan: Callable[[Any], Any]) -> None:
    house = town.house
    await house.write(lambda conn: house.settlement.change_town(conn, MUSTER, plan, house.clock()))
    await house.renew_settings()
    town.clock.forward(seconds=1)


async def appointments_only(town: Town) -> None:
    await change(town, edit("site", HERE, admission=Admission.APPOINTMENT))


async def send(town: Town, who: dict[str, str], act: str, site: str = HERE, path: str = OFFICE) -> Any:
    data = {"csrf": await csrf(town, who, path), "act": act, "site": site}
    return await town.client.post(f"{path}/walk-ins", data=data, headers=who)


async def csrf(town: Town, who: dict[str, str], path: str) -> str:
    [found, *_] = re.findall(r'name="csrf" value="([^"]+)"', await read(town, who, path))
    return str(found)


def services(town: Town) -> dict[str, Service]:
    return {one.id: one for one in services_at(town.house.directory.sites[HERE][0], HERE)}


async def number(town: Town, service: str = "id-card") -> int:
    body = {"request_id": town.press(), "services": [{"id": service}]}
    answer = await town.ask("kiosk", "POST", f"/api/v1/sites/{HERE}/tickets", body)
    return int(answer.status_code)


async def of_kiosk(town: Town) -> dict[str, bool]:
    answer = await town.ask(None, "GET", f"/api/v1/sites/{HERE}")
    return {one["id"]: one["walk_in"] for group in answer.json()["categories"] for one in group["services"]}


async def test_one_press_opens_the_rest_of_the_day_and_another_takes_it_back(town: Town) -> None:
    await appointments_only(town)
    vera = await let_in(town)
    assert await number(town) == 409
    page = words(await read(town, vera))
    found = re.search(r"Bis (\d\d:\d\d) sind noch (\d+) Minuten frei", page)
    assert found, page
    assert int(found[2]) > 0
    before = services(town)
    for _ in range(2):  # failure 2
        done = await send(town, vera, "open")
        assert done.headers["location"] == f"{OFFICE}?done=let_in#idle"
        town.clock.forward(seconds=1)
    assert await number(town) == 201
    page = words(await read(town, vera, f"{OFFICE}?done=let_in"))
    assert f"Geöffnet: Bis {found[1]} darf man auch ohne Termin kommen." in page
    changes = await read(town, town.headers("administrator"), "/admin/changes")
    assert "vera (" in words(changes)
    for _ in range(2):
        done = await send(town, vera, "back")
        assert done.headers["location"] == f"{OFFICE}?done=let_in_back#idle"
        town.clock.forward(seconds=1)
    assert services(town) == before
    assert await number(town) == 409
    lines = [(one["act"], one["ref"], one["site_id"], one["actor"]) for one in await audited(town)]
    assert lines == [(act, "buergerbuero", HERE, "vera") for act in ("walk_ins_let_in", "walk_ins_ended")]


async def test_other_departments_stay_shut_and_tomorrow_all_is_as_before(town: Town) -> None:
    await appointments_only(town)
    vera = await let_in(town)
    shut = await of_kiosk(town)
    assert not any(shut.values())
    await send(town, vera, "open")
    of = {one.id: one.department_id for one in services(town).values()}
    opened = {of[id_] for id_, is_open in (await of_kiosk(town)).items() if is_open}
    assert opened == {"buergerbuero"}
    town.clock.forward(hours=24)
    assert await of_kiosk(town) == shut
    assert await number(town) == 409
    assert "Zurücknehmen</button>" not in await read(town, vera)


async def test_where_all_is_open_nothing_is_offered(town: Town) -> None:
    office = [one for one in services(town).values() if one.department_id == "buergerbuero"]
    for one in office:
        await change(town, edit("service", one.id, admission=Admission.BOTH))
    vera = await let_in(town)
    page = await read(town, vera)
    assert "Ohne Termin darf man schon kommen. Es gibt nichts zu öffnen." in words(page)
    assert 'value="open"' not in page
    await change(town, edit("site", HERE, closures=(Closure(date(2026, 3, 10), {}),)))
    assert "Für heute ist geschlossen." in words(await read(town, vera))


async def test_a_lead_opens_the_own_department_alone_and_a_site_administrator_that_site(town: Town) -> None:
    await appointments_only(town)
    before = services(town)
    karl = await let_in(town, Actor(Role.LEAD, MUSTER, leads=frozenset({"kasse"})), "karl")
    data = {"csrf": await csrf(town, karl, "/department/kasse"), "act": "open", "site": HERE}
    assert (await town.client.post(IDLE, data=data, headers=karl)).status_code == 404
    there = await let_in(town, Actor(Role.ADMINISTRATOR, MUSTER, THERE), "sabine")
    assert (await send(town, there, "open")).status_code == 404
    assert (await send(town, there, "dance", THERE)).status_code == 400
    vera = await let_in(town)
    assert (await town.client.post(IDLE, data={**data, "csrf": "x.y"}, headers=vera)).status_code == 403
    assert services(town) == before
    assert (await town.client.get(IDLE, headers=vera)).headers["location"] == OFFICE


async def test_it_is_taken_back_only_while_nothing_else_has_changed_since(town: Town) -> None:
    await appointments_only(town)
    vera = await let_in(town)
    await send(town, vera, "open")
    town.clock.forward(seconds=1)
    await change(town, edit("service", "id-card", admission=Admission.NONE))
    after = services(town)
    done = await send(town, vera, "back")
    assert done.headers["location"] == f"{OFFICE}?done=not_back#idle"
    assert services(town) == after
    assert "Seitdem wurde anderes geändert" in words(await read(town, vera, f"{OFFICE}?done=not_back"))


async def test_it_is_one_press_on_a_phone_without_scripts(served_town: Town, browser: Any) -> None:
    """Failure 26."""
    await appointments_only(served_town)
    name, _, value = (await let_in(served_town))["cookie"].partition("=")
    address = f"http://{served_town.address}"
    context = await browser.new_context(viewport=NARROW, java_script_enabled=False, locale="de-DE")
    context.set_default_timeout(8_000)
    await context.add_cookies([{"name": name, "value": value, "url": address}])
    page = await context.new_page()
    await page.goto(f"{address}{OFFICE}")
    await page.locator("#idle").wait_for()
    await photograph(page, "idle-320")
    await page.get_by_role("button", name="ohne Termin öffnen").first.click()
    await page.get_by_text("Geöffnet. Terminal").wait_for()
    await photograph(page, "idle-opened-320")
    assert (await page.locator("body").bounding_box())["width"] <= NARROW["width"]
    await context.close()
    context = await browser.new_context(viewport=NARROW, locale="de-DE")
    await context.add_cookies([{"name": name, "value": value, "url": address}])
    page = await context.new_page()
    await page.goto(f"{address}{OFFICE}")
    await page.locator("#idle").wait_for()
    assert await page.evaluate("document.documentElement.scrollWidth") <= NARROW["width"]
    assert not await axe_by_day_and_night(page)
    await context.close()
