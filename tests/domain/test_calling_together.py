"""Several numbers that are one visit."""

from collections.abc import Callable

import pytest

from queue_server.domain import calling, visiting
from queue_server.domain import events as e
from queue_server.domain.errors import OtherTicket, TooLate, WrongState
from queue_server.domain.ticket import Adjustment, Ticket, TicketState
from tests.domain.builders import ALL, Day, a_hall

S = TicketState


def a_group(day: Day, size: int = 3) -> list[Ticket]:
    group = [day.take() for _ in range(size)]
    day.call("c1", group[0])
    for ticket in group[1:]:
        day.join("c1", ticket)
    return group


def states(tickets: list[Ticket]) -> set[TicketState]:
    return {ticket.state for ticket in tickets}


def test_joined_numbers_are_one_visit_from_start_to_finish() -> None:
    day = a_hall()
    group = a_group(day)
    assert [(t.call_kind, t.counter_id) for t in group] == [("call", "c1"), ("join", "c1"), ("join", "c1")]
    assert day.hall.group(group[0]) == group
    assert len({t.call_seq for t in group}) == 3, "each has a call of its own"
    day.record(calling.recall(day.hall, "c1"))
    assert {t.call_seq for t in group} == {day.hall.seq}
    assert day.hall.last_calls() == group[::-1], "the order that rows give, too"
    day.start("c1")
    assert states(group) == {S.SERVING}
    day.record(calling.finish(day.hall, "c1"))
    assert states(group) == {S.FINISHED}
    assert all(day.hall.leases[t.number].ended_at == day.now for t in group)


def test_who_joins_a_running_service_is_served_at_once() -> None:
    day = a_hall()
    leader, late = day.take(), day.take()
    day.serve("c1", leader)
    day.join("c1", late)
    assert (late.state, late.started_at, late.call_kind) == (S.SERVING, day.now, "join")
    assert day.hall.ticket_at("c1") is leader


def test_a_missed_visitor_may_join() -> None:
    day = a_hall()
    missed, leader = day.take(), day.take()
    day.call("c1", missed)
    day.record(calling.mark_no_show(day.hall, "c1"))
    day.call("c1", leader)
    day.join("c1", missed)
    day.undo("c1")
    assert (missed.state, leader.state) == (S.NO_SHOW, S.WAITING), "each goes back to where it was"
    assert missed.joined_to is None


@pytest.mark.parametrize("state", ["away", "called", "parked", "cancelled"])
def test_only_the_waiting_and_the_missed_may_join(state: str) -> None:
    day = a_hall(2)
    ticket, leader = day.take(), day.take()
    if state == "away":
        day.record(visiting.go_away(ticket))
    elif state == "cancelled":
        day.record(visiting.cancel(ticket))
    else:
        day.call("c2", ticket)
    if state == "parked":
        day.start("c2")
        day.record(calling.park(day.hall, "c2"))
    day.call("c1", leader)
    with pytest.raises(WrongState) as refusal:
        day.join("c1", ticket)
    assert refusal.value.params["found"] == state
    assert refusal.value.params["allowed"] == ["no_show", "waiting"]


def test_when_the_leader_cancels_the_next_of_the_group_leads() -> None:
    day = a_hall()
    leader, second, third = a_group(day)
    day.record(visiting.cancel(leader))
    assert leader.state is S.CANCELLED
    assert (second.joined_to, third.joined_to) == (None, second.id)
    assert day.hall.ticket_at("c1") is second
    assert day.hall.group(second) == [second, third]
    assert day.hall.followers == {second.id: {third.id}}
    with pytest.raises(TooLate):
        day.undo("c1")
    day.start("c1")
    assert states([second, third]) == {S.SERVING}


def test_when_one_of_the_group_cancels_the_others_go_on() -> None:
    day = a_hall()
    leader, second, third = a_group(day)
    day.record(visiting.cancel(second))
    assert day.hall.group(leader) == [leader, third]
    assert day.hall.ticket_at("c1") is leader


Act = Callable[[Day], list[e.Event]]


@pytest.mark.parametrize(
    ("act", "after"),
    [
        (lambda day: calling.undo(day.hall, "c1", day.now), S.WAITING),
        (lambda day: calling.put_back(day.hall, "c1", day.now), S.WAITING),
        (lambda day: calling.mark_no_show(day.hall, "c1"), S.NO_SHOW),
        (
            lambda day: calling.transfer(
                day.hall, "c1", to_counter="c2", concern=None, expected_min=None, area=None
            ),
            S.WAITING,
        ),
    ],
    ids=["undo", "put back", "no-show", "transfer"],
)
def test_what_sends_a_group_away_parts_it(act: Act, after: TicketState) -> None:
    day = a_hall(2)
    group = a_group(day)
    day.record(act(day))
    assert states(group) == {after}
    assert [t.joined_to for t in group] == [None] * 3
    assert day.hall.followers == {}
    assert day.hall.ticket_at("c1") is None


def test_a_group_that_is_put_back_is_adjusted_as_one_and_keeps_later_due_times() -> None:
    day = a_hall()
    leader, patient = day.take(minutes=5), day.take(minutes=60)
    day.wait_until("09:20")
    day.call("c1", leader)
    day.join("c1", patient)
    day.record(calling.put_back(day.hall, "c1", day.now))
    assert [t.adjustment for t in (leader, patient)] == [Adjustment.PUT_BACK] * 2
    assert (leader.due_at - day.now).total_seconds() == 300
    assert patient.due_at > leader.due_at


def test_a_follower_is_not_called_or_served_without_its_group() -> None:
    day = a_hall()
    leader, child = a_group(day, 2)
    day.start("c1")
    day.record(calling.park(day.hall, "c1"))
    with pytest.raises(OtherTicket) as not_called:
        calling.call(day.hall, "c1", ALL, day.now, ticket_id=child.id)
    with pytest.raises(OtherTicket) as not_served:
        calling.start(day.hall, "c1", child.id)
    assert not_called.value.params == not_served.value.params == {"ticket": leader.id}


def test_a_parked_group_loses_its_leader_and_goes_on() -> None:
    day = a_hall()
    leader, child = a_group(day, 2)
    day.start("c1")
    day.record(calling.park(day.hall, "c1"))
    day.record(visiting.cancel(leader))
    assert day.hall.ticket_at("c1") is None
    day.record(calling.start(day.hall, "c1", child.id))
    assert day.hall.ticket_at("c1") is child


def test_a_finished_group_comes_back_as_a_group() -> None:
    day = a_hall()
    group = a_group(day, 2)
    other = day.take()
    day.start("c1")
    day.call("c1", other, finish_current=True)
    day.undo("c1")
    assert states(group) == {S.SERVING}
    assert day.hall.group(group[0]) == group
    assert day.hall.ticket_at("c1") is group[0]


def test_closing_the_counter_parts_a_parked_group() -> None:
    day = a_hall()
    group = a_group(day, 2)
    day.start("c1")
    day.record(calling.park(day.hall, "c1"))
    day.record(calling.close_counter(day.hall, "c1"))
    assert states(group) == {S.WAITING}
    assert day.hall.followers == {}
