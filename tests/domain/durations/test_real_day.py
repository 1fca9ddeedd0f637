"""A recorded day with other minutes: the book has room for fewer, and who comes waits less or more."""

from dataclasses import replace

from queue_server.domain.durations.proposing import Proposal
from queue_server.domain.durations.real_day import RealDay, is_telling, real_day
from queue_server.domain.simulation.demand import Booked
from queue_server.domain.simulation.disciplines import Ours
from queue_server.domain.simulation.plan import DayPlan, Visitor
from tests.domain.builders import CARD, DAY, PASS, at
from tests.domain.simulation.plans import a_desk, a_turn, a_visitor
from tests.domain.town_builders import a_service

PASSPORT = replace(a_service("pass", minutes=15), id=PASS)
TIMES = ("09:00", "09:15", "09:30", "09:45", "10:00", "10:15", "10:30", "10:45")


def booked_at(time: str, lasts: float = 30, service: str = PASS) -> Visitor:
    return a_visitor(time, a_turn(lasts), service=service, expected_min=15, appointed=time)


def a_day(*visitors: Visitor, counters: int = 1) -> DayPlan:
    desks = tuple(a_desk(f"c{n}", ("09:00", "11:00")) for n in range(counters))
    return DayPlan(DAY, desks, visitors)


def book(*times: str, service: str = PASS) -> list[Booked]:
    return [Booked(at(time), ((service, 1),), 15) for time in times]


def lived(plan: DayPlan, booked: list[Booked], minutes: int) -> RealDay:
    made = Proposal(PASS, minutes, PASSPORT.further_minutes, float(minutes))
    return real_day(plan, booked, PASSPORT, made, Ours())


def test_with_the_minutes_it_takes_fewer_fit_and_nobody_waits() -> None:
    found = lived(a_day(*map(booked_at, TIMES)), book(*TIMES), 30)
    assert (found.visits, found.booked, found.missed, found.fit) == (8, 8, 0, 4)
    assert found.now.mean > 40
    assert found.now.overtime == 120
    assert (found.then.mean, found.then.nine_of_ten, found.then.overtime) == (0, 0, 0)


def test_who_did_not_come_takes_a_place_in_the_book_and_no_time() -> None:
    came = [time for time in TIMES[:4] if time != "09:15"]
    found = lived(a_day(*map(booked_at, came)), book(*TIMES[:4]), 30)
    assert (found.booked, found.missed, found.fit) == (4, 1, 4)
    assert found.now.mean > 0
    assert found.then.mean == 0


def test_the_same_minutes_give_the_same_day() -> None:
    found = lived(a_day(*map(booked_at, TIMES)), book(*TIMES), 15)
    assert found.then == found.now
    assert found.fit == 8


def test_another_service_keeps_its_minutes_and_gives_way_in_the_book() -> None:
    plan = a_day(booked_at("09:00"), booked_at("09:15", lasts=15, service=CARD))
    found = lived(plan, [*book("09:00"), *book("09:15", service=CARD)], 30)
    assert (found.visits, found.booked, found.fit) == (2, 1, 1)
    assert found.now.nine_of_ten == 15
    assert found.then.nine_of_ten == 0


def test_two_appointments_at_once_go_on_at_two_counters() -> None:
    plan = a_day(*(booked_at(time) for time in ("09:00", "09:00", "09:30", "09:30")), counters=2)
    found = lived(plan, book("09:00", "09:00", "09:30", "09:30"), 30)
    assert (found.fit, found.then.mean) == (4, 0)


def test_of_one_counter_or_of_few_appointments_no_day_tells() -> None:
    plan = a_day(*map(booked_at, TIMES), counters=2)
    assert is_telling(plan, book(*TIMES[:3]), PASSPORT)
    assert not is_telling(a_day(*map(booked_at, TIMES)), book(*TIMES[:3]), PASSPORT)
    assert not is_telling(plan, book(*TIMES[:2]), PASSPORT)
    assert not is_telling(plan, book(*TIMES[:3], service=CARD), PASSPORT)
