"""What the use cases need from outside, as protocols: the unit of work and the storage behind it.

A use case is a plain synchronous function `(unit, …) -> answer`. It runs in the one writer thread,
inside a transaction that holds the site's lock; it may be rolled back and run again, so it does
nothing that cannot be undone but through the unit.
"""

from collections.abc import Hashable, Iterable, Mapping, Sequence, Set
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Protocol

from queue_server.domain.administration import Doer, Done
from queue_server.domain.appointment import Appointment
from queue_server.domain.book import Book
from queue_server.domain.eras import Eras
from queue_server.domain.events import Event
from queue_server.domain.forecast.ranges import Forecast
from queue_server.domain.hall import Hall
from queue_server.domain.person import Person
from queue_server.domain.slots import Bits, ClerkTime, Span
from queue_server.domain.town import Site, Town

Answer = dict[str, Any]
"""JSON values, without secrets: it may be stored and given again for the same `request_id`."""


@dataclass(frozen=True, slots=True)
class Binding:
    """Who holds a counter. `session_ref` names the session or token, never its secret."""

    counter_id: str
    clerk_id: str
    session_ref: str
    skills: frozenset[str]
    bound_at: datetime


@dataclass(frozen=True, slots=True)
class JobToPrint:
    """A print job that waits to be offered to its kiosk's agent."""

    id: int
    kiosk_id: str
    ticket_id: int
    attempt: int
    state: str
    code: str
    created_at: datetime
    ahead: int | None
    from_min: int | None
    to_min: int | None


@dataclass(frozen=True, slots=True)
class TakenBack:
    """A letter that waited and is not sent; `also` are the other appointments that it told of.

    `was_leaving`: somebody was sending it just then, so that it may arrive all the same.
    """

    kind: str
    channel: str
    also: tuple[int, ...]
    was_leaving: bool = False


@dataclass(frozen=True, slots=True)
class InterpreterOrder:
    """An interpreter who was arranged for a time at which nobody needs one any more.

    `reference` is whose appointment it was; empty once they had their data deleted.
    """

    id: int
    reference: str
    spoken: str
    starts_at: datetime
    settled_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Overruled:
    """A limit that somebody of the staff has lifted: `what` is `open`, `daily` or `time`. Kept for good."""

    appointment_id: int
    at: datetime
    by: str
    what: str
    reason: str


@dataclass(frozen=True, slots=True)
class Rescued:
    """A day rescue: whose it is, and in `body` what it did, with ids and times only."""

    id: str
    department_id: str | None
    site_id: str | None
    made_at: datetime
    made_by: str
    body: Answer
    undone_at: datetime | None = None


class Calendars(Protocol):
    """Clerks' own calendars: when they are busy with what is no appointment here.

    Asked in the writer's thread, under the site's lock: whoever stands behind it has the answer ready.
    """

    @property
    def version(self) -> Hashable:
        """What changes whenever an answer would: what was computed from the old one is then computed anew."""

    def busy(self, clerk_id: str, span: Span, /) -> Bits: ...

    def unknown(self) -> frozenset[str]:
        """Return the clerks who are busy throughout, because their calendar could not be read for long."""

    def written(self, clerk_id: str, /) -> bool:
        """Say whether appointments are written into this clerk's calendar: what is not needs no letters."""


class NoCalendars:
    """Nobody has one."""

    version = 0

    def busy(self, _clerk_id: str, _span: Span, /) -> Bits:
        return 0

    def unknown(self) -> frozenset[str]:
        return frozenset()

    def written(self, _clerk_id: str, /) -> bool:
        return False


class PublicUnit(Protocol):
    """One site at one time, without what visitors told about themselves: all that public pictures see."""

    @property
    def organisation_id(self) -> str: ...
    @property
    def town(self) -> Town: ...
    @property
    def site(self) -> Site: ...
    @property
    def eras(self) -> Eras:
        """The site's set-up of today and those that are planned to follow it."""

    @property
    def era(self) -> int:
        """The place in `eras` of what `town` and `site` are: 0, but for what `in_era` returns."""

    @property
    def hall(self) -> Hall: ...
    @property
    def now(self) -> datetime: ...
    @property
    def unattended(self) -> frozenset[str]:
        """Return the open counters whose clerk has not been seen for a quarter of an hour."""

    @property
    def desk(self) -> Mapping[str, Binding]:
        """Counter id → who holds it."""

    @property
    def forecast(self) -> Forecast | None:
        """Return what was foretold last, if anything: read it through `services.waits`."""

    @property
    def book(self) -> Book:
        """The site's appointments; to be changed by `record` alone."""

    @property
    def clerks_version(self) -> Hashable:
        """Another value whenever `clerk_times` might tell something else of the same span and town."""

    def clerk_times(self, span: Span) -> list[ClerkTime]:
        """Return the bookable time of each clerk of the site.

        What another site booked of a shared clerk is busy; a hold whose time is over is not. What stands in
        the clerk's own calendar is no working time.
        """

    @property
    def calendars(self) -> Calendars:
        """The clerks' own calendars alone."""


class Unit(PublicUnit, Protocol):
    """One site in one transaction, at one time."""

    def in_era(self, place: int) -> "Unit | None":
        """Return the site with a later set-up, to look what is free then; None when it is gone by then."""

    @property
    def restored_at(self) -> datetime | None:
        """When the database was restored last: who came shortly before may be unknown."""

    @property
    def changes(self) -> int:
        """How many things were written through this unit; a refusal after that must undo them."""

    def record(self, events: Iterable[Event]) -> int:
        """Append to the log and take in; return the last sequence number."""

    def below(self, bound: int) -> int:
        """Return an unpredictable whole number ≥ 0 and < bound."""

    def new_key(self) -> str:
        """Return a new opaque public key for a ticket."""

    def bind(self, counter_id: str, clerk_id: str, session_ref: str, skills: frozenset[str]) -> None: ...
    def unbind(self, counter_id: str) -> None: ...
    def note_unattended(self, counter_ids: frozenset[str]) -> None:
        """Take in which counters nobody attends to; it is no change of the hall, and not kept."""

    def note_forecast(self, forecast: Forecast) -> None:
        """Take in what was foretold; it is no change of the hall, and not kept."""

    def keep_needs(self, ticket_id: int, needs: Sequence[str]) -> None: ...
    def needs(self, ticket_id: int) -> tuple[str, ...]: ...
    def forget_needs(self, ticket_id: int) -> None: ...

    def new_reference(self) -> str:
        """Return a reference that no appointment has: six signs that are not mistaken for each other."""

    def fingerprint(self, text: str) -> str:
        """Return a keyed hash: it tells two texts apart and gives neither away."""

    def held_elsewhere(self, client: str) -> int:
        """Count what a client holds at the other sites of the organisation, as this process knows them."""

    def take_cells(self, clerk_id: str, first_cell: int, cells: int, appointment_id: int) -> None:
        """Take a clerk's time for an appointment and plan the clerk for it.

        The commit fails with a conflict when another process took it meanwhile.
        """

    def free_cells(self, appointment_id: int) -> None:
        """Give the time back; who is no longer live gives it back by `record`."""

    def stored_appointment(self, appointment_id: int) -> Appointment | None:
        """Return an appointment of the site, also one that has long left the book."""

    def stored_by_reference(self, reference: str) -> tuple[str, Appointment] | None:
        """Return an appointment of the organisation with its site."""

    def keep_person(self, appointment_id: int, person: Person, erase_after: datetime) -> None:
        """Keep, or replace, what a visitor told; a job erases it after that time."""

    def correct_mail(self, appointment_id: int, person: Person) -> None:
        """Keep this person's mail address instead of the old one, and send again what was given up for it.

        What is on its way to the old one is sent to the new one, too.
        """

    def persons_with_interpreter(self) -> Mapping[int, Person]:
        """Return who booked and asked for an interpreter, by appointment, whatever became of it."""

    def keep_order(self, reference: str, spoken: str, starts_at: datetime) -> None:
        """Keep that an interpreter was arranged for then, to be told that nobody needs one."""

    def orders(self) -> list[InterpreterOrder]:
        """Return those of the site, the next one first."""

    def settle_order(self, order_id: int, settled_at: datetime | None) -> None:
        """Note when the interpreter was told, or that nobody did after all."""

    def drop_order(self, order_id: int) -> None: ...
    def unname_orders(self, reference: str) -> None:
        """Let no order of the organisation tell whose it was."""

    def person(self, appointment_id: int) -> Person | None: ...
    def person_at(self, site_id: str, appointment_id: int) -> Person | None:
        """Return who booked at any site of the organisation, as it was committed last."""

    def persons(self, appointment_ids: Sequence[int]) -> Mapping[int, Person]: ...
    def forget_person(self, appointment_id: int, contact_until: datetime | None = None) -> None:
        """Erase what a visitor told; a contact may stay until a last letter is sent, at most so long."""

    def open_bookings(self, contacts: Sequence[str]) -> int:
        """Count the organisation's bookings to come with one of these contacts (`contacts_of`)."""

    def made_today(self, contacts: Sequence[str]) -> int:
        """Return how many bookings were made today with one of these contacts, cancelled ones too.

        Until this transaction ends, nobody else gets past this for the same contact.
        """

    def count_booking(self, contacts: Sequence[str]) -> None:
        """Count one booking of today for these contacts. The caller's duty: `made_today` before."""

    def helper(self, code: str) -> str | None:
        """Return the id of the trusted helper with this code at this site; None for a wrong one."""

    def count_helper(self, helper_id: str) -> None:
        """Count one booking made with a helper's code."""

    def keep_overrule(self, overruled: Overruled) -> None:
        """Note for good that a limit was lifted."""

    def overrules(self, appointment_id: int) -> list[Overruled]: ...

    def post(
        self,
        kind: str,
        appointment_id: int,
        *,
        also: Sequence[int] = (),
        sequence: int = 0,
        due_at: datetime | None = None,
        channel: str = "mail",
        clerk_id: str = "",
        press: str = "",
    ) -> None:
        """Put a letter into the outbox, in the same commit; once for each (kind, appointment, sequence, way).

        `also` are other appointments of the site that the same letter tells of. `channel` is `mail`, `sms` or
        `calendar`; `clerk_id` whose calendar is written. `press` tells two letters apart between which
        nothing happened at the site.
        """

    def asked_to_move(self, appointment_ids: Sequence[int]) -> Set[int]:
        """Return whose holders were asked to choose another time, and have heard nothing else since."""

    def withdraw_posts(self, appointment_id: int, kind: str = "") -> list[TakenBack]:
        """Take back what waits to be sent to the visitor, or of it one kind alone; return what that was.

        A clerk's calendar is told all that happens.
        """

    def stop_sms(self, phone: str) -> None:
        """Note that this number wants no text messages any more, however it is written."""

    def allow_sms(self, phone: str) -> None:
        """Take that back."""

    def wants_no_sms(self, phone: str) -> bool: ...

    def note(
        self,
        by: Doer,
        act: Done,
        kind: str,
        ref: str,
        *,
        before: Mapping[str, Any] | None = None,
        after: Mapping[str, Any] | None = None,
    ) -> None:
        """Write an administrative act into the audit log, in the same commit. Nothing of a visitor."""

    def rescue(self, id_: str) -> Rescued | None:
        """Return a day rescue of the organisation."""

    def keep_rescue(self, rescued: Rescued) -> None:
        """Keep what a day rescue did, or that it was taken back."""

    def add_print_job(
        self, kiosk_id: str, ticket_id: int, attempt: int, estimate: tuple[int, int, int] | None
    ) -> None:
        """Order a slip. `ticket_id` may be an appointment's: both count in the site's one sequence."""

    def print_jobs(self, kiosk_id: str, states: Sequence[str]) -> list[JobToPrint]: ...
    def print_jobs_of(self, ticket_id: int) -> list[JobToPrint]: ...
    def set_print_job(self, job_id: int, state: str, code: str) -> None: ...


class Storage(Protocol):
    """What the sequencer drives. All calls come from its one thread."""

    def begin(self) -> None: ...
    def unit(self, site_id: str, at: datetime) -> Unit:
        """Return the site's unit in this transaction, its lock taken; raises `NotFound`."""

    def recall(self, keys: Iterable[tuple[str, str]]) -> None:
        """Read the answers kept for these (scope, request id), so that `remembered` knows them."""

    def remembered(self, scope: str, request_id: str) -> tuple[str, Answer] | None: ...
    def remember(self, unit: Unit, scope: str, request_id: str, fingerprint: str, answer: Answer) -> None: ...
    def write(self) -> Mapping[str, int]:
        """Write everything, once; return the sites that a commit moves, each with its sequence number."""

    def commit(self) -> Mapping[str, int]:
        """Commit, after writing what is not written yet; return the sites that moved."""

    def rollback(self) -> None:
        """Undo everything since `begin` and drop the copies in memory that had changed."""

    def view(self, site_id: str, at: datetime) -> Unit:
        """Return a unit to look at, outside of any transaction; writing to it is an error."""

    def is_outage(self, error: Exception) -> bool:
        """Say whether an error means that the database cannot be written now (disk full, gone, locked)."""

    def is_full(self, error: Exception) -> bool:
        """Say of an outage whether it is for want of room: reading goes on then."""

    def is_conflict(self, error: Exception) -> bool:
        """Say whether a row that another process wrote meanwhile is in the way: worth one more try."""

    def business_day(self, site_id: str, at: datetime) -> date: ...
