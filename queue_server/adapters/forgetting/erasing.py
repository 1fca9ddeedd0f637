"""Erasing people: the rows of `booked_person` and `visitor_data` go, and in the same transaction it is noted
that they went (`erasure`, for the journal beside the backups) and by what they would be recognised (marks).

Nothing else deletes from these two tables; a test holds that. What must not live here: deciding when
(`services.booking_letters`, `forgetting.nightly`).
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from queue_server.adapters.forgetting import marks
from queue_server.adapters.rows.base import table
from queue_server.adapters.rows.person_rows import PERSON
from queue_server.adapters.rows.visitor_rows import VISITOR
from queue_server.adapters.tables.forgetting import Erasure
from queue_server.domain.person import Person

ERASURE = table(Erasure)
PERSONS, VISITORS = "booked_person", "visitor_data"
AT_ONCE: Final = 200
"""So many rows are found by one statement: SQLite takes 1,000 conditions joined by OR."""
_KEPT_LAST: Final = frozenset({"email", "phone", "sms", "answer"})
_TOLD: Final = (
    "organisation_id",
    "site_id",
    "created_at",
    *("name", "email", "phone", "for_whom", "by", "address"),
)
Key = tuple[str, int, datetime]
"""(site, appointment or ticket, kept since)."""


def erase_persons(connection: Connection, site_id: str, ids: Sequence[int], at: datetime) -> int:
    """Erase who booked these appointments; return how many."""
    return _erase(connection, _persons_of(site_id, ids), at)


def keep_contact(
    connection: Connection, site_id: str, appointment_id: int, at: datetime, until: datetime
) -> None:
    """Erase all but the contact, and what is written to it, for one last letter."""
    mine = _persons_of(site_id, [appointment_id])
    told = _rows(connection.execute(sa.select(*_columns()).where(mine)))
    blank = {name: getattr(Person(), name) for name in Person.__dataclass_fields__ if name not in _KEPT_LAST}
    blank |= {"needs": [], "contact_hash": "", "second_hash": ""}
    connection.execute(sa.update(PERSON).where(mine).values(**blank, erase_after=until))
    # What stays is marked when it goes.
    _note(connection, PERSONS, [{**row, "email": "", "phone": ""} for row in told], at)


def erase_overdue(connection: Connection, now: datetime) -> int:
    """Erase whose time is over; return how many."""
    return _erase(connection, PERSON.c.erase_after <= now, now)


def erase_visitors(connection: Connection, site_id: str, ids: Sequence[int], at: datetime) -> int:
    """Erase what the visitors with these tickets told; return how many."""
    if not ids:
        return 0
    mine = (VISITOR.c.site_id == site_id) & VISITOR.c.ticket_id.in_(ids)
    columns = (VISITOR.c.organisation_id, VISITOR.c.site_id, VISITOR.c.ticket_id, VISITOR.c.created_at)
    gone = _rows(connection.execute(sa.delete(VISITOR).where(mine).returning(*columns)))
    _note(connection, VISITORS, gone, at)
    return len(gone)


def erase_again(connection: Connection, keys: Iterable[tuple[str, Key]], at: datetime) -> int:
    """Erase whom a restored backup brought back: `(kind, (site, ref, kept since))` of a journal.

    Only the very row that was erased: after a restore the same id may be another person's.
    """
    wanted: dict[str, set[Key]] = {PERSONS: set(), VISITORS: set()}
    for kind, key in keys:
        wanted.setdefault(kind, set()).add(key)
    gone = 0
    for kind, rows, ref in ((PERSONS, PERSON, "appointment_id"), (VISITORS, VISITOR, "ticket_id")):
        query = sa.select(rows.c.site_id, rows.c[ref], rows.c.created_at)
        back = [
            (site, id_)
            for site, id_, since in connection.execute(query)
            if (site, id_, since) in wanted[kind]
        ]
        erase = erase_persons if kind == PERSONS else erase_visitors
        for site_id in {site for site, _ in back}:
            ids = [id_ for site, id_ in back if site == site_id]
            gone += sum(
                erase(connection, site_id, ids[begin : begin + AT_ONCE], at)
                for begin in range(0, len(ids), AT_ONCE)
            )
    return gone


def _erase(connection: Connection, which: sa.ColumnElement[bool], at: datetime) -> int:
    gone = _rows(connection.execute(sa.delete(PERSON).where(which).returning(*_columns())))
    _note(connection, PERSONS, gone, at)
    return len(gone)


def _note(connection: Connection, kind: str, gone: Sequence[Mapping[str, Any]], at: datetime) -> None:
    if not gone:
        return
    ref = "appointment_id" if kind == PERSONS else "ticket_id"
    rows = [
        {
            "organisation_id": row["organisation_id"],
            "site_id": row["site_id"],
            "kind": kind,
            "ref": row[ref],
            "kept_since": row["created_at"],
            "at": at,
        }
        for row in gone
    ]
    for begin in range(0, len(rows), AT_ONCE):
        connection.execute(sa.insert(ERASURE).values(rows[begin : begin + AT_ONCE]))
    if kind == PERSONS:
        marks.add(connection, gone, at)


def _columns() -> list[sa.Column[Any]]:
    return [PERSON.c.appointment_id, *(PERSON.c[name] for name in _TOLD)]


def _persons_of(site_id: str, ids: Sequence[int]) -> sa.ColumnElement[bool]:
    return (PERSON.c.site_id == site_id) & PERSON.c.appointment_id.in_(ids)


def _rows(result: sa.CursorResult[Any]) -> list[dict[str, Any]]:
    return [dict(row) for row in result.mappings()]
