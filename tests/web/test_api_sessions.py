"""Signing in and out, own passwords, over the API and by form."""

import re

import httpx2
import pytest

from queue_server.web.limits import Limits
from queue_server.web.throttle import Throttle
from tests.web.running import ONE_TIME_USER, PASSWORD, Town

SESSIONS = "/api/v1/sessions"
NEW = "ein ganz neues Kennwort"
CSRF = re.compile(r'name="csrf" value="([^"]+)"')


async def sign_in(town: Town, user: str = "anna", password: str = PASSWORD) -> httpx2.Response:
    """Sign in; the client keeps the cookie."""
    return await town.client.post(SESSIONS, json={"user": user, "password": password})


async def test_signing_in_gives_a_cookie_that_scripts_cannot_read(each_town: Town) -> None:
    answer = await sign_in(each_town, "Anna ")
    assert answer.status_code == 201
    assert answer.json() == {
        "user": "anna",
        "role": "clerk",
        "site_id": None,
        "clerk_id": "anna",
        "must_change": False,
    }
    cookie = answer.headers["set-cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=strict" in cookie
    assert (await each_town.client.get(SESSIONS)).json()["role"] == "clerk"


async def test_signing_out_ends_the_session_twice_is_once(each_town: Town) -> None:
    await sign_in(each_town)
    cookie = each_town.client.cookies["aufruf_session"]
    assert (await each_town.client.delete(SESSIONS)).status_code == 204
    assert (await each_town.client.delete(SESSIONS)).status_code == 204
    each_town.client.cookies.set("aufruf_session", cookie, domain="rathaus.example")
    assert (await each_town.client.get(SESSIONS)).json()["role"] == "visitor"


@pytest.mark.parametrize(
    ("user", "password"),
    [
        ("anna", "falsch"),
        ("nobody", PASSWORD),
        ("anna\x00", PASSWORD),
        ("ann\u0000a", "\x00"),
        ("ANNA' OR 1=1", "x"),
        ("😀" * 100, "x" * 500),
    ],
)
async def test_a_wrong_name_and_a_wrong_password_are_answered_alike(
    each_town: Town, user: str, password: str
) -> None:
    answer = await sign_in(each_town, user, password)
    assert (answer.status_code, answer.json()["error"]["code"]) == (401, "wrong_password")


async def test_guessing_is_slowed_down(town: Town) -> None:
    town.house.throttle = Throttle(Limits())  # off in other tests
    answers = [await sign_in(town, "anna", "falsch") for _ in range(6)]
    assert [answer.status_code for answer in answers] == [401] * 5 + [429]
    assert int(answers[-1].headers["retry-after"]) >= 1


async def test_a_one_time_password_opens_nothing_but_the_way_to_an_own_one(each_town: Town) -> None:
    assert (await sign_in(each_town, ONE_TIME_USER)).json()["must_change"] is True
    client = each_town.client
    refused = await client.post("/api/v1/counters/rathaus-2/open", json={})
    assert (refused.status_code, refused.json()["error"]["code"]) == (403, "must_change_password")
    assert (await client.get("/api/v1/sites")).status_code == 200
    page = await client.get("/counter")
    assert (page.status_code, page.headers["location"]) == (303, "/password?next=/counter")
    changed = await client.post(f"{SESSIONS}/password", json={"password": PASSWORD, "new_password": NEW})
    assert (changed.status_code, changed.json()["must_change"]) == (200, False)
    assert (await client.post("/api/v1/counters/rathaus-2/open", json={})).status_code == 200
    assert (await sign_in(each_town, ONE_TIME_USER)).status_code == 401
    assert (await sign_in(each_town, ONE_TIME_USER, NEW)).json()["must_change"] is False


async def test_a_new_password_ends_the_sessions_of_others(town: Town) -> None:
    await sign_in(town)
    stolen = town.client.cookies["aufruf_session"]
    await sign_in(town)
    await town.client.post(f"{SESSIONS}/password", json={"password": PASSWORD, "new_password": NEW})
    town.client.cookies.clear()
    seen = await town.client.get(SESSIONS, headers={"cookie": f"aufruf_session={stolen}"})
    assert seen.json()["role"] == "visitor"


@pytest.mark.parametrize(
    ("old", "new", "code"),
    [
        (PASSWORD, "kurz", "password_unfit"),
        (PASSWORD, PASSWORD, "password_unfit"),
        ("falsch", NEW, "wrong_password"),
    ],
)
async def test_a_password_that_does_not_fit_is_refused(town: Town, old: str, new: str, code: str) -> None:
    await sign_in(town)
    answer = await town.client.post(f"{SESSIONS}/password", json={"password": old, "new_password": new})
    assert answer.json()["error"]["code"] == code
    assert (await town.client.get(SESSIONS)).json()["role"] == "clerk"


async def test_the_form_leads_from_signing_in_over_the_own_password_to_the_counter(town: Town) -> None:
    client = town.client
    first = await client.get("/counter/rathaus-2")
    assert first.headers["location"] == "/sign-in?next=/counter/rathaus-2"
    form = await client.get(first.headers["location"])
    fields = {"csrf": token(form), "user": ONE_TIME_USER, "password": PASSWORD}
    signed_in = await client.post(first.headers["location"], data=fields)
    assert signed_in.headers["location"] == "/counter/rathaus-2"
    sent_on = await client.get(signed_in.headers["location"])
    form = await client.get(sent_on.headers["location"])
    wrong = {"csrf": token(form), "password": PASSWORD, "new_password": "kurz"}
    refused = await client.post(sent_on.headers["location"], data=wrong)
    assert refused.status_code == 400
    assert "12 Zeichen" in refused.text
    right = {"csrf": token(refused), "password": PASSWORD, "new_password": NEW}
    done = await client.post(sent_on.headers["location"], data=right)
    assert done.headers["location"] == "/counter/rathaus-2"
    assert (await client.get("/counter/rathaus-2")).status_code == 200


async def test_forms_need_their_token(town: Town) -> None:
    await sign_in(town)
    for path in ("/sign-in", "/sign-out", "/password"):
        answer = await town.client.post(path, data={"csrf": "nonsense", "user": "a", "password": "b"})
        assert answer.status_code == 403
    assert (await town.client.get(SESSIONS)).json()["role"] == "clerk"


@pytest.mark.parametrize("away", ["https://evil.example", "//evil.example", "/\\evil.example", "/a\nb"])
async def test_signing_in_leads_nowhere_else(town: Town, away: str) -> None:
    form = await town.client.get("/sign-in", params={"next": away})
    fields = {"csrf": token(form), "user": "anna", "password": PASSWORD}
    answer = await town.client.post("/sign-in", params={"next": away}, data=fields)
    assert answer.headers["location"] == "/counter"


async def test_the_language_of_a_link_is_kept(town: Town) -> None:
    await sign_in(town)
    await town.client.get("/counter/rathaus-1", params={"lang": "en"})
    assert '<html lang="en"' in (await town.client.get("/counter/rathaus-1")).text
    await town.client.get("/sign-in", params={"lang": "xx"})
    assert '<html lang="en"' in (await town.client.get("/password")).text


def token(page: httpx2.Response) -> str:
    found = CSRF.search(page.text)
    assert found is not None
    return found.group(1)
