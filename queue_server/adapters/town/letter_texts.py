"""What administrators wrote into letters, as dated versions beside the town's set-up; nothing is overwritten.

What must not live here: what may stand in a text (`services.letter_texts`), and the shipped ones.
"""

from collections.abc import Mapping
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from queue_server.adapters.town.store import SETTING, TEXT, lock_settings, raise_version


def save_texts(
    connection: Connection, organisation_id: str, id_: str, texts: Mapping[str, str] | None, now: datetime
) -> bool:
    """Keep a new version, None for the shipped texts; False when it says what the newest one says.

    Running servers take it in as they take in a changed set-up.
    """
    lock_settings(connection)
    found = connection.execute(_versions(organisation_id, id_).limit(1)).first()
    if (found.body if found else None) == (None if texts is None else dict(texts)):
        return False
    connection.execute(
        sa.insert(SETTING).values(
            organisation_id=organisation_id,
            kind=TEXT,
            id=id_,
            version=found.version + 1 if found else 1,
            position=0,
            valid_from=now,
            body=None if texts is None else dict(texts),
        )
    )
    raise_version(connection)
    return True


def versions(
    connection: Connection, organisation_id: str, id_: str
) -> list[tuple[datetime, Mapping[str, str] | None]]:
    """Return since when which texts held, the newest first."""
    found = connection.execute(_versions(organisation_id, id_))
    return [(row.valid_from, row.body) for row in found]


def _versions(organisation_id: str, id_: str) -> sa.Select[tuple[int, datetime, dict[str, str] | None]]:
    return (
        sa.select(SETTING.c.version, SETTING.c.valid_from, SETTING.c.body)
        .where(SETTING.c.organisation_id == organisation_id, SETTING.c.kind == TEXT, SETTING.c.id == id_)
        .order_by(SETTING.c.version.desc())
    )
