"""Accounts of people, their passwords and their sessions.

What lives here: plain functions on a Core connection, with the time as an argument. What must not: who
may do what (`domain.access`), cookies (`web.sessions`), devices (`adapters.tokens`, `adapters.pairing`).

Hashing a password takes 150–250 ms on purpose. So `hash_password` and `verify_password` take no
connection: they run in a thread of their own, never in a transaction, where they would hold up every
command of the town.
"""

import hashlib
import secrets
import unicodedata
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Final, NamedTuple

import sqlalchemy as sa
from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from sqlalchemy import Connection

from queue_server.adapters.leads import led_by
from queue_server.adapters.tables.accounts import ACCOUNT, PAIRING, SESSION
from queue_server.domain.access import Actor, Role
from queue_server.domain.errors import Refusal
from queue_server.domain.people import normal_user as normal_user  # noqa: PLC0414 - read here by the web

SESSION_LIFETIME: Final = timedelta(hours=12)
"""One working day, whatever happens (ASVS 5.0, 7.3.2)."""
SESSION_IDLE: Final = timedelta(hours=4)
"""A counter left alone for an afternoon signs out (7.3.1); a lunch break does not."""
ONE_TIME_LIFETIME: Final = timedelta(days=7)
"""A one-time password that nobody used lies on a slip of paper somewhere (ASVS 5.0, 6.4.1)."""
TOUCH_AFTER: Final = timedelta(minutes=5)
"""A session's last use is written at most so often: reading must not turn into writing."""

_HASHER: Final = PasswordHasher(time_cost=3, memory_cost=65_536, parallelism=1)
"""64 MiB and three passes (RFC 9106, second choice), on one thread: two cores have other work too."""


class UserTaken(Refusal):
    """Another account has that name already: `user`."""

    code = "user_taken"


@dataclass(frozen=True, slots=True)
class StoredAccount:
    """An account as stored. The hash never shows in a log."""

    id: str
    organisation_id: str
    user: str
    role: Role
    site_id: str | None
    clerk_id: str | None
    must_change: bool
    one_time_until: datetime | None
    subject: str | None
    password_hash: str = field(repr=False)


class OpenedSession(NamedTuple):
    """`cookie` goes to the browser and is nowhere else."""

    cookie: str
    session_id: str
    expires_at: datetime


def hash_password(password: str) -> str:
    """Return the argon2id hash. Takes 150–250 ms: call it in a thread, outside of any transaction."""
    return _HASHER.hash(unicodedata.normalize("NFC", password))


def verify_password(password_hash: str | None, password: str) -> bool:
    """Tell whether the password fits. Takes 150–250 ms, also for an unknown user (`None`).

    An unknown user must not answer faster, else the clock tells which names exist.
    """
    try:
        _HASHER.verify(password_hash or _decoy(), unicodedata.normalize("NFC", password))
    except (VerificationError, InvalidHashError):
        return False
    return password_hash is not None


def needs_rehash(password_hash: str) -> bool:
    """Tell whether the hash was made with weaker settings than today's."""
    return _HASHER.check_needs_rehash(password_hash)


def create_account(
    conn: Connection,
    *,
    organisation_id: str,
    user: str,
    role: Role,
    password_hash: str,
    now: datetime,
    site_id: str | None = None,
    clerk_id: str | None = None,
    must_change: bool = True,
) -> str:
    """Store an account and return its id. Raises UserTaken."""
    name = normal_user(user)
    if conn.execute(sa.select(ACCOUNT.c.id).where(ACCOUNT.c.user == name)).first():
        raise UserTaken(user=name)
    account_id = secrets.token_hex(8)
    conn.execute(
        sa.insert(ACCOUNT).values(
            id=account_id,
            organisation_id=organisation_id,
            user=name,
            role=role,
            password_hash=password_hash,
            site_id=site_id,
            clerk_id=clerk_id,
            must_change=must_change,
            one_time_until=now + ONE_TIME_LIFETIME if must_change else None,
            created_at=now,
        )
    )
    return account_id


def find_account(conn: Connection, user: str) -> StoredAccount | None:
    """Return the account of that name, unless it is disabled."""
    found = _accounts(conn, ACCOUNT.c.user == normal_user(user), ACCOUNT.c.disabled_at.is_(None))
    return found[0] if found else None


def find_disabled(conn: Connection, user: str) -> StoredAccount | None:
    """Return the disabled account of that name."""
    found = _accounts(conn, ACCOUNT.c.user == normal_user(user), ACCOUNT.c.disabled_at.is_not(None))
    return found[0] if found else None


def account_of_subject(conn: Connection, subject: str) -> StoredAccount | None:
    """Return the account of a person of the town's directory, also when it is disabled."""
    found = _accounts(conn, ACCOUNT.c.subject == subject)
    return found[0] if found else None


def is_disabled(conn: Connection, account_id: str) -> bool:
    """Tell whether the account may not sign in."""
    query = sa.select(ACCOUNT.c.id).where(ACCOUNT.c.id == account_id, ACCOUNT.c.disabled_at.is_(None))
    return conn.execute(query).first() is None


def list_accounts(conn: Connection, organisation_id: str) -> list[StoredAccount]:
    """List the accounts that may sign in, by name."""
    return _accounts(conn, ACCOUNT.c.organisation_id == organisation_id, ACCOUNT.c.disabled_at.is_(None))


def set_password(
    conn: Connection, account_id: str, password_hash: str, now: datetime, *, must_change: bool = False
) -> None:
    """Store a new password and end every session of the account: a thief's session must not outlive it."""
    until = now + ONE_TIME_LIFETIME if must_change else None
    values = {"password_hash": password_hash, "must_change": must_change, "one_time_until": until}
    conn.execute(sa.update(ACCOUNT).where(ACCOUNT.c.id == account_id).values(values))
    close_sessions_of(conn, account_id, now)


def renew_hash(conn: Connection, account: StoredAccount, password_hash: str) -> None:
    """Store the same password hashed anew; sessions stay. Nothing happens when it changed meanwhile."""
    same = (ACCOUNT.c.id == account.id) & (ACCOUNT.c.password_hash == account.password_hash)
    conn.execute(sa.update(ACCOUNT).where(same).values(password_hash=password_hash))


def still_holds(conn: Connection, account: StoredAccount) -> bool:
    """Tell whether the account may sign in and has the password that it had when it was read.

    The row is held until the transaction ends: who resets the password meanwhile comes after, and ends
    what was begun.
    """
    same = (ACCOUNT.c.id == account.id) & (ACCOUNT.c.password_hash == account.password_hash)
    query = sa.select(ACCOUNT.c.id).where(same, ACCOUNT.c.disabled_at.is_(None)).with_for_update()
    return conn.execute(query).first() is not None


def disable_account(conn: Connection, account_id: str, now: datetime) -> None:
    """Let nobody sign in with it any more, and end its sessions. The name stays taken.

    The caller's duty: the tokens of its clerk (`adapters.people.disable_account`).
    """
    conn.execute(sa.update(ACCOUNT).where(ACCOUNT.c.id == account_id).values(disabled_at=now))
    close_sessions_of(conn, account_id, now)


def enable_account(conn: Connection, account_id: str) -> None:
    """Let it sign in again. The caller's duty: a new password."""
    conn.execute(sa.update(ACCOUNT).where(ACCOUNT.c.id == account_id).values(disabled_at=None))


def open_session(
    conn: Connection, account: StoredAccount, now: datetime, *, browser: str = "", method: str = "password"
) -> OpenedSession:
    """Begin a session for an account whose owner has proven who they are, by `method`."""
    cookie = secrets.token_urlsafe(32)
    opened = OpenedSession(cookie, secrets.token_hex(8), now + SESSION_LIFETIME)
    conn.execute(
        sa.insert(SESSION).values(
            id=opened.session_id,
            organisation_id=account.organisation_id,
            hash=fingerprint(cookie),
            account_id=account.id,
            created_at=now,
            last_seen_at=now,
            expires_at=opened.expires_at,
            browser=browser[:60],
            method=method,
        )
    )
    conn.execute(sa.update(ACCOUNT).where(ACCOUNT.c.id == account.id).values(signed_in_at=now))
    return opened


def find_session(conn: Connection, cookie: str, now: datetime) -> Actor | None:
    """Return who holds the cookie, unless the session is over: revoked, expired, idle, account disabled."""
    query = (
        sa.select(SESSION.c.id.label("session_id"), SESSION.c.account_id, *_actor_columns())
        .join_from(SESSION, ACCOUNT, SESSION.c.account_id == ACCOUNT.c.id)
        .where(
            SESSION.c.hash == fingerprint(cookie),
            SESSION.c.revoked_at.is_(None),
            SESSION.c.expires_at > now,
            SESSION.c.last_seen_at > now - SESSION_IDLE,
            ACCOUNT.c.disabled_at.is_(None),
        )
    )
    row = conn.execute(query).mappings().first()
    return Actor(**row, leads=led_by(conn, row["account_id"], now)) if row else None


def account_of_session(conn: Connection, session_id: str) -> StoredAccount | None:
    """Return the account behind a session that `find_session` returned, to change its password."""
    mine = sa.select(SESSION.c.account_id).where(SESSION.c.id == session_id).scalar_subquery()
    found = _accounts(conn, ACCOUNT.c.id == mine)
    return found[0] if found else None


def touch_session(conn: Connection, session_id: str, now: datetime) -> None:
    """Note that the session is in use. Writes at most once in TOUCH_AFTER."""
    due = (SESSION.c.id == session_id) & (SESSION.c.last_seen_at <= now - TOUCH_AFTER)
    conn.execute(sa.update(SESSION).where(due).values(last_seen_at=now))


def close_session(conn: Connection, session_id: str, now: datetime) -> None:
    """End one session (signing out). Ending it twice is no mistake."""
    _revoke(conn, SESSION.c.id == session_id, now)


def close_session_of(conn: Connection, cookie: str, now: datetime) -> None:
    """End the session that a browser holds; nothing happens when it holds none."""
    _revoke(conn, SESSION.c.hash == fingerprint(cookie), now)


def close_sessions_of(conn: Connection, account_id: str, now: datetime) -> None:
    """End every session of the account."""
    _revoke(conn, SESSION.c.account_id == account_id, now)


def forget_expired(conn: Connection, now: datetime) -> None:
    """Delete sessions and pairings that are over: an address is kept no longer than it serves."""
    over = sa.or_(SESSION.c.expires_at <= now, SESSION.c.revoked_at.is_not(None))
    conn.execute(sa.delete(SESSION).where(over))
    conn.execute(sa.delete(PAIRING).where(PAIRING.c.expires_at <= now))


def fingerprint(secret: str) -> str:
    """Return what is stored of a random secret. Plain SHA-256 is enough: 256 random bits cannot be tried."""
    return hashlib.sha256(secret.encode("utf-8", "surrogatepass")).hexdigest()


_decoys: list[str] = []


def _decoy() -> str:
    """A hash that no password fits, made once at the first need: it costs as much as a real one."""
    if not _decoys:
        _decoys.append(_HASHER.hash(secrets.token_urlsafe(32)))
    return _decoys[0]


def _actor_columns() -> list[sa.ColumnElement[Any]]:
    names = ("organisation_id", "role", "site_id", "clerk_id")
    # Whom the town's directory vouches for need not know the one-time password, so cannot change it.
    must_change = (ACCOUNT.c.must_change & (SESSION.c.method == "password")).label("must_change")
    return [*(ACCOUNT.c[name] for name in names), must_change]


def _accounts(conn: Connection, *conditions: sa.ColumnElement[bool]) -> list[StoredAccount]:
    columns = [ACCOUNT.c[name] for name in StoredAccount.__slots__]
    rows = conn.execute(sa.select(*columns).where(*conditions).order_by(ACCOUNT.c.user)).mappings()
    return [StoredAccount(**row) for row in rows]


def _revoke(conn: Connection, which: sa.ColumnElement[bool], now: datetime) -> None:
    open_ones = which & SESSION.c.revoked_at.is_(None)
    conn.execute(sa.update(SESSION).where(open_ones).values(revoked_at=now))
