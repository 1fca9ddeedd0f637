"""A lead plans the department: seen first, kept as a new version, taken back with one press."""

from dataclasses import replace
from datetime import date, time
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import sqlalchemy as sa

from queue_server.adapters.rows.appointment_rows import APPOINTMENT
from queue_server.adapters.tables.operations import AUDIT
from queue_server.domain.access import Actor, Role
from queue_server.domain.town import Absence
from tests.e2e.harness.axe import axe_by_day_and_night
from tests.web.askers import MUSTER, THERE, a_session
from tests.web.running import Town
from tests.web.test_mailing import book
from tests.web.test_page_desk import field, words
from tests.web.test_page_status import NARROW, photograph

BERLIN = ZoneInfo("Europe/Berlin")
LEAD = Actor(Role.LEAD, MUSTER, leads=frozenset({"buergerbuero"}))
OFFICE = "/department/buergerbuero"
WEEK = {"first": "2026-03-16", "last": "2026-03-20"}


async def let_in(town: Town, actor: Actor = LEAD, user: str = "vera") -> dict[str, str]:
    return {"cookie": await town.house.write(lambda conn: a_session(conn, user, actor))}


async def read(town: Town, who: dict[str, str], path: str = OFFICE) -> str:
    answer = await town.client.get(path, headers=who)
    assert answer.status_code == 200, answer.text
    return answer.text


async def press(town: Town, who: dict[str, str], path: str = OFFICE, **fields: str) -> Any:
    data = {"csrf": field(await read(town, who, path), "csrf"), **fields}
    return await town.client.post(path, data=data, headers=who)


def absences(town: Town, clerk_id: str) -> tuple[Absence, ...]:
    settings, _ = town.house.directory.sites["rathaus"]
    return next(clerk for clerk in settings.clerks if clerk.id == clerk_id).absences


async def audited(town: Town) -> list[Any]:
    return await town.house.read(lambda conn: list(conn.execute(sa.select(AUDIT)).mappings()))


async def test_an_absence_is_shown_then_entered_then_taken_back(town: Town) -> None:
    vera = await let_in(town)
    shown = await press(town, vera, act="check", clerk="bernd", **WEEK)
    assert "Kein Termin ist betroffen." in words(shown.text)
    assert absences(town, "bernd") == ()
    done = await press(town, vera, act="enter", clerk="bernd", **WEEK)
    assert (done.status_code, done.headers["location"]) == (303, f"{OFFICE}?done=entered")
    assert absences(town, "bernd") == (Absence(date(2026, 3, 16), date(2026, 3, 20)),)
    page = words(await read(town, vera))
    assert "Mo., 16. März 2026 bis Fr., 20. März 2026" in page
    again = await press(town, vera, act="check", clerk="bernd", **WEEK)
    assert (again.status_code, "steht schon da" in again.text) == (422, True)
    gone = await press(town, vera, act="take_back", clerk="bernd", **WEEK)
    assert gone.headers["location"] == f"{OFFICE}?done=taken_back"
    assert absences(town, "bernd") == ()


async def test_an_absence_may_begin_at_an_hour_of_its_first_day(town: Town) -> None:
    vera = await let_in(town)
    fields = {"clerk": "bernd", "since": "11:00", **WEEK}
    shown = await press(town, vera, act="check", **fields)
    assert "Mo., 16. März 2026 ab 11:00 Uhr bis Fr., 20. März 2026" in words(shown.text)
    assert 'name="since" value="11:00"' in shown.text
    await press(town, vera, act="enter", **fields)
    assert absences(town, "bernd") == (Absence(date(2026, 3, 16), date(2026, 3, 20), time(11)),)
    assert (await audited(town))[0]["after"] == {"absences": ["2026-03-16 11:00 – 2026-03-20"]}
    assert (await press(town, vera, act="take_back", clerk="bernd", **WEEK)).status_code == 303
    assert len(absences(town, "bernd")) == 1, "the whole week is another absence"
    await press(town, vera, act="take_back", **fields)
    assert absences(town, "bernd") == ()
    wrong = await press(town, vera, act="check", **fields | {"since": "25:00"})
    assert (wrong.status_code, "Bitte geben Sie die Uhrzeit so an" in wrong.text) == (422, True)


async def test_who_is_at_work_may_be_marked_from_now_on(town: Town) -> None:
    """Somebody goes home ill: one press leads to what is left of today."""
    vera = await let_in(town)
    page = await read(town, vera)
    now = town.house.clock().astimezone(BERLIN)
    since = f"{now.replace(minute=now.minute - now.minute % 5):%H:%M}"
    assert f"/rescue?clerk=bernd&amp;since={since.replace(':', '%3A')}" in page
    await press(town, vera, act="enter", clerk="bernd", first=f"{now:%F}", last=f"{now:%F}")
    assert "rescue?clerk=bernd&amp;since" not in await read(town, vera)


async def test_the_log_knows_who_entered_it_and_the_same_form_twice_is_once(town: Town) -> None:
    vera = await let_in(town)
    for _ in range(2):
        await press(town, vera, act="enter", clerk="bernd", **WEEK) if not absences(town, "bernd") else None
    data = {"csrf": field(await read(town, vera), "csrf"), "act": "take_back", "clerk": "bernd", **WEEK}
    for _ in range(2):
        answer = await town.client.post(OFFICE, data=data, headers=vera)
        assert answer.status_code == 303
    entered, taken_back = await audited(town)
    assert (entered["actor"], entered["act"], entered["ref"]) == ("vera", "setting_changed", "bernd")
    assert entered["after"] == {"absences": ["2026-03-16 – 2026-03-20"]}
    assert taken_back["before"] == entered["after"]


async def test_the_appointments_in_the_air_are_told_before_anything_is_kept(town: Town) -> None:
    """Whoever works at the desk is led to them; a lead alone sees when, and whose it is nowhere."""
    await book(town)
    [row] = await town.house.read(
        lambda conn: list(conn.execute(sa.select(APPOINTMENT.c.clerk_id, APPOINTMENT.c.reference)))
    )
    vera = await let_in(town)
    deputy = await let_in(town, replace(LEAD, role=Role.CLERK, clerk_id="anna"), "anne")
    days = {"first": "2026-03-10", "last": "2026-03-20"}
    for who, may_look in ((vera, False), (deputy, True)):
        shown = await press(town, who, act="check", clerk=row.clerk_id, **days)
        assert "1 Termin ist betroffen." in words(shown.text)
        assert (row.reference in shown.text) is may_look
        assert "Erika" not in shown.text
    assert absences(town, row.clerk_id) == ()


@pytest.mark.parametrize(
    ("fields", "status", "told"),
    [
        ({"act": "check", "first": "", "last": ""}, 422, "ersten und den letzten Tag"),
        ({"act": "enter", "first": "2026-03-20", "last": "2026-03-16"}, 422, "vor dem ersten"),
        ({"act": "check", "first": "2025-03-16", "last": "2025-03-20"}, 422, "Das ist vorbei"),
        ({"act": "check", "clerk": "david", **WEEK}, 404, ""),
        ({"act": "dance", **WEEK}, 400, ""),
        ({"act": "take_back", "first": "x", "last": ""}, 400, ""),
    ],
)
async def test_what_does_not_fit_is_told_and_nothing_is_kept(
    town: Town, fields: dict[str, str], status: int, told: str
) -> None:
    """A clerk of another department (david) does not exist for this lead."""
    vera = await let_in(town)
    answer = await press(town, vera, **{"clerk": "bernd", **fields})
    assert (answer.status_code, told in answer.text) == (status, True)
    assert (absences(town, "bernd"), absences(town, "david")) == ((), ())


async def test_a_form_of_another_page_changes_nothing(town: Town) -> None:
    vera = await let_in(town)
    data = {"csrf": "x.y", "act": "enter", "clerk": "bernd", **WEEK}
    assert (await town.client.post(OFFICE, data=data, headers=vera)).status_code == 403
    assert absences(town, "bernd") == ()


async def test_the_administrator_of_a_site_plans_who_works_there(town: Town) -> None:
    of_the_site = await let_in(town, Actor(Role.ADMINISTRATOR, MUSTER, THERE), "sabine")
    page = words(await read(town, of_the_site))
    assert "Greta Sommer" in page
    assert "Bernd Lindner" not in page
    answer = await press(town, of_the_site, act="enter", clerk="bernd", **WEEK)
    assert answer.status_code == 404


async def test_the_way_in_leads_to_the_own_department(town: Town) -> None:
    vera = await let_in(town)
    entry = await town.client.get("/department", headers=vera)
    assert entry.headers["location"] == OFFICE
    both = await let_in(town, replace(LEAD, leads=frozenset({"buergerbuero", "kasse"})), "both")
    assert 'href="/department/kasse"' in await read(town, both)
    nobody = await let_in(town, replace(LEAD, leads=frozenset()), "nobody")
    assert (await town.client.get("/department", headers=nobody)).status_code == 404


async def test_the_page_is_accessible_and_narrow_and_needs_no_script(served_town: Town, browser: Any) -> None:
    """Failure 26."""
    await book(served_town)
    who = await let_in(served_town, replace(LEAD, leads=frozenset({"buergerbuero", "kasse"})))
    clerk_id = await served_town.house.read(lambda conn: conn.scalar(sa.select(APPOINTMENT.c.clerk_id)))
    name, _, value = who["cookie"].partition("=")
    for size in (NARROW, {"width": 1280, "height": 900}):
        context = await browser.new_context(viewport=size, java_script_enabled=False, locale="de-DE")
        context.set_default_timeout(8_000)
        address = f"http://{served_town.address}"
        await context.add_cookies([{"name": name, "value": value, "url": address}])
        page = await context.new_page()
        await page.goto(f"{address}{OFFICE}")
        await page.locator("#clerk").select_option(clerk_id)
        await page.get_by_label("Erster Tag").fill("2026-03-10")
        await page.get_by_label("Letzter Tag").fill("2026-03-20")
        await page.get_by_role("button", name="Prüfen").click()
        await page.get_by_text("1 Termin ist betroffen.").wait_for()
        await photograph(page, f"department-asked-{size['width']}")
        assert (await page.locator("body").bounding_box())["width"] <= size["width"]
        await page.get_by_role("button", name="Abwesenheit eintragen").click()
        await page.get_by_text("Eingetragen.").wait_for()
        await photograph(page, f"department-{size['width']}")
        await page.get_by_role("button", name="Zurücknehmen").click()
        await page.get_by_text("Zurückgenommen.").wait_for()
        await context.close()
    context = await browser.new_context(viewport=NARROW, locale="de-DE")
    await context.add_cookies([{"name": name, "value": value, "url": address}])
    page = await context.new_page()
    await press(served_town, who, act="enter", clerk="anna", **WEEK)
    await page.goto(f"{address}{OFFICE}")
    assert await page.evaluate("document.documentElement.scrollWidth") <= NARROW["width"]
    assert not await axe_by_day_and_night(page)
    await context.close()


async def test_the_page_stands_in_the_frame_of_the_town(town: Town) -> None:
    """Its bar said the product's name, and the ways at the side were gone."""
    answer = await town.client.get("/department/buergerbuero", headers=town.headers("administrator"))
    assert '<img class="bar__mark" src="/static/mark.svg" alt="">Musterstadt</a>' in answer.text
    assert 'href="/department" aria-current="true"' in answer.text
