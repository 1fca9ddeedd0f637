"""Whoever comes too late gets no number: by the clock, and by the queue before them."""

from dataclasses import replace

from queue_server.domain.simulation.disciplines import Ours
from queue_server.domain.simulation.lived import Lived
from queue_server.domain.simulation.living import live
from queue_server.domain.simulation.plan import Desk, Visitor
from queue_server.domain.simulation.results import result_of
from tests.domain.builders import ALL, CAR, PASS
from tests.domain.simulation.plans import a_desk, a_drawn_day, a_plan, a_visitor

CARS = frozenset({CAR})


def a_day(*visitors: Visitor, desks: tuple[Desk, ...] = (), has_doors: bool = True) -> Lived:
    return live(replace(a_plan(*visitors, desks=desks), has_doors=has_doors), Ours())


def test_after_closing_nobody_gets_a_number_but_who_has_an_appointment_of_before() -> None:
    late = a_visitor("16:05", appointed="15:50")
    never_open = a_visitor("16:10", appointed="16:10")
    assert a_day(a_visitor("16:01"), late, never_open).turned_away == {0: False, 2: False}
    assert a_day(a_visitor("16:01"), has_doors=False).turned_away == {}


def test_a_queue_that_ends_after_closing_takes_nobody_in() -> None:
    """One is served and three wait, ten minutes each; it is 26 minutes to closing, or 31."""
    late, sooner = ([a_visitor(f"15:{n}") for n in range(first, first + 5)] for first in (30, 25))
    assert a_day(*late).turned_away == {4: True}
    assert a_day(*sooner).turned_away == {}
    assert a_day(*late, desks=(a_desk("c1"), a_desk("c2"))).turned_away == {}


def test_what_counts_is_the_queue_of_the_counters_that_can_serve_one() -> None:
    """Three wait with papers of a car, for the counter of cars alone; a passport is had at once."""
    desks = (a_desk("c1", skills=CARS), a_desk("c2", skills=frozenset({PASS})))
    cars = [a_visitor(f"15:3{n}", service=CAR) for n in range(4)]
    assert a_day(*cars, a_visitor("15:45", service=CAR), a_visitor("15:46"), desks=desks).turned_away == {
        4: True
    }
    helped = (a_desk("c1", skills=CARS), a_desk("c2", skills=ALL))
    assert a_day(*cars, a_visitor("15:45", service=CAR), desks=helped).turned_away == {}


def test_a_pause_turns_nobody_away_and_neither_does_a_concern_without_a_counter() -> None:
    paused = (a_desk("c1", ("08:00", "12:00"), ("13:00", "16:00")),)
    assert a_day(a_visitor("12:30"), desks=paused).turned_away == {}
    lived = a_day(a_visitor("12:30", service="fishing"))
    assert lived.turned_away == {}
    assert result_of(lived).unserved_count == 1


def test_who_got_no_number_is_told_with_the_concern_and_waits_for_nothing() -> None:
    result = result_of(a_day(a_visitor("15:00"), a_visitor("16:30", service=CAR)))
    assert (result.turned_away_count, result.crowded_out_count, result.unserved_count) == (1, 0, 0)
    assert result.lacking == (CAR,)
    assert result.walk_ins == (0.0,)


def test_a_day_with_too_few_counters_ends_soon_after_closing() -> None:
    """Two counters for the visitors of four: as the kiosks do, the clerks are not kept until the night."""
    drawn = a_drawn_day(1, counters=4, load=0.95, booked=0)
    plan = replace(drawn, desks=drawn.desks[:2])
    open_ended = result_of(live(plan, Ours()))
    result = result_of(live(replace(plan, has_doors=True), Ours()))
    assert result.overtime_min < open_ended.overtime_min / 3
    assert result.turned_away_count > 20
    assert max(result.all) < 480
