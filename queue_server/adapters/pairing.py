"""Pairing: how a display or kiosk without a keyboard gets its token.

What lives here: the ten minutes between a device that shows a code and an administrator who types it.
What must not: pages, cookies, and who may pair (`domain.access`).

The device opens a pairing and gets two things: a **code** of eight characters, shown on its screen, and
a **secret** that stays in its browser. The administrator types the code, sees the address and browser
that asked, and picks the device. The token is made when the device comes back with the secret, and for
that browser only: everybody in the hall can read the code, so the code alone must fetch nothing.
"""

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, Literal, NamedTuple

import sqlalchemy as sa
from sqlalchemy import Connection

from queue_server.adapters.accounts import fingerprint
from queue_server.adapters.server_key import pairing_code
from queue_server.adapters.tables.accounts import PAIRING
from queue_server.adapters.tokens import create_token
from queue_server.domain.access import Role, TooManyRequests
from queue_server.domain.errors import BadInput, NotFound

ALIVE_FOR: Final = timedelta(minutes=10)
COLLECT_WITHIN: Final = timedelta(minutes=2)
"""A code that is typed in its last second still reaches the device."""
MOST_OPEN: Final = 20


PairingState = Literal["waiting", "claimed", "gone"]


class OpenedPairing(NamedTuple):
    """`code` is for the screen, `secret` for the device's own cookie or memory."""

    code: str
    secret: str
    expires_at: datetime


class PairedDevice(NamedTuple):
    """What the device has become, with its token in the clear, for the only time."""

    role: Role
    device_id: str
    token: str


@dataclass(frozen=True, slots=True)
class WaitingDevice:
    """A device that asks, as the administrator sees it before saying yes."""

    id: str
    address: str
    user_agent: str
    created_at: datetime
    expires_at: datetime


def open_pairing(
    conn: Connection, *, organisation_id: str, address: str, user_agent: str, now: datetime
) -> OpenedPairing:
    """Let a device ask for ten minutes. Raises TooManyRequests when 20 of the organisation ask already."""
    conn.execute(sa.delete(PAIRING).where(PAIRING.c.expires_at <= now))
    waiting = conn.execute(
        sa.select(PAIRING.c.expires_at).where(*_open(organisation_id, now)).order_by(PAIRING.c.expires_at)
    ).all()
    if len(waiting) >= MOST_OPEN:
        raise TooManyRequests(retry_after_s=1 + int((waiting[0].expires_at - now).total_seconds()))
    opened = OpenedPairing(pairing_code(), secrets.token_urlsafe(32), now + ALIVE_FOR)
    conn.execute(
        sa.insert(PAIRING).values(
            id=secrets.token_hex(8),
            organisation_id=organisation_id,
            code_hash=fingerprint(opened.code),
            secret_hash=fingerprint(opened.secret),
            address=address[:64],
            user_agent=user_agent[:200],
            created_at=now,
            expires_at=opened.expires_at,
        )
    )
    return opened


def find_pairing(conn: Connection, organisation_id: str, code: str, now: datetime) -> WaitingDevice | None:
    """Return the device that shows this code, for the administrator to recognise."""
    found = _waiting(conn, *_open(organisation_id, now), PAIRING.c.code_hash == _code_hash(code))
    return found[0] if found else None


def list_pairings(conn: Connection, organisation_id: str, now: datetime) -> list[WaitingDevice]:
    """List the devices that ask now, oldest first. The codes are not known: they stand on the screens."""
    return _waiting(conn, *_open(organisation_id, now))


def claim_pairing(
    conn: Connection,
    *,
    organisation_id: str,
    code: str,
    role: Role,
    site_id: str,
    device_id: str,
    now: datetime,
) -> None:
    """Say which device it is that shows the code. Single use.

    Raises NotFound when the code is unknown, over or used. That the administrator may pair this device
    is the caller's duty (`require(actor, Act.PAIR_DEVICE, …)`).
    """
    if role not in {Role.KIOSK, Role.DISPLAY}:
        raise BadInput(field="role")
    claimed = conn.execute(
        sa.update(PAIRING)
        .where(*_open(organisation_id, now), PAIRING.c.code_hash == _code_hash(code))
        .values(
            role=role,
            site_id=site_id,
            device_id=device_id,
            claimed_at=now,
            expires_at=now + COLLECT_WITHIN,
        )
    )
    if claimed.rowcount != 1:
        raise NotFound


def pairing_state(conn: Connection, secret: str, now: datetime) -> PairingState:
    """Tell a device that polls how it stands. Reads only; on `claimed` it goes on to `collect_pairing`."""
    query = sa.select(PAIRING.c.claimed_at).where(*_collectable(secret, now))
    row = conn.execute(query).first()
    if row is None:
        return "gone"
    return "waiting" if row.claimed_at is None else "claimed"


def collect_pairing(conn: Connection, secret: str, now: datetime) -> PairedDevice | None:
    """Give the device its token, once. None while nobody has claimed it, or when it is over."""
    mine = _collectable(secret, now)
    row = conn.execute(sa.select(PAIRING).where(*mine, PAIRING.c.claimed_at.is_not(None))).first()
    if row is None:
        return None
    # The condition stands in the update too: of two tabs that ask at once, one gets the token.
    taken = conn.execute(sa.update(PAIRING).where(*mine).values(collected_at=now))
    if taken.rowcount != 1:
        return None
    token = create_token(
        conn,
        organisation_id=row.organisation_id,
        role=row.role,
        site_id=row.site_id,
        device_id=row.device_id,
        label=row.device_id,
        now=now,
    )
    return PairedDevice(row.role, row.device_id, token)


def _code_hash(code: str) -> str:
    """People type lower case, and put a space or hyphen in the middle."""
    return fingerprint("".join(code.split()).replace("-", "").upper())


def _open(organisation_id: str, now: datetime) -> list[sa.ColumnElement[bool]]:
    return [
        PAIRING.c.organisation_id == organisation_id,
        PAIRING.c.claimed_at.is_(None),
        PAIRING.c.expires_at > now,
    ]


def _collectable(secret: str, now: datetime) -> list[sa.ColumnElement[bool]]:
    return [
        PAIRING.c.secret_hash == fingerprint(secret),
        PAIRING.c.collected_at.is_(None),
        PAIRING.c.expires_at > now,
    ]


def _waiting(conn: Connection, *conditions: sa.ColumnElement[bool]) -> list[WaitingDevice]:
    columns = [PAIRING.c[name] for name in WaitingDevice.__slots__]
    rows = conn.execute(sa.select(*columns).where(*conditions).order_by(PAIRING.c.created_at)).mappings()
    return [WaitingDevice(**row) for row in rows]
