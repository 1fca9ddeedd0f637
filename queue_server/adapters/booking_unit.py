"""The part of the unit of work that bookings use: clerks' time, who booked, letters, references."""

from collections.abc import Callable, Container, Hashable, Mapping, Sequence, Set
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time, timedelta
from typing import Any, Self, TypeVar

from sqlalchemy.engine import Connection

from queue_server.adapters import helpers
from queue_server.adapters.clerk_cells import ClerkCells
from queue_server.adapters.forgetting import erasing, marks
from queue_server.adapters.planner import Planner
from queue_server.adapters.post import sms_rows
from queue_server.adapters.post.outbox_rows import OutboxRows
from queue_server.adapters.randomness import Randomness
from queue_server.adapters.rows.appointment_rows import AppointmentRows
from queue_server.adapters.rows.contact_days import ContactDays
from queue_server.adapters.rows.order_rows import OrderRows
from queue_server.adapters.rows.overrule_rows import OverruleRows
from queue_server.adapters.rows.person_rows import PersonRows
from queue_server.adapters.server_key import LETTERS
from queue_server.adapters.site_memory import SiteMemory
from queue_server.domain.appointment import OPEN, Appointment, AppointmentState
from queue_server.domain.book import Book
from queue_server.domain.business_day import business_day
from queue_server.domain.eras import Eras
from queue_server.domain.helper_code import normal_code
from queue_server.domain.person import Person, normal_phone
from queue_server.domain.slots import Bits, ClerkTime, Span, stretch
from queue_server.domain.town import Site, Town
from queue_server.services.ports import Calendars, InterpreterOrder, Overruled, TakenBack

REFERENCE_SIGNS = 6
"""64 million: it identifies and never authorises, so it needs no more than to be unique."""
_BOOKED_ELSEWHERE = frozenset({None, AppointmentState.HELD, *OPEN})
"""Stored states of who has booked at another site: in the same batch its row still tells of the hold."""
T = TypeVar("T")


@dataclass(slots=True)
class BookingUnit:
    """What `SiteUnit` begins with."""

    organisation_id: str
    town: Town
    site: Site
    now: datetime
    memory: SiteMemory
    transaction: Connection | None
    stored_day: date | None
    randomness: Randomness
    planner: Planner
    eras: Eras
    era: int = 0
    entered: Container[str] = frozenset()
    book_of: Callable[[str], Book | None] = lambda _: None
    opened_at: tuple[int, int] = (0, 0)
    holds_post: bool = False
    changes: int = 0
    known_cells: ClerkCells | None = None
    new_persons: dict[int, dict[str, Any]] = field(default_factory=dict)
    new_letters: list[dict[str, Any]] = field(default_factory=list)

    def _flushed(self) -> Connection:
        raise NotImplementedError

    @property
    def book(self) -> Book:
        return self.memory.book

    @property
    def restored_at(self) -> datetime | None:
        return self.planner.restored_at

    def in_era(self, place: int) -> Self | None:
        found = self.eras.all[place]
        if place == self.era:
            return self
        return None if found.site is None else replace(self, town=found.town, site=found.site, era=place)

    # -- clerks' time ------------------------------------------------------------------------------

    def clerk_times(self, span: Span) -> list[ClerkTime]:
        cells = self._cells()
        over, calendars = self._run_out(span), self.planner.calendars
        return [
            ClerkTime(
                clerk.clerk_id,
                clerk.can,
                clerk.work & ~calendars.busy(clerk.clerk_id, span),
                cells.busy(clerk.clerk_id, span) & ~over.get(clerk.clerk_id, 0),
            )
            for clerk in self.planner.working(self.eras, self.era, span)
        ]

    @property
    def calendars(self) -> Calendars:
        return self.planner.calendars

    @property
    def clerks_version(self) -> Hashable:
        versions = self._cells().versions(self.planner.clerk_ids(self.eras))
        over = tuple(one.id for one in self.book.run_out(self.now))
        return versions, over, self.planner.calendars.version

    def _run_out(self, span: Span) -> dict[str, Bits]:
        """Return the time of holds and requests that are over: the timer comes late (failure 16)."""
        found: dict[str, Bits] = {}
        for one in self.book.run_out(self.now):
            if one.clerk_id is not None:
                bits = stretch(span, one.first_cell, one.first_cell + one.cells)
                found[one.clerk_id] = found.get(one.clerk_id, 0) | bits
        return found

    def take_cells(self, clerk_id: str, first_cell: int, cells: int, appointment_id: int) -> None:
        appointment = self.book.appointments[appointment_id]
        appointment.clerk_id = clerk_id
        self.book.touch(appointment_id)
        self.changes += 1
        self._cells().take((self.site.id, appointment_id), (clerk_id, first_cell, cells))

    def free_cells(self, appointment_id: int) -> None:
        self.changes += 1
        self._cells().free((self.site.id, appointment_id))

    def _free_ended(self) -> None:
        """Give back the time of all that are no longer live."""
        for appointment in self.book.idle:
            self._cells().free((self.site.id, appointment.id))
            if appointment.state is AppointmentState.MISSED:
                appointment.clerk_id = None  # who comes after all takes nobody's planned time
        self.book.idle.clear()

    def _cells(self) -> ClerkCells:
        if self.known_cells is None or self.known_cells.is_stale:
            if self.transaction is None:
                self.known_cells = self.planner.cells_to_look_at(self.organisation_id, self.now)
            else:
                self.known_cells = self.planner.cells_to_change(
                    self.transaction, self.eras, self.now, self.entered
                )
        return self.known_cells

    def held_elsewhere(self, client: str) -> int:
        others = (self.book_of(site.id) for site in self.town.sites if site.id != self.site.id)
        held = (hold for book in others if book is not None for hold in book.holds_of(client, self.now))
        return sum(hold.follows is None for hold in held)  # two parts are one

    # -- what tells one from another ---------------------------------------------------------------

    def fingerprint(self, text: str) -> str:
        return self.planner.fingerprint(text)

    def new_reference(self) -> str:
        while True:
            signs = (LETTERS[self.randomness.below(len(LETTERS))] for _ in range(REFERENCE_SIGNS))
            reference = "".join(signs)
            if self.book.by_ref(reference) is None and not self._is_reference_stored(reference):
                return reference

    def _is_reference_stored(self, reference: str) -> bool:
        if self.transaction is None:
            return self._read(lambda c: AppointmentRows.is_reference_taken(c, reference))
        return AppointmentRows.is_reference_taken(self.transaction, reference)

    def stored_appointment(self, appointment_id: int) -> Appointment | None:
        return self._read(lambda c: AppointmentRows.by_id(c, self.site.id, appointment_id))

    def stored_by_reference(self, reference: str) -> tuple[str, Appointment] | None:
        return self._read(lambda c: AppointmentRows.by_reference(c, self.organisation_id, reference))

    # -- who booked --------------------------------------------------------------------------------

    def keep_person(self, appointment_id: int, person: Person, erase_after: datetime) -> None:
        self.changes += 1
        self.new_persons[appointment_id] = {
            **PersonRows.row(person, self.fingerprint),
            "organisation_id": self.organisation_id,
            "site_id": self.site.id,
            "appointment_id": appointment_id,
            "created_at": self.now,
            "erase_after": erase_after,
            "mail_trouble": "",
            "phone_trouble": "",
        }

    def correct_mail(self, appointment_id: int, person: Person) -> None:
        self.changes += 1
        connection, site_id = self._flushed(), self.site.id
        old = self.person(appointment_id)
        if old is not None:
            marks.add_replaced(connection, self.organisation_id, old.email, person.email, self.now)
        PersonRows.correct_mail(connection, site_id, appointment_id, PersonRows.row(person, self.fingerprint))
        OutboxRows.send_again(connection, site_id, appointment_id, self.now)
        OutboxRows.end_claims(connection, site_id, appointment_id, self.now)

    def person(self, appointment_id: int) -> Person | None:
        return self.persons([appointment_id]).get(appointment_id)

    def person_at(self, site_id: str, appointment_id: int) -> Person | None:
        if site_id == self.site.id:
            return self.person(appointment_id)
        return self._read(lambda c: PersonRows.of(c, site_id, [appointment_id])).get(appointment_id)

    def persons_with_interpreter(self) -> Mapping[int, Person]:
        return self._read(lambda c: PersonRows.with_interpreter(c, self.site.id))

    def keep_order(self, reference: str, spoken: str, starts_at: datetime) -> None:
        self.changes += 1
        whose = {"organisation_id": self.organisation_id, "site_id": self.site.id, "reference": reference}
        OrderRows.add(self._flushed(), {**whose, "spoken": spoken, "starts_at": starts_at})

    def orders(self) -> list[InterpreterOrder]:
        return self._read(lambda c: OrderRows.of_site(c, self.site.id))

    def settle_order(self, order_id: int, settled_at: datetime | None) -> None:
        self.changes += 1
        OrderRows.settle(self._flushed(), self.site.id, order_id, settled_at)

    def drop_order(self, order_id: int) -> None:
        self.changes += 1
        OrderRows.drop(self._flushed(), self.site.id, order_id)

    def unname_orders(self, reference: str) -> None:
        self.changes += 1
        OrderRows.unname(self._flushed(), self.organisation_id, reference)

    def persons(self, appointment_ids: Sequence[int]) -> Mapping[int, Person]:
        return self._read(lambda c: PersonRows.of(c, self.site.id, appointment_ids))

    def forget_person(self, appointment_id: int, contact_until: datetime | None = None) -> None:
        self.changes += 1
        connection = self._flushed()
        if contact_until is None:
            erasing.erase_persons(connection, self.site.id, [appointment_id], self.now)
        else:
            erasing.keep_contact(connection, self.site.id, appointment_id, self.now, contact_until)

    def open_bookings(self, contacts: Sequence[str]) -> int:
        hashes = [self.fingerprint(contact) for contact in contacts]
        found = PersonRows.bookings_with(self._required(), self.organisation_id, hashes)
        stored = {id_ for site_id, id_, _ in found if site_id == self.site.id}
        found += [
            (self.site.id, id_, None)
            for id_, row in self.new_persons.items()
            if id_ not in stored and not {row["contact_hash"], row["second_hash"]}.isdisjoint(hashes)
        ]
        # What this batch has booked here is not in its rows yet, so of this site the memory tells.
        here = sum(1 for site_id, id_, _ in found if site_id == self.site.id and self._is_open(id_))
        return here + sum(
            1 for site_id, _, state in found if site_id != self.site.id and state in _BOOKED_ELSEWHERE
        )

    def _is_open(self, appointment_id: int) -> bool:
        appointment = self.book.get(appointment_id)
        return appointment is not None and appointment.state in OPEN

    def made_today(self, contacts: Sequence[str]) -> int:
        return ContactDays.lock(*self._contact_day(contacts))

    def count_booking(self, contacts: Sequence[str]) -> None:
        self.changes += 1
        # Written at once: the next command of this batch may be the same contact's at another site.
        ContactDays.count(*self._contact_day(contacts))
        PersonRows.put(self._required(), list(self.new_persons.values()))
        self.new_persons.clear()

    def _contact_day(self, contacts: Sequence[str]) -> tuple[Connection, str, date, list[str], datetime]:
        today = business_day(self.now, self.book.zone)
        over = datetime.combine(today + timedelta(days=1), time(), self.book.zone)
        hashes = [self.fingerprint(contact) for contact in contacts]
        return self._required(), self.organisation_id, today, hashes, over

    def _required(self) -> Connection:
        if self.transaction is None:
            raise RuntimeError("only whoever books has to count")
        return self.transaction

    # -- who lifts limits --------------------------------------------------------------------------

    def helper(self, code: str) -> str | None:
        hash_ = self.fingerprint(f"helper:{normal_code(code)}")
        return self._read(lambda c: helpers.find_helper(c, self.organisation_id, self.site.id, hash_))

    def count_helper(self, helper_id: str) -> None:
        self.changes += 1
        helpers.count_booking(self._required(), helper_id, self.now)

    def keep_overrule(self, overruled: Overruled) -> None:
        self.changes += 1
        OverruleRows.add(self._required(), self.organisation_id, self.site.id, overruled)

    def overrules(self, appointment_id: int) -> list[Overruled]:
        return self._read(lambda c: OverruleRows.of(c, self.site.id, appointment_id))

    # -- letters -----------------------------------------------------------------------------------

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
        self.changes += 1
        way = "".join(f"/{word}" for word in (channel if channel != "mail" else "", clerk_id, press) if word)
        told = {"also": list(also), "clerk": clerk_id}
        self.new_letters.append(
            {
                "organisation_id": self.organisation_id,
                "site_id": self.site.id,
                "channel": channel,
                "kind": kind,
                "appointment_id": appointment_id,
                "payload": {"sequence": sequence} | {name: value for name, value in told.items() if value},
                "dedupe_key": f"{self.site.id}/{appointment_id}/{kind}/{sequence}{way}",
                "state": "held" if self.holds_post else "waiting",
                "created_at": self.now,
                "first_due_at": due_at or self.now,
                "due_at": due_at or self.now,
                "tries": 0,
                "claimed_by": "",
                "lease_until": None,
                "last_error": "",
            }
        )

    def withdraw_posts(self, appointment_id: int, kind: str = "") -> list[TakenBack]:
        self.changes += 1
        return OutboxRows.withdraw(self._flushed(), self.site.id, appointment_id, kind)

    def asked_to_move(self, appointment_ids: Sequence[int]) -> Set[int]:
        return self._read(lambda c: OutboxRows.asked_to_move(c, self.site.id, appointment_ids))

    def stop_sms(self, phone: str) -> None:
        self.changes += 1
        sms_rows.opt_out(self._flushed(), self.organisation_id, self._number(phone), self.now)

    def allow_sms(self, phone: str) -> None:
        self.changes += 1
        sms_rows.opt_in(self._flushed(), self.organisation_id, self._number(phone))

    def wants_no_sms(self, phone: str) -> bool:
        number = self._number(phone)
        return self._read(lambda c: sms_rows.is_opted_out(c, self.organisation_id, number))

    def _number(self, phone: str) -> str:
        return self.fingerprint(f"sms:{normal_phone(phone)}")

    # -- reading and writing rows ------------------------------------------------------------------

    def _read(self, work: Callable[[Connection], T]) -> T:
        """Ask the rows: within the transaction those it wrote, else what is committed."""
        if self.transaction is None:
            return self.planner.database.read(work)
        return work(self._flushed())

    def _flush_bookings(self, connection: Connection) -> None:
        PersonRows.put(connection, list(self.new_persons.values()))
        OutboxRows.add(connection, self.new_letters)
        self.new_persons.clear()
        self.new_letters.clear()
