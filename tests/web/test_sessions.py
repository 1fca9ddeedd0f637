"""Who asks: from real rows in a real SQLite, with clocks that the tests wind themselves."""

import asyncio
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TypeVar

import pytest
import sqlalchemy as sa
from sqlalchemy import Connection, Engine

from queue_server.adapters.accounts import (
    SESSION_IDLE,
    close_session,
    create_account,
    find_account,
    find_session,
    open_session,
    touch_session,
)
from queue_server.adapters.tables.accounts import ACCOUNT, LEAD, PAIRING, SESSION, TOKEN
from queue_server.adapters.tokens import create_token, find_token, revoke_token, token_id, touch_token
from queue_server.domain.access import ANYBODY, Role, SignInRequired
from queue_server.domain.errors import StorageUnavailable
from queue_server.web.sessions import REMEMBERED_S, TOUCH_EVERY_S, Sessions
from tests.web.walls import a_scope

NOON = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
Result = TypeVar("Result")


class House:
    """A database, a clock, and the count of questions put to the database."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self.passed_s = 0.0
        self.read_count = 0
        self.touch_count = 0
        self.before_answer: asyncio.Event | None = None
        self.sessions = Sessions(
            self.lookup,
            find_session=find_session,
            find_token=find_token,
            touch=self.touch,
            touch_token=self.touch_token,
            clock=self.now,
            monotonic=lambda: self.passed_s,
        )

    def now(self) -> datetime:
        return NOON + timedelta(seconds=self.passed_s)

    def do(self, work: Callable[[Connection], Result]) -> Result:
        with self.engine.begin() as conn:
            return work(conn)

    async def lookup(self, read: Callable[[Connection], Result], /) -> Result:
        self.read_count += 1
        answer = self.do(read)
        if self.before_answer:
            await self.before_answer.wait()
        return answer

    async def touch(self, session_id: str, now: datetime) -> None:
        self.touch_count += 1
        self.do(lambda conn: touch_session(conn, session_id, now))

    async def touch_token(self, id_: str, now: datetime) -> None:
        self.touch_count += 1
        self.do(lambda conn: touch_token(conn, id_, now))

    def signs_in(self, user: str = "beate") -> tuple[str, str]:
        def work(conn: Connection) -> tuple[str, str]:
            create_account(
                conn,
                organisation_id="grimma",
                user=user,
                role=Role.CLERK,
                password_hash="x",
                site_id="rathaus",
                clerk_id=user,
                now=self.now(),
            )
            account = find_account(conn, user)
            assert account is not None
            cookie, session_id, _ = open_session(conn, account, self.now())
            return cookie, session_id

        return self.do(work)

    def device(self, device_id: str, role: Role = Role.DISPLAY) -> str:
        return self.do(
            lambda conn: create_token(
                conn,
                organisation_id="grimma",
                role=role,
                site_id="rathaus",
                device_id=device_id,
                now=self.now(),
            )
        )


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    engine = sa.create_engine(f"sqlite:///{tmp_path}/town.sqlite")
    ACCOUNT.metadata.create_all(engine, tables=[ACCOUNT, LEAD, SESSION, TOKEN, PAIRING])
    yield House(engine)
    engine.dispose()


async def test_who_brings_nothing_is_anybody_and_costs_no_question(house: House) -> None:
    assert await house.sessions.actor(a_scope()) is ANYBODY
    assert house.read_count == 0


async def test_the_session_cookie_tells_the_clerk(house: House) -> None:
    cookie, session_id = house.signs_in()
    actor = await house.sessions.actor(a_scope(cookie=f"aufruf_session={cookie}"))
    assert (actor.role, actor.clerk_id, actor.session_id) == (Role.CLERK, "beate", session_id)


async def test_a_bearer_token_tells_the_device(house: House) -> None:
    token = house.device("eg")
    for scheme in ("Bearer", "bearer"):
        actor = await house.sessions.actor(a_scope(authorization=f"{scheme} {token}"))
        assert (actor.role, actor.device_id) == (Role.DISPLAY, "eg")


async def test_each_device_page_finds_its_own_cookie_in_one_browser(house: House) -> None:
    cookies = "; ".join(f"aufruf_device_{name}={house.device(name)}" for name in ("eg", "og"))
    cookies += f"; aufruf_session={house.signs_in()[0]}"
    for name in ("eg", "og"):
        assert (await house.sessions.actor(a_scope(cookie=cookies), name)).device_id == name
    assert (await house.sessions.actor(a_scope(cookie=cookies))).role is Role.CLERK
    assert (await house.sessions.actor(a_scope(cookie=cookies, aufruf_device="og"))).device_id == "og"


async def test_a_device_page_without_its_cookie_is_the_clerk_who_looks(house: House) -> None:
    cookie = f"aufruf_session={house.signs_in()[0]}"
    assert (await house.sessions.actor(a_scope(cookie=cookie), "eg")).role is Role.CLERK


async def test_a_wrong_token_is_refused_and_no_cookie_steps_in(house: House) -> None:
    cookie = f"aufruf_session={house.signs_in()[0]}"
    for wrong in ("Bearer aufruf_clerk_wrong", "Bearer ", "Bearer x y"):
        with pytest.raises(SignInRequired):
            await house.sessions.actor(a_scope(authorization=wrong, cookie=cookie))


async def test_a_proxys_own_password_is_none_of_ours(house: House) -> None:
    cookie, _ = house.signs_in()
    scope = a_scope(authorization="Basic eDp5", cookie=f"aufruf_session={cookie}")
    assert (await house.sessions.actor(scope)).role is Role.CLERK


async def test_a_token_is_no_session_and_a_session_no_token(house: House) -> None:
    cookie, token = house.signs_in()[0], house.device("eg")
    await house.sessions.actor(a_scope(cookie=f"aufruf_session={cookie}"))
    await house.sessions.actor(a_scope(authorization=f"Bearer {token}"))
    assert await house.sessions.actor(a_scope(cookie=f"aufruf_session={token}")) is ANYBODY
    with pytest.raises(SignInRequired):
        await house.sessions.actor(a_scope(authorization=f"Bearer {cookie}"))


async def test_the_database_is_asked_once_in_five_seconds(house: House) -> None:
    scope = a_scope(authorization=f"Bearer {house.device('eg')}")
    for _ in range(100):
        await house.sessions.actor(scope)
    assert house.read_count == 1
    house.passed_s = REMEMBERED_S
    await house.sessions.actor(scope)
    assert house.read_count == 2


async def test_all_who_ask_at_once_share_one_question(house: House) -> None:
    scope = a_scope(authorization=f"Bearer {house.device('eg')}")
    actors = await asyncio.gather(*(house.sessions.actor(scope) for _ in range(64)))
    assert house.read_count == 1
    assert len(set(actors)) == 1


async def test_one_who_gives_up_does_not_take_the_answer_from_others(house: House) -> None:
    scope = a_scope(authorization=f"Bearer {house.device('eg')}")
    house.before_answer = asyncio.Event()
    first, second = (asyncio.create_task(house.sessions.actor(scope)) for _ in range(2))
    await asyncio.sleep(0)
    first.cancel()
    house.before_answer.set()
    assert (await second).device_id == "eg"
    assert house.read_count == 1


async def test_a_failed_question_is_asked_again(house: House) -> None:
    scope = a_scope(authorization=f"Bearer {house.device('eg')}")
    house.do(lambda conn: conn.execute(sa.text("ALTER TABLE token RENAME TO hidden")))
    with pytest.raises(sa.exc.OperationalError):
        await house.sessions.actor(scope)
    house.do(lambda conn: conn.execute(sa.text("ALTER TABLE hidden RENAME TO token")))
    assert (await house.sessions.actor(scope)).device_id == "eg"


async def test_signing_out_works_at_once(house: House) -> None:
    cookie, session_id = house.signs_in()
    scope = a_scope(cookie=f"aufruf_session={cookie}")
    await house.sessions.actor(scope)
    house.do(lambda conn: close_session(conn, session_id, NOON))
    house.sessions.invalidate(session_id=session_id)
    assert await house.sessions.actor(scope) is ANYBODY


async def test_a_revoked_token_works_no_longer_than_it_is_remembered(house: House) -> None:
    token = house.device("eg")
    scope = a_scope(authorization=f"Bearer {token}")
    await house.sessions.actor(scope)
    house.do(lambda conn: revoke_token(conn, "grimma", token_id(token), NOON))
    house.passed_s = REMEMBERED_S
    with pytest.raises(SignInRequired):
        await house.sessions.actor(scope)


async def test_forgetting_one_does_not_forget_the_others(house: House) -> None:
    gone, kept = (f"Bearer {house.device(name)}" for name in ("eg", "og"))
    for token in (gone, kept):
        await house.sessions.actor(a_scope(authorization=token))
    house.sessions.invalidate(token_id=token_id(gone.removeprefix("Bearer ")))
    await house.sessions.actor(a_scope(authorization=kept))
    assert house.read_count == 2
    house.sessions.invalidate()
    await house.sessions.actor(a_scope(authorization=kept))
    assert house.read_count == 3


async def test_an_answer_from_before_the_revocation_is_not_remembered(house: House) -> None:
    """The question was on its way when the administrator pressed revoke."""
    token = house.device("eg")
    scope = a_scope(authorization=f"Bearer {token}")
    house.before_answer = asyncio.Event()
    on_its_way = asyncio.create_task(house.sessions.actor(scope))
    while not house.read_count:
        await asyncio.sleep(0)
    house.do(lambda conn: revoke_token(conn, "grimma", token_id(token), NOON))
    house.sessions.invalidate(token_id=token_id(token))
    house.before_answer.set()
    await on_its_way
    with pytest.raises(SignInRequired):
        await house.sessions.actor(scope)


async def test_a_session_in_use_is_noted_every_five_minutes_and_lives(house: House) -> None:
    scope = a_scope(cookie=f"aufruf_session={house.signs_in()[0]}")
    step = TOUCH_EVERY_S / 2
    while house.passed_s < SESSION_IDLE.total_seconds() * 1.5:
        assert (await house.sessions.actor(scope)).role is Role.CLERK
        house.passed_s += step
    assert house.touch_count == SESSION_IDLE.total_seconds() * 1.5 / TOUCH_EVERY_S


async def test_a_full_disk_keeps_nobody_from_reading(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    async def fails(session_id: str, now: datetime) -> None:
        raise StorageUnavailable

    monkeypatch.setattr(house.sessions, "_touch", fails)
    scope = a_scope(cookie=f"aufruf_session={house.signs_in()[0]}")
    assert (await house.sessions.actor(scope)).role is Role.CLERK


async def test_guesses_do_not_fill_the_memory(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("queue_server.web.sessions.MOST_REMEMBERED", 10)
    for number in range(30):
        await house.sessions.actor(a_scope(cookie=f"aufruf_session=guess{number}"))
    assert len(house.sessions._known) == 10
