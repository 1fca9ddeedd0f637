"""A change is planned in its form for a later day, shown, put off, withdrawn; and it happens."""

from datetime import date, timedelta
from typing import Any

import sqlalchemy as sa

from queue_server.adapters.tables.operations import AUDIT
from queue_server.domain.access import Actor, Role
from queue_server.domain.planned import Planned
from queue_server.web.planning import Planning
from tests.domain.town_plans import edit
from tests.web.admin.setup import found, read, send, settings
from tests.web.askers import MUSTER, THERE
from tests.web.running import Town
from tests.web.test_page_department import let_in
from tests.web.test_page_desk import field, words
from tests.web.test_planning import plan

AREA = "/admin/setup/area/rathaus-eg"
PLANNED = "/admin/planned"
MONDAY = date(2026, 3, 16)


async def plans(town: Town) -> list[Planned]:
    return list(await town.house.read(lambda c: town.house.settlement.planned(c, settings(town).id)))


async def send_plan(town: Town, who: dict[str, str] | None = None, **typed: Any) -> Any:
    who = who or town.headers("administrator")
    page = await read(town, PLANNED, who)
    body = {"csrf": field(page, "csrf"), **typed}
    return await town.client.post(PLANNED, data=body, headers=who)


async def its_day(town: Town) -> None:
    """Let what is due happen. The server's own turn may have been quicker: then its outcome is taken up."""
    await Planning(town.house).turn()
    await town.house.renew_if_changed()


async def acts(town: Town) -> list[str]:
    return [
        row["act"] for row in await town.house.read(lambda c: list(c.execute(sa.select(AUDIT)).mappings()))
    ]


async def test_a_change_is_planned_in_its_form_and_happens_on_its_day(town: Town) -> None:
    before = settings(town)
    preview = await send(town, AREA, act="preview", limit="17")
    assert "Gilt ab" in words(preview.text)
    answer = await send(town, AREA, page=preview.text, act="apply", starts=str(MONDAY))
    assert answer.headers["location"] == f"{PLANNED}?done=planned", words(answer.text)
    assert settings(town) == before
    shown = words(await read(town, answer.headers["location"]))
    assert "Ab Montag, 16. März 2026" in shown
    assert "17" in shown
    [one] = await plans(town)
    assert one.made_by
    assert f"geplant von {one.made_by}" in shown
    assert await acts(town) == ["change_planned"]
    town.clock.forward(days=6)
    await its_day(town)
    assert found(town, "area", "rathaus-eg").limit == 17
    assert "Es ist nichts geplant." in words(await read(town, PLANNED))


async def test_a_day_that_is_none_is_told_at_its_field_and_what_was_typed_stays(town: Town) -> None:
    for wrong in ("2026-03-10", "heute"):
        answer = await send(town, AREA, act="apply", limit="17", starts=wrong)
        assert answer.status_code == 422
        assert "Geben Sie einen Tag ein, der nach heute liegt." in words(answer.text)
        assert f'value="{wrong}"' in answer.text
        assert '<input type="hidden" name="limit" value="17">' in answer.text
    assert await plans(town) == []


async def test_the_preview_tells_of_the_day_on_which_it_begins(town: Town) -> None:
    """From Tuesday on there are 17 anyway: on Wednesday nothing would change."""
    await plan(town, edit("area", "rathaus-eg", limit=17), MONDAY + timedelta(days=1))
    for day, changes in (("2026-03-13", True), ("2026-03-18", False)):
        answer = await send(town, AREA, act="preview", limit="17", starts=day, seen="")
        assert ("17 (bisher nichts)" in answer.text) is changes


async def test_a_plan_is_put_on_another_day_and_withdrawn(town: Town) -> None:
    await plan(town, edit("area", "rathaus-eg", limit=17))
    [one] = await plans(town)
    answer = await send_plan(town, act="move", plan=one.id, starts="2026-03-10")
    assert answer.status_code == 422
    assert "Geben Sie einen Tag ein" in words(answer.text)
    answer = await send_plan(town, act="move", plan=one.id, starts="2026-03-23")
    assert answer.headers["location"] == f"{PLANNED}?done=moved"
    assert [one.starts for one in await plans(town)] == [date(2026, 3, 23)]
    answer = await send_plan(town, act="withdraw", plan=one.id)
    assert answer.headers["location"] == f"{PLANNED}?done=withdrawn"
    assert await plans(town) == []
    assert await acts(town) == ["plan_moved", "plan_withdrawn"]
    assert (await send_plan(town, act="withdraw", plan=one.id)).status_code == 404


async def test_what_another_plan_stands_on_is_not_withdrawn(town: Town) -> None:
    await plan(town, edit("area", "rathaus-eg", limit=17))
    await plan(town, edit("area", "rathaus-eg", limit=20), MONDAY + timedelta(days=7))
    first, _ = await plans(town)
    answer = await send_plan(town, act="withdraw", plan=first.id)
    assert answer.status_code == 422
    assert "Was für den 23. März 2026 geplant ist, passt dann nicht mehr." in words(answer.text)


async def test_what_no_longer_fits_is_told_here_and_on_the_start_page(town: Town) -> None:
    await plan(town, edit("area", "rathaus-eg", limit=17))
    await send(town, AREA, act="save", limit="5")
    assert "Das passt nicht mehr" in words(await read(town, PLANNED))
    assert "Eine geplante Änderung kann nicht beginnen" in words(await read(town, "/admin"))


async def test_who_administers_one_site_sees_what_is_planned_there(town: Town) -> None:
    await plan(town, edit("area", "rathaus-eg", limit=17))
    await plan(town, edit("service", "id-card", minutes=25))
    who = await let_in(town, Actor(Role.ADMINISTRATOR, MUSTER, THERE), "sabine")
    assert "Es ist nichts geplant." in words(await read(town, PLANNED, who))
    for one in await plans(town):
        assert (await send_plan(town, who, act="withdraw", plan=one.id)).status_code == 404
    assert len(await plans(town)) == 2


async def test_others_are_turned_away(town: Town) -> None:
    assert (await town.client.get(PLANNED)).status_code == 303
    assert (await town.client.get(PLANNED, headers=town.headers("anna"))).status_code == 403


async def test_a_planned_change_stands_on_the_page_of_its_thing(town: Town) -> None:
    await plan(town, edit("area", "rathaus-eg", limit=17), MONDAY)
    page = words(await read(town, AREA))
    assert "Ab 16. März 2026 ändert sich:" in page
    assert "17 (bisher nichts)" in page
    [one] = await plans(town)
    assert f'href="{PLANNED}#p-{one.id}"' in await read(town, AREA)
    assert f'id="p-{one.id}"' in await read(town, PLANNED)
    assert "ändert sich:" not in words(await read(town, "/admin/setup/area/buergerzentrum-foyer"))


async def test_a_thing_is_taken_out_on_a_later_day(town: Town) -> None:
    await send(town, "/admin/setup/area/_new?site=rathaus", name__de="Hof")
    path = "/admin/setup/area/rathaus-hof"
    for typed in ("gestern", "2026-03-01"):
        wrong = await send(town, f"{path}/remove", starts=typed)
        assert (wrong.status_code, f'value="{typed}"' in wrong.text) == (422, True)
    answer = await send(town, f"{path}/remove", starts=str(MONDAY))
    assert answer.headers["location"] == f"{PLANNED}?done=planned"
    assert found(town, "area", "rathaus-hof")
    assert "Ab 16. März 2026 entfällt das." in words(await read(town, path))
    needed = await send(town, f"{AREA}/remove", starts=str(MONDAY))
    assert (needed.status_code, "Noch wird es gebraucht" in needed.text) == (409, True)
    town.clock.forward(days=6)
    await its_day(town)
    assert found(town, "area", "rathaus-hof") is None
