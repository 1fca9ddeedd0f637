"""What holders of appointments do: from the log, and drawn towards the usual where little is known."""

from datetime import UTC, datetime, timedelta
from typing import Any

from queue_server.domain.entry import Entry
from queue_server.domain.forecast.arrival_habits import WEIGHT, Arrivals, arrivals_of, habits_of
from queue_server.domain.forecast.drawing import Habits

TEN = datetime(2026, 3, 3, 10, tzinfo=UTC)


def entry(seq: int, kind: str, minutes: float = 0, **payload: Any) -> Entry:
    return Entry(seq, TEN + timedelta(minutes=minutes), kind, payload)


def test_who_came_counts_by_how_far_off_and_who_left_did_come() -> None:
    found = arrivals_of(
        [
            entry(1, "TicketTaken", -7, appointed_at=TEN.isoformat()),
            entry(2, "AppointmentCheckedIn", -7, appointment=90, ticket=1),
            entry(3, "TicketTaken", 0),  # a walk-in
            entry(4, "TicketTaken", 300, appointed_at=TEN.isoformat()),
            entry(5, "AppointmentMissed", 400, appointment=90),
            entry(6, "AppointmentMissed", 400, appointment=91),
            entry(7, "TicketTaken", -7, appointed_at=TEN.isoformat(), after=1),
            entry(8, "AppointmentMissed", 20, appointment=92),
            entry(9, "AppointmentCheckedIn", 30, appointment=92, ticket=10),
        ]
    )
    assert found == Arrivals([-7.0, 60.0], missed=1)


def test_of_an_unknown_site_the_usual_is_expected() -> None:
    assert habits_of(Arrivals(), Habits()) == Habits()


def test_few_appointments_change_little_and_many_nearly_all() -> None:
    usual = Habits()
    few = habits_of(Arrivals([10.0] * 4, missed=1), usual)
    assert abs(few.no_show - usual.no_show) < 0.02
    assert max(abs(a - b) for a, b in zip(few.comes_min, usual.comes_min, strict=True)) < 3
    many = habits_of(Arrivals([10.0] * 3000, missed=1000), usual)
    assert abs(many.no_show - 0.25) < 0.01
    assert all(abs(one - 10) < 1 for one in many.comes_min)
    half = habits_of(Arrivals([10.0] * WEIGHT), usual)
    assert half.comes_min[0] == (usual.comes_min[0] + 10) / 2


def test_a_site_where_nobody_came_keeps_the_usual_times() -> None:
    found = habits_of(Arrivals(missed=WEIGHT), Habits())
    assert found.comes_min == Habits().comes_min
    assert found.no_show == (0.1 + 1) / 2
