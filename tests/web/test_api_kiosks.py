"""A slip before the kiosk's scanner: who may open it, what it shows, what its holder may do."""

from typing import Any

import httpx2
import pytest

from tests.web.running import Town

VISITS = "/api/v1/kiosks/rathaus-kiosk/visits"


def code_of(ticket: dict[str, Any]) -> str:
    return str(ticket["status_url"].rpartition("/")[2])


async def scan(town: Town, code: str, who: str | None = "kiosk", **more: str) -> httpx2.Response:
    return await town.ask(who, "POST", VISITS, {"code": code, **more})


async def state_of(town: Town, ticket: dict[str, Any], act: str) -> str:
    answer = await scan(town, code_of(ticket), act=act, request_id=town.press())
    assert answer.status_code == 200, answer.text
    return str(answer.json()["state"])


async def test_slip_shows_its_visit_and_no_concern(each_town: Town) -> None:
    await each_town.open()
    first = await each_town.take()
    mine = await each_town.take(needs=["deaf"], language="en")
    answer = await scan(each_town, code_of(mine))
    seen = answer.json()
    assert (seen["number"], seen["state"], seen["ahead"]) == (mine["number"], "waiting", 1)
    assert (seen["language"], seen["area_id"], seen["room"]) == ("en", "rathaus-eg", None)
    assert seen["wait"]["from_min"] <= seen["wait"]["to_min"]
    assert (await scan(each_town, code_of(first))).json()["ahead"] == 0
    for word in ("deaf", "id-card", code_of(mine)):
        assert word not in answer.text


async def test_holder_goes_away_comes_back_misses_returns_and_gives_up(each_town: Town) -> None:
    await each_town.open()
    ticket = await each_town.take()
    assert await state_of(each_town, ticket, "away") == "away"
    assert await state_of(each_town, ticket, "back") == "waiting"
    await each_town.call()
    called = (await scan(each_town, code_of(ticket))).json()
    assert (called["state"], called["room"]) == ("called", "1")
    await each_town.do("anna", "counters/rathaus-1/no-show")
    assert await state_of(each_town, ticket, "back") == "waiting", "I missed my number, I am here"
    assert await state_of(each_town, ticket, "cancel") == "cancelled"
    assert (await scan(each_town, code_of(ticket))).json()["state"] == "cancelled"


async def test_looking_changes_nothing(town: Town) -> None:
    """Failure 4 at the kiosk: a scan alone is no press."""
    ticket = await town.take()
    before = (await town.ask(None, "GET", "/api/v1/sites/rathaus/queue")).json()
    for _ in range(3):
        await scan(town, code_of(ticket))
    after = (await town.ask(None, "GET", "/api/v1/sites/rathaus/queue")).json()
    assert after["seq"] == before["seq"]


async def test_repeated_press_is_one_press(town: Town) -> None:
    """Failure 2: the answer was lost, the page asks again with the same id."""
    ticket = await town.take()
    press = {"act": "away", "request_id": "once"}
    first = await scan(town, code_of(ticket), **press)
    await state_of(town, ticket, "back")
    again = await scan(town, code_of(ticket), **press)
    assert again.json() == first.json()
    assert (await scan(town, code_of(ticket))).json()["state"] == "waiting"


async def test_act_that_comes_too_late_is_refused(town: Town) -> None:
    await town.open()
    ticket = await town.take()
    await town.call()
    await town.do("anna", "counters/rathaus-1/start")
    answer = await scan(town, code_of(ticket), act="cancel", request_id="late")
    assert (answer.status_code, answer.json()["error"]["code"]) == (409, "wrong_state")


@pytest.mark.parametrize("code", ["x", "4006381333931", "A" * 500, "../../etc", "ü\x00", "😀"])
async def test_code_that_is_none_of_ours_is_not_found(town: Town, code: str) -> None:
    assert (await scan(town, code)).status_code == 404


async def test_code_of_yesterday_opens_nothing(town: Town) -> None:
    ticket = await town.take()
    town.clock.forward(days=1)
    await town.open()
    assert (await scan(town, code_of(ticket))).status_code == 404


async def test_slip_of_another_site_is_not_this_kiosks(town: Town) -> None:
    """Failure 15: another site's id gives 404."""
    elsewhere = await town.take(site="buergerzentrum", who="greta")
    for act in ({}, {"act": "cancel", "request_id": "n"}):
        assert (await scan(town, code_of(elsewhere), **act)).status_code == 404
    assert (await scan(town, code_of(elsewhere), "another kiosk")).status_code == 404


async def test_code_alone_is_no_way_in(town: Town) -> None:
    """Who is no kiosk of this site uses the phone's page; this address is the device's."""
    code = code_of(await town.take())
    assert (await scan(town, code, None)).status_code == 401
    assert (await scan(town, code, "other town's kiosk")).status_code == 404
    assert (await scan(town, code, "display")).status_code == 404
