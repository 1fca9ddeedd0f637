"""Trusted helpers and their codes: making, finding, counting, listing, revoking.

A helper is an institution, no person. Only a keyed hash of the code is stored; its beginning is the id.
"""

import secrets
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Final

import sqlalchemy as sa
from sqlalchemy import Connection

from queue_server.adapters.rows.base import table
from queue_server.adapters.server_key import LETTERS, keyed_hash
from queue_server.adapters.tables.fairness import HelperRow
from queue_server.domain.helper_code import SIGNS, normal_code, printed_code

HELPER = table(HelperRow)
ID_SIGNS: Final = 8


@dataclass(frozen=True, slots=True)
class StoredHelper:
    """A helper as an administrator sees it; never the code."""

    id: str
    site_id: str | None
    name: str
    created_at: datetime
    bookings: int
    last_booked_at: datetime | None


def create_helper(
    conn: Connection, key: bytes, *, organisation_id: str, site_id: str | None, name: str, now: datetime
) -> tuple[str, str]:
    """Store a new helper; return its id and the code in the clear, for the only time.

    `site_id` None: at all sites of the town. `key` is the one that contacts are hashed with.
    """
    code = "".join(secrets.choice(LETTERS) for _ in range(SIGNS))
    hash_ = code_hash(key, code)
    values = {
        "id": hash_[:ID_SIGNS],
        "organisation_id": organisation_id,
        "site_id": site_id,
        "name": name,
        "code_hash": hash_,
        "created_at": now,
    }
    conn.execute(sa.insert(HELPER).values(**values, bookings=0))
    return hash_[:ID_SIGNS], printed_code(code)


def code_hash(key: bytes, code: str) -> str:
    """Return the keyed hash of a code, however it is typed."""
    return keyed_hash(key, f"helper:{normal_code(code)}")


def find_helper(conn: Connection, organisation_id: str, site_id: str, hash_: str) -> str | None:
    """Return the id of the helper with this code at this site; None when unknown or revoked."""
    query = sa.select(HELPER.c.id).where(
        _valid(organisation_id),
        HELPER.c.code_hash == hash_,
        HELPER.c.site_id.is_(None) | (HELPER.c.site_id == site_id),
    )
    found: str | None = conn.execute(query).scalar()
    return found


def has_helpers(conn: Connection, organisation_id: str) -> bool:
    """Say whether the town has any: without one nobody is asked for a code."""
    return conn.execute(sa.select(HELPER.c.id).where(_valid(organisation_id)).limit(1)).first() is not None


def count_booking(conn: Connection, helper_id: str, now: datetime) -> None:
    """Count one booking made with a helper's code."""
    counted = {"bookings": HELPER.c.bookings + 1, "last_booked_at": now}
    conn.execute(sa.update(HELPER).where(HELPER.c.id == helper_id).values(**counted))


def list_helpers(conn: Connection, organisation_id: str) -> list[StoredHelper]:
    """List the valid helpers of the town, oldest first."""
    columns = [HELPER.c[one.name] for one in fields(StoredHelper)]
    query = sa.select(*columns).where(_valid(organisation_id)).order_by(HELPER.c.created_at, HELPER.c.id)
    return [StoredHelper(**row) for row in conn.execute(query).mappings()]


def revoke_helper(conn: Connection, organisation_id: str, helper_id: str, now: datetime) -> bool:
    """Let the code lift nothing any more. False when the town has no such valid helper."""
    mine = (HELPER.c.id == helper_id) & _valid(organisation_id)
    return conn.execute(sa.update(HELPER).where(mine).values(revoked_at=now)).rowcount == 1


def _valid(organisation_id: str) -> sa.ColumnElement[bool]:
    return (HELPER.c.organisation_id == organisation_id) & HELPER.c.revoked_at.is_(None)
