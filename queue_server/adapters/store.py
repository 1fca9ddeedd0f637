"""The unit of work: today's queue of each site in memory, its log and rows in one transaction.

Used by one thread, the sequencer's. A failed transaction drops the copies that it changed; the next
command reads them again from the rows.
"""

import secrets
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from queue_server.adapters.database import Database
from queue_server.adapters.desk_rows import DeskRows
from queue_server.adapters.print_rows import PrintRows
from queue_server.adapters.rows import HallWriter, read_hall, read_log, table
from queue_server.adapters.tables.hall import CommandAnswer, SiteStream
from queue_server.adapters.town_store import load_towns
from queue_server.adapters.visitor_rows import VisitorRows
from queue_server.domain.errors import NotFound
from queue_server.domain.events import Event, Recorded
from queue_server.domain.fold import apply
from queue_server.domain.hall import Hall
from queue_server.domain.town import Site, Town
from queue_server.domain.visiting import close_day
from queue_server.services.ports import Answer, Binding, JobToPrint, Unit

STREAM, ANSWER = table(SiteStream), table(CommandAnswer)


@dataclass(slots=True)
class SiteMemory:
    """What a process knows of a site's day, true at `hall.seq`."""

    hall: Hall
    desk: dict[str, Binding]
    needs: dict[int, tuple[str, ...]]


@dataclass(slots=True)
class SiteUnit:
    """One site in one transaction; see `services.ports.Unit`."""

    organisation_id: str
    town: Town
    site: Site
    now: datetime
    memory: SiteMemory
    transaction: Connection | None
    stored_seq: int
    stored_day: date | None
    log: list[Recorded] = field(default_factory=list)

    @property
    def hall(self) -> Hall:
        return self.memory.hall

    @property
    def connection(self) -> Connection:
        if self.transaction is None:
            raise RuntimeError("this unit is only for looking")
        return self.transaction

    @property
    def has_moved(self) -> bool:
        return self.hall.seq != self.stored_seq or self.hall.business_day != self.stored_day

    @property
    def desk(self) -> Mapping[str, Binding]:
        return self.memory.desk

    def record(self, events: Iterable[Event]) -> int:
        if self.transaction is None:
            raise RuntimeError("this unit is only for looking")
        for event in events:
            recorded = Recorded(self.hall.seq + 1, self.now, event)
            apply(self.hall, recorded)
            self.log.append(recorded)
        return self.hall.seq

    def below(self, bound: int) -> int:
        return secrets.randbelow(bound)

    def new_key(self) -> str:
        return secrets.token_urlsafe(9)

    def bind(self, counter_id: str, clerk_id: str, session_ref: str, skills: frozenset[str]) -> None:
        binding = Binding(counter_id, clerk_id, session_ref, skills, self.now)
        DeskRows.put(self.connection, self.organisation_id, self.site.id, binding)
        self.memory.desk[counter_id] = binding

    def unbind(self, counter_id: str) -> None:
        DeskRows.remove(self.connection, counter_id)
        self.memory.desk.pop(counter_id, None)

    def keep_needs(self, ticket_id: int, needs: Sequence[str]) -> None:
        VisitorRows.put(self.connection, self.organisation_id, self.site.id, ticket_id, needs, self.now)
        self.memory.needs[ticket_id] = tuple(needs)

    def needs(self, ticket_id: int) -> tuple[str, ...]:
        return self.memory.needs.get(ticket_id, ())

    def forget_needs(self, ticket_id: int) -> None:
        if self.memory.needs.pop(ticket_id, None) is not None:
            VisitorRows.remove(self.connection, self.site.id, ticket_id)

    def add_print_job(
        self, kiosk_id: str, ticket_id: int, attempt: int, estimate: tuple[int, int, int] | None
    ) -> None:
        PrintRows.add(
            self.connection,
            self.organisation_id,
            self.site.id,
            kiosk_id,
            ticket_id,
            attempt,
            estimate,
            self.now,
        )

    def print_jobs(self, kiosk_id: str, states: Sequence[str]) -> list[JobToPrint]:
        return PrintRows.of_kiosk(self.connection, kiosk_id, states)

    def print_jobs_of(self, ticket_id: int) -> list[JobToPrint]:
        return PrintRows.of_ticket(self.connection, self.site.id, ticket_id)

    def set_print_job(self, job_id: int, state: str, code: str) -> None:
        PrintRows.set_state(self.connection, job_id, state, code, self.now)


class Store:
    """All sites of a database; implements `services.ports.Storage`."""

    def __init__(self, database: Database) -> None:
        self.database = database
        self._hall_writer = HallWriter(database.url.get_backend_name())
        self._memories: dict[str, SiteMemory] = {}
        self._connection: Connection | None = None
        self._units: dict[str, SiteUnit] = {}
        self._answers: list[dict[str, object]] = []
        self.sites: dict[str, tuple[Town, Site]] = {}
        self.reload_settings()

    def reload_settings(self) -> None:
        """Read every town's set-up anew: at start, and after it changed."""
        towns = self.database.read(load_towns)
        self.sites = {site.id: (town, site) for town in towns.values() for site in town.sites}

    def business_day(self, site_id: str, at: datetime) -> date:
        """Return the site's local date."""
        return at.astimezone(ZoneInfo(self._site(site_id)[1].time_zone)).date()

    def _site(self, site_id: str) -> tuple[Town, Site]:
        found = self.sites.get(site_id)
        if found is None:
            raise NotFound(what="site")
        return found

    # -- a transaction -----------------------------------------------------------------------------

    def begin(self) -> None:
        if self._connection is None or self._connection.closed:
            self._connection = self.database.writer.connect()
        self._connection.begin()
        self._units.clear()
        self._answers.clear()

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
        # The lock and the sequence in one row. SQLite's BEGIN IMMEDIATE locks already.
        row = self.connection.execute(_stream_of(site_id).with_for_update()).one()
        now = max(at, row.last_at or at)
        day = row.business_day or self.business_day(site_id, now)
        memory = self._catch_up(site_id, day, row.seq)
        unit = SiteUnit(town.id, town, site, now, memory, self.connection, row.seq, row.business_day)
        today = self.business_day(site_id, now)
        if today > day:
            self._begin_day(unit, today)
        return unit

    def _catch_up(self, site_id: str, day: date, seq: int) -> SiteMemory:
        memory = self._memories.get(site_id)
        if memory is not None and memory.hall.business_day == day and memory.hall.seq == seq:
            return memory
        if memory is None or memory.hall.business_day != day:
            memory = _load(self.connection, self._site(site_id)[0], site_id, day, seq)
            self._memories[site_id] = memory
            return memory
        for recorded in read_log(self.connection, site_id, memory.hall.seq):
            apply(memory.hall, recorded)
        memory.hall.touched.clear()
        memory.desk = DeskRows.of_site(self.connection, site_id, self._site(site_id)[0])
        memory.needs = VisitorRows.needs_of_site(self.connection, site_id)
        return memory

    def _begin_day(self, unit: SiteUnit, today: date) -> None:
        """Close the old business day in its own rows, then begin with an empty hall."""
        unit.record(close_day(unit.hall))
        self._write(unit)
        for counter_id in list(unit.desk):
            unit.unbind(counter_id)
        for ticket_id in list(unit.memory.needs):
            unit.forget_needs(ticket_id)
        last_at = unit.hall.last_at
        unit.memory.hall = Hall(unit.site.id, today, unit.hall.seq)
        unit.memory.hall.last_at = last_at

    def remembered(self, scope: str, request_id: str) -> tuple[str, Answer] | None:
        for kept in self._answers:
            if kept["scope"] == scope and kept["request_id"] == request_id:
                return str(kept["fingerprint"]), kept["answer"]  # type: ignore[return-value]
        query = sa.select(ANSWER.c.fingerprint, ANSWER.c.answer)
        row = self.connection.execute(
            query.where(ANSWER.c.scope == scope, ANSWER.c.request_id == request_id)
        ).one_or_none()
        return None if row is None else (row.fingerprint, row.answer)

    def remember(self, unit: Unit, scope: str, request_id: str, fingerprint: str, answer: Answer) -> None:
        self._answers.append(
            {
                "scope": scope,
                "request_id": request_id,
                "organisation_id": unit.organisation_id,
                "fingerprint": fingerprint,
                "answer": answer,
                "at": unit.now,
            }
        )

    def commit(self) -> Mapping[str, int]:
        moved = {}
        for unit in self._units.values():
            if unit.has_moved:
                self._write(unit)
                moved[unit.site.id] = unit.hall.seq
        if self._answers:
            self.connection.execute(sa.insert(ANSWER), self._answers)
        self.connection.commit()
        self._units.clear()
        self._answers.clear()
        return moved

    def _write(self, unit: SiteUnit) -> None:
        self._hall_writer.write(self.connection, unit.organisation_id, unit.hall, unit.log)
        self.connection.execute(
            sa.update(STREAM)
            .where(STREAM.c.site_id == unit.site.id)
            .values(seq=unit.hall.seq, last_at=unit.now, business_day=unit.hall.business_day)
        )
        unit.log.clear()

    def rollback(self) -> None:
        """Undo everything since `begin`; a broken connection is thrown away."""
        for site_id in self._units:
            self._memories.pop(site_id, None)
        self._units.clear()
        self._answers.clear()
        if self._connection is not None:
            try:
                self._connection.rollback()
            except sa.exc.SQLAlchemyError:
                self._connection.invalidate()

    def view(self, site_id: str, at: datetime) -> SiteUnit:
        """Return a unit to look at; costs nothing when the day is in memory, as it is on the road."""
        town, site = self._site(site_id)
        memory = self._memories.get(site_id)
        if memory is None:
            with self.database.reader.connect() as connection:
                memory = self._read_memory(connection, town, site, at)
        now = max(at, memory.hall.last_at or at)
        day = memory.hall.business_day
        return SiteUnit(town.id, town, site, now, memory, None, memory.hall.seq, day)

    def _read_memory(self, connection: Connection, town: Town, site: Site, at: datetime) -> SiteMemory:
        row = connection.execute(_stream_of(site.id)).one()
        day = row.business_day or self.business_day(site.id, at)
        memory = _load(connection, town, site.id, day, row.seq)
        self._memories[site.id] = memory
        return memory

    def is_outage(self, error: Exception) -> bool:
        return isinstance(error, sa.exc.DBAPIError) and not isinstance(
            error, sa.exc.IntegrityError | sa.exc.DataError | sa.exc.ProgrammingError
        )

    def close(self) -> None:
        if self._connection is not None:
            self._connection.close()


def _stream_of(site_id: str) -> sa.Select[tuple[int, date | None, datetime | None]]:
    return sa.select(STREAM.c.seq, STREAM.c.business_day, STREAM.c.last_at).where(STREAM.c.site_id == site_id)


def _load(connection: Connection, town: Town, site_id: str, day: date, seq: int) -> SiteMemory:
    return SiteMemory(
        read_hall(connection, site_id, day, seq),
        DeskRows.of_site(connection, site_id, town),
        VisitorRows.needs_of_site(connection, site_id),
    )
