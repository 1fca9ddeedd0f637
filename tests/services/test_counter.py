"""What a clerk may do at a counter, on both databases; who may not, and what stays as it was."""

from collections.abc import Callable

import pytest

from queue_server.domain.errors import (
    BadInput,
    CannotServe,
    CounterBusy,
    CounterNotOpen,
    CounterTaken,
    NobodyWaiting,
    NoCurrentTicket,
    NotFound,
    OtherTicket,
    Refusal,
    TooLate,
    WrongState,
)
from queue_server.domain.hall import CounterState
from queue_server.domain.ticket import TicketState
from queue_server.services import counter, reception
from queue_server.services.concerns import Choice, choose
from queue_server.services.ports import Answer, Unit
from tests.town_hall import CAR, CARD, PASS, SOMEBODY, Hand

S = TicketState


def refused(why: type[Refusal], act: Callable[[], object], hand: Hand) -> Refusal:
    """Expect a refusal that changes nothing."""
    before = hand.hall.seq
    with pytest.raises(why) as found:
        act()
    assert hand.hall.seq == before
    return found.value


# -- opening and closing -------------------------------------------------------------------------------


def test_a_counter_is_bound_to_one_clerk(hand: Hand) -> None:
    taken = refused(CounterTaken, lambda: hand.open("c1", "bernd"), hand)
    assert taken.params == {"counter": "c1"}
    assert hand.open("c1", "bernd", take_over=True)["clerk"] == "bernd"
    refused(CounterTaken, lambda: hand.call("c1", "anna"), hand)


def test_the_same_clerk_may_come_from_a_second_browser(hand: Hand) -> None:
    hand.open("c1", "anna", "another session")
    assert hand.look(lambda u: u.desk["c1"].session_ref) == "another session"
    hand.take()
    hand.call()


def test_nobody_calls_at_a_closed_or_paused_counter(hand: Hand) -> None:
    hand.take()
    refused(CounterNotOpen, lambda: hand.call("c2", "bernd"), hand)
    hand.act(counter.pause)
    assert refused(CounterNotOpen, hand.call, hand).params == {"state": "paused"}
    hand.open()
    hand.call()


def test_a_pause_lets_the_running_visit_go_on(hand: Hand) -> None:
    hand.take()
    hand.call()
    hand.act(counter.pause)
    hand.act(counter.start)
    hand.act(counter.finish)
    assert hand.hall.counter("c1").state is CounterState.PAUSED


def test_a_counter_is_not_closed_over_a_visit(hand: Hand) -> None:
    taken = hand.take()
    hand.call()
    assert refused(CounterBusy, lambda: hand.act(counter.close), hand).params["number"] == taken["number"]
    hand.act(counter.finish)
    hand.act(counter.close)
    assert not hand.look(lambda u: u.desk)
    hand.act(counter.close)  # twice is once


def test_closing_sends_parked_and_bound_visitors_to_the_pool(hand: Hand) -> None:
    hand.open("c2", "bernd")
    parked, sent = hand.take(), hand.take()
    hand.call()
    hand.act(counter.start)
    hand.act(counter.park)
    hand.call("c2", "bernd")
    hand.do(lambda u: counter.transfer(u, "c2", "bernd", to_counter="c1"))
    hand.act(counter.close)
    assert {hand.ticket(parked).state, hand.ticket(sent).state} == {S.WAITING}
    assert {hand.call("c2", "bernd", finish_current=True)["number"] for _ in range(2)} == {
        parked["number"],
        sent["number"],
    }


def test_another_sites_counter_is_not_found(hand: Hand) -> None:
    """Failure 15."""
    refused(NotFound, lambda: hand.open("annex-1"), hand)
    refused(NotFound, lambda: hand.call("annex-1"), hand)
    refused(NotFound, lambda: hand.act(counter.close, "annex-1"), hand)
    refused(NotFound, lambda: hand.act(counter.recall, "annex-1"), hand)


# -- calling -------------------------------------------------------------------------------------------


def test_next_calls_who_is_due_first_and_names_number_and_room(hand: Hand) -> None:
    first, second = hand.take(), hand.take(CARD)  # five minutes of concern: due earlier
    called = hand.call()
    assert called == {
        "ticket": second["id"],
        "number": second["number"],
        "state": "called",
        "counter": "c1",
        "room": "1",
        "seq": hand.hall.seq,
    }
    assert hand.call(finish_current=True)["number"] == first["number"]


def test_two_clerks_at_the_same_moment_call_two_visitors(hand: Hand) -> None:
    """Failure 1."""
    hand.open("c2", "bernd")
    numbers = {hand.take()["number"], hand.take()["number"]}

    def both(unit: Unit) -> set[int]:
        return {
            counter.call(unit, "c1", "anna")["number"],
            counter.call(unit, "c2", "bernd")["number"],
        }

    assert hand.do(both) == numbers


def test_nobody_waiting_is_said(hand: Hand) -> None:
    refused(NobodyWaiting, hand.call, hand)


def test_a_clerk_calls_only_whom_she_can_serve(hand: Hand) -> None:
    hand.open("c2", "bernd")
    car = hand.take(CAR)
    refused(NobodyWaiting, lambda: hand.call("c2", "bernd"), hand)
    refused(CannotServe, lambda: hand.call("c2", "bernd", ticket_id=car["id"]), hand)
    assert hand.call()["ticket"] == car["id"]


def test_a_busy_counter_says_with_whom(hand: Hand) -> None:
    first = hand.take()
    hand.take()
    hand.call()
    assert refused(CounterBusy, hand.call, hand).params == {"number": first["number"], "ticket": first["id"]}


def test_a_second_tab_that_believes_something_else_is_refused(hand: Hand) -> None:
    first, second = hand.take(), hand.take()
    hand.call()
    hand.call(finish_current=True, expected=first["id"])
    old = refused(OtherTicket, lambda: hand.call(finish_current=True, expected=first["id"]), hand)
    assert old.params == {"ticket": second["id"]}
    refused(OtherTicket, lambda: hand.do(lambda u: counter.finish(u, "c1", "anna", first["id"])), hand)


def test_done_next_ends_and_calls_in_one_commit_and_undo_restores_both(hand: Hand) -> None:
    first, second = hand.take(), hand.take()
    hand.call()
    hand.act(counter.start)
    hand.call(finish_current=True)
    assert (hand.ticket(first).state, hand.ticket(second).state) == (S.FINISHED, S.CALLED)
    hand.later(seconds=10)
    hand.act(counter.undo)
    assert (hand.ticket(first).state, hand.ticket(second).state) == (S.SERVING, S.WAITING)


def test_undo_is_for_ten_seconds_and_only_while_nobody_came(hand: Hand) -> None:
    hand.take()
    hand.call()
    hand.later(seconds=10.1)
    refused(TooLate, lambda: hand.act(counter.undo), hand)
    hand.act(counter.start)
    refused(WrongState, lambda: hand.act(counter.undo), hand)


def test_a_recall_has_a_number_of_its_own_in_the_sequence(hand: Hand) -> None:
    hand.take()
    called = hand.call()
    again = hand.act(counter.recall)
    assert again["seq"] == called["seq"] + 1
    assert again["number"] == called["number"]
    hand.act(counter.start)
    refused(WrongState, lambda: hand.act(counter.recall), hand)


def test_a_missed_visitor_is_called_again_by_number_only(hand: Hand) -> None:
    """Failures 12 and 13."""
    missed = hand.take()
    hand.call()
    hand.act(counter.mark_no_show)
    refused(NobodyWaiting, hand.call, hand)
    assert hand.call(ticket_id=missed["id"])["number"] == missed["number"]


def test_a_parked_visitor_is_kept_for_this_counter_and_never_called_by_itself(hand: Hand) -> None:
    """Failure 12."""
    hand.open("c2", "bernd")
    parked = hand.take()
    hand.call()
    hand.act(counter.start)
    hand.act(counter.park)
    hand.restart()
    refused(NobodyWaiting, hand.call, hand)
    refused(CannotServe, lambda: hand.call("c2", "bernd", ticket_id=parked["id"]), hand)
    hand.do(lambda u: counter.start(u, "c1", "anna", parked["id"]))
    assert hand.ticket(parked).state is S.SERVING


def test_put_back_lets_the_next_go_first(hand: Hand) -> None:
    first, second = hand.take(CARD), hand.take(CARD)
    hand.later(minutes=14)
    hand.call()
    hand.act(counter.put_back)
    assert hand.call()["number"] == second["number"]
    assert hand.ticket(first).state is S.WAITING


def test_a_transfer_keeps_the_due_time(hand: Hand) -> None:
    hand.open("c3", "carla")
    taken = hand.take()
    due = hand.ticket(taken).due_at
    hand.call()
    hand.later(minutes=20)

    def hand_over(unit: Unit) -> Answer:
        choice = choose(unit.town, unit.site, [(CAR, 1)], walk_in=False)
        return counter.transfer(unit, "c1", "anna", choice=choice)

    hand.do(hand_over)
    ticket = hand.ticket(taken)
    assert (ticket.due_at, ticket.services, ticket.area_id) == (due, frozenset({CAR}), "upstairs")
    assert hand.call("c3", "carla")["number"] == taken["number"]


def test_a_transfer_goes_only_to_who_is_there_and_able(hand: Hand) -> None:
    hand.open("c3", "carla")
    hand.take(PASS)
    hand.call()

    def send(to_counter: str | None) -> Callable[[], Answer]:
        return lambda: hand.do(lambda u: counter.transfer(u, "c1", "anna", to_counter=to_counter))

    refused(CounterNotOpen, send("c2"), hand)
    refused(CannotServe, send("c3"), hand)
    refused(NotFound, send("annex-1"), hand)
    refused(BadInput, send(None), hand)


def test_a_second_number_joins_the_visit_and_ends_with_it(hand: Hand) -> None:
    first, second = hand.take(), hand.take()
    hand.call()
    joined = hand.do(lambda u: counter.join(u, "c1", "anna", second["id"]))
    assert (joined["number"], joined["room"]) == (second["number"], "1")
    hand.act(counter.start)
    hand.act(counter.finish)
    assert {hand.ticket(first).state, hand.ticket(second).state} == {S.FINISHED}


def test_joining_needs_the_skill_too(hand: Hand) -> None:
    hand.open("c2", "bernd")
    hand.take()
    car = hand.take(CAR)
    hand.call("c2", "bernd")
    refused(CannotServe, lambda: hand.do(lambda u: counter.join(u, "c2", "bernd", car["id"])), hand)


def test_the_concern_may_be_corrected_at_the_counter(hand: Hand) -> None:
    taken = hand.take()
    hand.call()
    hand.do(
        lambda u: counter.change_concern(
            u, "c1", "anna", choose(u.town, u.site, [(PASS, 2), (CARD, 1)], 2, walk_in=False)
        )
    )
    ticket = hand.ticket(taken)
    assert (ticket.concern, ticket.persons, ticket.expected_min) == (((PASS, 2), (CARD, 1)), 2, 25)


def test_who_asked_for_more_time_keeps_it_with_another_concern(hand: Hand) -> None:
    taken = hand.take(needs=["more_time"])

    def chosen(unit: Unit) -> Choice:
        return choose(unit.town, unit.site, [(PASS, 2), (CARD, 1)], walk_in=False)

    hand.call()
    hand.do(lambda u: counter.change_concern(u, "c1", "anna", chosen(u)))
    assert hand.ticket(taken).expected_min == 25 + 13
    hand.do(lambda u: counter.change_concern(u, "c1", "anna", choose(u.town, u.site, [(PASS, 1)])))
    hand.do(lambda u: counter.transfer(u, "c1", "anna", choice=chosen(u)))
    assert hand.ticket(taken).expected_min == 25 + 13


@pytest.mark.parametrize(
    "act",
    [counter.recall, counter.start, counter.finish, counter.mark_no_show, counter.put_back, counter.undo],
)
def test_without_a_visit_there_is_nothing_to_do(hand: Hand, act: Callable[..., Answer]) -> None:
    refused(NoCurrentTicket, lambda: hand.act(act), hand)


@pytest.mark.parametrize(
    "act",
    [counter.pause, counter.recall, counter.start, counter.finish, counter.mark_no_show, counter.park],
)
def test_nobody_acts_at_another_clerks_counter(hand: Hand, act: Callable[..., Answer]) -> None:
    hand.take()
    hand.call()
    refused(CounterTaken, lambda: hand.act(act, "c1", "bernd"), hand)


def test_the_call_mode_is_switched_for_the_day(hand: Hand) -> None:
    assert hand.do(lambda u: counter.switch_call_mode(u, SOMEBODY, "fetch")) == {"call_mode": "fetch"}
    hand.restart()
    assert hand.do(lambda u: counter.switch_call_mode(u, SOMEBODY, None)) == {"call_mode": "screen"}


def test_a_visitor_who_gave_up_after_the_call_frees_the_counter(hand: Hand) -> None:
    taken = hand.take()
    hand.call()
    hand.do(lambda u: reception.cancel(u, u.hall.tickets[taken["id"]]))
    assert hand.hall.ticket_at("c1") is None
    hand.take()
    hand.call()
