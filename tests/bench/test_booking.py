"""The bench of bookings looks for doubles in the file: it has to find one."""

import contextlib
import sqlite3
from pathlib import Path

import pytest

from tests.bench.booking import wanted_of
from tests.bench.booking_past import doubles_in, held_in


def a_file(folder: Path, *rows: tuple[int, str, str, str]) -> Path:
    path = folder / "booked.sqlite3"
    with contextlib.closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("CREATE TABLE appointment (id, clerk_id, starts_at, minutes DEFAULT 15, state)")
        sql = "INSERT INTO appointment (id, clerk_id, starts_at, state) VALUES (?, ?, ?, ?)"
        connection.executemany(sql, rows)
    return path


@pytest.mark.parametrize(
    ("clerk", "clock", "state", "doubles"),
    [
        ("anna", "10:10", "held", 1),
        ("anna", "10:15", "held", 0),
        ("bernd", "10:00", "booked", 0),
        ("anna", "10:00", "booked", 3),
        ("anna", "10:00", "expired", 0),
    ],
)
def test_two_visits_of_one_clerk_at_a_time_are_found(
    tmp_path: Path, clerk: str, clock: str, state: str, doubles: int
) -> None:
    first = (1, "anna", "2026-03-04 10:00:00.000000", "held")
    path = a_file(tmp_path, first, (2, clerk, f"2026-03-04 {clock}:00.000000", state))
    assert doubles_in(path) == doubles
    assert held_in(path) == ({1} if state == "expired" else {1, 2})


def test_on_a_hot_day_more_press_than_there_are_times() -> None:
    times = [f"{cell}" for cell in range(60)]
    assert len(wanted_of(times)) == 2 * 20 + 2
