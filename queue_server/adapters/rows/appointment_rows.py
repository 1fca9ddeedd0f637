"""Rows of `appointment`: how an appointment is written and read back."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import fields
from datetime import date, tzinfo
from functools import partial
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from queue_server.adapters.rows.base import table, upsert
from queue_server.adapters.rows.prepared import Prepared, PreparedRows
from queue_server.adapters.tables.appointments import AppointmentRow
from queue_server.domain.appointment import LIVE, Appointment, AppointmentState
from queue_server.domain.book import Book

APPOINTMENT = table(AppointmentRow)
BESIDE_THE_LOG: Final = frozenset({"clerk_id", "secret_version", "client"})
"""What no event tells, on purpose: who serves whom, and what opens what."""
_FIELDS: Final = tuple(f.name for f in fields(Appointment))
_COLUMNS: Final = tuple(APPOINTMENT.c[name] for name in _FIELDS)
_NUMBERED: Final = frozenset({AppointmentState.BOOKED, AppointmentState.CHECKED_IN, AppointmentState.MISSED})
_PUT = PreparedRows(partial(upsert, APPOINTMENT))
_HAS_REFERENCE = Prepared(
    lambda _: sa.select(APPOINTMENT.c.id).where(
        APPOINTMENT.c.reference == sa.bindparam("reference", type_=APPOINTMENT.c.reference.type)
    )
)

Row = Mapping[str, Any]


class AppointmentRows:
    """Reads and writes appointments; each is known by its site and its id."""

    @staticmethod
    def of_book(organisation_id: str, book: Book) -> list[Row]:
        """Return the rows that the book's changes touched; empties what it keeps for that."""
        touched = [found for i in book.touched if (found := book.get(i)) is not None]
        # Who gives a number up is written before who gets it: the unique index looks at each row.
        touched.sort(key=lambda a: (a.state in _NUMBERED, a.id))
        rows = [values(organisation_id, book, one) for one in touched]
        book.settle()
        return rows

    @staticmethod
    def is_expected(row: Row) -> bool:
        """Say whether a row has a reference and a number to itself: it is written behind those without."""
        return row["state"] in _NUMBERED

    @staticmethod
    def put(connection: Connection, rows: Sequence[Row]) -> None:
        _PUT.run(connection, rows)

    @staticmethod
    def read_book(connection: Connection, site_id: str, zone: tzinfo, today: date) -> Book:
        """Return the site's live appointments, and who was missed today."""
        book = Book(site_id, zone)
        query = sa.select(*_COLUMNS).where(APPOINTMENT.c.site_id == site_id)
        live = query.where(APPOINTMENT.c.state.in_(LIVE))
        missed = query.where(APPOINTMENT.c.state == AppointmentState.MISSED, APPOINTMENT.c.day >= today)
        for row in connection.execute(sa.union_all(live, missed)):
            book.restore(_appointment(row))
        return book

    @staticmethod
    def by_id(connection: Connection, site_id: str, appointment_id: int) -> Appointment | None:
        query = sa.select(*_COLUMNS).where(
            APPOINTMENT.c.site_id == site_id, APPOINTMENT.c.id == appointment_id
        )
        row = connection.execute(query).first()
        return None if row is None else _appointment(row)

    @staticmethod
    def by_reference(
        connection: Connection, organisation_id: str, reference: str
    ) -> tuple[str, Appointment] | None:
        """Return an appointment of the organisation with its site."""
        query = sa.select(*_COLUMNS, APPOINTMENT.c.site_id).where(
            APPOINTMENT.c.reference == reference, APPOINTMENT.c.organisation_id == organisation_id
        )
        row = connection.execute(query).first()
        return None if row is None else (row.site_id, _appointment(row))

    @staticmethod
    def is_reference_taken(connection: Connection, reference: str) -> bool:
        return _HAS_REFERENCE.first(connection, {"reference": reference}) is not None


def values(organisation_id: str, book: Book, appointment: Appointment) -> Row:
    """Return the row of an appointment."""
    row = {name: getattr(appointment, name) for name in _FIELDS}
    return {
        **row,
        "organisation_id": organisation_id,
        "site_id": book.site_id,
        "day": book.day_of(appointment),
    }


def _appointment(row: Any) -> Appointment:
    found: Iterable[tuple[str, Any]] = ((name, getattr(row, name)) for name in _FIELDS)
    appointment = Appointment(**dict(found))
    appointment.concern = tuple((str(service), int(count)) for service, count in appointment.concern)
    return appointment
