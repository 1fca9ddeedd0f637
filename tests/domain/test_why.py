"""Why one number was called before another: an answer for every two of a day, as it happened."""

from dataclasses import replace
from itertools import combinations

import pytest

from queue_server.domain import calling, visiting
from queue_server.domain import events as e
from queue_server.domain.simulation.disciplines import Ours
from queue_server.domain.simulation.living import live
from queue_server.domain.ticket import Ticket
from queue_server.domain.why import Answer, Reason, numbered, why
from tests.domain.builders import CARD, DAY, PASS, Day, a_hall
from tests.domain.simulation.plans import a_drawn_day


def told(day: Day, one: Ticket, another: Ticket) -> Answer:
    found = why(day.log, DAY, one.id, another.id)
    assert found is not None
    assert found == why(day.log, DAY, another.id, one.id), "whoever asks"
    return found


def reason(day: Day, first: Ticket, other: Ticket) -> Reason:
    found = told(day, first, other)
    assert (found.first.number, found.other.number) == (first.number, other.number)
    return found.reason


@pytest.mark.parametrize("seed", [1, 2])
def test_any_two_of_a_day_have_an_answer_that_agrees_with_what_happened(seed: int) -> None:
    plan = a_drawn_day(seed)
    lived = live(replace(plan, visitors=plan.visitors[:26]), Ours())
    first_called: dict[int, int] = {}
    for one in lived.log:
        if isinstance(one.event, e.TicketCalled):
            first_called.setdefault(one.event.ticket, one.seq)
    reasons = set()
    for a, b in combinations(lived.tickets.values(), 2):
        found = why(lived.log, DAY, a, b)
        assert found is not None
        reasons.add(found.reason)
        if a in first_called or b in first_called:
            earliest = min((a, b), key=lambda id_: first_called.get(id_, 10**9))
            assert found.first.ticket_id == earliest
        if found.reason is Reason.DUE:
            assert found.first.due_at is not None
            assert found.other.due_at is not None
            assert found.first.due_at < found.other.due_at
        assert found.reason is not Reason.CHOSEN, "nobody was called by name"
    assert {Reason.DUE, Reason.NOT_COME} <= reasons


def test_the_earlier_due_time_decides_and_the_arrival_among_equals() -> None:
    day = a_hall()
    first, other = day.take(PASS), day.take(PASS)
    day.call("c1")
    assert reason(day, first, other) in {Reason.DUE, Reason.ARRIVED}
    both = told(day, first, other)
    assert (both.counter_id, both.at) == ("c1", day.now)


def test_who_came_later_who_was_away_and_who_had_missed_the_call() -> None:
    day = a_hall()
    first = day.take(PASS)
    day.call("c1")
    day.later(minutes=5)
    late = day.take(PASS)
    assert reason(day, first, late) is Reason.NOT_COME
    gone = day.take(PASS)
    day.record(visiting.go_away(gone))
    day.later(minutes=1)
    last = day.take(PASS)
    day.record(calling.mark_no_show(day.hall, "c1"))
    day.call("c1", late)
    assert reason(day, late, gone) is Reason.AWAY
    assert reason(day, first, late) is Reason.NOT_COME, "the first call of either is told of"
    day.call("c1", last, finish_current=True)
    assert reason(day, last, gone) is Reason.AWAY


def test_a_clerk_who_calls_by_name_is_told_of() -> None:
    day = a_hall()
    first = day.take(PASS)
    day.later(minutes=1)
    named = day.take(PASS)
    day.call("c1", named)
    assert reason(day, named, first) is Reason.CHOSEN


def test_a_counter_that_does_not_do_it_and_one_that_it_is_not_kept_for() -> None:
    day = a_hall({"c1": [PASS], "c2": [PASS, CARD]})
    card = day.take(CARD)
    day.later(minutes=1)
    paper = day.take(PASS)
    day.call("c1")
    assert reason(day, paper, card) is Reason.OTHER_COUNTER
    day.record([e.TicketDirected(card.id, ("c2",))])
    other = day.take(PASS)
    day.call("c1", other, finish_current=True)
    assert reason(day, other, card) is Reason.CHOSEN


def test_kept_for_certain_counters() -> None:
    day = a_hall(2)
    kept = day.take(PASS)
    day.record([e.TicketDirected(kept.id, ("c2",))])
    day.later(minutes=1)
    paper = day.take(PASS)
    day.call("c1")
    assert reason(day, paper, kept) is Reason.KEPT


def test_a_call_that_was_taken_back_is_none_and_a_number_called_along_came_together() -> None:
    day = a_hall()
    first, other = day.take(PASS), day.take(PASS)
    day.call("c1")
    day.undo("c1")
    assert reason(day, first, other) is Reason.NEITHER
    third = day.take(PASS)
    day.serve("c1")
    day.join("c1", third)
    assert reason(day, third, other) is Reason.TOGETHER


def test_who_gave_up_stands_behind_and_the_last_visit_with_a_number_is_meant() -> None:
    day = a_hall()
    first, other = day.take(PASS), day.take(PASS)
    day.record(visiting.cancel(first))
    assert reason(day, other, first) is Reason.NEITHER_CALLED
    day.call("c1")
    assert reason(day, other, first) is Reason.ENDED
    assert numbered(day.log, first.number) == first.id
    assert numbered(day.log, 999) is None
    assert why(day.log, DAY, first.id, 999) is None
