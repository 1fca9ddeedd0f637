"""Appointments at the kiosk: checking in by what stands on a confirmation, and coming later (B1, B2)."""

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Any

import httpx2
import pytest
import sqlalchemy as sa

from queue_server.adapters.rows.person_rows import PERSON as PERSON_ROWS
from tests.web.running import START, Town
from tests.web.test_texting import offer_sms

KIOSK = "kiosks/rathaus-kiosk"
ID_CARD = [{"id": "id-card", "count": 1}]
QR = {"public_url": "https://rathaus.example"}
limited = pytest.mark.parametrize("changes", [{"rate_limits": True, **QR}])
with_qr = pytest.mark.parametrize("changes", [QR])


async def quote(town: Town, *services: str) -> dict[str, Any]:
    """Ask the kiosk what it takes."""
    wanted = [{"id": one} for one in services or ("id-card",)]
    answer = await town.ask("kiosk", "POST", f"/api/v1/{KIOSK}/quotes", {"services": wanted})
    assert answer.status_code == 200, answer.text
    return dict(answer.json())


async def book(town: Town, at: str = "", **more: Any) -> dict[str, Any]:
    """Book a time at the kiosk: the first that it offers, or the one that is named."""
    at = at or (await quote(town))["later"][0]
    return await town.do("kiosk", f"{KIOSK}/appointments", 201, services=ID_CARD, starts_at=at, **more)


async def arrive(town: Town, **body: Any) -> httpx2.Response:
    body = {"request_id": town.press(), **body}
    return await town.ask("kiosk", "POST", "/api/v1/sites/rathaus/check-ins", body)


async def refused(town: Town, **body: Any) -> tuple[int, str]:
    answer = await arrive(town, **body)
    return answer.status_code, answer.json()["error"]["code"]


def named(booked: dict[str, Any]) -> dict[str, Any]:
    """What the visitor types: number and time."""
    return {"number": booked["number"], "time": booked["starts_at"][11:16]}


def move_clock(town: Town, booked: dict[str, Any], **after: float) -> None:
    """Go to a moment counted from the appointed time."""
    town.clock.now = datetime.fromisoformat(booked["starts_at"]) + timedelta(**after)


@asynccontextmanager
async def an_agent(town: Town) -> AsyncIterator[Callable[[], Awaitable[dict[str, Any]]]]:
    """Listen as the kiosk's printer does; gives what prints the next slip."""
    async with town.socket("kiosk", "/live/kiosks/rathaus-kiosk?agent=1") as socket:

        async def slip() -> dict[str, Any]:
            async with asyncio.timeout(10):
                while not (jobs := json.loads(await socket.recv()).get("jobs")):
                    pass
            return dict(jobs[0]["slip"])

        await socket.recv()
        yield slip


# -- later instead -------------------------------------------------------------------------------------


async def test_times_come_after_the_wait_and_leave_a_choice(each_town: Town) -> None:
    await each_town.open()
    for _ in range(3):
        await each_town.take()
    answer = await quote(each_town)
    assert answer["ahead"] == 3
    times = [datetime.fromisoformat(one) for one in answer["later"]]
    assert len(times) == 3
    assert times[0] >= START + timedelta(minutes=answer["wait"]["to_min"])
    assert all(b - a >= timedelta(minutes=30) for a, b in pairwise(times))
    assert {one.date() for one in times} == {START.date()}


async def test_what_cannot_be_booked_gets_a_number_only(town: Town) -> None:
    details = (await town.ask(None, "GET", "/api/v1/sites/rathaus")).json()
    offered = [one for category in details["categories"] for one in category["services"]]
    walk_in = next(one["id"] for one in offered if one["walk_in"] and not one["appointment"])
    assert (await quote(town, walk_in))["later"] == []
    body = {"request_id": "a", "services": [{"id": walk_in}], "starts_at": "2026-03-10T14:00+01:00"}
    answer = await town.ask("kiosk", "POST", f"/api/v1/{KIOSK}/appointments", body)
    assert answer.json()["error"]["code"] == "not_bookable"


async def test_one_press_books_without_a_name_and_one_press_is_one_booking(each_town: Town) -> None:
    """Failure 2: the answer was lost, the page asks again with the same id."""
    at = (await quote(each_town))["later"][0]
    body = {"request_id": "once", "services": ID_CARD, "starts_at": at, "needs": ["deaf"]}
    first = await each_town.ask("kiosk", "POST", f"/api/v1/{KIOSK}/appointments", body)
    again = await each_town.ask("kiosk", "POST", f"/api/v1/{KIOSK}/appointments", body)
    assert (first.status_code, again.json()) == (201, first.json())
    assert first.json().keys() == {"id", "number", "starts_at", "come_at", "area_id"}, "no secret, no name"
    found = await each_town.ask("anna", "POST", "/api/v1/sites/rathaus/appointments/search", {"text": ""})
    assert [(one["number"], one["name"]) for one in found.json()["appointments"]] == [
        (first.json()["number"], "")
    ]
    await arrive(each_town, **named(first.json()))
    assert "deaf" in json.dumps(await tickets(each_town)), "what was told about needs is not lost"


async def test_a_telephone_typed_at_the_kiosk_wishes_for_no_text_messages(town: Town) -> None:
    """Nobody asks there; who is not asked did not consent."""
    await offer_sms(town)
    booked = await book(town, person={"phone": "0170 1234567"})
    wishes = sa.select(PERSON_ROWS.c.phone, PERSON_ROWS.c.sms)
    assert await town.house.read(lambda c: list(c.execute(wishes).one())) == ["0170 1234567", False], booked


async def offered(town: Town, what: str, *needs: str, **when: str) -> dict[str, Any]:
    body = {"services": ID_CARD, "needs": needs, **when}
    answer = await town.ask("kiosk", "POST", f"/api/v1/{KIOSK}/{what}", body)
    assert answer.status_code == 200, answer.text
    return dict(answer.json())


async def test_times_suit_who_needs_longer_and_no_address_tells_it(town: Town) -> None:
    """Shown were times of the usual length: some of them were refused at the last press."""
    last = (await offered(town, "times", day="2026-03-11"))["times"][-1]
    suits = (await offered(town, "times", "more_time", "deaf", day="2026-03-11"))["times"]
    assert suits
    assert last not in suits, "it ends with the clerk's day"
    sheet = await offered(town, "months", "more_time", first="2026-03-11", last="2026-03-11")
    assert [one["state"] for one in sheet["days"]] == ["free"]
    booked = await book(town, suits[-1], needs=["more_time"])
    assert booked["starts_at"] == suits[-1]


async def tickets(town: Town) -> list[tuple[str, ...]]:
    return await town.house.sequencer.look(
        "rathaus", lambda unit: [unit.needs(ticket) for ticket in unit.hall.tickets]
    )


async def test_time_that_was_taken_meanwhile_is_refused_with_the_next_ones(town: Town) -> None:
    """Failure 17: shown free, sold out meanwhile."""
    at = (await quote(town))["later"][0]
    taken = 0
    while (answer := await try_to_book(town, at)).status_code == 201:
        taken += 1
    assert (answer.status_code, answer.json()["error"]["code"]) == (409, "slot_taken")
    assert taken > 0
    assert at not in answer.json()["error"]["next"]
    assert at not in (await quote(town))["later"]


async def try_to_book(town: Town, at: str) -> httpx2.Response:
    body = {"request_id": town.press(), "services": ID_CARD, "starts_at": at}
    return await town.ask("kiosk", "POST", f"/api/v1/{KIOSK}/appointments", body)


@with_qr
async def test_slip_of_a_later_day_says_which(served_town: Town) -> None:
    async with an_agent(served_town) as next_slip:
        person = {"name": "Erika Mustermann", "phone": "0371 488-0"}
        booked = await book(served_town, "2026-03-12T10:20+01:00", language="de", person=person)
        slip = await next_slip()
    assert (slip["number"], slip["time"]) == (str(booked["number"]), "10:20 Uhr")
    assert slip["time_caption"] == "Ihr Termin: Donnerstag, 12. März"
    assert slip["qr"].startswith("https://rathaus.example/termin/v/")
    assert "Erika" not in str(slip), "paper lies about"


async def test_what_is_typed_at_the_kiosk_is_checked_and_never_told_back(town: Town) -> None:
    """Failure 27: the refusal names the field, not what stood in it."""
    at = (await quote(town))["later"][0]
    body = {"request_id": "a", "services": ID_CARD, "starts_at": at, "person": {"email": "erika-at-home"}}
    answer = await town.ask("kiosk", "POST", f"/api/v1/{KIOSK}/appointments", body)
    assert answer.status_code == 400
    assert "person.email" in answer.text
    assert "erika" not in answer.text


@with_qr
async def test_booked_slip_says_number_time_and_what_to_bring(served_town: Town) -> None:
    async with an_agent(served_town) as next_slip:
        booked = await book(served_town, "2026-03-10T14:20+01:00", language="de")
        slip = await next_slip()
        assert (slip["number"], slip["time"]) == (str(booked["number"]), "14:20 Uhr")
        assert slip["time_caption"] == "Ihr Termin: Dienstag, 10. März"
        assert "/termin/v/" in slip["qr"]
        lines = {line["label"]: line["value"] for line in slip["lines"]}
        assert lines["Bitte kommen Sie"] == "ab 14:10 Uhr, nicht früher"
        assert {"Anliegen", "Bitte mitbringen", "Buchungszeichen"} <= lines.keys()
        again = await served_town.do("kiosk", f"{KIOSK}/appointments/{booked['id']}/reprint")
        assert (again["number"], again["attempt"]) == (booked["number"], 2)
        assert (await next_slip())["mark"] == "Nachdruck"


async def test_slip_has_no_code_before_the_public_address_is_known(served_town: Town) -> None:
    async with an_agent(served_town) as next_slip:
        booked = await book(served_town)
        assert ((await next_slip())["qr"], booked["number"] > 99) == (None, True)
    picture = f"/kiosk/rathaus-kiosk/appointments/{booked['id']}/qr.svg"
    assert (await served_town.ask("kiosk", "GET", picture)).status_code == 404


@with_qr
async def test_booking_is_the_kiosks_that_took_it(town: Town) -> None:
    """Failure 15: another device's booking does not exist here."""
    booked, ticket = await book(town), await town.take()
    path = f"/kiosk/rathaus-kiosk/appointments/{booked['id']}/qr.svg"
    picture = await town.ask("kiosk", "GET", path)
    assert (picture.headers["content-type"], "/termin/" in picture.text) == ("image/svg+xml", False)
    for kiosk, one in (
        ("rathaus-kiosk-2", booked["id"]),
        ("rathaus-kiosk", ticket["id"]),
        ("rathaus-kiosk", "x"),
    ):
        who = "kiosk" if kiosk == "rathaus-kiosk" else "another kiosk"
        qr = await town.ask(who, "GET", f"/kiosk/{kiosk}/appointments/{one}/qr.svg")
        reprint = await town.ask(who, "POST", f"/api/v1/kiosks/{kiosk}/appointments/{one}/reprint", {})
        assert (qr.status_code, reprint.status_code) == (404, 404)


# -- arriving ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("minutes", "arrival"), [(-60, "early"), (-10, "on_time"), (15, "on_time"), (16, "late")]
)
async def test_number_and_time_check_in(town: Town, minutes: int, arrival: str) -> None:
    booked = await book(town)
    move_clock(town, booked, minutes=minutes)
    answer = await arrive(town, **named(booked))
    assert answer.status_code == 201, answer.text
    seen = answer.json()
    assert (seen["number"], seen["arrival"], seen["state"]) == (booked["number"], arrival, "waiting")
    assert seen["starts_at"] == booked["starts_at"]
    assert "id-card" not in answer.text


@with_qr
async def test_code_of_the_slip_checks_in_and_prints_a_slip_without_the_concern(served_town: Town) -> None:
    async with an_agent(served_town) as next_slip:
        booked = await book(served_town)
        code = (await next_slip())["qr"].rpartition("/")[2]
        answer = await arrive(served_town, code=code)
        assert (answer.status_code, answer.json()["number"]) == (201, booked["number"])
        slip = await next_slip()
    assert (slip["number"], "/t/" in slip["qr"]) == (str(booked["number"]), True)
    assert slip["time"].startswith(booked["starts_at"][11:16])
    assert [line["label"] for line in slip["lines"]] == ["Bitte warten Sie hier", "Angemeldet am"]


async def test_wrong_time_number_or_missing_time_says_nothing(town: Town) -> None:
    booked = await book(town)
    right = named(booked)
    assert await refused(town, **right | {"time": "09:05"}) == (404, "not_found")
    assert await refused(town, **right | {"number": right["number"] % 899 + 101}) == (404, "not_found")
    assert await refused(town, reference="AAAAAA", time=right["time"]) == (404, "not_found")
    assert (await refused(town, number=right["number"]))[1] == "bad_input"
    assert (await arrive(town, **right)).status_code == 201


async def test_another_day_and_a_second_time_have_their_own_answers(town: Town) -> None:
    booked = await book(town)
    reference = await reference_of(town, booked)
    by_reference = {"reference": reference, "time": booked["starts_at"][11:16]}
    assert (await arrive(town, **by_reference)).status_code == 201
    again = await arrive(town, **by_reference)
    assert (again.status_code, again.json()["error"]["code"]) == (409, "already_checked_in")
    assert again.json()["error"]["state"] == "waiting"
    tomorrow = await book(town, "2026-03-11T14:20+01:00")
    body = {"reference": await reference_of(town, tomorrow, "2026-03-11"), "time": "14:20"}
    assert await refused(town, **body) == (409, "wrong_day")


async def test_who_was_called_meanwhile_learns_how_it_stands(town: Town) -> None:
    await town.open()
    booked = await book(town)
    assert (await arrive(town, **named(booked))).status_code == 201
    assert (await town.call())["number"] == booked["number"]
    assert await state_on_arriving(town, booked) == "called"
    await town.do("anna", "counters/rathaus-1/no-show")
    assert await state_on_arriving(town, booked) == "no_show", "the page must not say: please wait"


async def state_on_arriving(town: Town, booked: dict[str, Any]) -> str:
    return str((await arrive(town, **named(booked))).json()["error"]["state"])


async def reference_of(town: Town, booked: dict[str, Any], day: str = "2026-03-10") -> str:
    body = {"text": str(booked["number"]), "day": day}
    found = await town.ask("anna", "POST", "/api/v1/sites/rathaus/appointments/search", body)
    return str(found.json()["appointments"][0]["reference"])


@limited
async def test_after_three_errors_this_kiosk_pauses_but_a_code_is_read(town: Town) -> None:
    """Numbers and times are short: guessing must be slow; a code cannot be guessed."""
    booked = await book(town)
    wrong = named(booked) | {"time": "03:05"}
    assert [(await refused(town, **wrong))[0] for _ in range(4)] == [404, 404, 404, 429]
    assert (await refused(town, **named(booked)))[0] == 429
    assert (await refused(town, code="nonsense"))[0] == 404
    url = town.house.manage_url(await reference_of(town, booked), 1)
    assert (await arrive(town, code=url.rpartition("/")[2])).status_code == 201
