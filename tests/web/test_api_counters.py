"""What clerks do, over HTTP: each act, each refusal."""

import asyncio

import pytest

from tests.web.running import Town

AT = "/api/v1/counters/rathaus-1"


async def refused(town: Town, path: str, who: str = "anna", at: str = AT, **body: object) -> tuple[int, str]:
    answer = await town.ask(who, "POST", f"{at}/{path}", body)
    return answer.status_code, answer.json()["error"]["code"]


async def test_a_counter_opens_pauses_and_closes(each_town: Town) -> None:
    opened = await each_town.open()
    assert opened["state"] == "open"
    assert (opened["clerk"], opened["room"], opened["ticket"]) == ("anna", "1", None)
    assert (await each_town.do("anna", "counters/rathaus-1/pause"))["state"] == "paused"
    assert (await each_town.do("anna", "counters/rathaus-1/close"))["state"] == "closed"


async def test_next_is_answered_as_the_contract_says(each_town: Town) -> None:
    await each_town.open()
    ticket = await each_town.take()
    called = await each_town.call()
    assert set(called) == {"seq", "number", "room", "ticket", "state", "counter"}
    assert (called["number"], called["room"]) == (ticket["number"], "1")


async def test_nobody_waiting_is_a_refusal_that_is_not_stored(each_town: Town) -> None:
    """A device that sent it again would otherwise call somebody into an empty room, or never."""
    await each_town.open()
    assert await refused(each_town, "calls", request_id="press") == (409, "nobody_waiting")
    await each_town.take()
    again = await each_town.ask("anna", "POST", f"{AT}/calls", {"request_id": "press"})
    assert again.status_code == 201


async def test_a_double_press_of_next_calls_one_visitor(each_town: Town) -> None:
    """Failure 2."""
    await each_town.open()
    for _ in range(3):
        await each_town.take()
    body = {"request_id": "press"}
    answers = await asyncio.gather(*(each_town.ask("anna", "POST", f"{AT}/calls", body) for _ in range(4)))
    assert len({answer.text for answer in answers}) == 1
    queue = (await each_town.ask(None, "GET", "/api/v1/sites/rathaus/queue")).json()
    assert (len(queue["called"]), len(queue["waiting"])) == (1, 2)


async def test_two_clerks_who_press_next_at_once_get_two_visitors(each_town: Town) -> None:
    """Failure 1."""
    await each_town.open()
    await each_town.open("rathaus-2", "bernd")
    await each_town.take()
    await each_town.take()
    one, other = await asyncio.gather(each_town.call(), each_town.call("rathaus-2", "bernd"))
    assert one["number"] != other["number"]


async def test_a_visit_from_call_to_finish(each_town: Town) -> None:
    await each_town.open()
    await each_town.take()
    called = await each_town.call()
    at = "counters/rathaus-1"
    recalled = await each_town.do("anna", f"{at}/recall")
    assert recalled["seq"] > called["seq"], "a recall is a call of its own: it rings again"
    assert (await each_town.do("anna", f"{at}/start"))["state"] == "serving"
    assert (await each_town.do("anna", f"{at}/concern", services=[{"id": "passport"}]))["state"] == "serving"
    assert (await each_town.do("anna", f"{at}/park"))["state"] == "parked"
    assert (await each_town.do("anna", f"{at}/start", ticket=called["ticket"]))["state"] == "serving"
    assert (await each_town.do("anna", f"{at}/finish"))["state"] == "finished"


async def test_done_and_next_is_one_press(each_town: Town) -> None:
    await each_town.open()
    first, second = await each_town.take(), await each_town.take()
    await each_town.call()
    await each_town.do("anna", "counters/rathaus-1/start")
    called = await each_town.call(finish_current=True)
    assert {called["number"]} == {first["number"], second["number"]} - {first["number"]}
    undone = await each_town.do("anna", "counters/rathaus-1/undo")
    assert undone["ticket"] == first["id"], "undo restores both"


async def test_a_missed_visitor_comes_back_and_is_called_by_number(each_town: Town) -> None:
    """Failure 13."""
    await each_town.open()
    ticket = await each_town.take()
    await each_town.call()
    assert (await each_town.do("anna", "counters/rathaus-1/no-show"))["state"] == "no_show"
    assert await refused(each_town, "calls", request_id="next") == (409, "nobody_waiting")
    assert (await each_town.call(number=ticket["number"]))["ticket"] == ticket["id"]


async def test_put_back_transfer_and_join(each_town: Town) -> None:
    await each_town.open()
    await each_town.open("rathaus-2", "bernd")
    one, other = await each_town.take(), await each_town.take()
    await each_town.call(ticket=one["id"])
    assert (await each_town.do("anna", "counters/rathaus-1/join", number=other["number"]))["seq"]
    assert (await each_town.do("anna", "counters/rathaus-1/put-back"))["state"] == "waiting"
    await each_town.call(ticket=one["id"])
    moved = await each_town.do("anna", "counters/rathaus-1/transfer", counter="rathaus-2")
    assert moved["state"] == "waiting"
    picture = (await each_town.ask("bernd", "GET", "/api/v1/counters/rathaus-2")).json()
    assert one["id"] in [t["id"] for t in picture["waiting"] if t["bound_counter_id"] == "rathaus-2"]


async def test_a_second_tab_is_told_that_another_visitor_is_there(town: Town) -> None:
    await town.open()
    first, _ = await town.take(), await town.take()
    await town.call(ticket=first["id"])
    await town.call(finish_current=True)
    assert await refused(town, "finish", ticket=first["id"]) == (409, "other_ticket")
    assert await refused(town, "calls", request_id="b", current=first["id"], finish_current=True) == (
        409,
        "other_ticket",
    )


async def test_each_refusal_of_the_hall_has_its_code(town: Town) -> None:
    assert await refused(town, "recall") == (409, "counter_not_open")
    await town.open()
    assert await refused(town, "recall") == (409, "no_current_ticket")
    assert await refused(town, "open", who="bernd") == (409, "counter_taken")
    assert await refused(town, "pause", who="bernd") == (409, "counter_taken")
    ticket, other = await town.take(), await town.take("resident-parking")
    await town.call(ticket=ticket["id"])
    assert await refused(town, "calls", request_id="a") == (409, "counter_busy")
    assert await refused(town, "join", ticket=other["id"]) == (409, "cannot_serve")
    assert await refused(town, "close") == (409, "counter_busy")
    town.clock.forward(seconds=11)
    assert await refused(town, "undo") == (409, "too_late")
    await town.do("anna", "counters/rathaus-1/start")
    assert await refused(town, "no-show") == (409, "wrong_state")
    assert await refused(town, "transfer", counter="rathaus-5") == (409, "counter_not_open")


async def test_what_does_not_exist_is_not_found(town: Town) -> None:
    """Failure 15: another site's counter, ticket or service, and numbers that nobody has."""
    await town.open()
    await town.take()
    await town.call()
    assert await refused(town, "open", at="/api/v1/counters/buergerzentrum-1") == (404, "not_found")
    assert await refused(town, "open", at="/api/v1/counters/nowhere") == (404, "not_found")
    assert await refused(town, "transfer", counter="buergerzentrum-1") == (404, "not_found")
    assert await refused(town, "concern", services=[{"id": "nothing"}]) == (404, "not_found")
    assert await refused(town, "join", number=999) == (404, "not_found")
    assert await refused(town, "calls", request_id="x", ticket=4711, finish_current=True) == (
        404,
        "not_found",
    )


@pytest.mark.parametrize(
    ("path", "body", "field"),
    [
        ("calls", {}, "request_id"),
        ("calls", {"request_id": ""}, "request_id"),
        ("calls", {"request_id": 7}, "request_id"),
        ("calls", {"request_id": "a", "ticket": "7"}, "ticket"),
        ("calls", {"request_id": "a", "tikcet": 7}, "tikcet"),
        ("join", {}, "ticket"),
        ("concern", {"services": []}, "services"),
        ("concern", {"services": [{"id": "id-card", "count": 0}]}, "services.0.count"),
        ("open", {"take_over": 1}, "take_over"),
    ],
)
async def test_bad_input_names_the_field(town: Town, path: str, body: dict[str, object], field: str) -> None:
    await town.open()
    answer = await town.ask("anna", "POST", f"{AT}/{path}", body)
    assert (answer.status_code, answer.json()["error"]["code"]) == (400, "bad_input")
    assert answer.json()["error"]["field"] == field


async def test_a_colleague_takes_over_when_told_so(town: Town) -> None:
    await town.open()
    taken = await town.do("bernd", "counters/rathaus-1/open", take_over=True)
    assert taken["clerk"] == "bernd"


async def test_an_administrator_who_is_no_clerk_cannot_call(town: Town) -> None:
    assert await refused(town, "open", who="administrator") == (404, "not_found")


async def test_the_counters_picture_is_whole(town: Town) -> None:
    await town.open()
    await town.take(needs=["deaf"])
    picture = (await town.ask("anna", "GET", AT)).json()
    assert picture["state"] == "open"
    assert picture["waiting"][0]["needs"] == ["deaf"]
