"""A thing of the set-up is changed in its form, added, taken out and brought back, on one road."""

from typing import Any

import pytest
import sqlalchemy as sa

from queue_server.adapters.tables.operations import AUDIT
from queue_server.domain.access import Actor, Role
from tests.web.admin.setup import found, read, send, settings
from tests.web.askers import MUSTER, THERE
from tests.web.running import Town
from tests.web.test_page_department import let_in
from tests.web.test_page_desk import field, words

AREA = "/admin/setup/area/rathaus-eg"


async def audited(town: Town) -> list[Any]:
    return await town.house.read(lambda conn: list(conn.execute(sa.select(AUDIT)).mappings()))


async def undo(town: Town, location: str, who: dict[str, str] | None = None) -> Any:
    """Press the button in the notice of the page that a change led to."""
    town.clock.forward(seconds=1)
    page = await read(town, location, who)
    change = location.partition("done=")[2]
    assert f'name="change" value="{change}"' in page
    body = {"csrf": field(page, "csrf"), "act": "undo", "change": change, "back": location.partition("?")[0]}
    return await town.client.post("/admin/changes", data=body, headers=who or town.headers("administrator"))


async def test_a_field_is_changed_logged_and_taken_back(town: Town) -> None:
    before = settings(town)
    answer = await send(town, AREA, limit="17", name__en="Ground level")
    assert answer.status_code == 303, words(answer.text)
    area = found(town, "area", "rathaus-eg")
    assert (area.limit, area.name["en"]) == (17, "Ground level")
    assert area.name["de"] == before.sites[0].areas[0].name["de"]
    [line] = await audited(town)
    assert (line["act"], line["kind"], line["ref"], line["site_id"]) == (
        "setting_changed",
        "area",
        "rathaus-eg",
        "rathaus",
    )
    back = await undo(town, answer.headers["location"])
    assert back.headers["location"] == "/admin/setup/area?done=undone"
    assert settings(town) == before


async def test_nothing_typed_is_nothing_changed(town: Town) -> None:
    """Every form, sent as it is shown, leaves the town as it is."""
    before = settings(town)
    answer = await send(town, AREA)
    assert answer.headers["location"] == "/admin/setup/area?done=same"
    assert (settings(town), await audited(town)) == (before, [])


@pytest.mark.parametrize(
    ("typed", "at", "told"),
    [
        ({"limit": "viele"}, "limit", "Das ist keine Zahl."),
        ({"limit": "0"}, "limit", "1 – 10000"),
        ({"name__de": "  "}, "name", "deutsch"),
        ({"name__de": "x" * 400}, "name", "zu lang"),
    ],
)
async def test_a_mistake_stands_at_its_field_and_what_was_typed_stays(
    town: Town, typed: dict[str, Any], at: str, told: str
) -> None:
    before = settings(town)
    answer = await send(town, AREA, hint__de="Gleich links", **typed)
    assert answer.status_code == 422
    page = answer.text
    assert f'href="#f-{at}"' in page
    assert told.casefold() in words(page).casefold()
    assert 'value="Gleich links"' in page
    assert settings(town) == before


async def test_a_change_may_be_looked_at_first(town: Town) -> None:
    before = settings(town)
    shown = await send(town, AREA, act="preview", limit="9")
    text = words(shown.text)
    assert ("Vorschau: Erdgeschoss" in text, "Kein Termin ist betroffen." in text) == (True, True)
    assert settings(town) == before
    back = await send(town, AREA, page=shown.text, act="back")
    assert 'name="limit" value="9"' in back.text
    done = await send(town, AREA, page=shown.text, act="apply")
    assert done.status_code == 303
    assert found(town, "area", "rathaus-eg").limit == 9


async def test_of_two_who_change_the_same_the_second_is_told(town: Town) -> None:
    page = await read(town, AREA)
    await send(town, AREA, page=page, limit="11")
    second = await send(town, AREA, page=page, limit="12")
    assert (second.status_code, "inzwischen geändert" in second.text) == (409, True)
    assert 'name="limit" value="12"' in second.text
    assert found(town, "area", "rathaus-eg").limit == 11


async def test_a_new_thing_gets_its_id_from_its_name(town: Town) -> None:
    path = "/admin/setup/area/_new?site=rathaus"
    answer = await send(town, path, name__de="Hof Süd")
    assert answer.status_code == 303, words(answer.text)
    assert found(town, "area", "rathaus-hof-sued").name == {"de": "Hof Süd"}
    again = await send(town, path, name__de="Hof Süd")
    assert again.status_code == 303
    assert found(town, "area", "rathaus-hof-sued-2")
    taken = await send(town, path, name__de="Hof", id="nachbarhaus-foyer")
    assert (taken.status_code, "gibt es schon" in taken.text) == (422, True)
    assert len(await audited(town)) == 2
    page = await read(town, "/admin/setup/area?q=hof+rathaus")
    assert "2 Einträge" in words(page)
    assert "0 Einträge" in words(await read(town, "/admin/setup/area?q=hof&site=buergerzentrum"))


async def test_what_is_needed_stays_and_what_is_not_goes(town: Town) -> None:
    page = words(await read(town, f"{AREA}/remove"))
    assert "Noch wird es gebraucht" in page
    assert "Zimmer" in page
    await send(town, "/admin/setup/area/_new?site=rathaus", name__de="Hof")
    town.clock.forward(seconds=1)
    before = settings(town)
    gone = await send(town, "/admin/setup/area/rathaus-hof/remove")
    assert gone.status_code == 303
    assert found(town, "area", "rathaus-hof") is None
    await undo(town, gone.headers["location"])
    assert settings(town) == before


async def test_the_administrator_of_a_site_changes_that_site_alone(town: Town) -> None:
    who = await let_in(town, Actor(Role.ADMINISTRATOR, MUSTER, THERE), "sabine")
    for path in (AREA, f"{AREA}/remove", "/admin/setup/area/_new?site=rathaus"):
        assert (await town.client.get(path, headers=who)).status_code == 404, path
    listed = await read(town, "/admin/setup/area", who)
    assert "rathaus-eg" not in listed
    own = settings(town).sites[1].areas[0].id
    done = await send(town, f"/admin/setup/area/{own}", who, limit="5")
    assert done.status_code == 303
    assert "rathaus" not in words(await read(town, "/admin/changes", who)).casefold()
    assert (await undo(town, done.headers["location"], who)).status_code == 303


async def test_a_change_that_was_overtaken_is_not_taken_back(town: Town) -> None:
    first = await send(town, AREA, limit="11")
    town.clock.forward(seconds=1)
    await send(town, AREA, limit="12")
    back = await undo(town, first.headers["location"])
    assert (back.status_code, "inzwischen geändert" in back.text) == (409, True)
    page = words(await read(town, "/admin/changes"))
    assert "token " in page
    assert "nicht mehr zurücknehmen" in page
    assert found(town, "area", "rathaus-eg").limit == 12


async def test_a_form_of_another_page_changes_nothing(town: Town) -> None:
    for path in (AREA, f"{AREA}/remove", "/admin/changes", "/admin/setup/area/_new?site=rathaus"):
        body = {"csrf": "x.y", "act": "save", "name.de": "Falsch"}
        answer = await town.client.post(path, data=body, headers=town.headers("administrator"))
        assert answer.status_code == 403, path


async def test_mail_addresses_are_typed_one_a_line_and_each_is_checked(town: Town) -> None:
    page = "/admin/setup/town/musterstadt"
    wrong = "a@stadt.example\nb(at)stadt.example\n"
    refused = await send(town, page, report_copies=wrong)
    assert refused.status_code == 422
    assert "„b(at)stadt.example“ ist keine Mail-Adresse." in words(refused.text)
    assert wrong.strip() in refused.text, "what was typed stays"
    typed = " a@stadt.example \r\n\r\nb@stadt.example\r\na@stadt.example\r\n"
    answer = await send(town, page, report_copies=typed)
    assert settings(town).report_copies == ("a@stadt.example", "b@stadt.example")
    assert "b@stadt.example" in await read(town, answer.headers["location"])
    assert (await send(town, page)).headers["location"].endswith("done=same")
