"""Free times, holds, appointments and checking in, over HTTP. The server's clock says Tuesday, 10:00."""

import asyncio
from dataclasses import replace
from typing import Any

import httpx2
import pytest
import sqlalchemy as sa

from queue_server.domain.town import Challenge
from tests.domain.test_puzzle import solved
from tests.web.running import Body, Town

SITE = "/api/v1/sites/rathaus"
CARD = [{"id": "id-card"}]
VISITOR, ANOTHER = "the-visitors-session", "another-ones-session"
ERIKA = {"name": "Erika Mustermann", "email": "erika@example.org"}
THURSDAY_TEN = "2026-03-12T10:00+01:00"


async def free(town: Town, query: str = "day=2026-03-12", what: str = "times") -> Body:
    answer = await town.ask(None, "GET", f"{SITE}/{what}?services=id-card&{query}")
    assert answer.status_code == 200, answer.text
    return dict(answer.json())


async def send(town: Town, path: str, who: str | None = None, **body: Any) -> httpx2.Response:
    """Send a command as a visitor would: with the client that a session of theirs has."""
    if path.startswith(("holds", "appointments")) and "own" not in path and "search" not in path:
        body = {"client": VISITOR, **body}
    if "request_id" not in body and not path.endswith(("release", "extend", "own", "search")):
        body["request_id"] = town.press()
    return await town.ask(who, "POST", f"{SITE}/{path}", body)


async def hold(town: Town, starts_at: str = THURSDAY_TEN, status: int = 201, **body: Any) -> Body:
    answer = await send(town, "holds", **{"services": CARD, "starts_at": starts_at, **body})
    assert answer.status_code == status, answer.text
    return dict(answer.json())


async def book(town: Town, starts_at: str = THURSDAY_TEN, who: str | None = None, **body: Any) -> Body:
    held = await hold(town, starts_at, who=who)
    answer = await send(town, "appointments", who, **{"hold": held["id"], "person": ERIKA, **body})
    assert answer.status_code == 201, answer.text
    return dict(answer.json())


def code_of(booked: Body) -> str:
    return str(booked["manage_url"].rpartition("/")[2])


def refusal(answer: httpx2.Response) -> tuple[int, str]:
    return answer.status_code, answer.json()["error"]["code"]


async def seq(town: Town) -> int:
    return int((await town.ask(None, "GET", f"{SITE}/queue")).json()["seq"])


# -- the offer -----------------------------------------------------------------------------------------


async def test_everybody_sees_what_is_free(each_town: Town) -> None:
    day = await free(each_town)
    assert THURSDAY_TEN in day["times"]
    sheet = await free(each_town, "first=2026-03-09&last=2026-03-12", "months")
    assert [one["state"] for one in sheet["days"]] == ["past", "free", "free", "free"]
    assert sheet["days"][3]["count"] == len(day["times"])
    assert (await free(each_town, "count=1", "earliest"))["times"] == ["2026-03-10T10:00+01:00"]


async def test_seeing_the_offer_changes_nothing(each_town: Town) -> None:
    """Failure 4: whatever opens links, mail scanners too, holds and books nothing."""
    before = await seq(each_town)
    await free(each_town)
    await free(each_town, "first=2026-03-09&last=2026-03-12", "months")
    await each_town.ask(None, "GET", f"{SITE}/holds")
    assert await seq(each_town) == before


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("day=2026-03-12", "services"),
        ("services=ID&day=2026-03-12", "services"),
        ("services=id-card:0&day=2026-03-12", "services"),
        ("services=id-card", "day"),
        ("services=id-card&day=12.3.2026", "day"),
        ("services=id-card&day=2026-02-30", "day"),
        ("services=id-card&day=2026-03-12&persons=x", "persons"),
        ("services=id-card&day=2026-03-12&name=Erika", "name"),
        ("services=id-card&day=2026-03-12&day=2026-03-13", "query"),
        ("services=id-card,id-card&day=2026-03-12", "services"),
    ],
)
async def test_a_query_that_cannot_be_read_names_the_field(town: Town, query: str, field: str) -> None:
    """Failure 16: nothing is guessed, and no personal data is taken from an address."""
    answer = await town.ask(None, "GET", f"{SITE}/times?{query}")
    assert refusal(answer) == (400, "bad_input")
    assert answer.json()["error"]["field"] == field


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("rathaus/times?services=nothing&day=2026-03-12", (404, "not_found")),
        ("nowhere/times?services=id-card&day=2026-03-12", (404, "not_found")),
        ("rathaus/times?services=id-card:99&day=2026-03-12", (409, "too_many")),
    ],
)
async def test_what_there_is_not_has_no_times(town: Town, path: str, expected: tuple[int, str]) -> None:
    """Failure 15."""
    assert refusal(await town.ask(None, "GET", f"/api/v1/sites/{path}")) == expected


# -- holds ---------------------------------------------------------------------------------------------


async def test_a_time_is_held_extended_and_given_back(each_town: Town) -> None:
    held = await hold(each_town)
    assert held["starts_at"] == THURSDAY_TEN
    assert held["held_until"] == "2026-03-10T10:10:00+01:00"
    each_town.clock.forward(minutes=5)
    longer = await send(each_town, f"holds/{held['id']}/extend")
    assert longer.json()["held_until"] == "2026-03-10T10:15:00+01:00"
    assert longer.json()["extensions_left"] == held["extensions_left"] - 1
    released = await send(each_town, f"holds/{held['id']}/release")
    assert (released.status_code, released.json()) == (200, {"id": held["id"]})


async def test_a_double_press_holds_once(each_town: Town) -> None:
    """Failure 2: the same request_id gets the same hold, also at the same moment."""
    body = {"request_id": "one-press", "client": VISITOR, "services": CARD, "starts_at": THURSDAY_TEN}
    answers = await asyncio.gather(*(each_town.ask(None, "POST", f"{SITE}/holds", body) for _ in range(5)))
    assert {answer.status_code for answer in answers} == {201}
    assert len({answer.text for answer in answers}) == 1


async def test_two_visitors_may_use_the_same_request_id(town: Town) -> None:
    """A portal speaks for many, with one token or none: their presses must not be mixed up."""
    one = await hold(town, request_id="press")
    other = await hold(town, request_id="press", client=ANOTHER)
    assert one["id"] != other["id"]


async def test_past_and_sold_out_times_name_the_next_free_ones(each_town: Town) -> None:
    """Failure 1: the refusal helps on."""
    past = await hold(each_town, "2026-03-10T09:55+01:00", 409)
    assert past["error"]["code"] == "slot_taken"
    assert past["error"]["next"][0] == "2026-03-10T10:00+01:00"
    taken = 0
    while (
        answer := await send(
            each_town, "holds", services=CARD, starts_at=THURSDAY_TEN, client=f"visitor-number-{taken:03}"
        )
    ).is_success:
        taken += 1
    assert refusal(answer) == (409, "slot_taken")
    assert taken >= 1
    assert THURSDAY_TEN not in answer.json()["error"]["next"]
    assert len(answer.json()["error"]["next"]) == 3
    assert THURSDAY_TEN not in (await free(each_town))["times"]


async def test_many_at_once_hold_no_more_than_there_are_clerks(each_town: Town) -> None:
    """Failure 1: a time is given to as many as can be served then, however many press at the same moment."""
    able = len((await each_town.ask("anna", "GET", SITE)).json()["counters"])
    bodies = [
        {
            "request_id": "press",
            "client": f"visitor-number-{place:03}",
            "services": CARD,
            "starts_at": THURSDAY_TEN,
        }
        for place in range(40)
    ]
    answers = await asyncio.gather(*(each_town.ask(None, "POST", f"{SITE}/holds", one) for one in bodies))
    held = [answer for answer in answers if answer.status_code == 201]
    assert 1 <= len(held) <= able
    assert {refusal(answer) for answer in answers if answer not in held} == {(409, "slot_taken")}
    assert len({answer.json()["id"] for answer in held}) == len(held)
    assert THURSDAY_TEN not in (await free(each_town))["times"]


async def test_another_visitors_hold_is_not_found(each_town: Town) -> None:
    """Failure 15: an id alone authorises nothing."""
    held = await hold(each_town)
    for path in (
        f"holds/{held['id']}/extend",
        f"holds/{held['id']}/release",
        "holds/1/extend",
        "holds/x/extend",
    ):
        assert refusal(await send(each_town, path, client=ANOTHER)) == (404, "not_found")
    stolen = await send(each_town, "appointments", hold=held["id"], person=ERIKA, client=ANOTHER)
    assert refusal(stolen) == (404, "not_found")
    elsewhere = f"/api/v1/sites/buergerzentrum/holds/{held['id']}/extend"
    assert refusal(await each_town.ask(None, "POST", elsewhere, {"client": VISITOR})) == (404, "not_found")


async def test_an_expired_hold_is_refused_with_times_nearby(each_town: Town) -> None:
    held = await hold(each_town)
    each_town.clock.forward(minutes=10)
    late = await send(each_town, "appointments", hold=held["id"], person=ERIKA)
    assert refusal(late) == (409, "hold_expired")
    assert THURSDAY_TEN in late.json()["error"]["next"], "it is free again"


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"starts_at": "2026-03-12T10:00"}, "starts_at"),
        ({"starts_at": "2026-03-12T10:02+01:00"}, "starts_at"),
        ({"starts_at": "0001-01-01T00:00+14:00"}, "starts_at"),
        ({"starts_at": 5}, "starts_at"),
        ({"client": "short"}, "client"),
        ({"client": None}, "client"),
        ({"services": []}, "services"),
        ({"name": "Erika"}, "name"),
    ],
)
async def test_a_hold_that_cannot_be_read_names_the_field(
    town: Town, body: dict[str, Any], field: str
) -> None:
    answer = await send(town, "holds", **{"services": CARD, "starts_at": THURSDAY_TEN, **body})
    assert refusal(answer) == (400, "bad_input")
    assert answer.json()["error"]["field"] == field


@pytest.mark.parametrize("changes", [{"rate_limits": True}], indirect=True)
async def test_one_address_without_a_token_may_not_hold_for_ever(town: Town) -> None:
    """Failure 21: thirty in ten minutes; a portal with a token speaks for many."""

    async def try_to_hold(who: str | None) -> int:
        return (await send(town, "holds", who, services=CARD, starts_at="2026-03-10T09:00+01:00")).status_code

    assert [await try_to_hold(None) for _ in range(31)] == [409] * 30 + [429]
    assert await try_to_hold("integration") == 409


# -- appointments --------------------------------------------------------------------------------------


async def test_a_held_time_is_booked(each_town: Town) -> None:
    booked = await book(each_town)
    assert booked["starts_at"] == THURSDAY_TEN
    assert booked["come_at"] == "2026-03-12T09:50+01:00"
    assert 100 <= booked["number"] <= 999
    assert len(booked["reference"]) == 6
    own = await send(each_town, "appointments/own", code=code_of(booked))
    assert own.json()["state"] == "booked"
    assert own.json()["services"] == [{"id": "id-card", "count": 1}]
    assert "Erika" not in own.text


async def test_a_double_press_books_once(each_town: Town) -> None:
    """Failure 2: the same answer, manage link included."""
    held = await hold(each_town)
    body = {"request_id": "book-it", "client": VISITOR, "hold": held["id"], "person": ERIKA}
    path = f"{SITE}/appointments"
    answers = await asyncio.gather(*(each_town.ask(None, "POST", path, body) for _ in range(5)))
    assert {answer.status_code for answer in answers} == {201}
    assert len({answer.text for answer in answers}) == 1
    changed = await each_town.ask(None, "POST", path, body | {"person": {"name": "Max"}})
    assert refusal(changed) == (422, "request_id_reused")


async def test_neither_the_person_nor_a_secret_is_stored_with_an_answer_or_in_the_log(
    each_town: Town,
) -> None:
    """Failure 27: answers are kept for two days, the log for years; visitors' data have one table."""
    booked = await book(each_town)
    cancelled = await book(each_town, "2026-03-13T10:00+01:00")
    await send(each_town, "appointments/own/cancel", code=code_of(cancelled))

    def read(connection: sa.Connection) -> str:
        tables = ("command_answer", "event", "appointment", "outbox")
        found = [connection.execute(sa.text(f"SELECT * FROM {name}")).all() for name in tables]  # noqa: S608
        assert all(found)
        return str(found)

    kept = await each_town.house.read(read)
    for secret in ("Erika", "erika", code_of(booked), VISITOR):
        assert secret not in kept


async def test_what_the_site_requires_must_be_there(town: Town) -> None:
    held = await hold(town)
    for person, field in (({}, "name"), ({"name": "Erika"}, "contact")):
        answer = await send(town, "appointments", hold=held["id"], person=person)
        assert (refusal(answer), answer.json()["error"]["field"]) == ((400, "bad_input"), field)


@pytest.mark.parametrize(
    ("person", "field"),
    [
        ({"email": "erika"}, "person.email"),
        ({"email": "a@b.c d"}, "person.email"),
        ({"phone": "call me"}, "person.phone"),
        ({"birth_date": "1.1.1980"}, "person.birth_date"),
        ({"name": "Eri\x00ka"}, "person.name"),
        ({"name": "x" * 201}, "person.name"),
        ({"needs": ["a pony"]}, "person.needs.0"),
        ({"reminder_min": 5}, "person.reminder_min"),
        ({"iban": "DE"}, "person.iban"),
    ],
)
async def test_wrong_data_names_the_field(town: Town, person: dict[str, Any], field: str) -> None:
    answer = await send(town, "appointments", hold=1, person=person)
    assert refusal(answer) == (400, "bad_input")
    assert answer.json()["error"]["field"] == field


async def test_signs_of_every_kind_are_text(each_town: Town) -> None:
    """Failure 17: tags, quotes and marks that turn the direction stay what was typed."""
    name = '<b>Erika</b> \u202e"Müller" 🙂'
    booked = await book(each_town, person={**ERIKA, "name": name})
    found = await send(each_town, "appointments/search", "anna", text=booked["reference"], day="2026-03-12")
    assert [one["name"] for one in found.json()["appointments"]] == [name]


async def test_the_desk_books_without_a_contact(each_town: Town) -> None:
    held = (await send(each_town, "holds", "anna", services=CARD, starts_at=THURSDAY_TEN, client=None)).json()
    booked = await send(each_town, "appointments", "anna", hold=held["id"], person={}, client=None)
    assert booked.status_code == 201, booked.text


@pytest.mark.parametrize("who", [None, "kiosk", "integration"])
async def test_nobody_but_the_desk_gives_priority_to_a_booking(town: Town, who: str | None) -> None:
    """Else whoever books could be served before all others."""
    held = (await send(town, "holds", who, services=CARD, starts_at=THURSDAY_TEN)).json()
    person = {**ERIKA, "needs": ["priority"]}
    answer = await send(town, "appointments", who, hold=held["id"], person=person)
    assert refusal(answer) == (400, "bad_input")
    assert answer.json()["error"]["field"] == "needs"
    by_staff = (await send(town, "holds", "anna", services=CARD, starts_at=THURSDAY_TEN)).json()
    booked = await send(town, "appointments", "anna", hold=by_staff["id"], person=person)
    assert booked.status_code == 201, booked.text


async def test_who_books_an_interpreter_names_the_language(town: Town) -> None:
    held = await hold(town)
    answer = await send(town, "appointments", hold=held["id"], person={**ERIKA, "needs": ["interpreter"]})
    assert (refusal(answer), answer.json()["error"]["field"]) == (
        (400, "bad_input"),
        "person.needs.0",
    )


async def test_an_appointment_is_moved_in_one_step(each_town: Town) -> None:
    """The old time stays booked while a new one is held; the reference stays, another day draws anew."""
    booked = await book(each_town)
    code = code_of(booked)
    before = len((await free(each_town))["times"])
    held = await hold(each_town, "2026-03-13T11:00+01:00", code=code)
    assert len((await free(each_town))["times"]) == before
    moved = await send(each_town, "appointments/own/move", code=code, hold=held["id"], client=VISITOR)
    assert moved.status_code == 200, moved.text
    assert moved.json()["reference"] == booked["reference"]
    assert moved.json()["starts_at"] == "2026-03-13T11:00+01:00"
    assert (await send(each_town, "appointments/own", code=code_of(moved.json()))).json()["state"] == "booked"
    assert len((await free(each_town))["times"]) >= before


async def test_an_appointment_is_moved_to_another_site(each_town: Town) -> None:
    """Held and swapped at the new site; the reference and the code stay."""
    booked = await book(each_town)
    code, there = code_of(booked), "/api/v1/sites/buergerzentrum"
    body: Body = {"code": code, "client": VISITOR, "request_id": each_town.press()}
    hold_body = {**body, "services": CARD, "starts_at": "2026-03-13T11:00+01:00"}
    held = await each_town.ask(None, "POST", f"{there}/holds", hold_body)
    assert held.status_code == 201, held.text
    swap = {**body, "hold": held.json()["id"], "request_id": each_town.press()}
    moved = await each_town.ask(None, "POST", f"{there}/appointments/own/move", swap)
    assert moved.status_code == 200, moved.text
    assert moved.json()["reference"] == booked["reference"]
    assert moved.json()["manage_url"] == booked["manage_url"]
    again = await each_town.ask(None, "POST", f"{there}/appointments/own/move", swap)
    assert again.json() == moved.json()
    seen = await each_town.ask(None, "POST", f"{there}/appointments/own", {"code": code})
    assert seen.json()["state"] == "booked"
    assert refusal(await send(each_town, "appointments/own", code=code)) == (404, "not_found")


async def test_a_cancelled_time_is_free_again(each_town: Town) -> None:
    booked = await book(each_town)
    before = len((await free(each_town))["times"])
    cancelled = await send(each_town, "appointments/own/cancel", code=code_of(booked))
    assert cancelled.json() == {"reference": booked["reference"], "state": "cancelled"}
    assert len((await free(each_town))["times"]) >= before
    assert (await send(each_town, "appointments/own", code=code_of(booked))).json()["state"] == "cancelled"
    again = await send(each_town, "appointments/own/cancel", code=code_of(booked))
    assert again.json()["state"] == "cancelled", "twice is once"
    found = await send(each_town, "appointments/search", "anna", text="erika", day="2026-03-12")
    assert found.json()["appointments"] == [], "what was told is erased"


@pytest.mark.parametrize("act", ["own", "own/move", "own/cancel"])
async def test_the_reference_alone_authorises_nothing(each_town: Town, act: str) -> None:
    """Failure 15: it is read out over the phone; the manage link is the right, and at its site only."""
    booked = await book(each_town)
    more: dict[str, Any] = {"own/move": {"hold": 1, "client": VISITOR}}.get(act, {})
    for code in (booked["reference"], "nonsense", code_of(booked)[:-1]):
        assert refusal(await send(each_town, f"appointments/{act}", code=code, **more)) == (404, "not_found")
    elsewhere = f"/api/v1/sites/buergerzentrum/appointments/{act}"
    body = {"code": code_of(booked), **more} | ({} if act == "own" else {"request_id": each_town.press()})
    assert refusal(await each_town.ask(None, "POST", elsewhere, body)) == (404, "not_found")


async def test_a_visit_link_is_no_manage_link(town: Town) -> None:
    ticket = await town.take()
    code = ticket["status_url"].rpartition("/")[2]
    assert refusal(await send(town, "appointments/own", code=code)) == (404, "not_found")


async def test_only_staff_search(town: Town) -> None:
    await book(town)
    for who, status in ((None, 401), ("kiosk", 403), ("integration", 403), ("greta", 404), ("anna", 200)):
        answer = await send(town, "appointments/search", who, text="Muster", day="2026-03-12")
        assert answer.status_code == status, who
    assert [one["name"] for one in answer.json()["appointments"]] == ["Erika Mustermann"]


# -- arriving ------------------------------------------------------------------------------------------


async def come(town: Town, who: str = "kiosk", **how: Any) -> httpx2.Response:
    return await send(town, "check-ins", who, **how)


TODAY_LATER = "2026-03-10T10:30+01:00"


async def test_who_comes_gets_a_ticket_with_the_number_from_the_booking(each_town: Town) -> None:
    booked = await book(each_town, TODAY_LATER)
    answer = await come(each_town, code=code_of(booked))
    assert answer.status_code == 201, answer.text
    ticket = answer.json()
    assert (ticket["number"], ticket["arrival"]) == (booked["number"], "early")
    assert ticket["status_url"].startswith("/t/")
    again = await come(each_town, code=code_of(booked))
    assert refusal(again) == (409, "already_checked_in")


@pytest.mark.parametrize(
    "how",
    [
        {"reference": "{reference}", "time": "10:30"},
        {"reference": "{spoken}", "time": "10:30"},
        {"number": "{number}", "time": "10:30"},
    ],
)
async def test_reference_or_number_with_the_time_will_do(town: Town, how: dict[str, str]) -> None:
    booked = await book(town, TODAY_LATER)
    reference = booked["reference"]
    told = {"reference": reference, "spoken": f"{reference[:3]} {reference[3:].lower()}"}
    filled: Body = {name: value.format(**told, number=booked["number"]) for name, value in how.items()}
    if "number" in filled:
        filled["number"] = int(filled["number"])
    answer = await come(town, **filled)
    assert answer.status_code == 201, answer.text


async def test_a_kiosk_needs_the_time_and_staff_do_not(town: Town) -> None:
    """Neither reference nor number is a secret: who has found a slip must not check its owner in."""
    booked = await book(town, TODAY_LATER)
    without = await come(town, reference=booked["reference"])
    assert (refusal(without), without.json()["error"]["field"]) == ((400, "bad_input"), "time")
    wrong = await come(town, reference=booked["reference"], time="10:35")
    assert refusal(wrong) == (404, "not_found")
    assert (await come(town, "anna", reference=booked["reference"])).status_code == 201


@pytest.mark.parametrize("changes", [{"rate_limits": True}], indirect=True)
async def test_after_three_wrong_tries_a_kiosk_pauses(town: Town) -> None:
    booked = await book(town, TODAY_LATER)
    for minute in ("10:05", "10:10", "10:15"):
        assert (await come(town, number=booked["number"], time=minute)).status_code == 404
    assert refusal(await come(town, number=booked["number"], time="10:30")) == (429, "too_many_requests")


async def test_another_day_has_its_own_answer(town: Town) -> None:
    booked = await book(town)
    wrong_day = await come(town, code=code_of(booked))
    assert refusal(wrong_day) == (409, "wrong_day")
    assert wrong_day.json()["error"]["starts_at"] == THURSDAY_TEN


async def test_another_building_of_the_town_has_its_own_answer(town: Town) -> None:
    booked = await book(town, TODAY_LATER)
    body = {"request_id": town.press(), "code": code_of(booked)}
    answer = await town.ask("greta", "POST", "/api/v1/sites/buergerzentrum/check-ins", body)
    assert refusal(answer) == (409, "wrong_site")
    assert answer.json()["error"]["site"] == "rathaus"


# -- limits --------------------------------------------------------------------------------------------


async def test_a_contact_with_enough_bookings_is_refused_and_staff_may_lift_it(town: Town) -> None:
    """Failure 21. Without a reason nobody lifts it, and nobody but staff with one."""
    times = (await free(town))["times"]
    for n in range(5):
        await book(town, times[3 * n])
    held = await hold(town, times[20])
    body = {"hold": held["id"], "person": ERIKA}
    answer = await send(town, "appointments", **body)
    assert refusal(answer) == (409, "too_many_bookings")
    told = answer.json()["error"]
    assert (told["limit"], told["most"], told["phone"]) == ("open", 5, "030 23125-0")
    assert refusal(await send(town, "appointments", **body, overrule="weil")) == (401, "sign_in_required")
    by_phone = await hold(town, times[24], who="anna")
    body = {"hold": by_phone["id"], "person": ERIKA}
    assert refusal(await send(town, "appointments", "anna", **body))[1] == "too_many_bookings"
    lifted = await send(town, "appointments", "anna", **body, overrule="Bibliothek hilft")
    assert lifted.status_code == 201


async def test_a_site_may_ask_programs_for_a_puzzle_too(town: Town) -> None:
    """Or the puzzle of the portal would be a door beside an open gate; who has a token passes."""
    organisation, site = town.house.directory.sites["rathaus"]
    town.house.directory.sites["rathaus"] = (organisation, replace(site, challenge=Challenge.ON))
    body: Body = {"services": CARD, "starts_at": THURSDAY_TEN}
    asked = await send(town, "holds", **body)
    assert refusal(asked) == (409, "puzzle_required")
    told = asked.json()["error"]
    answers = await asyncio.to_thread(solved, told["puzzle"], told["parts"], told["bits"])
    held = await send(town, "holds", **body, solution=f"{told['puzzle']}:{answers}")
    assert held.status_code == 201
    assert (await send(town, "holds", "integration", **body)).status_code == 201
