"""What staff decided about a device and a restart must not forget: a display that is out of service.

What must not live here: what a device says of itself (`live.rooms`), which is only true while it says so.
"""

import hashlib

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from queue_server.adapters.rows.base import table
from queue_server.adapters.tables.hall import Meta

META = table(Meta)
_PREFIX = "out-of-service:"


def mark_out_of_service(connection: Connection, display_id: str, *, out: bool) -> None:
    """Keep that a display is out of service, or that it is back."""
    connection.execute(sa.delete(META).where(META.c.name == _name(display_id)))
    if out:
        connection.execute(sa.insert(META).values(name=_name(display_id), value=display_id))


def out_of_service(connection: Connection) -> list[str]:
    """Return the ids of all displays that are out of service, also of those the set-up has lost."""
    query = sa.select(META.c.value).where(META.c.name.startswith(_PREFIX, autoescape=True))
    return list(connection.execute(query).scalars())


def _name(display_id: str) -> str:
    """Return the row's name; an id of 40 characters and the prefix would not fit into its column."""
    return _PREFIX + hashlib.sha256(display_id.encode()).hexdigest()[:24]
