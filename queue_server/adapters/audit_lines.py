"""Reading the audit log: newest first, a page at a time, cut to what somebody may and wants to see; and
forgetting what is years old.

What must not live here: writing (`adapters.audit`), words (`web.log_words`), and who may (`domain.access`).
"""

from dataclasses import dataclass, fields
from datetime import datetime, timedelta
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy import Connection

from queue_server.adapters import audit
from queue_server.adapters.tables.operations import AUDIT
from queue_server.domain.administration import THE_SERVER_ITSELF, Done


@dataclass(frozen=True, slots=True)
class Line:
    """One administrative act as it was written down."""

    id: int
    site_id: str | None
    at: datetime
    actor: str
    role: str
    via: str
    act: str
    kind: str
    ref: str
    before: dict[str, Any] | None
    after: dict[str, Any] | None


_COLUMNS: Final = tuple(AUDIT.c[one.name] for one in fields(Line))
_SEARCHED: Final = ("actor", "kind", "ref", "site_id", "before", "after")


def lines(
    conn: Connection,
    organisation_id: str,
    most: int,
    *,
    site_id: str | None = None,
    since: datetime | None = None,
    until: datetime | None = None,
    act: str = "",
    words: str = "",
    below: int | None = None,
) -> list[Line]:
    """List the newest lines, `most` at most. `below` goes on behind the line with that id.

    `site_id` leaves only what concerns this site: a site's administrator sees no other, and nothing of the
    organisation. `since` counts, `until` no longer. All of `words` must stand somewhere in a line.
    """
    wanted = [AUDIT.c.organisation_id == organisation_id]
    wanted += [AUDIT.c.site_id == site_id] if site_id is not None else []
    wanted += [AUDIT.c.at >= since] if since else []
    wanted += [AUDIT.c.at < until] if until else []
    wanted += [AUDIT.c.act == act] if act else []
    wanted += [AUDIT.c.id < below] if below is not None else []
    wanted += [_holds(word) for word in words.split()]
    query = sa.select(*_COLUMNS).where(*wanted).order_by(AUDIT.c.id.desc()).limit(most)
    return [Line(**row) for row in conn.execute(query).mappings()]


def forget(conn: Connection, now: datetime, years: int) -> int:
    """Delete what is older than so many years, and leave a line that says so; return how many."""
    before = now - timedelta(days=366 * years)
    old = conn.execute(sa.select(AUDIT.c.organisation_id).where(AUDIT.c.at < before)).scalars().all()
    if not old:
        return 0
    conn.execute(sa.delete(AUDIT).where(AUDIT.c.at < before))
    server = THE_SERVER_ITSELF
    for organisation_id in sorted(set(old)):
        audit.note(
            conn,
            organisation_id=organisation_id,
            site_id=None,
            at=now,
            actor=server.actor,
            role=server.role,
            via=server.via,
            act=Done.RECORDS_DELETED,
            kind="log",
            ref=f"{before:%Y-%m-%d}",
            after={"count": old.count(organisation_id)},
        )
    return len(old)


def _holds(word: str) -> sa.ColumnElement[bool]:
    places = (sa.cast(AUDIT.c[name], sa.Text) for name in _SEARCHED)
    return sa.or_(*(place.icontains(word, autoescape=True) for place in places))
