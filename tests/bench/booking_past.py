"""What the bench of bookings does with the database file itself: making a long past, looking for doubles.

The past is a day's worth of appointments, booked through the API and copied in the file with their events
and letters; the originals are taken out. What must not live here: load, rounds, judging.
"""

import contextlib
import sqlite3
from collections import Counter
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Final

A_DAY: Final = 200
AHEAD: Final = 60
"""Every copy ends up in the past: nobody books so many days ahead."""
_ENDED: Final = "CASE id % 20 WHEN 0 THEN 'missed' WHEN 1 THEN 'cancelled' ELSE 'completed' END"
_MOVED: Final[Mapping[str, Mapping[str, str]]] = {
    "appointment": {
        "id": "id + :step",
        "reference": "printf('%08x', id + :step)",
        "state": _ENDED,
        "day": "date(:on)",
        "starts_at": ":on || substr(starts_at, 11)",
        "number": "id",
    },
    "event": {"seq": "seq + :step", "business_day": "date(:on)"},
    "outbox": {
        "id": "id + :step",
        "appointment_id": "appointment_id + :step",
        "dedupe_key": "dedupe_key || '-' || :step",
        "state": "'sent'",
    },
}
"""What differs in each copy of a day's rows."""
_NOT_COPIED: Final = ("clerk_cell", "booked_person")
"""Time is given back when a visit is over, persons are erased a day later."""


def copy_past(file: Path, days: int) -> int:
    """Put so many copies of all booked appointments into the past, and take these out; return the size."""
    with contextlib.closing(sqlite3.connect(file, isolation_level=None)) as connection:
        connection.execute("PRAGMA synchronous=OFF")
        [step] = connection.execute("SELECT max(seq) FROM event").fetchone()
        connection.execute("BEGIN")
        for table, changes in _MOVED.items():
            copy = _copy_of(connection, table, changes)
            for day in range(1, days + 1):
                on = date.fromordinal(date.today().toordinal() - day).isoformat()  # noqa: DTZ011
                connection.execute(copy, {"step": day * step, "most": step, "on": on})
        for table, key in (("event", "seq"), ("outbox", "id"), ("appointment", "id")):
            connection.execute(f"DELETE FROM {table} WHERE {key} <= ?", (step,))  # noqa: S608
        for table in _NOT_COPIED:
            connection.execute(f"DELETE FROM {table}")  # noqa: S608
        connection.execute("UPDATE site_stream SET seq = ? WHERE seq > 0", ((days + 1) * step,))
        connection.execute("COMMIT")
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    return file.stat().st_size


def _copy_of(connection: sqlite3.Connection, table: str, changes: Mapping[str, str]) -> str:
    """Return the statement that copies the first rows of a table, those up to `:most`."""
    names = [row[1] for row in connection.execute(f"PRAGMA table_info({table})")]
    columns = ", ".join(f'"{name}"' for name in names)
    chosen = ", ".join(changes.get(name, f'"{name}"') for name in names)
    key = "seq" if table == "event" else "id"
    return f"INSERT INTO {table} ({columns}) SELECT {chosen} FROM {table} WHERE {key} <= :most"  # noqa: S608


def held_in(file: Path) -> set[int]:
    """Return the ids of all that is held or booked."""
    with contextlib.closing(sqlite3.connect(file)) as connection:
        return {row[0] for row in connection.execute(f"SELECT id FROM appointment WHERE {_LIVE}")}  # noqa: S608


def doubles_in(file: Path) -> int:
    """Return how many five minutes of a clerk belong to more than one live appointment.

    It is counted from the appointments: the cells' own table could not say it, its key forbids it.
    """
    with contextlib.closing(sqlite3.connect(file)) as connection:
        rows = connection.execute(
            "SELECT clerk_id, CAST(strftime('%s', starts_at) AS INTEGER) / 300, minutes / 5 "  # noqa: S608
            f"FROM appointment WHERE {_LIVE}"
        )
        taken = Counter((clerk, cell) for clerk, first, cells in rows for cell in range(first, first + cells))
    return sum(1 for count in taken.values() if count > 1)


_LIVE: Final = "state IN ('held', 'booked', 'checked_in')"
