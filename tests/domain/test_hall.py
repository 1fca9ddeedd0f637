"""The hall itself: what it answers, what it notes as touched, and that rows tell all of it."""

import json

import pytest

from queue_server.domain import calling, visiting
from queue_server.domain import events as e
from queue_server.domain.events import Recorded, event_of, payload_of
from queue_server.domain.fold import apply
from queue_server.domain.hall import CounterState, Hall
from queue_server.domain.ticket import TicketState
from tests.domain.builders import CAR, PASS, Day, a_hall, at
from tests.domain.pictures import from_log, from_rows, picture

S = TicketState


def a_busy_day() -> Day:
    """Return a day on which a little of everything happened."""
    day = a_hall({"c1": [PASS, CAR], "c2": [PASS], "c3": [CAR]})
    tickets = [day.take(CAR if n % 3 == 0 else PASS, minutes=5 + n) for n in range(12)]
    day.take(appointed="09:30", priority=True)
    for minute in range(5, 40, 5):
        day.wait_until(f"09:{minute:02}")
        day.call("c1", finish_current=True)
        day.start("c1")
    day.record(calling.join(day.hall, "c1", next(iter(day.hall.waiting.in_order(day.now))).id))
    day.record(calling.park(day.hall, "c1"))
    day.call("c2")
    day.record(calling.mark_no_show(day.hall, "c2"))
    day.call("c2")
    day.record(visiting.cancel(tickets[-1]) if tickets[-1].state is S.WAITING else [])
    day.record([e.IssuingStopped(), e.CallModeSwitched("fetch"), e.CounterPaused("c3")])
    return day


def test_the_fold_of_the_log_is_the_hall() -> None:
    day = a_busy_day()
    assert picture(from_log(day)) == picture(day.hall)


def test_a_hall_from_rows_equals_the_one_that_was_lived_through() -> None:
    day = a_busy_day()
    restored = from_rows(day.hall)
    assert picture(restored) == picture(day.hall)
    assert restored.last_at is None, "the log tells the time of the last event, and the store keeps it"


def test_the_log_can_be_read_from_json() -> None:
    day = a_busy_day()
    hall = Hall("hall", day.hall.business_day)
    for recorded in day.log:
        stored = json.loads(json.dumps(payload_of(recorded.event)))
        apply(hall, Recorded(recorded.seq, recorded.at, event_of(recorded.event.type, stored)))
    assert picture(hall) == picture(day.hall)


@pytest.mark.parametrize("seq", [0, 1, 3])
def test_a_gap_or_a_repeat_in_the_log_is_an_error(seq: int) -> None:
    hall = Hall("hall", at("09:00").date(), seq=1)
    with pytest.raises(ValueError, match="does not follow 1"):
        apply(hall, Recorded(seq, at("09:00"), e.IssuingStopped()))
    assert (hall.seq, hall.day.issuing) == (1, True)


@pytest.mark.parametrize(
    "event",
    [e.TicketRecalled(99), e.ServiceStarted(1), e.TicketJoined(1, 1), e.CallUndone(1), e.TicketResumed(1)],
    ids=lambda event: event.type,
)
def test_an_entry_that_does_not_fit_is_an_error(event: e.Event) -> None:
    day = Day()
    day.take()
    with pytest.raises((ValueError, KeyError)):
        day.record([event])


def test_an_event_without_a_handler_is_an_error() -> None:
    with pytest.raises(NotImplementedError):
        Day().record([e.Event()])


def test_a_day_keeps_whether_numbers_are_given_and_how_it_calls() -> None:
    day = Day()
    assert (day.hall.day.issuing, day.hall.day.call_mode) == (True, None)
    day.record([e.IssuingStopped(), e.CallModeSwitched("fetch")])
    assert (day.hall.day.issuing, day.hall.day.call_mode, day.hall.touched.day) == (False, "fetch", True)
    day.record([e.IssuingResumed(), e.CallModeSwitched(None)])
    assert (day.hall.day.issuing, day.hall.day.call_mode) == (True, None)


def test_what_is_only_kept_for_readers_of_the_log_changes_nothing() -> None:
    day = a_busy_day()
    before = picture(day.hall)
    day.record([e.CallSettled(3, 2, 2, "started", fetch=False), e.EstimateGiven(((PASS, 1),), 3, 5, 15)])
    assert picture(day.hall) | {"seq": 0} == before | {"seq": 0}


def test_changing_the_concern_of_one_who_waits_moves_it_to_another_lane() -> None:
    day = a_hall({"c1": [PASS], "c2": [CAR]})
    ticket = day.take(PASS)
    day.record([e.ConcernChanged(ticket.id, ((CAR, 1),), 2, 40)])
    assert (ticket.persons, ticket.expected_min) == (2, 40)
    assert day.call("c2") is ticket
    day.record([e.ConcernChanged(ticket.id, ((PASS, 1),), 1, 10)])
    assert len(day.hall.waiting) == 0, "one who is served does not wait again by it"


def test_a_counter_to_which_nothing_happened_is_closed() -> None:
    hall = Day().hall
    assert hall.counter("c9").state is CounterState.CLOSED
    assert hall.ticket_at("c9") is None
    assert hall.open_counters() == []
    assert "c9" not in hall.counters, "asking leaves no trace"


def test_open_counters_are_those_that_call() -> None:
    day = a_hall(3)
    day.record([e.CounterPaused("c1"), e.CounterClosed("c2")])
    assert [counter.id for counter in day.hall.open_counters()] == ["c3"]


def test_touched_names_the_rows_to_write_and_no_more() -> None:
    day = a_hall(2)
    first, second, third = day.take(), day.take(), day.take()
    touched = day.hall.touched
    assert touched.tickets == {first.id, second.id, third.id}
    assert touched.leases == {first.number, second.number, third.number}
    touched.clear()
    day.call("c1", first)
    assert (touched.tickets, touched.counters, touched.leases, touched.day) == (
        {first.id},
        {"c1"},
        set(),
        False,
    )
    touched.clear()
    day.call("c1", second, finish_current=True)
    assert (touched.tickets, touched.counters) == ({first.id, second.id}, {"c1"})
    assert touched.leases == {first.number}
    touched.clear()
    day.record(calling.undo(day.hall, "c1", day.now))
    assert (touched.tickets, touched.leases) == ({first.id, second.id}, {first.number})
    touched.clear()
    day.record(calling.recall(day.hall, "c1") if first.state is S.CALLED else visiting.go_away(third))
    assert touched.tickets == {third.id}


def test_tickets_in_a_state_come_in_order_of_their_beginning() -> None:
    day = a_hall()
    first, second = day.take(), day.take()
    day.record(visiting.go_away(second))
    day.record(visiting.go_away(first))
    assert day.hall.in_state(S.AWAY, S.WAITING) == [first, second]
    assert day.hall.in_state(S.PARKED) == []
