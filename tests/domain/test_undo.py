"""Undoing a call: within ten seconds, and back to where everybody was."""

import pytest

from queue_server.domain import calling
from queue_server.domain.errors import NobodyWaiting, TooLate, WrongState
from queue_server.domain.hall import RECENT_CALLS
from queue_server.domain.ticket import TicketState
from tests.domain.builders import a_hall

S = TicketState


@pytest.mark.parametrize("seconds", [0, 9.999, 10])
def test_a_call_is_undone_within_ten_seconds_and_keeps_its_due_time(seconds: float) -> None:
    day = a_hall()
    ticket = day.take()
    due = ticket.due_at
    day.call("c1")
    day.later(seconds=seconds)
    day.undo("c1")
    assert (ticket.state, ticket.due_at, ticket.counter_id) == (S.WAITING, due, None)
    assert (ticket.call_seq, ticket.called_at, ticket.first_called_at) == (None, None, None)
    assert day.hall.last_calls() == []
    assert day.call("c1") is ticket


def test_after_ten_seconds_a_call_stands() -> None:
    day = a_hall()
    day.take()
    day.call("c1")
    day.later(seconds=10.001)
    with pytest.raises(TooLate):
        day.undo("c1")


def test_undo_restores_the_visit_that_the_same_press_ended() -> None:
    day = a_hall()
    first, second = day.take(), day.take()
    day.serve("c1")
    began = first.started_at
    day.later(minutes=5)
    day.call("c1", finish_current=True)
    day.later(seconds=8)
    day.undo("c1")
    assert (first.state, first.ended_at, first.started_at) == (S.SERVING, None, began)
    assert (second.state, day.hall.ticket_at("c1")) == (S.WAITING, first)
    assert day.hall.leases[first.number].ended_at is None
    assert day.hall.last_calls() == [first]


def test_undo_does_not_restore_what_another_press_ended_in_the_same_moment() -> None:
    """Events of one batch bear the same time; a comparison of times took one press for the other."""
    day = a_hall()
    first, second = day.take(), day.take()
    day.serve("c1")
    day.record(calling.finish(day.hall, "c1"))
    day.call("c1")
    day.undo("c1")
    assert (first.state, second.state) == (S.FINISHED, S.WAITING)
    assert day.hall.ticket_at("c1") is None


def test_after_a_recall_it_is_too_late_to_undo() -> None:
    day = a_hall()
    day.take()
    day.call("c1")
    day.record(calling.recall(day.hall, "c1"))
    with pytest.raises(TooLate):
        day.undo("c1")


def test_a_visit_that_began_is_not_undone() -> None:
    day = a_hall()
    day.take()
    day.serve("c1")
    with pytest.raises(WrongState):
        day.undo("c1")


def test_undoing_the_call_of_a_missed_visitor_does_not_make_it_wait() -> None:
    """Failure 12: called by number, undone: it would be called again by itself."""
    day = a_hall()
    missed = day.take()
    day.call("c1")
    first_called = day.now
    day.record(calling.mark_no_show(day.hall, "c1"))
    day.later(minutes=5)
    day.call("c1", missed)
    day.undo("c1")
    assert (missed.state, missed.counter_id, missed.first_called_at) == (S.NO_SHOW, None, first_called)
    with pytest.raises(NobodyWaiting):
        day.call("c1")


def test_undoing_the_call_of_a_parked_visitor_parks_it_again() -> None:
    """Failure 12."""
    day = a_hall(2)
    parked, child = day.take(), day.take()
    day.call("c1", parked)
    day.join("c1", child)
    day.start("c1")
    day.record(calling.park(day.hall, "c1"))
    day.call("c1", parked)
    day.undo("c1")
    assert (parked.state, child.state) == (S.PARKED, S.PARKED)
    assert (parked.counter_id, child.joined_to, day.hall.ticket_at("c1")) == ("c1", parked.id, None)
    day.record(calling.start(day.hall, "c1", parked.id))
    assert (parked.state, child.state) == (S.SERVING, S.SERVING)


def test_an_undone_call_does_not_lose_the_bond_to_its_counter() -> None:
    day = a_hall(2)
    ticket = day.take()
    day.serve("c1")
    day.record(
        calling.transfer(day.hall, "c1", to_counter="c2", concern=None, expected_min=None, area="foyer")
    )
    day.call("c2")
    day.undo("c2")
    with pytest.raises(NobodyWaiting):
        day.call("c1")
    assert day.call("c2") is ticket


def test_undo_brings_back_the_call_that_had_left_the_list() -> None:
    day = a_hall(RECENT_CALLS + 2)
    tickets = [day.take() for _ in range(RECENT_CALLS + 2)]
    *before, last = day.skills
    for counter_id in before:
        day.call(counter_id)
    listed = day.hall.last_calls()
    assert len(listed) == RECENT_CALLS
    day.call(last)
    assert day.hall.last_calls() == [tickets[-1], *listed[:-1]]
    day.undo(last)
    assert day.hall.last_calls() == listed
