"""The administration begins with what is there, what is wrong, and the ways to everything."""

from dataclasses import replace

from queue_server.domain.access import Actor, Role
from queue_server.domain.town import Town as TownSettings
from tests.web.askers import MUSTER, THERE
from tests.web.running import START, Town
from tests.web.test_page_department import let_in
from tests.web.test_page_desk import words


async def read(town: Town, who: dict[str, str]) -> str:
    answer = await town.client.get("/admin", headers=who)
    assert answer.status_code == 200, answer.text
    return answer.text


async def test_the_start_page_counts_and_leads_on(town: Town) -> None:
    page = await read(town, town.headers("administrator"))
    settings, _ = town.house.directory.sites["rathaus"]
    assert f"{len(settings.services)} Leistungen" in words(page)
    assert "Alles passt zusammen." in page
    assert {
        one for one in ("/admin/log", "/admin/letters", "/admin/health") if f'"{one}"' not in page
    } == set()


async def test_who_administers_one_site_counts_that_site(town: Town) -> None:
    who = await let_in(town, Actor(Role.ADMINISTRATOR, MUSTER, THERE), "sabine")
    page = words(await read(town, who))
    _, site = town.house.directory.sites[THERE]
    assert f"{len(site.rooms)} Zimmer" in page
    assert "Leistungen" not in page
    assert "/admin/letters" not in page


async def test_what_is_wrong_is_told_with_its_place(town: Town) -> None:
    def without_hours(before: TownSettings) -> TownSettings:
        sites = (replace(before.sites[0], always_open=False, opening=()), *before.sites[1:])
        return replace(before, sites=sites)

    settings = without_hours(town.house.directory.sites["rathaus"][0])
    await town.house.write(lambda conn: _save(conn, settings))
    html = await read(town, town.headers("administrator"))
    assert 'href="/admin/setup/site/rathaus#f-opening"' in html
    page = words(html)
    assert "Eine Sache passt noch nicht." in page
    assert "Standort: Rathaus am Markt" in page


def _save(conn: object, settings: TownSettings) -> None:
    from queue_server.adapters.town.store import save_town

    save_town(conn, settings, START)  # type: ignore[arg-type]


async def test_others_are_turned_away(town: Town) -> None:
    assert (await town.client.get("/admin", headers=town.headers("anna"))).status_code == 403
    assert (await town.client.get("/admin")).status_code == 303
