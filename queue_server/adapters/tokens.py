"""Tokens: the lasting keys of devices and programs (`Authorization: Bearer aufruf_kiosk_…`).

What lives here: making, finding, listing and revoking them. What must not: what their roles may do
(`domain.access`), and how a device without a keyboard gets one (`adapters.pairing`).

A token begins with `aufruf_<role>_`, so that a scanner for leaked secrets, and a person with two of
them in hand, can tell what it is. Only its SHA-256 is stored; its id is the hash's beginning.
"""

import secrets
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

import sqlalchemy as sa
from sqlalchemy import Connection

from queue_server.adapters.accounts import fingerprint
from queue_server.adapters.tables.accounts import TOKEN
from queue_server.domain.access import Actor, Role

PREFIX: Final = "aufruf_"
LONGEST_TOKEN: Final = 200


@dataclass(frozen=True, slots=True)
class StoredToken:
    """A token as an administrator sees it: what it stands for, never the token."""

    id: str
    organisation_id: str
    role: Role
    site_id: str | None
    device_id: str | None
    clerk_id: str | None
    label: str
    created_at: datetime
    last_used_on: date | None


def create_token(
    conn: Connection,
    *,
    organisation_id: str,
    role: Role,
    now: datetime,
    site_id: str | None = None,
    device_id: str | None = None,
    clerk_id: str | None = None,
    label: str = "",
) -> str:
    """Store a new token and return it in the clear, for the only time.

    A kiosk or display needs `site_id` and `device_id`, a clerk `clerk_id`; the table refuses less
    (IntegrityError): the caller makes the device or the clerk first.
    """
    token = f"{PREFIX}{role}_{secrets.token_urlsafe(32)}"
    conn.execute(
        sa.insert(TOKEN).values(
            id=token_id(token),
            organisation_id=organisation_id,
            hash=fingerprint(token),
            role=role,
            site_id=site_id,
            device_id=device_id,
            clerk_id=clerk_id,
            label=label,
            created_at=now,
        )
    )
    return token


def token_id(token: str) -> str:
    """Return the id under which the token is listed and revoked."""
    return fingerprint(token)[:16]


def find_token(conn: Connection, token: str, now: datetime) -> Actor | None:  # noqa: ARG001 - see below
    """Return what the token stands for, unless it is unknown or revoked.

    `now` is here because `web.sessions` asks for sessions and tokens alike; tokens do not expire.
    """
    if not token.startswith(PREFIX) or len(token) > LONGEST_TOKEN:
        return None
    names = ("organisation_id", "role", "site_id", "device_id", "clerk_id")
    query = sa.select(TOKEN.c.id.label("token_id"), *(TOKEN.c[name] for name in names)).where(
        TOKEN.c.hash == fingerprint(token), TOKEN.c.revoked_at.is_(None)
    )
    row = conn.execute(query).mappings().first()
    return Actor(**row) if row else None


def touch_token(conn: Connection, id: str, now: datetime) -> None:  # noqa: A002
    """Note the day on which the token is in use, as Greenwich counts days; at most one write a day."""
    used = (TOKEN.c.id == id) & (TOKEN.c.last_used_on.is_(None) | (TOKEN.c.last_used_on < now.date()))
    conn.execute(sa.update(TOKEN).where(used).values(last_used_on=now.date()))


def list_tokens(conn: Connection, organisation_id: str, site_id: str | None = None) -> list[StoredToken]:
    """List the valid tokens of the organisation or of one site, oldest first."""
    columns = [TOKEN.c[name] for name in StoredToken.__slots__]
    query = sa.select(*columns).where(
        TOKEN.c.organisation_id == organisation_id, TOKEN.c.revoked_at.is_(None)
    )
    if site_id is not None:
        query = query.where(TOKEN.c.site_id == site_id)
    rows = conn.execute(query.order_by(TOKEN.c.created_at, TOKEN.c.id)).mappings()
    return [StoredToken(**row) for row in rows]


def were_made(conn: Connection, organisation_id: str) -> bool:
    """Say whether the organisation has, or ever had, a token."""
    query = sa.select(TOKEN.c.id).where(TOKEN.c.organisation_id == organisation_id)
    return conn.execute(query.limit(1)).first() is not None


def revoke_token(conn: Connection, organisation_id: str, id: str, now: datetime) -> bool:  # noqa: A002
    """Let the token open nothing any more. False when this organisation has no such valid token."""
    valid = (TOKEN.c.id == id) & (TOKEN.c.organisation_id == organisation_id) & TOKEN.c.revoked_at.is_(None)
    return conn.execute(sa.update(TOKEN).where(valid).values(revoked_at=now)).rowcount == 1
