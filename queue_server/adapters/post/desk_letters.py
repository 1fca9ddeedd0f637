"""The outbox as staff see it: what waits, what was given up and why, and what they may do about it.

What must not live here: contacts; a list of letters needs none. Working on letters: `adapters.post.outbox`.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Final

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from queue_server.adapters.post import outbox, sheet_letters
from queue_server.adapters.post.outbox import (
    AS_NEW,
    CANCELLED,
    FAILED,
    HELD,
    OUTBOX,
    WAITING,
    Backlog,
    backlogs,
    is_holding,
    send_again,
)
from queue_server.adapters.rows.base import table
from queue_server.adapters.rows.person_rows import PersonRows
from queue_server.adapters.tables.appointments import AppointmentRow

__all__ = [
    "MOST",
    "Backlog",
    "Shown",
    "backlogs",
    "discard",
    "drop",
    "is_holding",
    "letters_of",
    "mail_troubles",
    "phone_troubles",
    "release",
    "send_again",
    "send_all_again",
]
APPOINTMENT = table(AppointmentRow)
MOST: Final = 200
"""So many are listed of each state; who has more reads the number and acts on all."""
_SHOWN: Final = ("id", "channel", "kind", "state", "first_due_at", "due_at", "tries", "last_error")
mail_troubles = PersonRows.mail_troubles
phone_troubles = PersonRows.phone_troubles


@dataclass(frozen=True, slots=True)
class Shown:
    """A letter and the appointment it tells of; the latter is empty when its row is gone."""

    id: int
    channel: str
    kind: str
    state: str
    first_due_at: datetime
    due_at: datetime
    tries: int
    last_error: str
    reference: str
    starts_at: datetime | None


def letters_of(connection: Connection, site_id: str, state: str, now: datetime) -> list[Shown]:
    """Return a site's letters in that state, the longest due first; of what waits, what is due already."""
    belongs = sa.and_(APPOINTMENT.c.site_id == OUTBOX.c.site_id, APPOINTMENT.c.id == OUTBOX.c.appointment_id)
    query = (
        sa.select(*(OUTBOX.c[name] for name in _SHOWN), APPOINTMENT.c.reference, APPOINTMENT.c.starts_at)
        .select_from(OUTBOX.outerjoin(APPOINTMENT, belongs))
        .where(OUTBOX.c.site_id == site_id, OUTBOX.c.state == state)
        .order_by(OUTBOX.c.first_due_at, OUTBOX.c.id)
        .limit(MOST)
    )
    if state == WAITING:
        query = query.where(OUTBOX.c.first_due_at <= now)
    rows = connection.execute(query).mappings()
    return [Shown(**{**row} | {"reference": row["reference"] or ""}) for row in rows]


def release(connection: Connection, site_id: str) -> int:
    """Let all held letters of a site go, with the last site its town's sheets; return how many letters."""
    released = outbox.release(connection, site_id)
    sheet_letters.end_holding(connection, site_id, WAITING)
    return released


def discard(connection: Connection, site_id: str) -> int:
    """Never send any held letter of a site, nor its town's sheets with the last site; return how many."""
    discarded = outbox.discard(connection, site_id)
    sheet_letters.end_holding(connection, site_id, CANCELLED)
    return discarded


def send_all_again(connection: Connection, site_id: str, now: datetime) -> int:
    """Let all letters of a site that were given up wait once more; return how many."""
    return connection.execute(
        sa.update(OUTBOX)
        .where(OUTBOX.c.site_id == site_id, OUTBOX.c.state == FAILED)
        .values(AS_NEW | {"first_due_at": now, "due_at": now})
    ).rowcount


def drop(connection: Connection, letter_id: int, site_id: str) -> bool:
    """Never send a letter, in whatever state it waits; False when there is none such."""
    done = connection.execute(
        sa.update(OUTBOX)
        .where(
            OUTBOX.c.id == letter_id,
            OUTBOX.c.site_id == site_id,
            OUTBOX.c.state.in_((FAILED, WAITING, HELD)),
        )
        .values(state=CANCELLED, lease_until=None)
    )
    return done.rowcount == 1
