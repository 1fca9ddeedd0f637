"""The same day arranged otherwise: only what was asked for changes."""

import random
from dataclasses import replace

from queue_server.domain.simulation.what_if import with_counters, with_hours, with_roster, with_walk_ins
from tests.domain.builders import CAR, PASS, at
from tests.domain.simulation.plans import a_desk, a_drawn_day, a_plan, a_visitor

SHORT = a_desk("c1", ("08:00", "10:00"), skills=frozenset({PASS}))
LONG = a_desk("c2", ("08:00", "16:00"), skills=frozenset({CAR}))


def test_the_counters_that_are_open_longest_stay() -> None:
    assert with_counters(a_plan(desks=(SHORT, LONG)), 1).desks == (LONG,)
    assert set(with_counters(a_plan(desks=(SHORT, LONG)), 2).desks) == {SHORT, LONG}


def test_an_added_counter_is_open_as_long_as_the_longest_and_does_everything() -> None:
    *_, added, last = with_counters(a_plan(desks=(SHORT, LONG)), 4).desks
    assert (added.id, last.id) == ("added-1", "added-2")
    assert [(s.begins_at, s.ends_at, s.skills) for s in added.shifts] == [
        (at("08:00"), at("16:00"), frozenset({PASS, CAR}))
    ]


def test_other_hours_are_those_of_every_counter_with_its_own_skills() -> None:
    plan = with_hours(a_plan(desks=(SHORT, LONG)), [(at("09:00"), at("12:00")), (at("14:00"), at("18:00"))])
    assert [[shift.begins_at for shift in desk.shifts] for desk in plan.desks] == [
        [at("09:00"), at("14:00")]
    ] * 2
    assert [desk.shifts[0].skills for desk in plan.desks] == [{PASS}, {CAR}]


def test_another_roster_opens_each_counter_at_its_own_times() -> None:
    """The counters of the day keep their skills, those open longest first; more of them do everything."""
    morning, day = (at("08:00"), at("12:00")), (at("09:00"), at("16:00"))
    plan = with_roster(a_plan(desks=(SHORT, LONG)), [[morning], [day], [morning, (at("13:00"), at("15:00"))]])
    assert [desk.id for desk in plan.desks] == ["c2", "c1", "added-1"]
    assert [[shift.ends_at for shift in desk.shifts] for desk in plan.desks] == [
        [at("12:00")],
        [at("16:00")],
        [at("12:00"), at("15:00")],
    ]
    assert [desk.shifts[0].skills for desk in plan.desks] == [{CAR}, {PASS}, {CAR, PASS}]
    assert [desk.id for desk in with_roster(plan, [[day]]).desks] == ["c1"]


def test_walk_ins_become_fewer_or_more_and_appointments_stay() -> None:
    plan = a_drawn_day(1)
    booked = sum(one.appointed_at is not None for one in plan.visitors)
    walk_ins = len(plan.visitors) - booked
    for factor in (0, 0.5, 2.5):
        found = with_walk_ins(plan, factor, random.Random(1)).visitors
        assert sum(one.appointed_at is not None for one in found) == booked
        assert abs(len(found) - booked - factor * walk_ins) <= walk_ins / 4
        assert [one.arrives_at for one in found] == sorted(one.arrives_at for one in found)


def test_the_second_visit_of_one_person_stays_behind_the_first() -> None:
    first, second = a_visitor("09:00", appointed="09:00"), a_visitor("09:01", appointed="09:10")
    plan = a_plan(a_visitor("08:50"), first, replace(second, after=1))
    without, _ = with_walk_ins(plan, 0, random.Random(1)).visitors[-1].after, None
    assert without == 0
    third = with_walk_ins(plan, 3, random.Random(1)).visitors
    (again,) = (one for one in third if one.after is not None)
    assert third[again.after or 0].arrives_at == at("09:00")
