"""What days come to, on days small enough to count by hand."""

import math
from datetime import UTC, datetime, timedelta
from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from queue_server.domain import calling, visiting
from queue_server.domain.simulation.disciplines import FirstCome, Ours
from queue_server.domain.simulation.living import live
from queue_server.domain.simulation.past import lived_of
from queue_server.domain.simulation.plan import Ending
from queue_server.domain.simulation.results import (
    About,
    _inversions,
    about,
    percentile,
    result_of,
    waits_of,
)
from tests.domain.builders import DAY, a_hall
from tests.domain.simulation.plans import a_desk, a_drawn_day, a_plan, a_turn, a_visitor


def test_waits_begin_with_the_arrival_but_not_before_the_appointed_time() -> None:
    early, walk_in = a_visitor("08:50", appointed="09:00"), a_visitor("08:55", expected_min=5)
    busy = a_visitor("08:45", a_turn(20))
    result = result_of(live(a_plan(busy, early, walk_in), FirstCome()))
    assert result.booked == (5.0,)
    assert result.walk_ins == (0.0, 20.0)
    assert result.all == (5.0, 0.0, 20.0)


def test_who_is_called_before_the_appointed_time_did_not_wait() -> None:
    assert result_of(live(a_plan(a_visitor("08:40", appointed="09:00")), Ours())).booked == (0.0,)


def test_idle_time_and_overtime_are_those_of_the_shifts() -> None:
    desks = (a_desk("c1", ("08:00", "09:00"), ("10:00", "11:00")), a_desk("c2", ("08:00", "11:00")))
    visitors = [
        a_visitor("08:50", a_turn(20)),
        a_visitor("10:50", a_turn(25)),
        a_visitor("10:59", a_turn(31)),
    ]
    result = result_of(live(a_plan(*visitors, desks=desks), Ours()))
    assert result.open_min == 300
    assert result.overtime_min == 15 + 30
    assert result.idle_min == 300 - 10 - 10 - 1


def test_a_counter_is_busy_until_the_last_of_those_served_together_is_gone() -> None:
    day = a_hall()
    first, second = day.take(), day.take()
    day.call("c1", first)
    day.join("c1", second)
    day.later(minutes=1)
    day.record(visiting.cancel(first))
    day.start("c1")
    day.later(minutes=10)
    day.record(calling.finish(day.hall, "c1"))
    day.later(minutes=4)
    day.record(visiting.close_day(day.hall))
    assert result_of(lived_of(day.log, DAY)).idle_min == 4


def test_who_leaves_while_parked_does_not_end_the_visit_at_the_counter() -> None:
    day = a_hall()
    parked, _ = day.take(), day.take()
    day.serve("c1", parked)
    day.later(minutes=5)
    day.record(calling.park(day.hall, "c1"))
    day.serve("c1")
    day.later(minutes=5)
    day.record(visiting.cancel(parked))
    day.later(minutes=5)
    day.record(calling.finish(day.hall, "c1"))
    day.record(visiting.close_day(day.hall))
    assert result_of(lived_of(day.log, DAY)).idle_min == 0


def test_who_came_later_and_was_called_sooner_is_counted() -> None:
    visitors = [a_visitor("09:00"), a_visitor("09:01", expected_min=30), a_visitor("09:02", expected_min=5)]
    assert result_of(live(a_plan(*visitors), Ours())).overtaken_count == 1
    assert result_of(live(a_plan(*visitors), FirstCome())).overtaken_count == 0


@given(st.lists(st.integers(0, 12)))
def test_pairs_out_of_order_are_counted_as_looking_at_each_pair_would(minutes: list[int]) -> None:
    arrivals = [datetime(2026, 3, 10, 9, tzinfo=UTC) + timedelta(minutes=one) for one in minutes]
    assert _inversions(arrivals) == sum(before > after for before, after in combinations(arrivals, 2))


def test_a_call_that_nobody_followed_ends_the_wait_and_the_second_call_does_not_count() -> None:
    missed = a_turn(0, way=2, ending=Ending.NOT_THERE, returns_after=10)
    result = result_of(live(a_plan(a_visitor("09:00", missed, a_turn())), Ours()))
    assert result.walk_ins == (0.0,)
    assert result.unserved_count == 0


def test_whom_nobody_could_serve_is_told() -> None:
    plan = a_plan(a_visitor("09:00", service="fishing"))
    assert result_of(live(plan, Ours())).unserved_count == 1


def test_several_days_tell_how_sure_their_mean_is() -> None:
    assert about([4.0, 6.0]).give == pytest.approx(12.7)
    assert about([5.0] * 40) == About(5.0, 0.0)
    assert math.isnan(about([3.0]).give)
    assert math.isnan(about([]).value)
    waits = waits_of([[0.0, 2.0], [4.0, 6.0], []])
    assert waits.mean.value == 3.0
    assert waits.median.value == 2.0
    assert waits.worst.value == 4.0
    assert percentile([1, 2, 3, 4, 5, 6, 7, 8, 9, 10], 90) == 9


def test_the_time_of_the_counters_adds_up() -> None:
    """What is not idle was busy: the same work under each discipline."""
    plan = a_drawn_day(4)
    ours, theirs = (result_of(live(plan, one)) for one in (Ours(), FirstCome()))
    assert ours.open_min == theirs.open_min == 4 * 480
    assert len(ours.all) == len(theirs.all) == len(plan.visitors)
    assert abs((ours.idle_min - ours.overtime_min) - (theirs.idle_min - theirs.overtime_min)) < 40
