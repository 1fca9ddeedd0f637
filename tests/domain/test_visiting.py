"""What a visitor does: take a number, be away and back, miss it and return, give up."""

import itertools

import pytest

from queue_server.domain import calling, visiting
from queue_server.domain import events as e
from queue_server.domain.errors import NobodyWaiting, WrongState
from queue_server.domain.hall import CounterState
from queue_server.domain.number_space import differing_digits
from queue_server.domain.ticket import Adjustment, TicketState
from tests.domain.builders import Day, a_hall, a_ticket, at, seeded

S = TicketState


def test_numbers_in_the_hall_are_far_apart_and_distinct() -> None:
    day = a_hall()
    numbers = [day.take().number for _ in range(59)]
    assert all(differing_digits(a, b) >= 2 for a, b in itertools.combinations(numbers, 2))


def test_a_number_is_not_given_again_for_two_hours() -> None:
    day = a_hall()
    given = set()
    for _ in range(200):
        ticket = day.take()
        assert ticket.number not in given
        given.add(ticket.number)
        day.record(visiting.cancel(ticket))
    assert day.hall.leased(day.now) == [t.number for t in day.hall.tickets.values()]
    day.later(hours=2)
    assert day.hall.leased(day.now) == []
    assert list(day.hall.in_hall()) == []


def test_choosing_a_number_changes_nothing() -> None:
    day = a_hall()
    seq = day.hall.seq
    first = visiting.choose_number(day.hall, day.now, seeded(1), sequential=False)
    assert visiting.choose_number(day.hall, day.now, seeded(1), sequential=False) == first
    assert (day.hall.seq, len(day.hall.leases)) == (seq, 0)


def test_towns_may_count() -> None:
    day = a_hall()
    numbers = []
    for _ in range(3):
        number = visiting.choose_number(day.hall, day.now, seeded(), sequential=True)
        numbers.append(day.take(number=number).number)
    assert numbers == [100, 101, 102]


def test_the_nine_hundredth_visit_gets_four_digits() -> None:
    """Failure 29: more than 900 visits within two hours; the 899th number has four digits."""
    day = a_hall()
    numbers = [day.take().number for _ in range(905)]
    assert len(set(numbers)) == 905
    assert [n > 999 for n in numbers] == [False] * 898 + [True] * 7
    assert day.hall.by_number(numbers[-1]) is day.hall.tickets[day.hall.seq]


def test_numbers_begin_anew_on_a_new_day() -> None:
    """Failure 7: midnight roll-over: each business day has a hall, and leases, of its own."""
    day = a_hall()
    day.take(number=417)
    day.record(visiting.close_day(day.hall))
    assert Day().take(number=417).number == 417


def test_a_ticket_is_found_by_its_number() -> None:
    day = a_hall()
    ticket = day.take()
    assert day.hall.by_number(ticket.number) is ticket
    assert day.hall.by_number(ticket.number + 1) is None


def test_a_number_means_the_visit_that_holds_it_now() -> None:
    day = a_hall()
    old = day.take(number=417)
    day.record(visiting.cancel(old))
    assert day.hall.by_number(417) is old
    day.later(hours=2)
    new = day.take(number=417)
    assert day.hall.by_number(417) is new
    assert day.hall.tickets[old.id] is old, "an old phone page must not become somebody else"


def test_be_right_back_keeps_the_place() -> None:
    day = a_hall()
    first, second = day.take(), day.take()
    due = first.due_at
    day.record(visiting.go_away(first))
    assert visiting.go_away(first) == []
    day.later(minutes=10)
    day.record(visiting.come_back(first, day.now))
    assert visiting.come_back(first, day.now) == []
    assert (first.due_at, first.adjustment) == (due, None)
    assert [day.call("c1"), day.call("c1", finish_current=True)] == [first, second]


def test_who_is_away_is_not_called() -> None:
    day = a_hall()
    day.record(visiting.go_away(day.take()))
    day.later(hours=3)
    with pytest.raises(NobodyWaiting):
        day.call("c1")


def test_who_missed_the_number_waits_again_five_minutes_from_now() -> None:
    """Nobody loses the turn, and nobody jumps the queue by missing it."""
    day = a_hall()
    ticket = day.take(minutes=5)
    day.call("c1")
    day.record(calling.mark_no_show(day.hall, "c1"))
    day.wait_until("09:40")
    day.record(visiting.come_back(ticket, day.now))
    assert (ticket.state, ticket.due_at, ticket.adjustment) == (
        S.WAITING,
        at("09:45"),
        Adjustment.MISSED_BACK,
    )
    assert day.call("c1") is ticket


@pytest.mark.parametrize("state", [s for s in S if s not in {S.WAITING, S.AWAY}])
def test_only_the_waiting_go_away(state: TicketState) -> None:
    with pytest.raises(WrongState) as refusal:
        visiting.go_away(a_ticket(state=state))
    assert refusal.value.params["allowed"] == ["waiting"]


@pytest.mark.parametrize("state", [s for s in S if s not in {S.WAITING, S.AWAY, S.NO_SHOW}])
def test_only_the_away_and_the_missed_come_back(state: TicketState) -> None:
    with pytest.raises(WrongState):
        visiting.come_back(a_ticket(state=state), at("10:00"))


@pytest.mark.parametrize("state", [S.SERVING, S.NO_SHOW, S.FINISHED, S.EXPIRED])
def test_what_cannot_be_cancelled(state: TicketState) -> None:
    with pytest.raises(WrongState) as refusal:
        visiting.cancel(a_ticket(state=state))
    assert refusal.value.params["allowed"] == ["away", "called", "parked", "waiting"]


@pytest.mark.parametrize("state", [S.WAITING, S.AWAY, S.CALLED, S.PARKED])
def test_a_number_is_given_back_from_every_place_where_one_waits(state: TicketState) -> None:
    ticket = a_ticket(state=state)
    assert visiting.cancel(ticket) == [e.TicketCancelled(ticket.id)]


def test_cancelling_twice_is_once() -> None:
    assert visiting.cancel(a_ticket(state=S.CANCELLED)) == []


def test_cancelling_a_called_number_frees_the_counter() -> None:
    day = a_hall()
    ticket = day.take()
    day.call("c1")
    day.record(visiting.cancel(ticket))
    assert day.hall.ticket_at("c1") is None
    assert (ticket.ended_at, day.hall.leases[ticket.number].ended_at) == (day.now, day.now)


def test_the_end_of_the_day_closes_everything() -> None:
    """Failure 7: also a visit that goes on at midnight, with its group."""
    day = a_hall(3)
    tickets = {
        state: day.take() for state in ("away", "no_show", "parked", "serving", "child", "called", "waiting")
    }
    done = day.take()
    day.record(visiting.go_away(tickets["away"]))
    day.call("c1", tickets["no_show"])
    day.record(calling.mark_no_show(day.hall, "c1"))
    day.serve("c1", tickets["parked"])
    day.record(calling.park(day.hall, "c1"))
    day.serve("c1", tickets["serving"])
    day.record(calling.join(day.hall, "c1", tickets["child"].id))
    day.call("c2", tickets["called"])
    day.record(visiting.cancel(done))
    day.wait_until("23:59")
    day.record(visiting.close_day(day.hall))
    assert {t.state for t in tickets.values()} == {S.EXPIRED}
    assert done.state is S.CANCELLED
    assert {c.state for c in day.hall.counters.values()} == {CounterState.CLOSED}
    assert [c.ticket_id for c in day.hall.counters.values()] == [None] * 3
    assert len(day.hall.waiting) == 0
    assert visiting.close_day(day.hall) == []
