"""Rows of `site_stream`: how far a site's log has come. Taking one is the site's lock and its sequence."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from functools import partial
from typing import Any, NamedTuple

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from queue_server.adapters.rows.base import table, upsert
from queue_server.adapters.rows.prepared import Prepared, PreparedRows
from queue_server.adapters.tables.hall import SiteStream
from queue_server.domain.hall import Hall

STREAM = table(SiteStream)
_SITE: sa.BindParameter[str] = sa.bindparam("site")
_READ = sa.select(STREAM.c.seq, STREAM.c.business_day, STREAM.c.last_at, STREAM.c.holds_post).where(
    STREAM.c.site_id == _SITE
)
# SQLite's BEGIN IMMEDIATE locks already.
_TAKE = Prepared(lambda _: _READ.with_for_update())
_MOVE = PreparedRows(partial(upsert, STREAM, kept=("holds_post", "forgotten_seq")))


class StreamPlace(NamedTuple):
    """The last entry's number and moment, and the business day it belongs to; no day before the first.

    `holds_post` comes along, so that no booking asks for it.
    """

    seq: int
    business_day: date | None
    last_at: datetime | None
    holds_post: bool


class StreamRows:
    """Reads, takes and moves a site's place in its log."""

    @staticmethod
    def read(connection: Connection, site_id: str) -> StreamPlace:
        return StreamPlace(*connection.execute(_READ, {"site": site_id}).one())

    @staticmethod
    def take(connection: Connection, site_id: str) -> StreamPlace | None:
        """Lock the site until the transaction ends; None when there is no such site."""
        row = _TAKE.first(connection, {"site": site_id})
        return None if row is None else StreamPlace(*row)

    @staticmethod
    def forgotten(connection: Connection, site_id: str) -> int:
        """Return up to which entry the site's past is forgotten: log and rows of it count no more."""
        query = sa.select(STREAM.c.forgotten_seq).where(STREAM.c.site_id == site_id)
        return connection.execute(query).scalar() or 0

    @staticmethod
    def move(connection: Connection, rows: Sequence[Mapping[str, Any]]) -> None:
        _MOVE.run(connection, rows)

    @staticmethod
    def of_hall(organisation_id: str, hall: Hall) -> Mapping[str, Any]:
        """Return the row that says how far a hall's log has come."""
        return {
            "site_id": hall.site_id,
            "organisation_id": organisation_id,
            "seq": hall.seq,
            "business_day": hall.business_day,
            "last_at": hall.last_at,
            "holds_post": False,  # of a new row: what stands there stays
            "forgotten_seq": 0,
        }
