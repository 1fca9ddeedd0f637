"""What a counter may do with a visit that goes on later or elsewhere: put back, park, transfer."""

import pytest

from queue_server.domain import calling
from queue_server.domain import events as e
from queue_server.domain.errors import (
    BadInput,
    CannotServe,
    CounterBusy,
    CounterNotOpen,
    NobodyWaiting,
    WrongState,
)
from queue_server.domain.ticket import Adjustment, TicketState
from tests.domain.builders import CAR, PASS, a_hall, at

S = TicketState


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
    assert ticket.due_at == at("09:57")


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
    day.hand_on("c1", "c2")
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
        day.hand_on("c1", None)
    with pytest.raises(CounterNotOpen):
        day.hand_on("c1", "closed")
