"""Rows of `calendar_feed`: which address of a clerk's feed is worth something.

What must not live here: what the feed holds, and the secret, which is computed and never stored.
"""

from typing import Final

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from queue_server.adapters.rows.base import table
from queue_server.adapters.tables.calendars import CalendarFeed

FEED = table(CalendarFeed)
SEAL: Final = "calendar"
"""The kind of its secret; the clerk's id is what it opens."""
MOST: Final = 2**16 - 1
"""What a seal can hold of a version (`adapters.server_key`)."""


def version_of(connection: Connection, clerk_id: str) -> int | None:
    """Return the version whose address is open; None for a clerk without a feed."""
    found = _stored(connection, clerk_id)
    return found if found and found > 0 else None


def open_feed(connection: Connection, organisation_id: str, clerk_id: str, *, renew: bool = False) -> int:
    """Return the version that is open; with `renew`, and after closing, another one than ever before."""
    found = _stored(connection, clerk_id)
    if found is None:
        row = {"clerk_id": clerk_id, "organisation_id": organisation_id, "version": 1}
        connection.execute(sa.insert(FEED).values(**row))
        return 1
    if found > 0 and not renew:
        return found
    version = abs(found) % MOST + 1
    _set(connection, clerk_id, version)
    return version


def close_feed(connection: Connection, clerk_id: str) -> bool:
    """Make the address worthless; False when none was open."""
    found = version_of(connection, clerk_id)
    if found is not None:
        _set(connection, clerk_id, -found)
    return found is not None


def _stored(connection: Connection, clerk_id: str) -> int | None:
    query = sa.select(FEED.c.version).where(FEED.c.clerk_id == clerk_id)
    return connection.execute(query).scalar_one_or_none()


def _set(connection: Connection, clerk_id: str, version: int) -> None:
    connection.execute(sa.update(FEED).where(FEED.c.clerk_id == clerk_id).values(version=version))
