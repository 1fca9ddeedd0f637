"""The table `finding`: since when something is wrong, and whether somebody was told."""

from collections.abc import Mapping, Sequence
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from queue_server.adapters.rows.base import table
from queue_server.adapters.tables.hall import Meta
from queue_server.adapters.tables.operations import FINDING
from queue_server.domain.doctor.findings import KINDS
from queue_server.domain.doctor.telling import Key, Known

META = table(Meta)
_REPORTED = "doctor:reported"


def load(connection: Connection) -> dict[Key, Known]:
    """Return what is known."""
    rows = connection.execute(
        sa.select(FINDING.c.check, FINDING.c.subject, FINDING.c.since, FINDING.c.seen_at, FINDING.c.told_at)
    )
    return {one.key: one for one in (Known(*row) for row in rows)}


def save(
    connection: Connection, begun: Sequence[Known], over: Sequence[Known], organisations: Mapping[Key, str]
) -> None:
    """Write down what began or was told, drop what is over."""
    for one in (*over, *begun):
        connection.execute(sa.delete(FINDING).where(_is(one.key)))
    for one in begun:
        values = {
            "check": one.code,
            "subject": one.subject,
            "organisation_id": organisations.get(one.key, ""),
            "level": KINDS[one.code].level.value,
            "since": one.since,
            "seen_at": one.seen_at,
            "told_at": one.told_at,
        }
        connection.execute(sa.insert(FINDING).values(values))


def reported_at(connection: Connection) -> datetime | None:
    """Return when the last weekly report was made; None before the first look of a new server."""
    found = connection.execute(sa.select(META.c.value).where(META.c.name == _REPORTED)).scalar()
    return datetime.fromisoformat(found) if found else None


def note_report(connection: Connection, at: datetime) -> None:
    """Note that the weekly report was made."""
    connection.execute(sa.delete(META).where(META.c.name == _REPORTED))
    connection.execute(sa.insert(META).values(name=_REPORTED, value=at.isoformat()))


def _is(key: Key) -> sa.ColumnElement[bool]:
    return sa.and_(FINDING.c.check == key[0], FINDING.c.subject == key[1])
