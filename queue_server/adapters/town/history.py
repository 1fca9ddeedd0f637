"""A town's set-up as it was: when it changed, and what held before and after.

What must not live here: the set-up that holds now (`adapters.town.store`), and taking a change back.
"""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from queue_server.adapters.town.store import SETTING, TEXT, town_until
from queue_server.domain.town import Town


def moments(
    connection: Connection,
    organisation_id: str,
    most: int,
    below: datetime | None = None,
    site_id: str | None = None,
) -> list[datetime]:
    """Return when the set-up changed, the newest first: one moment for each change, the first set-up too.

    `site_id`: only when nothing but that site changed, and what stands in it.
    """
    is_of_it = (SETTING.c.kind == "site") & (SETTING.c.id == site_id)
    query = (
        sa.select(SETTING.c.valid_from)
        .where(SETTING.c.organisation_id == organisation_id, SETTING.c.kind != TEXT)
        .group_by(SETTING.c.valid_from)
        .order_by(SETTING.c.valid_from.desc())
        .limit(most)
    )
    if below is not None:
        query = query.where(SETTING.c.valid_from < below)
    if site_id is not None:
        query = query.having(sa.func.sum(sa.case((is_of_it, 0), else_=1)) == 0)
    return list(connection.execute(query).scalars())


def around(connection: Connection, organisation_id: str, at: datetime) -> tuple[Town | None, Town | None]:
    """Return the town before and after the change of that moment; None where there was none yet."""
    before = SETTING.c.valid_from < at
    return (
        town_until(connection, organisation_id, before),
        town_until(connection, organisation_id, SETTING.c.valid_from <= at),
    )
