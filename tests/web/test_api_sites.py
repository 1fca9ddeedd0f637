"""Sites, boards, queues and taking a number, over HTTP."""

import asyncio
from collections.abc import AsyncIterator
from typing import get_args

from queue_server.domain.needs import NEEDS
from queue_server.web.models import Need
from tests.web.running import HOST, Town, running

TICKETS = "/api/v1/sites/rathaus/tickets"


async def test_sites_are_listed_for_everybody(each_town: Town) -> None:
    answer = await each_town.ask(None, "GET", "/api/v1/sites")
    assert {site["id"] for site in answer.json()["sites"]} == {"rathaus", "buergerzentrum", "nachbarhaus"}


async def test_a_site_tells_strangers_what_it_offers_and_staff_its_counters(town: Town) -> None:
    stranger = (await town.ask(None, "GET", "/api/v1/sites/rathaus")).json()
    clerk = (await town.ask("anna", "GET", "/api/v1/sites/rathaus")).json()
    services = [one["id"] for category in stranger["categories"] for one in category["services"]]
    assert "id-card" in services
    assert stranger["call_mode"] == "screen"
    assert stranger["languages"] == ["de", "de-x-leicht", "en", "tr", "uk", "ar"]
    assert not {"counters", "displays", "kiosks"} & stranger.keys()
    assert clerk["counters"][0] == {
        "id": "rathaus-1",
        "name": clerk["counters"][0]["name"],
        "room": "1",
        "area_id": "rathaus-eg",
    }


async def test_a_number_is_taken_and_answered_as_the_contract_says(each_town: Town) -> None:
    await each_town.open()
    taken = await each_town.take("id-card", persons=2)
    assert set(taken) == {"id", "number", "key", "state", "area_id", "status_url", "ahead", "wait"}
    assert taken["ahead"] == 0
    assert set(taken["wait"]) == {"from_min", "to_min", "before_closing"}
    assert taken["status_url"].startswith("/t/")
    page = await each_town.ask(None, "GET", taken["status_url"])
    assert str(taken["number"]) in page.text


async def test_without_an_open_counter_no_wait_is_promised(town: Town) -> None:
    assert (await town.take())["wait"] is None


async def test_a_double_tap_is_one_number(each_town: Town) -> None:
    """Failure 2: the same request_id gets the same answer, status_url included, also at the same moment."""
    body = {"request_id": "one-press", "services": [{"id": "id-card"}]}
    answers = await asyncio.gather(*(each_town.ask("kiosk", "POST", TICKETS, body) for _ in range(5)))
    assert {answer.status_code for answer in answers} == {201}
    assert len({answer.text for answer in answers}) == 1
    queue = (await each_town.ask(None, "GET", "/api/v1/sites/rathaus/queue")).json()
    assert [entry["number"] for entry in queue["waiting"]] == [answers[0].json()["number"]]


async def test_a_body_that_comes_in_pieces_is_read_whole(town: Town) -> None:
    async def pieces() -> AsyncIterator[bytes]:
        for piece in (b'{"request_id": "slow-line", ', b'"services": [', b'{"id": "id-card"}]}'):
            yield piece

    headers = town.headers("kiosk") | {"content-type": "application/json"}
    answer = await town.client.post(TICKETS, content=pieces(), headers=headers)
    assert answer.status_code == 201


async def test_the_same_request_id_with_another_body_is_refused(each_town: Town) -> None:
    body = {"request_id": "one-press", "services": [{"id": "id-card"}]}
    await each_town.ask("kiosk", "POST", TICKETS, body)
    again = await each_town.ask("kiosk", "POST", TICKETS, body | {"persons": 2})
    assert (again.status_code, again.json()["error"]["code"]) == (422, "request_id_reused")


async def test_two_devices_may_use_the_same_request_id(town: Town) -> None:
    body = {"request_id": "one-press", "services": [{"id": "id-card"}]}
    one = await town.ask("kiosk", "POST", TICKETS, body)
    other = await town.ask("another kiosk", "POST", TICKETS, body)
    assert one.json()["number"] != other.json()["number"]


async def test_the_queue_shows_the_order_of_calling_and_no_concern(each_town: Town) -> None:
    """Failure 27: numbers, order, ranges; nothing of what somebody came for."""
    await each_town.open()
    slow = await each_town.take("id-docs-family")
    quick = await each_town.take("id-docs-pickup")
    answer = await each_town.ask(None, "GET", "/api/v1/sites/rathaus/queue")
    queue = answer.json()
    assert [entry["number"] for entry in queue["waiting"]] == [quick["number"], slow["number"]]
    assert set(queue["waiting"][0]) == {"key", "number", "ahead", "from_min", "to_min"}
    called = await each_town.call()
    queue = (await each_town.ask(None, "GET", "/api/v1/sites/rathaus/queue")).json()
    assert [(c["number"], c["room"]) for c in queue["called"]] == [(called["number"], "1")]
    assert "id-docs" not in answer.text


async def test_the_board_shows_the_call(town: Town) -> None:
    await town.open()
    await town.take()
    called = await town.call()
    board = (await town.ask(None, "GET", "/api/v1/sites/rathaus/board")).json()
    assert (board["calls"][0]["seq"], board["calls"][0]["open"]) == (called["seq"], True)


async def test_a_quote_takes_no_number_and_is_kept(town: Town) -> None:
    """Every estimate that was told goes to the log: how else would one know whether it was honest."""
    await town.open()
    before = (await town.ask(None, "GET", "/api/v1/sites/rathaus/queue")).json()
    answer = await town.ask(
        "kiosk", "POST", "/api/v1/sites/rathaus/quotes", {"services": [{"id": "id-card"}]}
    )
    assert answer.json()["ahead"] == 0
    after = (await town.ask(None, "GET", "/api/v1/sites/rathaus/queue")).json()
    assert after["waiting"] == []
    assert after["seq"] == before["seq"] + 1


async def test_a_visitor_is_away_and_back_and_gives_up(each_town: Town) -> None:
    ticket = await each_town.take()
    path = f"sites/rathaus/tickets/{ticket['id']}"
    assert (await each_town.do("kiosk", path, act="away"))["state"] == "away"
    assert (await each_town.do("kiosk", path, act="back"))["state"] == "waiting"
    assert (await each_town.do("anna", path, act="cancel"))["state"] == "cancelled"


async def test_another_sites_ticket_is_not_found(town: Town) -> None:
    """Failure 15: the id counts within its site only."""
    ticket = await town.take()
    answer = await town.ask(
        "greta", "POST", f"/api/v1/sites/buergerzentrum/tickets/{ticket['id']}", {"act": "cancel"}
    )
    assert (answer.status_code, answer.json()["error"]["code"]) == (404, "not_found")


async def test_a_reprint_is_the_same_number_once_more(each_town: Town) -> None:
    """Failure 5."""
    ticket = await each_town.take()
    again = await each_town.do("anna", f"sites/rathaus/tickets/{ticket['id']}/reprint")
    assert again == {"id": ticket["id"], "number": ticket["number"], "attempt": 2}


async def test_no_numbers_are_given_out_while_stopped_except_by_staff(each_town: Town) -> None:
    await each_town.do("anna", "sites/rathaus/issuing", issuing=False)
    body = {"request_id": "x", "services": [{"id": "id-card"}]}
    refused = await each_town.ask("kiosk", "POST", TICKETS, body)
    assert (refused.status_code, refused.json()["error"]["code"]) == (409, "not_issuing")
    assert refused.json()["error"]["reason"] == "stopped"
    assert (await each_town.take(who="anna"))["number"]
    await each_town.do("anna", "sites/rathaus/issuing", issuing=True)
    retried = await each_town.ask("kiosk", "POST", TICKETS, body)
    assert retried.status_code == 201, "a refusal is not stored: the same press may succeed later"


async def test_the_call_mode_is_switched_for_a_while(town: Town) -> None:
    assert await town.do("anna", "sites/rathaus/call-mode", call_mode="fetch") == {"call_mode": "fetch"}
    assert await town.do("anna", "sites/rathaus/call-mode", call_mode=None) == {"call_mode": "screen"}


async def test_why_before_me_is_answered_with_due_times(town: Town) -> None:
    mine = await town.take("id-docs-family")
    quick = await town.take("id-docs-pickup")
    why = (await town.ask("anna", "GET", f"{TICKETS}/{mine['id']}/order")).json()
    assert why["before_count"] == 1
    assert why["before"][0]["number"] == quick["number"]
    assert why["before"][0]["due_in_min"] < why["due_in_min"]


async def test_what_a_visitor_may_ask_for_is_the_same_in_contract_and_service() -> None:
    assert set(get_args(Need)) == NEEDS


async def test_status_addresses_are_absolute_once_the_public_address_is_known(town: Town) -> None:
    inside = town.house.status_url("rathaus", 1, "key", 1)
    assert (await town.ask(None, "GET", inside)).status_code == 404, "no such ticket"
    assert not inside.startswith(HOST)


async def test_a_get_changes_nothing(each_town: Town) -> None:
    """Failure 4: whatever opens links, mail scanners too, leaves no trace in the log."""
    await each_town.open()
    ticket = await each_town.take()
    before = (await each_town.ask(None, "GET", "/api/v1/sites/rathaus/queue")).json()["seq"]
    paths = [
        ticket["status_url"],
        "/",
        "/sign-in",
        "/counter/rathaus-1",
        "/api/v1/counters/rathaus-1",
        "/api/v1/sites/rathaus/board",
        f"{TICKETS}/{ticket['id']}/order",
        f"{ticket['status_url']}?act=cancel",
    ]
    for path in paths:
        for method in ("GET", "HEAD"):
            assert (await each_town.ask("anna", method, path)).status_code == 200, path
    assert (await each_town.ask(None, "GET", "/api/v1/sites/rathaus/queue")).json()["seq"] == before


async def test_a_display_out_of_service_stays_so_over_a_restart(town: Town) -> None:
    async def notices(of: Town) -> list[dict[str, str]]:
        answer = await of.ask("anna", "GET", "/api/v1/counters/rathaus-1")
        return [one for one in answer.json()["notices"] if one["code"] == "display_out"]

    for out, expected in ((True, [{"code": "display_out", "device": "rathaus-eg"}]), (False, [])):
        body = {"out_of_service": out}
        answer = await town.ask("anna", "POST", "/api/v1/displays/rathaus-eg/service", body)
        assert answer.json() == {"id": "rathaus-eg", **body}
        async with running(town.house.settings, town.tokens) as started_again:
            assert await notices(started_again) == expected
