"""What a counter may do, act by act, and what it is refused."""

import pytest

from queue_server.domain import calling
from queue_server.domain import events as e
from queue_server.domain.errors import (
    BadInput,
    CannotServe,
    CounterBusy,
    CounterNotOpen,
    NobodyWaiting,
    NoCurrentTicket,
    NotFound,
    OtherTicket,
    WrongState,
)
from queue_server.domain.hall import CounterState
from queue_server.domain.ticket import Adjustment, TicketState
from tests.domain.builders import ALL, CAR, CARD, PASS, Day, a_hall, at

S = TicketState


# -- counters --------------------------------------------------------------------------------------


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
        transfer_to(day, "c2", "c1")
    day.record([e.TicketWentAway(away.id)])
    day.serve("c1", parked)
    day.record(calling.park(day.hall, "c1"))
    day.serve("c1", kept)
    transfer_to(day, "c1", "c2")
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
    transfer_to(day, "c2", "c1")
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
    transfer_to(day, "c2", "c1")
    assert calling.release_overdue(day.hall, "c1", at("12:00")) == [], "open counters keep theirs"
    day.wait_until("09:10")
    day.record(calling.pause_counter(day.hall, "c1"))
    assert waits.due_at == at("09:15")
    assert calling.release_overdue(day.hall, "c1", at("09:24:59")) == []
    assert calling.release_overdue(day.hall, "c1", at("09:25")) == [e.TicketReleased(waits.id)]
    assert calling.release_overdue(day.hall, "c2", at("12:00")) == []


# -- calling ---------------------------------------------------------------------------------------


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
    transfer_to(day, "c2", "c3")
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


# -- recall, start, finish, no-show ---------------------------------------------------------------


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


# -- put back, park, transfer ----------------------------------------------------------------------


@pytest.mark.parametrize("started", [False, True])
def test_put_back_waits_again_and_lets_somebody_else_go_first(started: bool) -> None:
    day = a_hall()
    ticket, other = day.take(minutes=5), day.take(minutes=6)
    day.wait_until("09:20")
    day.call("c1")
    if started:
        day.start("c1")
    day.record(calling.put_back(day.hall, "c1", day.now))
    assert (ticket.state, ticket.counter_id, ticket.started_at) == (S.WAITING, None, None)
    assert (ticket.due_at, ticket.adjustment) == (at("09:25"), Adjustment.PUT_BACK)
    assert day.call("c1") is other


def test_put_back_does_not_bring_a_due_time_forward() -> None:
    day = a_hall()
    ticket = day.take(minutes=30)
    day.call("c1")
    day.record(calling.put_back(day.hall, "c1", day.now))
    assert ticket.due_at == at("10:30")


def test_a_parked_visit_is_kept_at_its_counter_and_resumed() -> None:
    day = a_hall(2)
    parked, other = day.take(), day.take()
    day.serve("c1", parked)
    began = parked.started_at
    day.record(calling.park(day.hall, "c1"))
    assert (parked.state, parked.counter_id, day.hall.ticket_at("c1")) == (S.PARKED, "c1", None)
    day.serve("c1", other)
    with pytest.raises(CounterBusy):
        calling.start(day.hall, "c1", parked.id)
    with pytest.raises(CannotServe):
        calling.start(day.hall, "c2", parked.id)
    day.record(calling.finish(day.hall, "c1"))
    day.later(minutes=20)
    day.record(calling.start(day.hall, "c1", parked.id))
    assert (parked.state, day.hall.ticket_at("c1"), parked.started_at) == (S.SERVING, parked, began)


def test_a_paused_counter_may_resume_its_parked_visit_and_a_closed_one_not() -> None:
    day = a_hall(2)
    parked = day.take()
    day.serve("c1")
    day.record(calling.park(day.hall, "c1"))
    day.record(calling.pause_counter(day.hall, "c1"))
    assert calling.start(day.hall, "c1", parked.id) == [e.TicketResumed(parked.id)]
    with pytest.raises(CounterNotOpen):
        calling.start(day.hall, "closed", parked.id)


def test_only_a_visit_that_began_is_parked() -> None:
    day = a_hall()
    day.take()
    day.call("c1")
    with pytest.raises(WrongState):
        calling.park(day.hall, "c1")


def test_a_resumed_visit_may_end_the_running_one_in_the_same_breath() -> None:
    day = a_hall()
    parked, other = day.take(), day.take()
    day.serve("c1", parked)
    day.record(calling.park(day.hall, "c1"))
    day.serve("c1", other)
    day.record([e.TicketResumed(parked.id, finished=other.id)])
    assert (parked.state, other.state, day.hall.ticket_at("c1")) == (S.SERVING, S.FINISHED, parked)


def test_a_transfer_keeps_the_due_time() -> None:
    day = a_hall({"c1": [PASS], "c2": [CAR]})
    ticket, fresh = day.take(PASS, minutes=10), day.take(CAR, minutes=12)
    due = ticket.due_at
    day.wait_until("09:10")
    day.serve("c1")
    day.record(
        calling.transfer(
            day.hall, "c1", to_counter=None, concern=((CAR, 2),), expected_min=25, area="courtyard"
        )
    )
    assert (ticket.due_at, ticket.concern, ticket.expected_min) == (due, ((CAR, 2),), 25)
    assert (ticket.state, ticket.area_id, ticket.bound_counter_id) == (S.WAITING, "courtyard", None)
    assert day.call("c2") is ticket, "first in line: the older due time"
    assert fresh.state is S.WAITING


def test_a_transfer_to_a_counter_waits_for_that_counter_alone() -> None:
    day = a_hall(3)
    ticket = day.take()
    day.serve("c1")
    transfer_to(day, "c1", "c2")
    with pytest.raises(NobodyWaiting):
        day.call("c3")
    assert day.call("c2") is ticket
    assert ticket.bound_counter_id == "c2", "until somebody serves it"
    day.start("c2")
    assert ticket.bound_counter_id is None


def test_a_transfer_needs_an_aim_that_is_not_closed() -> None:
    day = a_hall()
    day.take()
    day.serve("c1")
    with pytest.raises(BadInput):
        transfer_to(day, "c1", None)
    with pytest.raises(CounterNotOpen):
        transfer_to(day, "c1", "closed")


def transfer_to(day: Day, counter_id: str, to_counter: str | None) -> None:
    day.record(
        calling.transfer(
            day.hall, counter_id, to_counter=to_counter, concern=None, expected_min=None, area="foyer"
        )
    )
