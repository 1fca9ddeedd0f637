"""Reads what a simulated day is drawn from: a day's log, and the appointments in the book.

What must not live here: what is made of it (`domain.simulation`). Nobody is named anywhere in it.
"""

from datetime import date

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from queue_server.adapters.rows.appointment_rows import APPOINTMENT
from queue_server.adapters.rows.base import read_log
from queue_server.domain.appointment import AppointmentState
from queue_server.domain.events import Recorded, TicketCalled
from queue_server.domain.simulation.demand import Booked

_CAME = (AppointmentState.CHECKED_IN, AppointmentState.COMPLETED)
_IN_BOOK = (AppointmentState.BOOKED, *_CAME, AppointmentState.MISSED)


def log_of(connection: Connection, site_id: str, on: date) -> list[Recorded]:
    """Return the log of a day on which anybody was called; of any other nothing."""
    log = read_log(connection, site_id, 0, on)
    return log if any(isinstance(one.event, TicketCalled) for one in log) else []


def book_of(connection: Connection, site_id: str, on: date) -> list[Booked]:
    """Return the appointments of a day, by time."""
    columns = APPOINTMENT.c.starts_at, APPOINTMENT.c.concern, APPOINTMENT.c.minutes
    wanted = (
        APPOINTMENT.c.site_id == site_id,
        APPOINTMENT.c.day == on,
        APPOINTMENT.c.state.in_(_IN_BOOK),
    )
    rows = connection.execute(sa.select(*columns).where(*wanted).order_by(*columns[:1], APPOINTMENT.c.id))
    return [
        Booked(starts_at, tuple((str(id_), int(count)) for id_, count in concern), minutes)
        for starts_at, concern, minutes in rows
    ]
