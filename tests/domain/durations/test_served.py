"""Which visits tell how long a concern takes, and which do not."""

from queue_server.domain import calling
from queue_server.domain import events as e
from queue_server.domain.durations.served import served_of
from queue_server.domain.entry import Entry
from queue_server.domain.events import payload_of
from tests.domain.builders import CARD, PASS, Day, a_hall


def told(day: Day) -> list[tuple[str, float]]:
    entries = [Entry(r.seq, r.at, r.event.type, payload_of(r.event)) for r in day.log]
    return [(one.concern[0][0], one.minutes) for one in served_of(entries)]


def a_visit(day: Day, minutes: int = 12, counter: str = "c1") -> None:
    day.take(PASS)
    day.later(minutes=7)
    day.serve(counter)
    day.later(minutes=minutes)


def test_a_visit_from_start_to_end_tells_its_time() -> None:
    day = a_hall()
    a_visit(day)
    day.record(calling.finish(day.hall, "c1"))
    assert told(day) == [(PASS, 12)]


def test_parking_is_taken_out() -> None:
    day = a_hall()
    a_visit(day, 5)
    ticket = day.hall.ticket_at("c1")
    assert ticket is not None
    day.record(calling.park(day.hall, "c1"))
    day.later(minutes=60)
    day.record(calling.start(day.hall, "c1", ticket.id))
    day.later(minutes=4)
    day.record(calling.finish(day.hall, "c1"))
    assert told(day) == [(PASS, 9)]


def test_a_visit_that_ended_with_the_next_call_tells_its_time_where_that_one_had_waited() -> None:
    day = a_hall()
    a_visit(day)
    day.take(CARD)
    day.later(minutes=3)
    day.call("c1", finish_current=True)
    assert told(day) == [(PASS, 15)]


def test_a_visit_that_ended_when_the_next_one_came_in_tells_nothing() -> None:
    """Nobody waited, so nobody pressed: it may have been over for an hour."""
    day = a_hall()
    a_visit(day, 90)
    day.take(CARD)
    day.call("c1", finish_current=True)
    assert told(day) == []
    day.undo("c1")
    day.record(calling.finish(day.hall, "c1"))
    assert told(day) == [(PASS, 90)], "the call was taken back, and the end pressed by itself"


def test_an_end_without_a_start_tells_nothing() -> None:
    day = a_hall()
    day.take(PASS)
    day.call("c1")
    day.take(CARD)
    day.later(minutes=9)
    day.call("c1", finish_current=True)
    assert told(day) == []


def test_start_and_end_in_one_breath_are_no_service() -> None:
    day = a_hall()
    a_visit(day, 0)
    day.later(seconds=8)
    day.record(calling.finish(day.hall, "c1"))
    assert told(day) == []


def test_who_was_handed_on_tells_nothing() -> None:
    day = a_hall(2)
    a_visit(day)
    day.hand_on("c1", "c2")
    day.later(minutes=2)
    day.serve("c2")
    day.later(minutes=10)
    day.record(calling.finish(day.hall, "c2"))
    assert told(day) == []


def test_two_served_together_tell_nothing_of_either() -> None:
    day = a_hall()
    a_visit(day)
    day.join("c1", day.take(CARD))
    day.later(minutes=9)
    day.record(calling.finish(day.hall, "c1"))
    assert told(day) == []


def test_a_corrected_concern_is_the_one_that_took_the_time() -> None:
    day = a_hall()
    a_visit(day)
    ticket = day.hall.ticket_at("c1")
    assert ticket is not None
    day.record([e.ConcernChanged(ticket.id, ((CARD, 1),), 1, 15)])
    day.record(calling.finish(day.hall, "c1"))
    assert told(day) == [(CARD, 12)]
