"""Accounts, passwords and sessions, on both databases."""

from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa
from sqlalchemy import Connection
from sqlalchemy.exc import IntegrityError

from queue_server.adapters import accounts
from queue_server.adapters.accounts import (
    SESSION_IDLE,
    SESSION_LIFETIME,
    TOUCH_AFTER,
    StoredAccount,
    UserTaken,
    close_session,
    close_sessions_of,
    create_account,
    disable_account,
    find_account,
    find_session,
    forget_expired,
    open_session,
    set_password,
    touch_session,
)
from queue_server.adapters.tables.accounts import ACCOUNT, SESSION
from queue_server.domain.access import Actor, Role

NOON = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
IN_SERVICE = accounts._HASHER
"""As it was before the tests took a quicker one for all that is not about it."""


def an_account(conn: Connection, user: str = "beate", role: Role = Role.CLERK) -> StoredAccount:
    create_account(
        conn,
        organisation_id="grimma",
        user=user,
        role=role,
        password_hash="not a hash",
        site_id="rathaus",
        clerk_id="c-beate",
        now=NOON,
    )
    found = find_account(conn, user)
    assert found is not None
    return found


def session_count(conn: Connection) -> int:
    return conn.execute(sa.select(sa.func.count()).select_from(SESSION)).scalar_one()


@pytest.fixture(autouse=True)
def _hashed_as_in_service(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(accounts, "_HASHER", IN_SERVICE)


def test_a_password_fits_only_itself() -> None:
    stored = accounts.hash_password("süßer die Glocken")
    assert stored.startswith("$argon2id$v=19$m=65536,t=3,p=1$")
    assert accounts.verify_password(stored, "süßer die Glocken")
    assert not accounts.verify_password(stored, "süßer die glocken")
    assert not accounts.needs_rehash(stored)


def test_a_password_typed_on_another_keyboard_is_the_same() -> None:
    assert accounts.verify_password(accounts.hash_password("Mu\u0308ller"), "M\u00fcller")


def test_an_unknown_user_is_refused_by_the_same_work(monkeypatch: pytest.MonkeyPatch) -> None:
    checked: list[str] = []

    class Watching(type(accounts._HASHER)):  # type: ignore[misc]
        def verify(self, hash: str | bytes, password: str | bytes) -> bool:  # noqa: A002
            checked.append(str(hash))
            return bool(super().verify(hash, password))

    monkeypatch.setattr(accounts, "_HASHER", Watching(time_cost=1, memory_cost=8, parallelism=1))
    monkeypatch.setattr(accounts, "_decoys", [])
    assert not accounts.verify_password(None, "anything")
    assert checked[0].startswith("$argon2id$")


def test_a_damaged_hash_lets_nobody_in() -> None:
    assert not accounts.verify_password("not a hash", "not a hash")


def test_a_user_name_has_one_spelling(conn: Connection) -> None:
    an_account(conn, " Müller")
    found = find_account(conn, "MÜLLER ")
    assert found is not None
    assert found.user == "müller"
    with pytest.raises(UserTaken):
        an_account(conn, "mu\u0308ller")


def test_an_account_is_stored_whole_and_shows_no_hash(conn: Connection) -> None:
    account = an_account(conn)
    assert (account.role, account.site_id, account.clerk_id) == (Role.CLERK, "rathaus", "c-beate")
    assert account.must_change
    assert "not a hash" not in repr(account)
    assert accounts.list_accounts(conn, "grimma") == [account]
    assert accounts.list_accounts(conn, "altena") == []


@pytest.mark.parametrize("role", ["kiosk", "nonsense"])
def test_the_table_itself_refuses_an_account_that_is_no_person(conn: Connection, role: str) -> None:
    account = an_account(conn)
    with pytest.raises(IntegrityError):
        conn.execute(
            sa.text("UPDATE account SET role = :role WHERE id = :id"), {"role": role, "id": account.id}
        )


def test_a_session_brings_back_who_signed_in(conn: Connection) -> None:
    account = an_account(conn)
    opened = open_session(conn, account, NOON)
    assert find_session(conn, opened.cookie, NOON + MINUTE) == Actor(
        Role.CLERK,
        "grimma",
        "rathaus",
        clerk_id="c-beate",
        session_id=opened.session_id,
        must_change=True,
        account_id=account.id,
    )


def test_the_cookie_is_not_in_the_database(conn: Connection) -> None:
    opened = open_session(conn, an_account(conn), NOON)
    row = conn.execute(sa.select(SESSION)).mappings().one()
    assert opened.cookie not in {str(value) for value in row.values()}
    assert len(opened.cookie) >= 43


def test_the_stored_hash_is_no_cookie(conn: Connection) -> None:
    open_session(conn, an_account(conn), NOON)
    stored = conn.execute(sa.select(SESSION.c.hash)).scalar_one()
    assert find_session(conn, stored, NOON) is None


def test_a_session_ends_after_a_working_day_however_busy(conn: Connection) -> None:
    opened = open_session(conn, an_account(conn), NOON)
    end = NOON + SESSION_LIFETIME
    touch_session(conn, opened.session_id, end - MINUTE)
    assert find_session(conn, opened.cookie, end - MINUTE) is not None
    assert find_session(conn, opened.cookie, end) is None


def test_a_session_left_alone_ends_sooner(conn: Connection) -> None:
    opened = open_session(conn, an_account(conn), NOON)
    assert find_session(conn, opened.cookie, NOON + SESSION_IDLE) is None
    touch_session(conn, opened.session_id, NOON + SESSION_IDLE - MINUTE)
    assert find_session(conn, opened.cookie, NOON + SESSION_IDLE) is not None


def test_a_session_in_use_is_written_rarely(conn: Connection) -> None:
    opened = open_session(conn, an_account(conn), NOON)
    touch_session(conn, opened.session_id, NOON + TOUCH_AFTER - MINUTE)
    assert conn.execute(sa.select(SESSION.c.last_seen_at)).scalar_one() == NOON
    touch_session(conn, opened.session_id, NOON + TOUCH_AFTER)
    assert conn.execute(sa.select(SESSION.c.last_seen_at)).scalar_one() == NOON + TOUCH_AFTER


def test_signing_out_ends_this_session_alone(conn: Connection) -> None:
    account = an_account(conn)
    first, second = open_session(conn, account, NOON), open_session(conn, account, NOON)
    close_session(conn, first.session_id, NOON)
    close_session(conn, first.session_id, NOON)
    assert find_session(conn, first.cookie, NOON) is None
    assert find_session(conn, second.cookie, NOON) is not None


def test_a_new_password_ends_every_session(conn: Connection) -> None:
    account = an_account(conn)
    opened = open_session(conn, account, NOON)
    set_password(conn, account.id, "another hash", NOON)
    assert find_session(conn, opened.cookie, NOON) is None
    changed = find_account(conn, "beate")
    assert changed is not None
    assert (changed.password_hash, changed.must_change) == ("another hash", False)


def test_a_disabled_account_is_out_at_once(conn: Connection) -> None:
    account = an_account(conn)
    opened = open_session(conn, account, NOON)
    conn.execute(sa.update(ACCOUNT).values(disabled_at=NOON))
    assert find_session(conn, opened.cookie, NOON) is None
    disable_account(conn, account.id, NOON)
    assert find_account(conn, "beate") is None


def test_one_accounts_sessions_are_not_anothers(conn: Connection) -> None:
    beate, rolf = an_account(conn), an_account(conn, "rolf")
    hers, his = open_session(conn, beate, NOON), open_session(conn, rolf, NOON)
    close_sessions_of(conn, beate.id, NOON)
    assert find_session(conn, hers.cookie, NOON) is None
    assert find_session(conn, his.cookie, NOON) is not None


def test_the_account_behind_a_session_can_be_found_to_change_its_password(conn: Connection) -> None:
    account = an_account(conn)
    opened = open_session(conn, account, NOON)
    assert accounts.account_of_session(conn, opened.session_id) == account
    assert accounts.account_of_session(conn, "unknown") is None


def test_what_is_over_is_forgotten(conn: Connection) -> None:
    account = an_account(conn)
    open_session(conn, account, NOON - SESSION_LIFETIME)
    revoked = open_session(conn, account, NOON)
    close_session(conn, revoked.session_id, NOON)
    kept = open_session(conn, account, NOON)
    forget_expired(conn, NOON)
    assert session_count(conn) == 1
    assert find_session(conn, kept.cookie, NOON) is not None


@pytest.mark.parametrize("cookie", ["", "x", "\ud800", "ä" * 5000])
def test_a_nonsense_cookie_is_nobody(conn: Connection, cookie: str) -> None:
    assert find_session(conn, cookie, NOON) is None
