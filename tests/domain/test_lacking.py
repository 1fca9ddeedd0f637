"""What visitors came without: of which visits it may be noted, and what follows."""

import pytest

from queue_server.domain import calling, lacking, visiting
from queue_server.domain import events as e
from queue_server.domain.errors import BadInput, VisitGone
from queue_server.domain.ticket import Ticket
from tests.domain.builders import CAR, PASS, Day, a_hall
from tests.domain.pictures import from_log

PHOTO, CARD = (PASS, "a" * 12), (PASS, "b" * 12)


@pytest.fixture
def day() -> Day:
    return a_hall({"c1": [PASS, CAR], "c2": [PASS]})


def served(day: Day, counter_id: str = "c1") -> Ticket:
    day.take(PASS)
    ticket = day.call(counter_id)
    day.start(counter_id)
    return ticket


def of_counter(day: Day, counter_id: str = "c1") -> list[int]:
    return [one.id for one in lacking.visits(day.hall, counter_id, day.now)]


def test_a_note_is_one_entry_and_noting_it_twice_is_none(day: Day) -> None:
    ticket = served(day)
    noted = lacking.note(day.hall, "c1", ticket, PHOTO, day.now)
    assert noted == [e.DocumentWasMissing(ticket.id, *PHOTO)]
    day.record(noted)
    assert lacking.note(day.hall, "c1", ticket, PHOTO, day.now) == []
    day.record(lacking.note(day.hall, "c1", ticket, CARD, day.now))
    assert day.hall.lacking[ticket.id] == {PHOTO, CARD}, "several may be missing"


def test_a_note_is_taken_back_once(day: Day) -> None:
    ticket = served(day)
    assert lacking.take_back(day.hall, "c1", ticket, PHOTO, day.now) == []
    day.record(lacking.note(day.hall, "c1", ticket, PHOTO, day.now))
    day.record(lacking.take_back(day.hall, "c1", ticket, PHOTO, day.now))
    assert lacking.take_back(day.hall, "c1", ticket, PHOTO, day.now) == []
    assert from_log(day).lacking == day.hall.lacking == {ticket.id: set()}


def test_a_note_changes_nothing_else_of_the_hall(day: Day) -> None:
    ticket = served(day)
    day.hall.touched.clear()
    day.record(lacking.note(day.hall, "c1", ticket, PHOTO, day.now))
    assert not day.hall.touched.tickets
    assert ticket.state.value == "serving"


def test_something_may_be_noted_for_ten_minutes_after_the_visit(day: Day) -> None:
    ticket = served(day)
    day.record(calling.finish(day.hall, "c1"))
    day.later(minutes=10)
    assert of_counter(day) == [ticket.id]
    day.later(seconds=1)
    assert of_counter(day) == []
    with pytest.raises(VisitGone):
        lacking.note(day.hall, "c1", ticket, PHOTO, day.now)


def test_who_went_stands_before_who_is_called_and_behind_who_is_served(day: Day) -> None:
    first = served(day)
    day.take(PASS)
    second = day.call("c1", finish_current=True)
    assert of_counter(day) == [first.id, second.id]
    day.start("c1")
    assert of_counter(day) == [second.id, first.id]


def test_only_the_last_one_who_went_is_offered(day: Day) -> None:
    served(day)
    day.record(calling.finish(day.hall, "c1"))
    second = served(day)
    day.record(calling.park(day.hall, "c1"))
    assert of_counter(day) == [second.id], "also who was sent home for the paper and is kept"


def test_a_visit_at_another_counter_is_none_of_its_own(day: Day) -> None:
    ticket = served(day, "c2")
    assert of_counter(day, "c1") == []
    with pytest.raises(VisitGone):
        lacking.note(day.hall, "c1", ticket, PHOTO, day.now)


def test_those_who_were_called_together_are_all_offered(day: Day) -> None:
    first, second = day.take(PASS), day.take(PASS)
    day.call("c1", first)
    day.record(calling.join(day.hall, "c1", second.id))
    day.start("c1")
    assert of_counter(day) == [first.id, second.id]
    day.record(calling.finish(day.hall, "c1"))
    assert of_counter(day) == [first.id, second.id]


def test_who_did_not_come_lacked_nothing(day: Day) -> None:
    ticket = day.take(PASS)
    day.call("c1")
    day.record(calling.mark_no_show(day.hall, "c1"))
    assert of_counter(day) == []
    day.record(visiting.come_back(ticket, day.now))
    assert of_counter(day) == [], "and waits again"


def test_a_service_that_the_visit_is_not_about_is_refused(day: Day) -> None:
    ticket = served(day)
    with pytest.raises(BadInput):
        lacking.note(day.hall, "c1", ticket, (CAR, "a" * 12), day.now)
