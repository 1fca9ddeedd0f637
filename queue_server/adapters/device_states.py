"""What staff decided about a device and a restart must not forget: displays and kiosks out of service.

What must not live here: what a device says of itself (`live.rooms`), which is only true while it says so.
"""

import hashlib
import json

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from queue_server.adapters.rows.base import table
from queue_server.adapters.tables.hall import Meta

META = table(Meta)
_PREFIX = "out-of-service:"
_KIOSKS = "kiosk-out:"


def mark_out_of_service(connection: Connection, display_id: str, *, out: bool) -> None:
    """Keep that a display is out of service, or that it is back."""
    connection.execute(sa.delete(META).where(META.c.name == _name(display_id)))
    if out:
        connection.execute(sa.insert(META).values(name=_name(display_id), value=display_id))


def out_of_service(connection: Connection) -> list[str]:
    """Return the ids of all displays that are out of service, also of those the set-up has lost."""
    query = sa.select(META.c.value).where(META.c.name.startswith(_PREFIX, autoescape=True))
    return list(connection.execute(query).scalars())


def mark_kiosk(connection: Connection, kiosk_id: str, reason: str | None) -> None:
    """Keep why a kiosk is out of service ("" is no reason given); None: it is back."""
    name = _name(kiosk_id, _KIOSKS)
    connection.execute(sa.delete(META).where(META.c.name == name))
    if reason is not None:
        value = json.dumps([kiosk_id, reason], ensure_ascii=False)
        connection.execute(sa.insert(META).values(name=name, value=value))


def kiosks_out(connection: Connection) -> dict[str, str]:
    """Return kiosk → why it is out of service, also of those the set-up has lost."""
    query = sa.select(META.c.value).where(META.c.name.startswith(_KIOSKS, autoescape=True))
    return dict(json.loads(value) for value in connection.execute(query).scalars())


def _name(device_id: str, prefix: str = _PREFIX) -> str:
    """Return the row's name; an id of 40 characters and the prefix would not fit into its column."""
    return prefix + hashlib.sha256(device_id.encode()).hexdigest()[:24]
