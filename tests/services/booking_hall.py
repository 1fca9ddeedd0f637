"""A hand that books: for the tests of bookings, on a town with working hours."""

from collections.abc import Callable
from dataclasses import asdict
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from queue_server.adapters.checking import check_database
from queue_server.adapters.clerk_cells import CELL
from queue_server.adapters.rows.appointment_rows import APPOINTMENT
from queue_server.domain.appointment import Appointment
from queue_server.domain.person import Person
from queue_server.domain.slots import Span, cell_of
from queue_server.services import booking, offer
from queue_server.services.ports import Answer, Unit
from tests.town_hall import PASS, Hand, at

TOMORROW = "2026-03-04"
ERIKA = Person(name="Erika Mustermann", email="erika@example.org")


def holding(
    unit: Unit,
    starts_at: datetime,
    *services: str,
    client: str = "browser",
    channel: str = "portal",
    **more: Any,
) -> Answer:
    """Hold a time for a passport, or for what is named."""
    choice = offer.choose_bookable(unit.town, unit.site, [(service, 1) for service in services or (PASS,)])
    return booking.hold(unit, choice, starts_at, channel=channel, client=client, **more)


class Booker(Hand):
    """`Hand` with the acts of booking; times are in UTC, the town is an hour ahead."""

    def hold(
        self, clock: str, *services: str, day: str = TOMORROW, site_id: str = "hall", **more: Any
    ) -> Answer:
        return self.do(lambda u: holding(u, at(clock, day), *services, **more), site_id)

    def confirm(self, held: Answer, client: str = "browser", person: Person = ERIKA, **more: Any) -> Answer:
        site_id = more.pop("site_id", "hall")
        return self.do(lambda u: booking.confirm(u, held["id"], client, person, "de", **more), site_id)

    def book(
        self, clock: str, *services: str, person: Person = ERIKA, site_id: str = "hall", **more: Any
    ) -> Answer:
        held = self.hold(clock, *services, site_id=site_id, **more)
        return self.confirm(held, more.get("client", "browser"), person, site_id=site_id)

    def move(self, booked: Answer, held: Answer, client: str = "browser") -> Answer:
        return self.do(lambda u: booking.move(u, booked["reference"], held["id"], client))

    def bring(
        self, booked: Answer, held: Answer, client: str = "browser", *, to: str = "annex", of: str = "hall"
    ) -> Answer:
        """Move across sites, in one transaction."""
        return self.do_at_two(
            to, of, lambda u, other: booking.bring(u, other, booked["reference"], held["id"], client)
        )

    def do_at_two(self, site_id: str, other: str, work: Callable[[Unit, Unit], Answer]) -> Answer:
        self.store.begin()
        try:
            units = {id_: self.store.unit(id_, self.now) for id_ in sorted((site_id, other))}
            answer = work(units[site_id], units[other])
            self.store.commit()
        except BaseException:
            self.store.rollback()
            raise
        return answer

    def cancel(self, booked: Answer, by: str = "visitor") -> Answer:
        return self.do(lambda u: booking.cancel(u, booked["reference"], by))

    def check_in(self, booked: Answer, site_id: str = "hall") -> Answer:
        return self.do(lambda u: booking.check_in(u, booked["reference"]), site_id)

    def see(self, booked: Answer, site_id: str = "hall") -> Answer:
        return self.look(lambda u: booking.see(u, booked["reference"]), site_id)

    def appointment(self, booked: Answer, site_id: str = "hall") -> Appointment:
        def find(unit: Unit) -> Appointment:
            found = unit.book.get(booked["id"]) or unit.stored_appointment(booked["id"])
            assert found is not None
            return found

        return self.look(find, site_id)

    def differences(self) -> list[object]:
        """What log and rows tell differently; the cells of clerks are among it."""
        return [one for site in check_database(self.database, all_days=True) for one in site.differences]

    def rows(self, table: Any) -> list[dict[str, Any]]:
        return self.database.read(lambda c: [dict(r) for r in c.execute(sa.select(table)).mappings()])

    def cells(self) -> int:
        return len(self.rows(CELL))

    def stored(self, booked: Answer) -> dict[str, Any]:
        return next(row for row in self.rows(APPOINTMENT) if row["id"] == booked["id"])


def book_picture(hand: Hand, site_id: str = "hall") -> dict[str, Any]:
    """Return all that matters in a book, and what the clerks are booked for."""
    span = Span(cell_of(hand.now) - 288, 60 * 288)

    def picture(unit: Unit) -> dict[str, Any]:
        book = unit.book
        return {
            "appointments": {i: asdict(a) for i, a in sorted(book.appointments.items())},
            "references": dict(sorted(book.by_reference.items())),
            "holds": sorted(book.holds),
            "today": book.reserved_on(unit.hall.business_day),
            "busy": {one.clerk_id: one.busy for one in unit.clerk_times(span)},
        }

    return hand.look(picture, site_id)
