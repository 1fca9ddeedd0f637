"""The unit of work: today's queue of each site in memory, its log and rows in one transaction.

Used by one thread, the sequencer's. A failed transaction drops the copies that it changed; the next
command reads them again from the rows.
"""

import dataclasses
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from queue_server.adapters.database import Database
from queue_server.adapters.missed_letters import tell_missed
from queue_server.adapters.planned_changes import load_courses
from queue_server.adapters.planner import Planner
from queue_server.adapters.randomness import Randomness
from queue_server.adapters.rows.answer_rows import AnswerRows, Key
from queue_server.adapters.rows.appointment_rows import AppointmentRows
from queue_server.adapters.rows.base import read_log
from queue_server.adapters.rows.batch_rows import BatchRows
from queue_server.adapters.rows.desk_rows import DeskRows
from queue_server.adapters.rows.stream_rows import StreamRows
from queue_server.adapters.rows.visitor_rows import VisitorRows
from queue_server.adapters.site_memory import SiteMemory
from queue_server.adapters.site_unit import SiteUnit
from queue_server.adapters.town.public_holidays import with_holidays
from queue_server.domain.book import Book
from queue_server.domain.book_deadlines import close_book
from queue_server.domain.business_day import business_day
from queue_server.domain.eras import Eras, eras_of
from queue_server.domain.errors import NotFound
from queue_server.domain.events import AppointmentEvent, Recorded
from queue_server.domain.fold import apply
from queue_server.domain.hall import Hall
from queue_server.domain.planned import Course, Planned, Stage, offered
from queue_server.domain.town import Site, Town
from queue_server.domain.visiting import close_day
from queue_server.services.ports import Answer, Binding, Unit

_NOT_AN_OUTAGE = (sa.exc.IntegrityError, sa.exc.DataError, sa.exc.ProgrammingError)
_SQLITE_FULL = {"SQLITE_FULL", "SQLITE_IOERR_SHMSIZE"}
_POSTGRES_FULL = "53100"  # disk_full, PostgreSQL manual, appendix A


class Store:
    """All sites of a database; implements `services.ports.Storage`."""

    def __init__(self, database: Database, key: bytes = b"") -> None:
        """`key` hashes contacts and clients; a server's is derived from its key file."""
        self.database = database
        self.planner = Planner(database, key)
        self._memories: dict[str, SiteMemory] = {}
        self._connection: Connection | None = None
        self._units: dict[str, SiteUnit] = {}
        self._entered: set[str] = set()
        self._books: dict[str, tuple[Book, int]] = {}
        self._caught_up: set[str] = set()
        self._kept: dict[Key, tuple[str, Answer]] = {}
        self._new_answers: dict[Key, dict[str, object]] = {}
        self._moving: dict[str, int] | None = None
        self._randomness = Randomness()
        self.sites: dict[str, tuple[Town, Site]] = {}
        self.eras: dict[str, Eras] = {}
        self.unfit: dict[str, tuple[Planned, ...]] = {}
        self.reload_settings()

    def reload_settings(self) -> None:
        """Read every town's set-up anew: at start, and after it changed."""
        courses = self.database.read(load_courses)
        today = datetime.now(UTC).date()
        self.unfit = {id_: one.unfit for id_, one in courses.items()}
        self.eras = {id_: eras for one in courses.values() for id_, eras in _eras_of(one, today).items()}
        self.sites = {id_: (eras.all[0].town, _site_of(eras)) for id_, eras in self.eras.items()}
        self.planner.forget_rosters()
        self._books.clear()
        for site_id, memory in list(self._memories.items()):
            if site_id in self.sites:
                town, site = self.sites[site_id]
                memory.desk = _with_todays_skills(memory, town)
                if memory.book.zone != ZoneInfo(site.time_zone):
                    del self._memories[site_id]  # what belongs to which day is another question now

    def business_day(self, site_id: str, at: datetime) -> date:
        """Return the site's local date."""
        return business_day(at, ZoneInfo(self._site(site_id)[1].time_zone))

    def _site(self, site_id: str) -> tuple[Town, Site]:
        found = self.sites.get(site_id)
        if found is None:
            raise NotFound(what="site")
        return found

    # -- a transaction -----------------------------------------------------------------------------

    def begin(self) -> None:
        self._clear()
        if self._connection is None or self._connection.closed:
            self._connection = self.database.writer.connect()
        self._connection.begin()

    @property
    def connection(self) -> Connection:
        """The connection of the running transaction: for rows that belong to no site's queue."""
        if self._connection is None:
            raise RuntimeError("no transaction")
        return self._connection

    def unit(self, site_id: str, at: datetime) -> SiteUnit:
        unit = self._units.get(site_id)
        if unit is None:
            unit = self._open(site_id, at)
            self._units[site_id] = unit
        unit.now = max(at, unit.hall.last_at or at)
        return unit

    def _open(self, site_id: str, at: datetime) -> SiteUnit:
        town, site = self._site(site_id)
        self._entered.add(site_id)
        place = StreamRows.take(self.connection, site_id)
        if place is None:
            raise NotFound(what="site")
        seq, stored_day, last_at, holds_post = place
        now = max(at, last_at or at)
        day = stored_day or self.business_day(site_id, now)
        memory = self._catch_up(town, site, day, seq)
        memory.hall.last_at = last_at
        unit = self._unit(town, site, now, memory, self.connection, stored_day)
        unit.opened_at = (seq, memory.book.version)
        unit.holds_post = holds_post
        today = self.business_day(site_id, now)
        if today > day:
            self._begin_day(unit, today)
        return unit

    def _unit(
        self,
        town: Town,
        site: Site,
        now: datetime,
        memory: SiteMemory,
        connection: Connection | None,
        day: date | None,
    ) -> SiteUnit:
        return SiteUnit(
            town.id,
            town,
            site,
            now,
            memory,
            connection,
            day,
            self._randomness,
            self.planner,
            self.eras[site.id],
            0,
            self._entered,
            self._known_book,
        )

    def _catch_up(self, town: Town, site: Site, day: date, seq: int) -> SiteMemory:
        """Return the site's memory at `seq`, which another process may have moved on."""
        site_id = site.id
        memory = self._memories.get(site_id)
        if memory is not None and memory.hall.business_day == day and memory.hall.seq == seq:
            return memory
        self._caught_up.add(site_id)
        if memory is None or memory.hall.business_day != day or memory.hall.seq > seq:
            book = self._kept_book(town, site_id, seq)
            memory = SiteMemory.load(self.connection, town, site, day, seq, book)
            self._memories[site_id] = memory
            return memory
        self._take_in(town, memory, read_log(self.connection, site_id, memory.hall.seq))
        memory.desk = DeskRows.of_site(self.connection, site_id, town)
        memory.needs = VisitorRows.needs_of_site(self.connection, site_id)
        return memory

    def _take_in(self, town: Town, memory: SiteMemory, log: Sequence[Recorded]) -> None:
        """Bring a memory up to date with what another process wrote."""
        for recorded in log:
            apply(memory.hall, recorded)
        memory.hall.touched.clear()
        if any(isinstance(recorded.event, AppointmentEvent) for recorded in log):
            # Whose time it takes stands beside the log.
            book, day = memory.book, memory.hall.business_day
            memory.book = AppointmentRows.read_book(self.connection, book.site_id, book.zone, day)
            memory.reserve()
            self.planner.was_moved(town.id)

    def _known_book(self, site_id: str) -> Book | None:
        """Return a site's book as it was seen last, without asking the database."""
        memory = self._memories.get(site_id)
        return self._books.get(site_id, (None, 0))[0] if memory is None else memory.book

    def _kept_book(self, town: Town, site_id: str, seq: int) -> Book | None:
        """Return the book that a rolled back command had not touched, when nothing happened since."""
        book, kept_at = self._books.pop(site_id, (None, None))
        if book is None or kept_at != seq:
            self.planner.was_moved(town.id)
            return None
        return book

    def _begin_day(self, unit: SiteUnit, today: date) -> None:
        """Close the old business day in its own rows, then begin with an empty hall."""
        missed = close_book(unit.book, unit.hall, today)
        unit.record([*close_day(unit.hall), *missed])
        tell_missed(unit, missed)
        self._write([unit])
        for counter_id in list(unit.desk):
            unit.unbind(counter_id)
        unit.forget_all_needs()
        last_at = unit.hall.last_at
        unit.memory.hall = Hall(unit.site.id, today, unit.hall.seq)
        unit.memory.hall.last_at = last_at
        unit.book.drop_missed(today)
        unit.book.settle()
        unit.memory.reserve()

    # -- answers -----------------------------------------------------------------------------------

    def recall(self, keys: Iterable[Key]) -> None:
        self._kept = AnswerRows.find(self.connection, keys)

    def remembered(self, scope: str, request_id: str) -> tuple[str, Answer] | None:
        return self._kept.get((scope, request_id))

    def remember(self, unit: Unit, scope: str, request_id: str, fingerprint: str, answer: Answer) -> None:
        self._kept[scope, request_id] = (fingerprint, answer)
        self._new_answers[scope, request_id] = {
            "scope": scope,
            "request_id": request_id,
            "organisation_id": unit.organisation_id,
            "fingerprint": fingerprint,
            "answer": answer,
            "at": unit.now,
        }

    # -- its end -----------------------------------------------------------------------------------

    def write(self) -> Mapping[str, int]:
        changed = [u for u in self._units.values() if u.changes or u.stored_day != u.hall.business_day]
        self._write(changed)
        moved = {unit.site.id: unit.hall.seq for unit in changed}
        moved |= {id_: unit.hall.seq for id_, unit in self._units.items() if id_ in self._caught_up}
        AnswerRows.add(self.connection, list(self._new_answers.values()))
        self._moving = moved
        return moved

    def commit(self) -> Mapping[str, int]:
        moved = self.write() if self._moving is None else self._moving
        try:
            self.connection.commit()
        except BaseException:
            # Whether the driver still sees a transaction then differs; a new connection surely does not.
            self._throw_connection_away()
            raise
        self.planner.committed(moved)
        self._clear()
        return moved

    def _write(self, units: Sequence[SiteUnit]) -> None:
        rows = BatchRows()
        for unit in units:
            unit.gather(rows)
        rows.write(self.connection)
        self.planner.write(self.connection)
        StreamRows.move(self.connection, [StreamRows.of_hall(u.organisation_id, u.hall) for u in units])

    def rollback(self) -> None:
        """Undo everything since `begin`; a broken connection is thrown away."""
        for site_id in self._entered:
            self._keep_book(site_id, self._memories.pop(site_id, None))
        self.planner.roll_back()
        self._clear()
        if self._connection is not None:
            try:
                self._connection.rollback()
            except sa.exc.SQLAlchemyError:
                self._throw_connection_away()

    def _keep_book(self, site_id: str, memory: SiteMemory | None) -> None:
        """Keep a book that was not changed: reading thousands of appointments takes a while."""
        unit = self._units.get(site_id)
        if memory is not None and unit is not None and unit.opened_at[1] == memory.book.version:
            self._books[site_id] = (memory.book, unit.opened_at[0])

    def _throw_connection_away(self) -> None:
        connection, self._connection = self._connection, None
        if connection is not None:
            connection.invalidate()
            connection.close()

    def _clear(self) -> None:
        for gathered in (self._units, self._entered, self._caught_up, self._kept, self._new_answers):
            gathered.clear()
        self._moving = None

    # -- outside of transactions -------------------------------------------------------------------

    def view(self, site_id: str, at: datetime) -> SiteUnit:
        """Return a unit to look at; costs nothing when the day is in memory, as it is on the road."""
        town, site = self._site(site_id)
        memory = self._memories.get(site_id)
        if memory is None:
            memory = self._memories[site_id] = self.database.read(lambda c: self._load(c, town, site, at))
        now = max(at, memory.hall.last_at or at)
        return self._unit(town, site, now, memory, None, memory.hall.business_day)

    def _load(self, connection: Connection, town: Town, site: Site, at: datetime) -> SiteMemory:
        seq, stored_day, last_at, _ = StreamRows.read(connection, site.id)
        day = stored_day or self.business_day(site.id, at)
        memory = SiteMemory.load(connection, town, site, day, seq, self._kept_book(town, site.id, seq))
        memory.hall.last_at = last_at
        return memory

    def is_outage(self, error: Exception) -> bool:
        if isinstance(error, sa.exc.TimeoutError):
            return True
        return isinstance(error, sa.exc.DBAPIError) and not isinstance(error, _NOT_AN_OUTAGE)

    def is_full(self, error: Exception) -> bool:
        return isinstance(error, sa.exc.DBAPIError) and _is_for_want_of_room(error.orig)

    def is_conflict(self, error: Exception) -> bool:
        return isinstance(error, sa.exc.IntegrityError)

    def close(self) -> None:
        if self._connection is not None:
            self._connection.close()
            self._connection = None


def _is_for_want_of_room(error: object) -> bool:
    """Tell by the drivers' own codes; their words are translated, or change."""
    sqlite = getattr(error, "sqlite_errorname", None)
    return sqlite in _SQLITE_FULL or getattr(error, "sqlstate", None) == _POSTGRES_FULL


def _eras_of(course: Course, today: date) -> dict[str, Eras]:
    """Return for each of today's sites its set-ups with the holidays in them."""
    stages = [Stage(one.begins_on, with_holidays(one.town, today)) for one in course.stages]
    at_all = offered(stages)
    return {site.id: eras_of(stages, at_all, site) for site in stages[0].town.sites}


def _site_of(eras: Eras) -> Site:
    site = eras.all[0].site
    if site is None:
        raise RuntimeError("today's sites are there today")
    return site


def _with_todays_skills(memory: SiteMemory, town: Town) -> dict[str, Binding]:
    return {
        counter_id: dataclasses.replace(held, skills=DeskRows.skills(town, held.clerk_id))
        for counter_id, held in memory.desk.items()
    }
