"""Rows of `interpreter_order`: who was arranged to interpret and is not needed then any more. And how many
things the desk still has to see to.

No name and no contact. Displays, kiosks and phones are on no road that imports this module.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from queue_server.adapters.rows.appointment_rows import APPOINTMENT
from queue_server.adapters.rows.base import table
from queue_server.adapters.rows.person_rows import PERSON
from queue_server.adapters.tables.visitors import WISHES_INTERPRETER, InterpreterOrder
from queue_server.domain.appointment import AppointmentState
from queue_server.domain.interpreting import ARRANGED
from queue_server.services import ports

ORDER = table(InterpreterOrder)
SETTLED_KEPT: Final = timedelta(hours=12)
"""So long a press that settled one may be taken back."""
_COLUMNS: Final = tuple(ORDER.c[name] for name in ports.InterpreterOrder.__dataclass_fields__)


class OrderRows:
    """Reads and writes them."""

    @staticmethod
    def add(connection: Connection, row: Mapping[str, Any]) -> None:
        connection.execute(sa.insert(ORDER).values(**row))

    @staticmethod
    def of_site(connection: Connection, site_id: str) -> list[ports.InterpreterOrder]:
        query = sa.select(*_COLUMNS).where(ORDER.c.site_id == site_id).order_by(ORDER.c.starts_at, ORDER.c.id)
        return [ports.InterpreterOrder(**row) for row in connection.execute(query).mappings()]

    @staticmethod
    def settle(connection: Connection, site_id: str, id_: int, settled_at: datetime | None) -> None:
        which = (ORDER.c.site_id == site_id) & (ORDER.c.id == id_)
        connection.execute(sa.update(ORDER).where(which).values(settled_at=settled_at))

    @staticmethod
    def drop(connection: Connection, site_id: str, id_: int) -> None:
        connection.execute(sa.delete(ORDER).where(ORDER.c.site_id == site_id, ORDER.c.id == id_))

    @staticmethod
    def unname(connection: Connection, organisation_id: str, reference: str) -> None:
        which = (ORDER.c.organisation_id == organisation_id) & (ORDER.c.reference == reference)
        connection.execute(sa.update(ORDER).where(which).values(reference=""))

    @staticmethod
    def forget(connection: Connection, now: datetime) -> int:
        """Delete those whose time has come, or that were settled hours ago; return how many."""
        over = (ORDER.c.starts_at <= now) | (ORDER.c.settled_at <= now - SETTLED_KEPT)
        return connection.execute(sa.delete(ORDER).where(over)).rowcount

    @staticmethod
    def count_open(connection: Connection, site_id: str, now: datetime) -> int:
        """Count what the desk has to see to: wishes that nobody arranged, and orders that nobody called off.

        What `services.interpreters` lists as open, asked by two indexes: each page of the desk shows it.
        """
        same = (APPOINTMENT.c.site_id == PERSON.c.site_id) & (APPOINTMENT.c.id == PERSON.c.appointment_id)
        is_requested = (APPOINTMENT.c.state == AppointmentState.UNCONFIRMED) & (
            APPOINTMENT.c.held_until > now
        )
        wishes = (
            sa.select(sa.func.count())
            .select_from(PERSON.join(APPOINTMENT, same))
            .where(
                PERSON.c.site_id == site_id,
                sa.text(WISHES_INTERPRETER),
                sa.cast(PERSON.c.needs, sa.Text).not_like(f"%{ARRANGED}%"),
                APPOINTMENT.c.starts_at > now,
                (APPOINTMENT.c.state == AppointmentState.BOOKED) | is_requested,
            )
        )
        orders = (
            sa.select(sa.func.count())
            .select_from(ORDER)
            .where(ORDER.c.site_id == site_id, ORDER.c.settled_at.is_(None), ORDER.c.starts_at > now)
        )
        return sum(connection.execute(query).scalar_one() for query in (wishes, orders))
