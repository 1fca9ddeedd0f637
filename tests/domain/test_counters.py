"""Opening, pausing and closing a counter, and what becomes of those who were kept for it."""

import pytest

from queue_server.domain import calling
from queue_server.domain import events as e
from queue_server.domain.errors import (
    CounterBusy,
    CounterNotOpen,
)
from queue_server.domain.hall import CounterState
from queue_server.domain.ticket import TicketState
from tests.domain.builders import a_hall, at

S = TicketState


def test_a_counter_opens_pauses_and_closes_and_a_repeat_is_nothing() -> None:
    day = a_hall()
    hall = day.hall
    assert calling.open_counter(hall, "c1") == []
    day.record(calling.pause_counter(hall, "c1"))
    assert hall.counter("c1").state is CounterState.PAUSED
    assert calling.pause_counter(hall, "c1") == []
    assert calling.open_counter(hall, "c1") == [e.CounterOpened("c1")]
    day.record(calling.close_counter(hall, "c1"))
    assert hall.counter("c1").state is CounterState.CLOSED
    assert calling.close_counter(hall, "c1") == []


def test_a_closed_counter_is_not_paused() -> None:
    with pytest.raises(CounterNotOpen) as refusal:
        calling.pause_counter(a_hall().hall, "nobody")
    assert refusal.value.params == {"state": "closed"}


def test_a_counter_is_not_closed_during_a_visit() -> None:
    day = a_hall()
    ticket = day.take()
    for act in (day.call, day.start):
        act("c1")
        with pytest.raises(CounterBusy) as refusal:
            calling.close_counter(day.hall, "c1")
        assert refusal.value.params == {"number": ticket.number, "ticket": ticket.id}


def test_closing_releases_who_was_kept_for_this_counter() -> None:
    day = a_hall(2)
    waits, away, parked, kept = (day.take() for _ in range(4))
    for ticket in (waits, away):
        day.serve("c2", ticket)
        day.hand_on("c2", "c1")
    day.record([e.TicketWentAway(away.id)])
    day.serve("c1", parked)
    day.record(calling.park(day.hall, "c1"))
    day.serve("c1", kept)
    day.hand_on("c1", "c2")
    assert (waits.bound_counter_id, parked.counter_id) == ("c1", "c1")
    day.record(calling.close_counter(day.hall, "c1"))
    assert [t.bound_counter_id for t in (waits, away, parked)] == [None] * 3
    assert [t.state for t in (waits, away, parked)] == [S.WAITING, S.AWAY, S.WAITING]
    assert kept.bound_counter_id == "c2"
    assert parked.counter_id is None


def test_a_bond_ends_with_the_counter_even_while_the_ticket_is_called_elsewhere() -> None:
    """Put back from there it would wait for a closed counter, that is for ever."""
    day = a_hall(2)
    bound, leader = day.take(), day.take()
    day.serve("c2", bound)
    day.hand_on("c2", "c1")
    day.call("c2", leader)
    day.record(calling.join(day.hall, "c2", bound.id))
    day.record(calling.close_counter(day.hall, "c1"))
    day.record(calling.put_back(day.hall, "c2", day.now))
    day.later(minutes=30)
    assert day.call("c2").id in {bound.id, leader.id}
    assert bound.bound_counter_id is None


def test_a_long_pause_releases_who_is_overdue_and_no_parked_visitor() -> None:
    """Failure 12: the parked one's clerk comes back."""
    day = a_hall(2)
    parked, waits = day.take(), day.take(minutes=5)
    day.serve("c1", parked)
    day.record(calling.park(day.hall, "c1"))
    day.serve("c2", waits)
    day.hand_on("c2", "c1")
    assert calling.release_overdue(day.hall, "c1", at("12:00")) == [], "open counters keep theirs"
    day.wait_until("09:05")
    day.record(calling.pause_counter(day.hall, "c1"))
    assert waits.due_at == at("09:09")
    assert calling.release_overdue(day.hall, "c1", at("09:18:59")) == []
    assert calling.release_overdue(day.hall, "c1", at("09:19")) == [e.TicketReleased(waits.id)]
    assert calling.release_overdue(day.hall, "c2", at("12:00")) == []


@pytest.mark.parametrize(("paused", "transferred"), [("09:40", "09:10"), ("09:10", "09:40")])
def test_ten_minutes_count_from_the_latest_of_pause_due_time_and_transfer(
    paused: str, transferred: str
) -> None:
    day = a_hall(2)
    ticket = day.take(minutes=5)
    for clock in sorted([paused, transferred]):
        day.wait_until(clock)
        if clock == paused:
            day.record(calling.pause_counter(day.hall, "c1"))
        else:
            day.serve("c2", ticket)
            day.hand_on("c2", "c1")
    assert ticket.due_at == at("09:09")
    assert calling.release_overdue(day.hall, "c1", at("09:49:59")) == []
    assert calling.release_overdue(day.hall, "c1", at("09:50")) == [e.TicketReleased(ticket.id)]
