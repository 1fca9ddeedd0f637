"""The versions of the set-up: everybody finds their own; what concerns two is for who may change both."""

import re
from typing import Any

import pytest

from queue_server.domain.access import Actor, Role
from tests.domain.test_setup_words import moved
from tests.web.admin.setup import read, send, settings
from tests.web.askers import MUSTER, THERE
from tests.web.running import Town
from tests.web.test_page_department import let_in
from tests.web.test_page_desk import field, words

CHANGES = "/admin/changes"


async def change(town: Town, plan: Any) -> None:
    """Change the set-up as a shell would: no page, and no line in the log."""
    town.clock.forward(seconds=1)
    house = town.house
    await house.write(lambda conn: house.settlement.change_town(conn, MUSTER, plan, house.clock()))
    await house.renew_settings()


async def test_own_versions_are_found_behind_many_of_others(
    town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The pages were cut before what is not for one's eyes was left out: a page could be empty."""
    monkeypatch.setattr("queue_server.web.admin.page_changes.A_PAGE", 3)
    who = await let_in(town, Actor(Role.ADMINISTRATOR, MUSTER, THERE), "sabine")
    own = settings(town).sites[1].areas[0].id
    await send(town, f"/admin/setup/area/{own}", who, limit="5")
    for number in range(5):
        await send(town, "/admin/setup/area/rathaus-eg", limit=str(30 + number))
    page = await read(town, CHANGES, who)
    assert page.count('class="card__head"') == 1
    assert 'rel="next"' not in page
    whole = await read(town, CHANGES)
    assert whole.count('class="card__head"') == 3
    older = re.search(r'href="(\?below=[^"]+)"', whole)
    assert older
    assert (await read(town, CHANGES + older[1])).count('class="card__head"') == 3


async def test_what_moved_between_two_sites_is_for_who_may_change_both(town: Town) -> None:
    who = await let_in(town, Actor(Role.ADMINISTRATOR, MUSTER, THERE), "sabine")
    before = settings(town)
    await change(town, moved)
    assert 'name="change"' not in await read(town, CHANGES, who)
    page = await read(town, CHANGES)
    version = re.search(r'name="change" value="([^"]+)"', page)
    assert version
    for headers, status in ((who, 404), (town.headers("administrator"), 303)):
        town.clock.forward(seconds=1)
        csrf = field(await read(town, CHANGES, headers), "csrf")
        body = {"csrf": csrf, "act": "undo", "change": version[1]}
        answer = await town.client.post(CHANGES, data=body, headers=headers)
        assert answer.status_code == status, words(answer.text)
    assert settings(town) == before


async def test_the_log_leads_to_what_can_still_be_taken_back(town: Town) -> None:
    before = settings(town)
    path = "/admin/setup/area/rathaus-eg"
    first = await send(town, path, limit="41")
    second = await send(town, path, limit="42")
    log = await read(town, "/admin/log")
    ways = re.findall(r'href="(/admin/changes[?]at=[^"]+)"', log)
    stamps = [answer.headers["location"].partition("done=")[2] for answer in (first, second)]
    assert ways == [f"{CHANGES}?at={stamps[1]}"], "the first was overtaken by the second"
    page = await read(town, ways[0])
    assert page.index(stamps[1]) == page.index(re.search(r'id="v-(\w+)"', page)[1])  # type: ignore[index]
    body = {"csrf": field(page, "csrf"), "act": "undo", "change": stamps[1]}
    town.clock.forward(seconds=1)
    undone = await town.client.post(CHANGES, data=body, headers=town.headers("administrator"))
    assert undone.status_code == 303
    assert settings(town) != before
    who = await let_in(town, Actor(Role.AUDITOR, MUSTER), "petra")
    assert CHANGES not in await read(town, "/admin/log", who)
