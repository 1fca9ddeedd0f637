"""Whose time is free, for all sites of a process: rosters as bit sets, and what is booked of them.

What must not live here: which of the free times may be offered (`services.offer`).
"""

from collections.abc import Container, Iterable, Iterator, Mapping
from datetime import datetime
from typing import Final
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from queue_server.adapters.clerk_cells import ClerkCells
from queue_server.adapters.database import Database
from queue_server.adapters.epoch import restored_at
from queue_server.adapters.rows.base import EVENT, table
from queue_server.adapters.rows.prepared import Prepared
from queue_server.adapters.server_key import keyed_hash
from queue_server.adapters.tables.hall import SiteStream
from queue_server.domain.availability import closed_days, work_of
from queue_server.domain.eras import Era, Eras
from queue_server.domain.events import KINDS, AppointmentEvent
from queue_server.domain.slots import Bits, ClerkTime, Span
from queue_server.domain.town import skills_of
from queue_server.services.ports import Calendars, NoCalendars

STREAM = table(SiteStream)
_PLACE = Prepared(lambda _: sa.select(STREAM.c.seq).where(STREAM.c.site_id == sa.bindparam("site")))
SPANS_MOST: Final = 512
BOOK_EVENTS: Final = tuple(name for name, kind in KINDS.items() if issubclass(kind, AppointmentEvent))


class Planner:
    """One for a process; used by the writer's thread alone.

    `key` is what fingerprints are made with; a server gives one that is derived from its own key file.
    """

    def __init__(self, database: Database, key: bytes) -> None:
        self.database = database
        self._key = key
        self.calendars: Calendars = NoCalendars()
        self.restored_at = database.read(restored_at)
        self._cells: dict[str, ClerkCells] = {}
        self._working: dict[tuple[str, int, Span], list[ClerkTime]] = {}
        self._clerk_ids: dict[str, tuple[str, ...]] = {}

    def fingerprint(self, text: str) -> str:
        return keyed_hash(self._key, text)

    # -- when clerks work --------------------------------------------------------------------------

    def working(self, eras: Eras, place: int, span: Span) -> list[ClerkTime]:
        """Return when the clerks of a site work, and what they can do in one of its eras.

        Their time is that of all eras: a visit that begins before midnight of a change may end behind it.
        Kept until the set-up changes.
        """
        key = (eras.offered[1].id, place, span)
        found = self._working.get(key)
        if found is None:
            if len(self._working) >= SPANS_MOST:
                self._working.clear()
            found = self._working[key] = _working(eras, place, span)
        return found

    def clerk_ids(self, eras: Eras) -> tuple[str, ...]:
        """Return the clerks of a site in all its eras, kept until the set-up changes."""
        site_id = eras.offered[1].id
        if site_id not in self._clerk_ids:
            clerks = (one for era in eras.all for one in era.town.clerks if site_id in one.site_ids)
            self._clerk_ids[site_id] = tuple(dict.fromkeys(one.id for one in clerks))
        return self._clerk_ids[site_id]

    def forget_rosters(self) -> None:
        """The set-up changed."""
        self._working.clear()
        self._clerk_ids.clear()

    # -- what is booked of them --------------------------------------------------------------------

    def cells_to_look_at(self, organisation_id: str, now: datetime) -> ClerkCells:
        """Return what is booked, as this process knows it."""
        cells = self._of(organisation_id)
        if cells.is_stale:
            self.database.read(lambda connection: _load(connection, cells, now))
        return cells

    def cells_to_change(
        self, connection: Connection, eras: Eras, now: datetime, entered: Container[str]
    ) -> ClerkCells:
        """Return what is booked, also by other processes at sites that share a clerk with this one.

        `entered` are the sites whose locks this transaction has: nobody else can have moved them.
        """
        cells = self._of(eras.offered[0].id)
        if cells.is_stale or _was_booked_elsewhere(connection, cells, eras, entered):
            _load(connection, cells, now)
        return cells

    def was_moved(self, organisation_id: str) -> None:
        """Another process booked at a site of the organisation: what is known here is old."""
        self._of(organisation_id).is_stale = True

    def write(self, connection: Connection) -> None:
        """Write what was taken and freed in this transaction."""
        for cells in self._cells.values():
            if cells.is_changed:
                cells.write(connection)

    def committed(self, moved: Mapping[str, int]) -> None:
        """These sites are known here as far as this."""
        for cells in self._cells.values():
            cells.seen.update({id_: seq for id_, seq in moved.items() if id_ in cells.seen})
            cells.is_changed = False

    def roll_back(self) -> None:
        """Forget what this transaction changed, together with what it was changed from."""
        for id_ in [id_ for id_, cells in self._cells.items() if cells.is_changed]:
            del self._cells[id_]

    def _of(self, organisation_id: str) -> ClerkCells:
        return self._cells.setdefault(organisation_id, ClerkCells(organisation_id))


def _working(eras: Eras, place: int, span: Span) -> list[ClerkTime]:
    work: dict[str, Bits] = {}
    for other, cells in eras.parts_of(span):
        for clerk_id, bits in _work(eras.all[other], span):
            work[clerk_id] = work.get(clerk_id, 0) | bits & cells
    era = eras.all[place]
    return [
        ClerkTime(clerk.id, skills_of(era.town, clerk), work.get(clerk.id, 0), 0)
        for clerk in era.town.clerks
        if era.site is not None and era.site.id in clerk.site_ids
    ]


def _work(era: Era, span: Span) -> Iterator[tuple[str, Bits]]:
    """Yield when each clerk of a site works as an era has it."""
    if era.site is None:
        return
    zone, closed = ZoneInfo(era.site.time_zone), closed_days(era.site)
    for clerk in era.town.clerks:
        if era.site.id in clerk.site_ids:
            yield clerk.id, work_of(clerk, era.site, span, zone, closed)


def _load(connection: Connection, cells: ClerkCells, now: datetime) -> None:
    # The places first: what is booked in between is then looked for once more, not missed.
    query = sa.select(STREAM.c.site_id, STREAM.c.seq).where(STREAM.c.organisation_id == cells.organisation_id)
    cells.seen = {row.site_id: row.seq for row in connection.execute(query)}
    cells.load(connection, now)


def _was_booked_elsewhere(
    connection: Connection, cells: ClerkCells, eras: Eras, entered: Container[str]
) -> bool:
    others = [id_ for id_ in _sharing(eras) if id_ not in entered]
    if not others:
        return False
    found = {id_: _PLACE.first(connection, {"site": id_}) for id_ in others}
    places = {id_: place[0] for id_, place in found.items() if place is not None}
    moved = {id_: cells.seen.get(id_, 0) for id_, seq in places.items() if cells.seen.get(id_, 0) != seq}
    if any(_has_bookings(connection, id_, after) for id_, after in moved.items()):
        return True
    cells.seen.update(places)
    return False


def _sharing(eras: Eras) -> Iterable[str]:
    """Return the other sites at which a clerk of this one works, now or later."""
    site_id = eras.offered[1].id
    clerks = (one for era in eras.all for one in era.town.clerks if site_id in one.site_ids)
    return sorted({id_ for one in clerks for id_ in one.site_ids} - {site_id})


def _has_bookings(connection: Connection, site_id: str, after: int) -> bool:
    query = sa.select(EVENT.c.seq).where(
        EVENT.c.site_id == site_id, EVENT.c.seq > after, EVENT.c.type.in_(BOOK_EVENTS)
    )
    return connection.execute(query.limit(1)).first() is not None
