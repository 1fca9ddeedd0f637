"""The references do what they are named after; ours is the product's."""

from datetime import timedelta

from queue_server.domain.order import walk_in_due, with_priority
from queue_server.domain.simulation.disciplines import (
    AppointmentsFirst,
    AsRecorded,
    Discipline,
    FirstCome,
    Ours,
    Weights,
)
from queue_server.domain.simulation.living import live
from queue_server.domain.simulation.plan import Visitor
from tests.domain.builders import at
from tests.domain.simulation.plans import a_plan, a_turn, a_visitor

BUSY = a_visitor("09:00", a_turn(60))


def order(discipline: Discipline, *visitors: Visitor) -> list[int]:
    """Return in which order they are called who came while the one counter was busy from nine to ten."""
    return [place - 1 for _, _, place in live(a_plan(BUSY, *visitors), discipline).calls()[1:]]


def test_first_come_first_served_asks_for_no_appointment() -> None:
    visitors = (a_visitor("09:05"), a_visitor("09:06", appointed="09:00"), a_visitor("09:07", expected_min=5))
    assert order(FirstCome(), *visitors) == [0, 1, 2]
    assert order(FirstCome(), a_visitor("09:05", appointed="10:30"), a_visitor("09:06")) == [0, 1]


def test_appointments_first_lets_walk_ins_fill_the_gaps() -> None:
    visitors = (
        a_visitor("09:01"),
        a_visitor("09:05", appointed="10:15"),
        a_visitor("09:30", appointed="09:00"),
    )
    assert order(AppointmentsFirst(), *visitors) == [2, 0, 1]


def test_weights_let_an_appointment_overtake_some_minutes_and_not_others() -> None:
    holder = a_visitor("09:35", appointed="09:40")
    assert order(Weights(booked=3), a_visitor("09:05"), holder) == [1, 0], "60 points against 55"
    assert order(Weights(booked=2), a_visitor("09:05"), holder) == [0, 1], "40 against 55"
    assert order(Weights(booked=3), a_visitor("09:59"), a_visitor("09:40", appointed="10:10")) == [0, 1]


def test_ours_is_the_rule_of_the_hall() -> None:
    one = a_visitor("09:05", expected_min=20, priority=True)
    placed = Ours(2).place(one)
    assert placed.due == with_priority(walk_in_due(at("09:05"), 20, 2), at("09:05"))
    assert Ours().place(a_visitor("09:14", appointed="09:00")).due.at == at("09:00")
    late = Ours(grace=timedelta(minutes=10)).place(a_visitor("09:14", appointed="09:00"))
    assert late.due.at == at("09:19")


def test_as_recorded_keeps_what_the_log_tells() -> None:
    one = a_visitor("09:05")
    assert AsRecorded().place(one) == Ours().place(one)
