"""Whether appointments and clerks' cells say what the log says; and making them say it again.

The book is folded over a site's whole log, not a day's: what is booked today was held weeks ago. It begins
behind what was forgotten after years (`hall_past`): entries and rows up to there do not count. What
stands beside the log (whose time it takes, what opens the manage link) is left out of the comparison and
kept when rows are remade.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, fields
from datetime import UTC, tzinfo
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from queue_server.adapters.clerk_cells import CELL, ClerkCells, Taken
from queue_server.adapters.planner import BOOK_EVENTS
from queue_server.adapters.rows.appointment_rows import APPOINTMENT, BESIDE_THE_LOG, AppointmentRows, values
from queue_server.adapters.rows.base import EVENT
from queue_server.adapters.rows.stream_rows import StreamRows
from queue_server.domain.appointment import LIVE, Appointment, AppointmentState
from queue_server.domain.book import Book
from queue_server.domain.book_fold import after_forgetting, apply
from queue_server.domain.events import Recorded, event_of
from queue_server.domain.slots import CELL_S, cell_of

_COMPARED: Final = tuple(f.name for f in fields(Appointment) if f.name not in BESIDE_THE_LOG)


class BrokenBook(Exception):  # noqa: N818 - it is the log that is broken
    """The entry `seq` about an appointment does not fit the ones before it, or cannot be read."""

    def __init__(self, seq: int, why: str) -> None:
        super().__init__(f"entry {seq} of the log does not fit: {why}")
        self.seq, self.why = seq, why


def fold_book(connection: Connection, site_id: str, zone: tzinfo = UTC) -> Book:
    """Return the book that the log makes, with all that ended in it. Raises `BrokenBook`."""
    forgotten = StreamRows.forgotten(connection, site_id)
    query = sa.select(EVENT.c.seq, EVENT.c.at, EVENT.c.type, EVENT.c.payload).order_by(EVENT.c.seq)
    query = query.where(EVENT.c.site_id == site_id, EVENT.c.seq > forgotten, EVENT.c.type.in_(BOOK_EVENTS))
    book = Book(site_id, zone)
    for seq, at, kind, payload in connection.execute(query):
        try:
            if (event := after_forgetting(event_of(kind, payload), forgotten)) is not None:
                apply(book, Recorded(seq, at, event))
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            raise BrokenBook(seq, f"{kind}: {error!r}") from error
    return book


def all_of(book: Book) -> dict[int, Appointment]:
    """Return what is in a book and what has ended in it."""
    return {**book.ended, **book.appointments}


def compare_book(connection: Connection, site_id: str) -> Iterator[tuple[str, str, object, object]]:
    """Yield (thing, field, by the log, by the rows) for all that differs. Raises `BrokenBook`."""
    by_log = all_of(fold_book(connection, site_id))
    forgotten = StreamRows.forgotten(connection, site_id)
    query = sa.select(APPOINTMENT).where(APPOINTMENT.c.site_id == site_id, APPOINTMENT.c.id > forgotten)
    by_rows = {row["id"]: {**row} for row in connection.execute(query).mappings()}
    for id_ in sorted({*by_log, *by_rows}):
        yield from _compare(f"appointment {id_}", by_log.get(id_), by_rows.get(id_))
    yield from _compare_cells(connection, site_id, by_rows)


def _compare(
    thing: str, expected: Appointment | None, stored: Mapping[str, Any] | None
) -> Iterator[tuple[str, str, object, object]]:
    if expected is None or stored is None:
        by_log, by_rows = ("there" if one else "missing" for one in (expected, stored))
        yield thing, "", by_log, by_rows
        return
    told = asdict(expected)
    for name in _COMPARED:
        if _plain(told[name]) != _plain(stored[name]):
            yield thing, name, told[name], stored[name]


def _compare_cells(
    connection: Connection, site_id: str, stored: Mapping[int, Mapping[str, Any]]
) -> Iterator[tuple[str, str, object, object]]:
    """Each live appointment has its clerk's cells, from its begin to its end, and nobody else has any."""
    found: dict[int, set[tuple[str, int]]] = {}
    query = sa.select(CELL.c.appointment_id, CELL.c.clerk_id, CELL.c.cell)
    for id_, clerk_id, cell in connection.execute(query.where(CELL.c.site_id == site_id)):
        found.setdefault(id_, set()).add((clerk_id, cell))
    for id_ in sorted({*found, *stored}):
        expected = _cells_of(stored[id_]) if id_ in stored else set()
        there = found.get(id_, set())
        if there != expected:
            yield f"appointment {id_}", "cells", sorted(expected), sorted(there)


def _cells_of(row: Mapping[str, Any]) -> set[tuple[str, int]]:
    if row["state"] not in LIVE:
        return set()
    if row["clerk_id"] is None:
        # Missed and come after all: nobody's time was planned. Else nobody would be there.
        return set() if row["state"] is AppointmentState.CHECKED_IN else {("", 0)}
    first = cell_of(row["starts_at"])
    return {(row["clerk_id"], first + n) for n in range(row["minutes"] * 60 // CELL_S)}


def _plain(value: object) -> object:
    """JSON knows lists only."""
    return [_plain(one) for one in value] if isinstance(value, list | tuple) else value


def rebuild_book(connection: Connection, organisation_id: str, site_id: str, zone: tzinfo) -> int:
    """Write a site's appointments and cells anew; return how many. Raises `BrokenBook` before any change.

    A live appointment whose row is gone finds its clerk in the cells.
    """
    book = fold_book(connection, site_id, zone)
    known = _beside_the_log(connection, site_id)
    for appointment in all_of(book).values():
        for name, value in known.get(appointment.id, {}).items():
            setattr(appointment, name, value)
    mine = APPOINTMENT.c.site_id == site_id
    connection.execute(sa.delete(APPOINTMENT).where(mine))
    connection.execute(sa.delete(CELL).where(CELL.c.site_id == site_id))
    found = all_of(book)
    AppointmentRows.put(connection, [values(organisation_id, book, one) for one in found.values()])
    if cells := list(_all_cells(organisation_id, book)):
        connection.execute(sa.insert(CELL), cells)
    return len(found)


def _beside_the_log(connection: Connection, site_id: str) -> dict[int, dict[str, Any]]:
    cells = sa.select(CELL.c.appointment_id, CELL.c.clerk_id).where(CELL.c.site_id == site_id)
    known: dict[int, dict[str, Any]] = {id_: {"clerk_id": who} for id_, who in connection.execute(cells)}
    columns = [APPOINTMENT.c[name] for name in sorted(BESIDE_THE_LOG)]
    rows = sa.select(APPOINTMENT.c.id, *columns).where(APPOINTMENT.c.site_id == site_id)
    for row in connection.execute(rows).mappings():
        kept = {name: row[name] for name in BESIDE_THE_LOG if row[name] is not None}
        known[row["id"]] = known.get(row["id"], {}) | kept
    return known


def _all_cells(organisation_id: str, book: Book) -> Iterable[Mapping[str, Any]]:
    cells = ClerkCells(organisation_id)
    for one in book.appointments.values():
        if one.is_live and one.clerk_id is not None:
            taken: Taken = (one.clerk_id, one.first_cell, one.cells)
            yield from cells.rows_of((book.site_id, one.id), taken)
