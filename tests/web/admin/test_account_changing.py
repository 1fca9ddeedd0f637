"""An account becomes something else, and of the administrators of a town one always stays."""

import asyncio
import re
from typing import Any

import pytest

from queue_server.adapters import people
from queue_server.domain.access import Actor, Role
from tests.web.admin.test_page_accounts import acts, listed, of_site, press, read, way_of
from tests.web.askers import MUSTER, THERE
from tests.web.running import Town
from tests.web.test_page_department import let_in
from tests.web.test_page_desk import field, words

CHIEF = Actor(Role.ADMINISTRATOR, MUSTER)


async def become(town: Town, user: str, who: Any = None, **wish: str) -> Any:
    return await press(town, await way_of(town, user), who, act="change", **wish)


async def test_role_site_and_person_of_an_account_are_changed(town: Town) -> None:
    anna = await let_in(town, Actor(Role.CLERK, MUSTER, clerk_id="anna"), "bea")
    page = await read(town, await way_of(town, "bea"))
    assert re.search(r'value="clerk" selected', page)
    done = await become(town, "bea", role="reception", site=THERE, clerk="anna")
    assert done.headers["location"].endswith("?done=changed"), words(done.text)
    bea = await listed(town, "bea")
    assert (bea.role, bea.site_id, bea.clerk_id) == (Role.RECEPTION, THERE, None)
    assert (await town.client.get("/counter", headers=anna)).status_code == 303, "signed out"
    assert ("account_changed", "bea") in await acts(town)
    log = words(await read(town, "/admin/log"))
    assert "Rolle" in log
    assert "Standort" in log


@pytest.mark.parametrize(
    ("wish", "told", "at"),
    [
        ({"role": "king"}, "wählen Sie eine Rolle", "role"),
        ({"role": "clerk", "site": "moon"}, "Standort gibt es nicht", "site"),
        ({"role": "clerk", "clerk": "nobody"}, "gibt es an den Schaltern nicht", "clerk"),
        ({"role": "lead"}, "welche Abteilung", ""),
    ],
)
async def test_what_does_not_fit_is_told_and_stays_chosen(
    town: Town, wish: dict[str, str], told: str, at: str
) -> None:
    answer = await become(town, "anna", **wish)
    assert (answer.status_code, told in answer.text) == (422, True)
    assert f'id="{at}-error"' in answer.text or not at
    assert (await listed(town, "anna")).role is Role.CLERK
    assert await acts(town) == []


async def test_a_sites_administrator_raises_nobody_beyond_the_site(town: Town) -> None:
    """Failure 15."""
    who = await of_site(town)
    await let_in(town, Actor(Role.RECEPTION, MUSTER, THERE), "uwe")
    above = await become(town, "uwe", who, role="administrator", site="")
    assert (above.status_code, "Ihren Standort" in above.text) == (422, True)
    assert (await become(town, "anna", who, role="auditor", site=THERE)).status_code == 404
    assert (await become(town, "uwe", who, role="auditor", site=THERE)).status_code == 303


async def test_nobody_changes_their_own_account(town: Town) -> None:
    who = await let_in(town, CHIEF, "chef")
    answer = await become(town, "chef", who, role="auditor")
    assert (answer.status_code, "eigene Konto" in answer.text) == (422, True)


async def test_of_two_administrators_who_disable_each_other_one_stays(town: Town) -> None:
    """Each is asked for at the same moment, before either is done."""
    first, second = [await let_in(town, CHIEF, name) for name in ("chef", "chefin")]
    admin = await way_of(town, "admin")
    assert (await press(town, admin, first, act="disable")).status_code == 303
    ways = [await way_of(town, name) for name in ("chefin", "chef")]
    pages = [await read(town, "/admin/accounts/new", who) for who in (first, second)]
    answers = await asyncio.gather(
        *(
            town.client.post(way, data={"csrf": field(page, "csrf"), "act": "disable"}, headers=who)
            for way, page, who in zip(ways, pages, (first, second), strict=True)
        )
    )
    active = [one for one in await every(town) if one.disabled_at is None]
    assert [one.role for one in active if one.site_id is None].count(Role.ADMINISTRATOR) == 1
    assert min(answer.status_code for answer in answers) == 303


async def every(town: Town) -> Any:
    return await town.house.read(lambda conn: people.every_account(conn, MUSTER))


async def test_the_last_administrator_is_neither_disabled_nor_made_anything_else(town: Town) -> None:
    admin = await listed(town, "admin")
    assert await town.house.write(lambda conn: people.is_last_administrator(conn, admin))
    # Whoever asks is signed in with a key of a program that administers the town: it is no account.
    for wish in ({"act": "disable"}, {"act": "change", "role": "auditor", "site": ""}):
        answer = await press(town, await way_of(town, "admin"), **wish)
        assert (answer.status_code, "letzte Konto" in answer.text) == (422, True), words(answer.text)
    await let_in(town, CHIEF, "chef")
    assert not await town.house.write(lambda conn: people.is_last_administrator(conn, admin))
    assert (await become(town, "admin", role="auditor")).status_code == 303
