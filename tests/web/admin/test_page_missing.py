"""Which documents were missing, as leads and administrators read it."""

import csv
import io
from dataclasses import replace
from typing import Any

import pytest

from queue_server.domain.access import Actor, Role
from queue_server.domain.papers import key_of
from queue_server.domain.town import Town as SetUp
from tests.e2e.harness.axe import axe_by_day_and_night
from tests.web.askers import MUSTER, a_session
from tests.web.running import Town
from tests.web.test_page_desk import words
from tests.web.test_page_status import NARROW, photograph

PAGE = "/admin/missing"
PHOTO = "Foto zum Aufkleben"
SOMETHING = "Etwas anderes"


async def settle(town: Town, *documents: str) -> None:
    """Let the passport ask for these documents alone."""

    def plan(before: SetUp) -> SetUp:
        texts = tuple({"de": one} for one in documents)
        services = [
            replace(one, documents=texts, documents_if=()) if one.id == "passport" else one
            for one in before.services
        ]
        return replace(before, services=tuple(services))

    house = town.house
    await house.write(lambda conn: house.settlement.change_town(conn, MUSTER, plan, house.clock()))
    await house.renew_settings()


async def visits(town: Town, count: int, *missing: str) -> None:
    """Serve so many visitors, each without these documents."""
    for _ in range(count):
        await town.take("passport")
        ticket = (await town.call())["ticket"]
        await town.do("anna", "counters/rathaus-1/start")
        for one in missing:
            body = {"ticket": ticket, "service": "passport", "document": key_of({"de": one})}
            await town.do("anna", "counters/rathaus-1/missing", **body)
        await town.do("anna", "counters/rathaus-1/finish")


@pytest.fixture
async def noted(town: Town) -> Town:
    await settle(town, PHOTO, SOMETHING)
    await town.open()
    await visits(town, 5, PHOTO, SOMETHING)
    await visits(town, 1, PHOTO)
    await visits(town, 2)
    return town


async def read(town: Town, path: str = PAGE, who: Any = "administrator") -> str:
    headers = town.headers(who) if isinstance(who, str) else who
    answer = await town.client.get(path, headers=headers)
    assert answer.status_code == 200, answer.text
    return answer.text


async def a_lead(town: Town, department: str) -> dict[str, str]:
    actor = Actor(Role.LEAD, MUSTER, leads=frozenset({department}))
    return {"cookie": await town.house.write(lambda conn: a_session(conn, f"lead-{department}", actor))}


async def test_the_page_says_what_was_missing_and_where_the_text_is_bettered(noted: Town) -> None:
    page = words(await read(noted))
    assert page.index(PHOTO) < page.index(SOMETHING), "the most often missed first"
    for count, share in ((6, 75), (5, 62)):
        assert f"hat {count}-mal gefehlt" in page
        assert f"bei {share} % von 8 Besuchen" in page
    assert "/admin/setup/service/passport#f-documents" in await read(noted)
    assert 'id="f-documents"' in await read(noted, "/admin/setup/service/passport")


async def test_fewer_than_five_are_not_told(town: Town) -> None:
    await settle(town, PHOTO)
    await town.open()
    assert "In dieser Zeit wurde nichts vermerkt" in words(await read(town))
    await visits(town, 4, PHOTO)
    page = words(await read(town))
    assert "hat weniger als 5-mal gefehlt" in page
    assert "%" not in page
    _, *rows = csv.reader(io.StringIO(await read(town, f"{PAGE}.csv")), delimiter=";")
    assert {tuple(row[5:]) for row in rows} == {("unter 5", "", "")}


async def test_a_text_that_was_bettered_since_is_told_as_it_was_read(noted: Town) -> None:
    noted.clock.forward(seconds=1)
    await settle(noted, "Passfoto vom Fotografen")
    page = words(await read(noted))
    assert "Passfoto vom Fotografen" not in page, "it is counted from nothing"
    assert f"{PHOTO} Reisepass beantragen wird so nicht mehr verlangt" in page


async def test_a_lead_reads_of_the_own_department_and_may_not_change_the_text(noted: Town) -> None:
    lead = await a_lead(noted, "buergerbuero")
    assert PHOTO in await read(noted, who=lead)
    assert "/admin/setup/service/passport" not in await read(noted, who=lead)
    stranger = await a_lead(noted, "standesamt")
    assert PHOTO not in await read(noted, who=stranger)
    assert PHOTO not in await read(noted, f"{PAGE}.csv", stranger)
    answer = await noted.client.get(PAGE, headers=noted.headers("anna"))
    assert answer.status_code == 403


async def test_the_period_is_chosen(noted: Town) -> None:
    noted.clock.forward(days=120)
    assert PHOTO in await read(noted, f"{PAGE}?months=12")
    assert PHOTO not in await read(noted, f"{PAGE}?months=3")


async def test_the_table_holds_the_whole_time_and_each_month(noted: Town) -> None:
    answer = await read(noted, f"{PAGE}.csv?months=3")
    head, *rows = csv.reader(io.StringIO(answer.removeprefix("\ufeff")), delimiter=";")
    assert head[:3] == ["Leistung", "Unterlage", "Kennung des Textes"]
    of_photo = [row[3:] for row in rows if row[1] == PHOTO]
    assert of_photo[0] == ["ja", "2026-01 – 2026-03", "6", "8", "75"]
    assert of_photo[1:] == [
        ["ja", "2026-01", "unter 5", "", ""],
        ["ja", "2026-02", "unter 5", "", ""],
        ["ja", "2026-03", "6", "", ""],
    ]


async def test_the_page_is_for_everybody(served_town: Town, browser: Any) -> None:
    town = served_town
    await settle(town, PHOTO, SOMETHING)
    await town.open()
    await visits(town, 5, PHOTO)
    await visits(town, 1, SOMETHING)
    context = await browser.new_context(viewport=NARROW, extra_http_headers=town.headers("administrator"))
    page = await context.new_page()
    await page.goto(f"{town.address}{PAGE}")
    await page.locator("summary").last.click()
    await photograph(page, "missing")
    assert await axe_by_day_and_night(page) == []
    await context.close()
