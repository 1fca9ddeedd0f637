"""What a counter may do with the next visitor, act by act, and what it is refused."""

import pytest

from queue_server.domain import calling
from queue_server.domain import events as e
from queue_server.domain.errors import (
    CannotServe,
    CounterBusy,
    CounterNotOpen,
    NobodyWaiting,
    NoCurrentTicket,
    NotFound,
    OtherTicket,
    WrongState,
)
from queue_server.domain.ticket import TicketState
from tests.domain.builders import ALL, CAR, CARD, PASS, a_hall, at

S = TicketState


def test_next_calls_who_is_due_first() -> None:
    day = a_hall()
    day.take(minutes=30)
    quick = day.take(minutes=5)
    day.later(minutes=1)
    assert day.call("c1") is quick
    assert (quick.state, quick.counter_id, quick.call_kind) == (S.CALLED, "c1", "call")
    assert (quick.called_at, quick.first_called_at, quick.call_seq) == (day.now, day.now, day.hall.seq)


def test_two_counters_get_two_visitors_in_the_same_moment() -> None:
    """Failure 1 (domain part): each decision sees what the one before it did."""
    day = a_hall(8)
    tickets = {day.take().id for _ in range(8)}
    called = [day.call(f"c{n}").id for n in range(1, 9)]
    assert set(called) == tickets
    assert len({t.call_seq for t in day.hall.last_calls()}) == 8


def test_a_counter_calls_only_what_it_may_serve() -> None:
    day = a_hall({"c1": [PASS, CARD], "c2": [CAR]})
    both, car = day.take(PASS, CARD), day.take(CAR)
    assert day.call("c2") is car
    assert day.call("c1") is both
    day.take(PASS, CAR)
    day.record(calling.finish(day.hall, "c1"))
    with pytest.raises(NobodyWaiting):
        day.call("c1")


def test_nobody_waiting_leaves_the_running_visit_alone() -> None:
    day = a_hall()
    ticket = day.take()
    day.serve("c1")
    with pytest.raises(NobodyWaiting):
        day.call("c1", finish_current=True)
    assert day.hall.ticket_at("c1") is ticket


@pytest.mark.parametrize("state", ["paused", "closed"])
def test_only_an_open_counter_calls(state: str) -> None:
    day = a_hall()
    day.take()
    day.record([e.CounterPaused("c1") if state == "paused" else e.CounterClosed("c1")])
    with pytest.raises(CounterNotOpen) as refusal:
        day.call("c1")
    assert refusal.value.params == {"state": state}


def test_a_busy_counter_does_not_call_unless_it_finishes() -> None:
    day = a_hall()
    first, second = day.take(), day.take()
    day.serve("c1")
    with pytest.raises(CounterBusy) as refusal:
        day.call("c1")
    assert refusal.value.params == {"number": first.number, "ticket": first.id}
    assert day.call("c1", finish_current=True) is second
    assert (first.state, first.ended_at) == (S.FINISHED, day.now)


def test_done_next_on_one_who_was_never_started_starts_and_ends_it() -> None:
    day = a_hall()
    first, second = day.take(), day.take()
    day.call("c1")
    events = calling.call(day.hall, "c1", ALL, day.now, finish_current=True)
    assert events == [
        e.ServiceStarted(first.id, by="finish"),
        e.TicketCalled(second.id, "c1", finished=first.id),
    ]


def test_done_next_at_an_empty_counter_just_calls() -> None:
    day = a_hall()
    ticket = day.take()
    assert calling.call(day.hall, "c1", ALL, day.now, finish_current=True) == [
        e.TicketCalled(ticket.id, "c1")
    ]


def test_a_second_tab_that_believes_in_another_ticket_is_refused() -> None:
    day = a_hall()
    first, second = day.take(), day.take()
    with pytest.raises(OtherTicket) as nobody:
        calling.call(day.hall, "c1", ALL, day.now, expected=first.id)
    assert nobody.value.params == {"ticket": None}
    day.serve("c1")
    for act in (calling.recall, calling.start, calling.finish, calling.mark_no_show, calling.park):
        with pytest.raises(OtherTicket) as other:
            act(day.hall, "c1", second.id)
        assert other.value.params == {"ticket": first.id}
    with pytest.raises(OtherTicket):
        calling.call(day.hall, "c1", ALL, day.now, expected=second.id, finish_current=True)


def test_every_act_on_the_current_ticket_needs_one() -> None:
    hall = a_hall().hall
    for act in (calling.recall, calling.start, calling.finish, calling.mark_no_show, calling.park):
        with pytest.raises(NoCurrentTicket):
            act(hall, "c1")
    with pytest.raises(NoCurrentTicket):
        calling.put_back(hall, "c1", at("09:00"))
    with pytest.raises(NoCurrentTicket):
        calling.undo(hall, "c1", at("09:00"))
    with pytest.raises(NoCurrentTicket):
        calling.join(hall, "c1", 1)


def test_a_chosen_number_is_called_out_of_turn() -> None:
    day = a_hall()
    day.take(minutes=5)
    chosen = day.take(minutes=60)
    assert day.call("c1", chosen) is chosen
    assert day.log[-1].event == e.TicketCalled(chosen.id, "c1", chosen=True)


def test_a_chosen_number_must_be_callable_ours_and_known() -> None:
    day = a_hall({"c1": [PASS], "c2": ALL, "c3": ALL})
    away, car, bound, parked = day.take(), day.take(CAR), day.take(), day.take()
    day.record([e.TicketWentAway(away.id)])
    day.serve("c2", bound)
    day.hand_on("c2", "c3")
    day.serve("c2", parked)
    day.record(calling.park(day.hall, "c2"))
    with pytest.raises(WrongState) as refusal:
        day.call("c1", away)
    assert refusal.value.params == {
        "found": "away",
        "allowed": ["no_show", "parked", "waiting"],
        "number": away.number,
    }
    for ticket in (car, bound, parked):
        with pytest.raises(CannotServe):
            day.call("c1", ticket)
    assert day.call("c3", bound) is bound
    assert day.call("c2", parked) is parked
    with pytest.raises(NotFound):
        calling.call(day.hall, "c1", ALL, day.now, ticket_id=4711)


def test_a_recall_is_a_call_of_its_own() -> None:
    day = a_hall()
    ticket = day.take()
    day.call("c1")
    first, began = ticket.call_seq, day.now
    day.later(seconds=40)
    day.record(calling.recall(day.hall, "c1"))
    assert ticket.call_seq == day.hall.seq != first
    assert (ticket.called_at, ticket.call_kind, ticket.first_called_at) == (day.now, "recall", began)
    day.start("c1")
    with pytest.raises(WrongState):
        calling.recall(day.hall, "c1")


def test_start_begins_the_service_once() -> None:
    day = a_hall()
    ticket = day.take()
    day.call("c1")
    day.later(minutes=1)
    day.record(calling.start(day.hall, "c1", by="timer"))
    assert (ticket.state, ticket.started_at) == (S.SERVING, day.now)
    assert day.log[-1].event == e.ServiceStarted(ticket.id, by="timer")
    with pytest.raises(WrongState) as refusal:
        calling.start(day.hall, "c1")
    assert refusal.value.params == {"found": "serving", "allowed": ["called"], "number": ticket.number}


def test_finish_ends_the_visit_and_frees_the_counter() -> None:
    day = a_hall()
    ticket = day.take()
    day.serve("c1")
    assert calling.finish(day.hall, "c1") == [e.ServiceFinished(ticket.id)]
    day.record(calling.finish(day.hall, "c1"))
    assert (ticket.state, ticket.ended_at, ticket.counter_id) == (S.FINISHED, day.now, "c1")
    assert day.hall.ticket_at("c1") is None
    assert day.hall.leases[ticket.number].ended_at == day.now


def test_finish_of_one_who_was_only_called_starts_it_too() -> None:
    day = a_hall()
    ticket = day.take()
    day.call("c1")
    assert calling.finish(day.hall, "c1") == [
        e.ServiceStarted(ticket.id, by="finish"),
        e.ServiceFinished(ticket.id),
    ]


def test_no_show_and_parked_visitors_are_never_called_again_by_themselves() -> None:
    """Failure 12."""
    day = a_hall()
    missed, parked = day.take(), day.take()
    day.call("c1", missed)
    day.record(calling.mark_no_show(day.hall, "c1"))
    day.serve("c1", parked)
    day.record(calling.park(day.hall, "c1"))
    for _ in range(3):
        day.later(hours=1)
        with pytest.raises(NobodyWaiting):
            day.call("c1")
    assert (missed.state, parked.state) == (S.NO_SHOW, S.PARKED)


def test_a_missed_visitor_can_be_called_again_by_number() -> None:
    """Failure 13 (domain part): with a call of its own, and the last calls in the right order."""
    day = a_hall()
    missed, other = day.take(), day.take()
    day.call("c1", missed)
    day.record(calling.mark_no_show(day.hall, "c1"))
    assert day.hall.ticket_at("c1") is None
    day.serve("c1", other)
    assert day.hall.last_calls() == [other, missed]
    day.record(calling.finish(day.hall, "c1"))
    assert day.call("c1", missed) is missed
    assert day.hall.last_calls() == [missed, other]
    assert missed.call_seq == day.hall.seq


def test_only_a_called_visitor_can_be_a_no_show() -> None:
    day = a_hall()
    day.take()
    day.serve("c1")
    with pytest.raises(WrongState):
        calling.mark_no_show(day.hall, "c1")


def test_who_missed_the_call_of_one_counter_may_be_called_by_all() -> None:
    """Otherwise they would return to wait for a counter that nobody releases them from."""
    day = a_hall(2)
    ticket = day.take()
    day.serve("c2", ticket)
    day.hand_on("c2", "c1")
    day.call("c1")
    day.record(calling.mark_no_show(day.hall, "c1"))
    assert day.call("c2", ticket) is ticket
