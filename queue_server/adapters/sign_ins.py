"""The sign-ins of an account, as its owner and an administrator see and end them.

What lives here: plain functions on a Core connection. What must not: beginning a session and finding who
holds one (`adapters.accounts`), and who may end whose (`domain.access`).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy import Connection

from queue_server.adapters.accounts import SESSION_IDLE
from queue_server.adapters.tables.accounts import SESSION


@dataclass(frozen=True, slots=True)
class SignIn:
    """One browser that is signed in. The id opens nothing."""

    id: str
    created_at: datetime
    last_seen_at: datetime
    expires_at: datetime
    browser: str
    method: str


def sign_ins_of(conn: Connection, account_id: str, now: datetime) -> Sequence[SignIn]:
    """List the sessions of an account that are open, the one used last first."""
    columns = [SESSION.c[name] for name in SignIn.__slots__]
    query = (
        sa.select(*columns)
        .where(_open(account_id, now))
        .order_by(SESSION.c.last_seen_at.desc(), SESSION.c.created_at.desc(), SESSION.c.id)
    )
    return [SignIn(**row) for row in conn.execute(query).mappings()]


def method_of(conn: Connection, session_id: str) -> str:
    """Return how the owner of a session proved who they are; empty when there is no such session."""
    found = conn.execute(sa.select(SESSION.c.method).where(SESSION.c.id == session_id)).scalar()
    return str(found or "")


def end_sign_in(conn: Connection, account_id: str, session_id: str, now: datetime) -> bool:
    """End one session of the account; False when it has no such session, or not any more."""
    return _end(conn, _open(account_id, now) & (SESSION.c.id == session_id), now) > 0


def end_others(conn: Connection, account_id: str, but: str | None, now: datetime) -> int:
    """End every session of the account but one, None for all; return how many."""
    others = _open(account_id, now)
    return _end(conn, others if but is None else others & (SESSION.c.id != but), now)


def _open(account_id: str, now: datetime) -> sa.ColumnElement[bool]:
    return sa.and_(
        SESSION.c.account_id == account_id,
        SESSION.c.revoked_at.is_(None),
        SESSION.c.expires_at > now,
        SESSION.c.last_seen_at > now - SESSION_IDLE,
    )


def _end(conn: Connection, which: sa.ColumnElement[bool], now: datetime) -> int:
    return conn.execute(sa.update(SESSION).where(which).values(revoked_at=now)).rowcount
