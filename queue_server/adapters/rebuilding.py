"""Remakes the rows of a site's current business day, of its visitors' book, and its figures from its log.

The caller keeps everybody else away.

What must not live here: comparing (`adapters.checking`). What is not in the log stays as it is: who sits
at a counter, needs, print jobs, and how often a ticket's secret was renewed.
"""

from collections.abc import Mapping

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from queue_server.adapters import day_figures, served_visits
from queue_server.adapters.book_checking import BrokenBook, rebuild_book
from queue_server.adapters.checking import STREAM, BrokenLog, current_day, fold_day
from queue_server.adapters.rows.base import COUNTER, DAY, LEASE, TICKET
from queue_server.adapters.rows.batch_rows import write_hall
from queue_server.adapters.town.store import zone_of
from queue_server.domain.hall import Hall


def rebuild_site(connection: Connection, site_id: str) -> int:
    """Write the current day's rows anew; return how many tickets. Raises BrokenLog before any change."""
    day = current_day(connection, site_id)
    if day is None:
        return 0
    hall, _ = fold_day(connection, site_id, day)
    _rebuild_book(connection, site_id)
    versions = _secret_versions(connection, hall)
    for source in (TICKET, COUNTER, LEASE, DAY):
        mine = (source.c.site_id == site_id) & (source.c.business_day == day)
        connection.execute(sa.delete(source).where(mine))
    # A ticket whose row stands under a wrong day would be in the way of its own.
    misplaced = (TICKET.c.site_id == site_id) & TICKET.c.id.in_(list(hall.tickets))
    connection.execute(sa.delete(TICKET).where(misplaced))
    for ticket in hall.tickets.values():
        ticket.secret_version = versions.get(ticket.id, ticket.secret_version)
    _write(connection, hall)
    return len(hall.tickets)


def rebuild_figures(connection: Connection, site_id: str) -> int:
    """Count all days anew that are over; return how many. The caller's duty: `rebuild_site` before.

    How long their visits took is let go: the server reads it from the log when it learns next.
    """
    served_visits.let_go(connection, site_id)
    return day_figures.rebuild(connection, site_id, zone_of(connection, site_id))


def _rebuild_book(connection: Connection, site_id: str) -> None:
    place = connection.execute(sa.select(STREAM).where(STREAM.c.site_id == site_id)).one()
    try:
        rebuild_book(connection, place.organisation_id, site_id, zone_of(connection, site_id))
    except BrokenBook as broken:
        raise BrokenLog(site_id, broken.seq, broken.why) from broken


def _secret_versions(connection: Connection, hall: Hall) -> Mapping[int, int]:
    query = sa.select(TICKET.c.id, TICKET.c.secret_version).where(TICKET.c.site_id == hall.site_id)
    return {id_: version for id_, version in connection.execute(query) if id_ in hall.tickets}


def _write(connection: Connection, hall: Hall) -> None:
    place = connection.execute(sa.select(STREAM).where(STREAM.c.site_id == hall.site_id)).one()
    # The fold touched exactly what needs a row: nothing was written before.
    write_hall(connection, place.organisation_id, hall, ())
    connection.execute(
        sa.update(STREAM)
        .where(STREAM.c.site_id == hall.site_id)
        .values(seq=hall.seq, business_day=hall.business_day, last_at=hall.last_at or place.last_at)
    )
