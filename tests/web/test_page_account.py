"""One's own account: where one is signed in, and ending that."""

import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import httpx2

from queue_server.adapters import accounts
from tests.web.forms import plain
from tests.web.running import HOST, ONE_TIME_USER, PASSWORD, Town

FIREFOX = "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:140.0) Gecko/20100101 Firefox/140.0"
PHONE = "Mozilla/5.0 (Linux; Android 14) AppleWebKit/537.36 Chrome/131.0.0.0 Mobile Safari/537.36"
SESSIONS = "/api/v1/sessions"


@asynccontextmanager
async def browser(town: Town, user_agent: str, user: str = "anna") -> AsyncIterator[httpx2.AsyncClient]:
    """A browser of its own that has signed in."""
    headers = {"user-agent": user_agent, "accept-language": "de"}
    transport = httpx2.ASGITransport(town.app, raise_app_exceptions=False)
    async with httpx2.AsyncClient(transport=transport, base_url=HOST, headers=headers) as client:
        answer = await client.post(SESSIONS, json={"user": user, "password": PASSWORD})
        assert answer.status_code == 201
        yield client


async def role_of(client: httpx2.AsyncClient) -> str:
    return str((await client.get(SESSIONS)).json()["role"])


def field(page: httpx2.Response, name: str) -> list[str]:
    return re.findall(rf'name="{name}" value="([^"]+)"', page.text)


async def test_the_page_tells_where_one_is_signed_in_and_since_when(town: Town) -> None:
    async with browser(town, PHONE):
        town.clock.forward(minutes=90)
        async with browser(town, FIREFOX) as own:
            page = await own.get("/account")
            words = plain(page.text)
    assert page.status_code == 200
    assert "Sie sind angemeldet als anna (Sachbearbeitung)." in words
    assert "Firefox, Windows dieses Gerät Angemeldet seit 11:30 Uhr" in words
    assert (
        "Chrome, Android Angemeldet seit 10:00 Uhr, zuletzt benutzt 10:00 Uhr, endet spätestens 22:00"
        in words
    )
    assert words.count("Mit Kennwort.") == 2


async def test_one_sign_in_is_ended_and_the_others_stay(town: Town) -> None:
    async with browser(town, PHONE) as phone, browser(town, FIREFOX) as own:
        page = await own.get("/account")
        (other,) = [id_ for id_ in field(page, "end") if id_ != "others"]
        data = {"csrf": field(page, "csrf")[0], "end": other}
        done = await own.post("/account", data=data, follow_redirects=True)
        assert "Die Anmeldung ist beendet." in done.text
        assert [await role_of(phone), await role_of(own)] == ["visitor", "clerk"]


async def test_everywhere_else_is_ended_in_one_press(town: Town) -> None:
    async with browser(town, PHONE) as phone, browser(town, PHONE) as home, browser(town, FIREFOX) as own:
        page = await own.get("/account")
        data = {"csrf": field(page, "csrf")[0], "end": "others"}
        done = await own.post("/account", data=data, follow_redirects=True)
        assert "nur noch hier" in done.text
        assert [await role_of(one) for one in (phone, home, own)] == ["visitor", "visitor", "clerk"]
        assert "others" not in field(done, "end")


async def test_nobody_ends_or_sees_the_sign_ins_of_somebody_else(town: Town) -> None:
    async with browser(town, FIREFOX, "admin") as admin, browser(town, PHONE) as anna:
        found = await town.house.read(lambda conn: accounts.find_account(conn, "admin"))
        assert found is not None
        now = town.clock.now
        (theirs,) = await town.house.read(lambda conn: town.house.sign_ins.sign_ins_of(conn, found.id, now))
        page = await anna.get("/account")
        assert theirs.id not in page.text
        for wish in (theirs.id, "others"):
            await anna.post("/account", data={"csrf": field(page, "csrf")[0], "end": wish})
        assert await role_of(admin) == "administrator"


async def test_nothing_ends_without_the_forms_token_or_for_nonsense(town: Town) -> None:
    async with browser(town, PHONE) as phone, browser(town, FIREFOX) as own:
        page = await own.get("/account")
        assert (await own.post("/account", data={"csrf": "x", "end": "others"})).status_code == 403
        token = field(page, "csrf")[0]
        for wish in ("", "\x00"):
            assert (await own.post("/account", data={"csrf": token, "end": wish})).status_code == 400
        assert (await own.post("/account", data={"csrf": token, "end": "unknown"})).status_code == 303
        assert [await role_of(phone), await role_of(own)] == ["clerk", "clerk"]


async def test_strangers_and_one_time_passwords_come_later(town: Town) -> None:
    assert (await town.client.get("/account")).headers["location"] == "/sign-in?next=/account"
    async with browser(town, FIREFOX, ONE_TIME_USER) as client:
        assert (await client.get("/account")).headers["location"] == "/password?next=/account"


async def test_a_session_ends_after_four_hours_unused_and_twelve_in_all(town: Town) -> None:
    async with browser(town, FIREFOX) as client, browser(town, PHONE) as idle:
        for _ in range(3):
            town.clock.forward(hours=3, minutes=55)
            town.house.sessions.invalidate()
            town.house.sessions._touched.clear()  # five minutes of real time
            assert await role_of(client) == "clerk"
        town.house.sessions.invalidate()
        assert await role_of(idle) == "visitor"
        town.clock.forward(minutes=15)
        town.house.sessions.invalidate()
        assert await role_of(client) == "visitor", "twelve hours, however busy"


async def test_all_sessions_are_dead_when_the_account_is_disabled(town: Town) -> None:
    async with browser(town, FIREFOX) as client, browser(town, PHONE) as phone:
        found = await town.house.read(lambda conn: accounts.find_account(conn, "anna"))
        assert found is not None
        await town.house.write(lambda conn: accounts.disable_account(conn, found.id, town.clock.now))
        town.house.sessions.invalidate()
        assert [await role_of(client), await role_of(phone)] == ["visitor", "visitor"]
        again = await client.post(SESSIONS, json={"user": "anna", "password": PASSWORD})
        assert again.status_code == 401
