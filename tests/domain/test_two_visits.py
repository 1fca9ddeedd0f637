"""Two visits of one person, one after the other: the second waits until the first is over."""

import pytest

from queue_server.domain import calling, visiting
from queue_server.domain.errors import NobodyWaiting, VisitorElsewhere
from queue_server.domain.hall import Hall
from queue_server.domain.ticket import Ticket
from tests.domain.builders import CAR, DAY, PASS, Day, a_hall


def a_pair(day: Day) -> tuple[Ticket, Ticket]:
    """Somebody is here for ten o'clock, and then for ten past."""
    first = day.take(PASS, appointed="10:00")
    return first, day.take(CAR, appointed="10:10", after=first)


@pytest.fixture
def day() -> Day:
    return a_hall({"c1": [PASS], "c2": [CAR]}, now="09:55")


def test_the_second_visit_is_not_called_before_the_first_is_over(day: Day) -> None:
    first, second = a_pair(day)
    day.wait_until("10:30")
    for press in (None, day.call, day.start):
        if press is not None:
            press("c1")
        with pytest.raises(NobodyWaiting):
            day.call("c2")
    day.record(calling.finish(day.hall, "c1"))
    assert day.call("c2") is second
    assert first.id not in day.hall.waiting


@pytest.mark.parametrize("end", ["no_show", "parked", "cancelled"])
def test_however_the_first_ends_the_second_comes_into_the_line(day: Day, end: str) -> None:
    first, second = a_pair(day)
    if end == "cancelled":
        day.record(visiting.cancel(first))
    else:
        day.call("c1")
        if end == "parked":
            day.start("c1")
        leave = calling.park if end == "parked" else calling.mark_no_show
        day.record(leave(day.hall, "c1"))
    assert day.numbers_waiting() == [second.number]


def test_who_comes_back_to_the_first_leaves_the_line_of_the_second(day: Day) -> None:
    first, second = a_pair(day)
    day.call("c1")
    day.record(calling.mark_no_show(day.hall, "c1"))
    day.record(visiting.come_back(first, day.now))
    assert day.numbers_waiting() == [first.number]
    assert second.id not in day.hall.waiting


def test_an_undone_finish_takes_the_second_out_of_the_line_again(day: Day) -> None:
    first, second = a_pair(day)
    day.serve("c1")
    other = day.take(PASS)
    assert day.call("c1", finish_current=True) is other
    assert second.id in day.hall.waiting
    day.undo("c1")
    assert day.numbers_waiting() == [other.number]
    assert day.hall.ticket_at("c1") is first


def test_nobody_is_summoned_to_two_counters(day: Day) -> None:
    """A clerk may take the second visit first, by its number; not while the person is elsewhere."""
    first, second = a_pair(day)
    day.call("c1")
    with pytest.raises(VisitorElsewhere) as refused:
        day.call("c2", second)
    assert refused.value.params == {"number": second.number, "first": first.number}
    day.undo("c1")
    assert day.call("c2", second) is second
    # The other way round is the clerk's to see: who is called twice hears the first call.


def test_the_same_counter_may_join_both(day: Day) -> None:
    day = a_hall(1, now="09:55")
    first, second = a_pair(day)
    day.call("c1", first)
    day.join("c1", second)
    day.start("c1")
    day.record(calling.finish(day.hall, "c1"))
    assert not first.is_open
    assert not second.is_open


@pytest.mark.parametrize("turned", [False, True])
def test_rows_in_any_order_give_the_same_line(day: Day, turned: bool) -> None:
    first, second = a_pair(day)
    restored = Hall("hall", DAY, day.hall.seq)
    for ticket in (second, first) if turned else (first, second):
        restored.restore_ticket(ticket)
    assert first.id in restored.waiting
    assert second.id not in restored.waiting
