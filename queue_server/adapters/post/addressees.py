"""Who a letter goes to and what it is about, read when it is sent: a corrected address counts.

What must not live here: anything that keeps or logs what was read. Displays, kiosks and phones never
import this module.
"""

from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from queue_server.adapters.rows.base import table
from queue_server.adapters.tables.appointments import AppointmentRow
from queue_server.adapters.tables.visitors import BookedPerson
from queue_server.domain.appointment import AppointmentState

APPOINTMENT, PERSON = table(AppointmentRow), table(BookedPerson)
_OF_APPOINTMENT = (
    *("reference", "number", "starts_at", "minutes", "concern", "area_id"),
    *("state", "language", "secret_version", "clerk_id", "held_until"),
)
_TOLD = ("name", "email", "phone", "answer", "paper_answers")


@dataclass(frozen=True, slots=True, repr=False)
class Addressee:
    """An appointment and the contact of who booked it; all texts are empty once they were erased."""

    reference: str
    number: int | None
    starts_at: datetime
    minutes: int
    concern: tuple[tuple[str, int], ...]
    area_id: str | None
    state: AppointmentState
    language: str
    secret_version: int
    clerk_id: str | None
    held_until: datetime
    name: str
    email: str
    phone: str
    answer: str
    paper_answers: str
    reminder_min: int | None
    sms: bool

    def __repr__(self) -> str:
        return "Addressee(…)"  # an error's text goes to the log


def addressee(connection: Connection, site_id: str, appointment_id: int) -> Addressee | None:
    """Return what a letter on this appointment needs; None when there is no such appointment."""
    belongs = sa.and_(PERSON.c.site_id == APPOINTMENT.c.site_id, PERSON.c.appointment_id == APPOINTMENT.c.id)
    query = (
        sa.select(
            *(APPOINTMENT.c[name] for name in _OF_APPOINTMENT),
            *(PERSON.c[name] for name in (*_TOLD, "reminder_min", "sms")),
        )
        .select_from(APPOINTMENT.outerjoin(PERSON, belongs))
        .where(APPOINTMENT.c.site_id == site_id, APPOINTMENT.c.id == appointment_id)
    )
    row = connection.execute(query).mappings().first()
    if row is None:
        return None
    values = dict(row)
    values["concern"] = tuple((str(service), int(count)) for service, count in row["concern"])
    told = {name: row[name] or "" for name in _TOLD} | {"sms": bool(row["sms"])}
    return Addressee(**values | told)
