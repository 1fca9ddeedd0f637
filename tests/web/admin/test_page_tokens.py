"""Keys of programs and devices on pages: found, made and shown once, revoked; with the day of last use."""

import re
from typing import Any

import pytest
import sqlalchemy as sa

from queue_server.adapters import people, tokens
from queue_server.adapters.tables.operations import AUDIT
from queue_server.domain.access import Role
from tests.web.admin.test_page_accounts import of_site, read, secret
from tests.web.askers import MUSTER, THERE
from tests.web.running import START, Town
from tests.web.test_page_desk import field, words

ALL = "/admin/tokens"


async def press(town: Town, path: str, who: Any = None, **fields: Any) -> Any:
    who = who or town.headers("administrator")
    data = {"csrf": field(await read(town, ALL + "/new", who), "csrf"), **fields}
    return await town.client.post(path, data=data, headers=who)


async def every(town: Town, site_id: str | None = None) -> list[Any]:
    return list(await town.house.read(lambda conn: people.every_token(conn, MUSTER, site_id)))


async def revoking_one(town: Town) -> Any:
    """Revoke a key that is valid at every site."""
    made = await town.house.write(
        lambda conn: tokens.create_token(conn, organisation_id=MUSTER, role=Role.INTEGRATION, now=START)
    )
    return await press(town, f"{ALL}/{tokens.token_id(made)}")


async def test_keys_are_found_and_say_when_they_were_used_last(town: Town) -> None:
    count = len(await every(town))
    page = words(await read(town, ALL))
    assert f"{count} Zugänge" in page
    assert page.count("zuletzt benutzt am 10.03.2026") == 1, "the administrator's, by this very page"
    town.clock.forward(days=1)
    assert "zuletzt benutzt am 11.03.2026" in words(await read(town, ALL))
    for query, found in (("?q=rathaus-kiosk", 2), ("?role=display", 2), (f"?site={THERE}", 3), ("?q=zzz", 0)):
        assert (await read(town, ALL + query)).count('class="people__revoke') == found, query


async def test_a_key_is_made_shown_once_and_revoked(town: Town) -> None:
    wish = {"role": "integration", "site": "rathaus", "label": "Aushang", "device": "rathaus-eg"}
    made = await press(town, f"{ALL}/new", **wish)
    token = secret(made.text)
    assert token.startswith("aufruf_integration_")
    assert token not in await read(town, ALL)
    id_ = tokens.token_id(token)
    [stored] = [one for one in await every(town) if one.id == id_]
    assert (stored.label, stored.site_id, stored.device_id) == ("Aushang", "rathaus", None)
    bearer = {"Authorization": f"Bearer {token}"}
    assert (await town.client.get("/readyz", headers=bearer)).status_code == 200
    gone = await press(town, f"{ALL}/{id_}")
    assert gone.headers["location"] == f"{ALL}?done=revoked"
    refused = await town.client.post("/api/v1/sites/rathaus/tickets", headers=bearer, json={})
    assert refused.status_code == 401
    assert (await press(town, f"{ALL}/{id_}")).status_code == 404
    query = sa.select(AUDIT.c.act, AUDIT.c.ref, AUDIT.c.site_id)
    lines = await town.house.read(lambda conn: conn.execute(query).all())
    assert [tuple(line) for line in lines] == [
        ("token_made", id_, "rathaus"),
        ("token_revoked", id_, "rathaus"),
    ]


@pytest.mark.parametrize(
    ("typed", "told"),
    [
        ({"role": "display", "site": "rathaus"}, "wählen Sie das Gerät"),
        ({"role": "kiosk", "site": "rathaus", "device": "rathaus-eg"}, "von anderer Art"),
        ({"role": "clerk", "site": "rathaus"}, "wählen Sie die Person"),
        ({"role": "clerk", "clerk": "anna"}, "braucht es einen Standort"),
        ({"role": "clerk", "site": "rathaus", "clerk": "greta"}, "arbeitet nicht an diesem Standort"),
        ({"role": "visitor"}, "wählen Sie eine Rolle"),
    ],
)
async def test_what_does_not_fit_stands_at_its_field(town: Town, typed: dict[str, str], told: str) -> None:
    before = len(await every(town))
    answer = await press(town, f"{ALL}/new", label="Flur", **typed)
    assert (answer.status_code, answer.text.count(told)) == (422, 2)
    assert re.search(r'id="label" name="label" value="Flur"', answer.text)
    assert len(await every(town)) == before


async def test_a_sites_administrator_sees_and_makes_keys_of_that_site_alone(town: Town) -> None:
    """Failure 15. A key for every site would be more than they may themselves."""
    who = await of_site(town)
    assert (await read(town, ALL, who)).count('class="people__revoke') == len(await every(town, THERE))
    foreign = next(one for one in await every(town, "rathaus"))
    assert (await press(town, f"{ALL}/{foreign.id}", who)).status_code == 404
    for site in ("", "rathaus"):
        answer = await press(town, f"{ALL}/new", who, role="administrator", site=site)
        assert (answer.status_code, "Ihren Standort" in answer.text) == (422, True)
    assert (await press(town, f"{ALL}/new", who, role="integration", site=THERE)).status_code == 200


async def test_others_are_turned_away(town: Town) -> None:
    for path in (ALL, f"{ALL}/new"):
        assert (await town.client.get(path, headers=town.headers("anna"))).status_code == 403
    data = {"role": "integration"}
    who = town.headers("administrator")
    assert (await town.client.post(f"{ALL}/new", data=data, headers=who)).status_code == 403
