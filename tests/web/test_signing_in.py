"""Passwords that are chosen, kept and run out, as the server lives them."""

from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from argon2 import PasswordHasher

from queue_server.adapters import accounts
from queue_server.adapters.tables.accounts import ACCOUNT
from queue_server.domain.access import TooManyRequests
from tests.web.running import ONE_TIME_USER, PASSWORD, Town
from tests.web.test_page_account import field

SESSIONS = "/api/v1/sessions"


async def sign_in(town: Town, user: str = "anna", password: str = PASSWORD) -> str:
    """Return "in", or the code of the refusal."""
    answer = await town.client.post(SESSIONS, json={"user": user, "password": password})
    return "in" if answer.status_code == 201 else str(answer.json()["error"]["code"])


@pytest.mark.parametrize(
    ("new", "reason", "german"),
    [
        ("kurz", "short", "mindestens 12 Zeichen"),
        ("lang" * 40, "long", "Höchstens 128 Zeichen"),
        (PASSWORD, "same", "bisheriges"),
        ("anna.musterstadt", "context", "zu Ihnen oder Ihrem Haus"),
        ("Passwort1234", "common", "benutzen viele"),
        ("hallohallohallo", "pattern", "Wiederholungen"),
    ],
)
async def test_an_unfit_password_is_refused_in_plain_words(
    town: Town, new: str, reason: str, german: str
) -> None:
    await sign_in(town)
    body = {"password": PASSWORD, "new_password": new}
    answer = await town.client.post(f"{SESSIONS}/password", json=body, headers={"accept-language": "de"})
    error = answer.json()["error"]
    assert (answer.status_code, error["code"], error["reason"]) == (400, "password_unfit", reason)
    assert german in error["message"]


async def test_a_hash_of_weaker_settings_is_renewed_when_signing_in(town: Town) -> None:
    weak = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1).hash(PASSWORD)
    change = sa.update(ACCOUNT).where(ACCOUNT.c.user == "anna").values(password_hash=weak)
    await town.house.write(lambda conn: conn.execute(change))
    assert await sign_in(town) == "in"
    stored = await town.house.read(lambda conn: accounts.find_account(conn, "anna"))
    assert stored is not None
    assert stored.password_hash != weak
    assert not accounts.needs_rehash(stored.password_hash)
    assert await sign_in(town) == "in"


async def test_a_one_time_password_runs_out_after_a_week_unused(town: Town) -> None:
    town.clock.now += accounts.ONE_TIME_LIFETIME - timedelta(seconds=1)
    assert await sign_in(town, ONE_TIME_USER) == "in"
    town.clock.now += timedelta(seconds=1)
    assert await sign_in(town, ONE_TIME_USER) == "one_time_password_over"
    assert await sign_in(town, ONE_TIME_USER, "falsch") == "wrong_password", "nobody else learns of it"
    assert await sign_in(town) == "in", "a password of one's own does not run out (ASVS 6.2.10)"


async def test_a_new_one_time_password_starts_the_week_anew(town: Town) -> None:
    town.clock.now += timedelta(days=30)
    found = await town.house.read(lambda conn: accounts.find_account(conn, ONE_TIME_USER))
    assert found is not None
    now, same = town.clock.now, found.password_hash
    await town.house.write(lambda conn: accounts.set_password(conn, found.id, same, now, must_change=True))
    assert await sign_in(town, ONE_TIME_USER) == "in"


@pytest.mark.parametrize("meanwhile", ["reset", "disabled"])
async def test_a_password_that_was_replaced_while_it_was_judged_opens_nothing(
    town: Town, monkeypatch: pytest.MonkeyPatch, meanwhile: str
) -> None:
    run, now = town.house.password_gate.run, town.clock.now
    found = await town.house.read(lambda conn: accounts.find_account(conn, "anna"))
    assert found is not None

    async def judged_slowly(check: Any) -> Any:
        right = await run(check)
        if meanwhile == "reset":
            await town.house.write(lambda conn: accounts.set_password(conn, found.id, "another", now))
        else:
            await town.house.write(lambda conn: accounts.disable_account(conn, found.id, now))
        return right

    monkeypatch.setattr(town.house.password_gate, "run", judged_slowly)
    assert await sign_in(town) == "wrong_password"
    assert await town.house.read(lambda conn: town.house.sign_ins.sign_ins_of(conn, found.id, now)) == []


@pytest.mark.parametrize("next_user", ["anna", "admin"])
async def test_signing_in_again_ends_the_browsers_older_session(town: Town, next_user: str) -> None:
    """ASVS 7.2.4."""
    await sign_in(town)
    older = town.client.cookies["aufruf_session"]
    assert await sign_in(town, next_user) == "in"
    assert town.client.cookies["aufruf_session"] != older
    town.client.cookies.clear()
    seen = await town.client.get(SESSIONS, headers={"cookie": f"aufruf_session={older}"})
    assert seen.json()["role"] == "visitor"


async def test_the_form_says_to_programs_too_when_to_come_back(
    town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    def too_many(*_: object) -> None:
        raise TooManyRequests(retry_after_s=30)

    page = await town.client.get("/sign-in")
    form = {"user": "anna", "password": "falsch", "csrf": field(page, "csrf")[0]}
    monkeypatch.setattr(town.house.throttle, "begin", too_many)
    answer = await town.client.post("/sign-in", data=form)
    assert (answer.status_code, answer.headers["retry-after"]) == (429, "30")
