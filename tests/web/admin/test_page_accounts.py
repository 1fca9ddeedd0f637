"""Accounts on pages: found, made with a password shown once, let in, kept out; never beyond one's reach."""

import re
from typing import Any

import pytest
import sqlalchemy as sa

from queue_server.adapters import accounts, leads, people
from queue_server.adapters.tables.operations import AUDIT
from queue_server.domain.access import Actor, Role
from tests.web.askers import MUSTER, THERE
from tests.web.running import Town
from tests.web.test_page_department import let_in
from tests.web.test_page_desk import field, words

ALL = "/admin/accounts"
AUDITOR = {"user": "petra", "role": "auditor"}


async def read(town: Town, path: str = ALL, who: dict[str, str] | None = None) -> str:
    answer = await town.client.get(path, headers=who or town.headers("administrator"))
    assert answer.status_code == 200, answer.text
    return answer.text


async def press(town: Town, path: str, who: Any = None, **fields: Any) -> Any:
    """Send a form as a page of ours would."""
    who = who or town.headers("administrator")
    data = {"csrf": field(await read(town, ALL + "/new", who), "csrf"), **fields}
    return await town.client.post(path, data=data, headers=who)


async def of_site(town: Town) -> dict[str, str]:
    return await let_in(town, Actor(Role.ADMINISTRATOR, MUSTER, THERE), "sabine")


async def listed(town: Town, user: str) -> Any:
    every = await town.house.read(lambda conn: people.every_account(conn, MUSTER))
    return next((one for one in every if one.user == user), None)


async def way_of(town: Town, user: str) -> str:
    return f"{ALL}/{(await listed(town, user)).id}"


async def changing_one(town: Town) -> Any:
    return await press(town, await way_of(town, "neu"), act="change", role="auditor", site="")


def secret(page: str) -> str:
    found = re.search(r"people__secret[^>]*><code>([^<]+)<", page)
    assert found, page
    return found[1]


async def acts(town: Town) -> list[tuple[str, str]]:
    query = sa.select(AUDIT.c.act, AUDIT.c.ref).order_by(AUDIT.c.id)
    return [tuple(row) for row in await town.house.read(lambda conn: conn.execute(query).all())]


async def fits(town: Town, user: str, password: str) -> bool:
    stored = await town.house.read(lambda conn: accounts.find_account(conn, user))
    return stored is not None and accounts.verify_password(stored.password_hash, password)


async def test_accounts_are_found_by_name_role_and_state(town: Town) -> None:
    page = words(await read(town))
    assert "3 Konten" in page
    assert "anna · Anna" in page
    for query, found in (
        ("?q=ANN", {"anna"}),
        ("?role=administrator", {"admin"}),
        ("?state=waiting", {"neu"}),
        ("?state=disabled", set()),
        ("?site=everywhere&q=n", {"admin", "anna", "neu"}),
        ("?site=rathaus", set()),
        ("?page=99999&q=anna", {"anna"}),
    ):
        shown = await read(town, ALL + query)
        assert set(re.findall(r'class="strong" href="[^"]+">([^<]+)<', shown)) == found, query


async def test_an_account_is_made_and_its_password_shown_once(town: Town) -> None:
    made = await press(
        town, f"{ALL}/new", user=" Vera ", role="lead", department=["standesamt", "buergerbuero"]
    )
    assert made.status_code == 200
    assert made.headers["cache-control"] == "no-store"
    assert await fits(town, "vera", secret(made.text))
    vera = await listed(town, "vera")
    assert (vera.role, vera.must_change) == (Role.LEAD, True)
    led = await town.house.read(lambda conn: people.leads_of(conn, vera.id))
    assert led == {"standesamt", "buergerbuero"}
    assert await acts(town) == [("account_made", "vera"), ("lead_named", "vera"), ("lead_named", "vera")]
    assert secret(made.text) not in await read(town, await way_of(town, "vera"))


async def test_who_works_at_a_counter_without_an_account_is_proposed(town: Town) -> None:
    page = await read(town)
    way = re.search(r'href="(/admin/accounts/new\?user=greta[^"]*)"', page)
    assert way, page
    form = await read(town, way[1].replace("&amp;", "&"))
    assert re.search(r'value="greta" selected', form)
    assert (await press(town, f"{ALL}/new", user="greta", role="clerk")).status_code == 200
    assert (await listed(town, "greta")).site_id == THERE
    assert "user=greta" not in await read(town)


@pytest.mark.parametrize(
    ("typed", "told"),
    [
        ({"user": "vera müller", "role": "auditor"}, "Dieser Benutzername geht nicht"),
        ({"user": "anna", "role": "auditor"}, "gibt es schon"),
        ({"user": "vera", "role": "king"}, "wählen Sie eine Rolle"),
        ({"user": "vera", "role": "lead"}, "welche Abteilung"),
        ({"user": "vera", "role": "auditor", "clerk": "anna"}, "arbeitet an keinem Schalter"),
    ],
)
async def test_what_does_not_fit_stands_at_its_field_and_what_was_typed_is_kept(
    town: Town, typed: dict[str, str], told: str
) -> None:
    answer = await press(town, f"{ALL}/new", **typed)
    assert answer.status_code == 422
    assert answer.text.count(told) == 2, "summed up on top, and at the field"
    at = re.search(r'class="notice__title">.*?href="#(\w+)"', answer.text)
    assert at
    assert f'id="{at[1]}-error"' in answer.text
    assert f'id="{at[1]}"' in answer.text
    assert f'value="{typed["user"]}"' in answer.text
    assert await acts(town) == []


async def test_an_account_is_reset_disabled_and_let_in_again(town: Town) -> None:
    way = await way_of(town, "anna")
    anna = await let_in(town, Actor(Role.CLERK, MUSTER, clerk_id="bernd"), "bea")
    first = await press(town, way, act="reset")
    assert await fits(town, "anna", secret(first.text))
    bea = await way_of(town, "bea")
    assert (await press(town, bea, act="sessions")).headers["location"] == f"{bea}?done=sessions"
    assert (await town.client.get("/counter", headers=anna)).status_code == 303
    assert (await press(town, way, act="disable")).status_code == 303
    assert "gesperrt" in await read(town, way)
    assert await town.house.read(lambda conn: accounts.find_account(conn, "anna")) is None
    assert (await press(town, way, act="reset")).status_code == 422
    again = await press(town, way, act="enable")
    assert await fits(town, "anna", secret(again.text))
    done = [act for act, ref in await acts(town) if ref == "anna"]
    assert done == ["password_reset", "account_disabled", "account_changed"]
    assert "token_revoked" in dict(await acts(town)), "the clerk's keys end with it"


async def test_a_deputy_is_named_until_a_day_and_relieved(town: Town) -> None:
    way = await way_of(town, "anna")
    wish = {"act": "lead", "department": "standesamt", "as": "deputy"}
    for wrong in ("2026-03-09", "soon"):
        late = await press(town, way, **wish, until=wrong)
        assert (late.status_code, "ab heute" in late.text) == (422, True)
    assert (await press(town, way, **wish, until="2026-03-20")).status_code == 303
    [lead] = await town.house.read(lambda conn: leads.list_leads(conn, MUSTER))
    assert (lead.user, lead.is_deputy, f"{lead.valid_until}") == ("anna", True, "2026-03-20")
    assert "Vertretung bis 20.03.2026" in words(await read(town, way))
    assert (await press(town, way, act="relieve", department="standesamt")).status_code == 303
    assert await town.house.read(lambda conn: leads.list_leads(conn, MUSTER)) == []
    admin = await way_of(town, "admin")
    assert "leitet keine Abteilung" in (await press(town, admin, **wish)).text


async def test_nobody_locks_themselves_out(town: Town) -> None:
    admin = Actor(Role.ADMINISTRATOR, MUSTER)
    who = await let_in(town, admin, "chef")
    way = await way_of(town, "chef")
    for act in ("disable", "reset"):
        answer = await press(town, way, who, act=act)
        assert (answer.status_code, "eigene Konto" in answer.text) == (422, True)
    assert await acts(town) == []


async def test_a_sites_administrator_sees_and_makes_accounts_of_that_site_alone(town: Town) -> None:
    """Failure 15: what is elsewhere does not exist; nobody is raised above who asks."""
    who = await of_site(town)
    assert "Ein Konto" in words(await read(town, ALL, who))
    way = await way_of(town, "anna")
    assert (await town.client.get(way, headers=who)).status_code == 404
    assert (await press(town, way, who, act="disable")).status_code == 404
    for site in ("", "rathaus"):
        answer = await press(town, f"{ALL}/new", who, user="uwe", role="administrator", site=site)
        assert (answer.status_code, "Ihren Standort" in answer.text) == (422, True)
    both = await press(
        town, f"{ALL}/new", who, user="uwe", role="lead", site=THERE, department="buergerbuero"
    )
    assert both.status_code == 422, "the department stands at the other site, too"
    assert (await press(town, f"{ALL}/new", who, user="uwe", role="auditor", site=THERE)).status_code == 200
    assert (await listed(town, "uwe")).site_id == THERE


async def test_who_leads_more_than_one_site_is_not_let_in_by_a_sites_administrator(town: Town) -> None:
    who = await of_site(town)
    wish = {"user": "uwe", "role": "lead", "site": THERE, "department": "buergerbuero"}
    assert (await press(town, f"{ALL}/new", **wish)).status_code == 200
    way = await way_of(town, "uwe")
    answer = await press(town, way, who, act="reset")
    assert (answer.status_code, "darf mehr als Sie" in answer.text) == (422, True)
    assert (await press(town, way, who, act="disable")).status_code == 303, "keeping out raises nobody"
    assert (await press(town, way, who, act="enable")).status_code == 422


async def test_a_form_of_another_page_changes_nothing(town: Town) -> None:
    who = town.headers("administrator")
    way = await way_of(town, "anna")
    for path, data in ((f"{ALL}/new", AUDITOR), (way, {"act": "disable"})):
        assert (await town.client.post(path, data=data, headers=who)).status_code == 403
    assert (await press(town, way, act="dance")).status_code == 400
    assert await acts(town) == []


@pytest.mark.parametrize("path", [ALL, f"{ALL}/new", f"{ALL}/x"])
async def test_others_are_turned_away(town: Town, path: str) -> None:
    assert (await town.client.get(path, headers=town.headers("anna"))).status_code == 403
    assert (await town.client.get(path)).status_code == 303
