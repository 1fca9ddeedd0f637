"""One site in one transaction: what a use case reads and writes through.

Writes are gathered and go out together when the batch is committed: a statement for each ticket cost
two thirds of a batch's time.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy.engine import Connection

from queue_server.adapters import audit
from queue_server.adapters.booking_unit import BookingUnit
from queue_server.adapters.forgetting import erasing
from queue_server.adapters.rows.batch_rows import BatchRows
from queue_server.adapters.rows.desk_rows import DeskRows
from queue_server.adapters.rows.print_rows import PrintRows
from queue_server.adapters.rows.rescue_rows import RescueRows
from queue_server.adapters.rows.visitor_rows import VisitorRows
from queue_server.domain.administration import Doer, Done
from queue_server.domain.events import AppointmentEvent, Event, Recorded
from queue_server.domain.forecast.ranges import Forecast
from queue_server.domain.hall import Hall
from queue_server.services.ports import Binding, JobToPrint, Rescued


@dataclass(slots=True)
class SiteUnit(BookingUnit):
    """See `services.ports.Unit`. Without a transaction it is only for looking."""

    log: list[Recorded] = field(default_factory=list)
    new_jobs: list[dict[str, Any]] = field(default_factory=list)
    new_needs: list[dict[str, Any]] = field(default_factory=list)

    @property
    def hall(self) -> Hall:
        return self.memory.hall

    @property
    def connection(self) -> Connection:
        return self._require_transaction()

    @property
    def desk(self) -> Mapping[str, Binding]:
        return self.memory.desk

    @property
    def unattended(self) -> frozenset[str]:
        return self.memory.unattended

    @property
    def forecast(self) -> Forecast | None:
        return self.memory.forecast

    def note_forecast(self, forecast: Forecast) -> None:
        self.memory.forecast = forecast

    def note_unattended(self, counter_ids: frozenset[str]) -> None:
        self.memory.unattended = counter_ids

    def record(self, events: Iterable[Event]) -> int:
        self._require_transaction()
        about_the_book = False
        for event in events:
            recorded = Recorded(self.hall.seq + 1, self.now, event)
            self.changes += 1
            self.memory.take_in(recorded)
            self.log.append(recorded)
            about_the_book = about_the_book or isinstance(event, AppointmentEvent)
        if about_the_book:
            self._free_ended()
            self.memory.reserve()
        return self.hall.seq

    def below(self, bound: int) -> int:
        return self.randomness.below(bound)

    def new_key(self) -> str:
        return self.randomness.key()

    # -- who is at the counters --------------------------------------------------------------------

    def bind(self, counter_id: str, clerk_id: str, session_ref: str, skills: frozenset[str]) -> None:
        binding = Binding(counter_id, clerk_id, session_ref, skills, self.now)
        DeskRows.put(self.connection, self.organisation_id, self.site.id, binding)
        self.changes += 1
        self.memory.desk[counter_id] = binding
        self.memory.unattended -= {counter_id}

    def unbind(self, counter_id: str) -> None:
        DeskRows.remove(self.connection, counter_id)
        self.changes += 1
        self.memory.desk.pop(counter_id, None)

    # -- visitors' data ----------------------------------------------------------------------------

    def keep_needs(self, ticket_id: int, needs: Sequence[str]) -> None:
        self._require_transaction()
        self.changes += 1
        self.new_needs.append(
            {
                "site_id": self.site.id,
                "ticket_id": ticket_id,
                "organisation_id": self.organisation_id,
                "needs": list(needs),
                "created_at": self.now,
            }
        )
        self.memory.needs[ticket_id] = tuple(needs)

    def needs(self, ticket_id: int) -> tuple[str, ...]:
        return self.memory.needs.get(ticket_id, ())

    def forget_needs(self, ticket_id: int) -> None:
        if self.memory.needs.pop(ticket_id, None) is not None:
            self.changes += 1
            erasing.erase_visitors(self._flushed(), self.site.id, [ticket_id], self.now)

    def forget_all_needs(self) -> None:
        """Erase what the day's visitors told, in one go: the day is over."""
        if self.memory.needs:
            self.changes += 1
            erasing.erase_visitors(self._flushed(), self.site.id, list(self.memory.needs), self.now)
            self.memory.needs.clear()

    # -- who changed what --------------------------------------------------------------------------

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
        self.changes += 1
        audit.note(
            self.connection,
            organisation_id=self.organisation_id,
            site_id=self.site.id,
            at=self.now,
            actor=by.actor,
            role=by.role,
            via=by.via,
            act=act,
            kind=kind,
            ref=ref,
            before=before,
            after=after,
        )

    def rescue(self, id_: str) -> Rescued | None:
        return self._read(lambda c: RescueRows.find(c, self.organisation_id, id_))

    def keep_rescue(self, rescued: Rescued) -> None:
        self.changes += 1
        RescueRows.put(self.connection, self.organisation_id, rescued)

    # -- slips -------------------------------------------------------------------------------------

    def add_print_job(
        self, kiosk_id: str, ticket_id: int, attempt: int, estimate: tuple[int, int, int] | None
    ) -> None:
        self._require_transaction()
        self.changes += 1
        ahead, from_min, to_min = estimate or (None, None, None)
        self.new_jobs.append(
            {
                "organisation_id": self.organisation_id,
                "site_id": self.site.id,
                "kiosk_id": kiosk_id,
                "ticket_id": ticket_id,
                "attempt": attempt,
                "state": "waiting",
                "code": "",
                "ahead": ahead,
                "from_min": from_min,
                "to_min": to_min,
                "created_at": self.now,
            }
        )

    def print_jobs(self, kiosk_id: str, states: Sequence[str]) -> list[JobToPrint]:
        return PrintRows.of_kiosk(self._flushed(), self.site.id, kiosk_id, states)

    def print_jobs_of(self, ticket_id: int) -> list[JobToPrint]:
        return PrintRows.of_ticket(self._flushed(), self.site.id, ticket_id)

    def set_print_job(self, job_id: int, state: str, code: str) -> None:
        PrintRows.set_state(self._flushed(), self.site.id, job_id, state, code, self.now)
        self.changes += 1

    # -- writing -----------------------------------------------------------------------------------

    def gather(self, rows: BatchRows) -> None:
        """Hand over what the queue's tables have to be told; slips and needs are written at once."""
        self._flushed()
        rows.take(self.organisation_id, self.hall, self.log)
        rows.take_book(self.organisation_id, self.book)
        self.log.clear()

    def _flushed(self) -> Connection:
        """Return the connection once it knows of all new slips and needs."""
        connection = self.connection
        PrintRows.add(connection, self.new_jobs)
        VisitorRows.add(connection, self.new_needs)
        self.new_jobs.clear()
        self.new_needs.clear()
        self._flush_bookings(connection)
        return connection

    def _require_transaction(self) -> Connection:
        if self.transaction is None:
            raise RuntimeError("this unit is only for looking")
        return self.transaction
