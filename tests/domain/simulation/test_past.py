"""What is read of a recorded day; played again as it was it is in `properties.test_the_past`."""

from datetime import datetime, timedelta

from queue_server.domain import calling
from queue_server.domain.simulation.disciplines import AsRecorded
from queue_server.domain.simulation.living import live
from queue_server.domain.simulation.past import freely, lived_of, plan_of
from queue_server.domain.simulation.plan import Begin, Ending, Joined, Turn
from queue_server.domain.simulation.results import result_of
from tests.domain.builders import CARD, DAY, PASS, Day, a_hall
from tests.domain.simulation.plans import minutes

Calls = list[tuple[str, str, int]]


def turns(day: Day, place: int) -> tuple[Turn, ...]:
    return plan_of(day.log, DAY).visitors[place].turns


def freely_called(day: Day) -> Calls:
    return told(live(freely(plan_of(day.log, DAY)), AsRecorded()).calls())


def told(calls: list[tuple[datetime, str, int]]) -> Calls:
    return [(f"{moment:%H:%M}", counter, place) for moment, counter, place in calls]


def a_parking_day() -> Day:
    """Somebody is parked at 9:05, another one called, and at 9:15 the first one is served on."""
    day = a_hall()
    parked, _ = day.take(PASS), day.take(PASS)
    day.serve("c1", parked)
    day.wait_until("09:05")
    day.record(calling.park(day.hall, "c1"))
    day.serve("c1")
    day.wait_until("09:15")
    day.record(calling.finish(day.hall, "c1"))
    day.record(calling.start(day.hall, "c1", parked.id))
    day.wait_until("09:18")
    day.record(calling.finish(day.hall, "c1"))
    return day


def test_a_parked_visit_has_the_turns_it_had() -> None:
    first, second = turns(a_parking_day(), 0)
    assert first == Turn(minutes(0), minutes(5), Ending.PARKED, returns_after=minutes(10))
    assert second == Turn(minutes(0), minutes(3), begins=Begin.RESUMED)


def test_a_parked_visit_lets_others_pass_and_goes_on_where_it_was() -> None:
    day = a_parking_day()
    again = live(freely(plan_of(day.log, DAY)), AsRecorded())
    acts = [(f"{one.at:%H:%M}", one.event.type) for one in again.log]
    assert [act for act in acts if act[1] not in {"TicketTaken", "CounterOpened"}] == [
        ("09:00", "TicketCalled"),
        ("09:00", "ServiceStarted"),
        ("09:05", "TicketParked"),
        ("09:05", "TicketCalled"),
        ("09:05", "ServiceStarted"),
        ("09:15", "ServiceFinished"),
        ("09:15", "TicketResumed"),
        ("09:18", "ServiceFinished"),
        ("09:18", "CounterClosed"),
    ]


def test_a_clerk_who_took_a_breath_found_the_parked_visitor_back_before() -> None:
    """Else a clerk who presses at once would call the one who waits."""
    day = a_hall()
    parked = day.take()
    day.serve("c1", parked)
    day.take()
    day.take()
    day.wait_until("09:05")
    day.record(calling.park(day.hall, "c1"))
    day.serve("c1")
    day.wait_until("09:15")
    day.record(calling.finish(day.hall, "c1"))
    day.wait_until("09:16")
    day.record(calling.start(day.hall, "c1", parked.id))
    assert turns(day, 0)[0].returns_after == minutes(10)


def a_day_of_a_pair(*counters: str) -> Day:
    """Two come; the second is called to the first one's visit after two minutes, until 9:12."""
    day = a_hall(dict.fromkeys(counters, (PASS, CARD)))
    first, second = day.take(PASS), day.take(CARD, minutes=30)
    day.serve("c1", first)
    day.wait_until("09:02")
    day.join("c1", second)
    day.wait_until("09:12")
    day.record(calling.finish(day.hall, "c1"))
    return day


def test_who_was_joined_has_a_turn_with_the_other() -> None:
    day = a_day_of_a_pair("c1")
    (turn,) = turns(day, 1)
    assert turn == Turn(
        minutes(0),
        minutes(10),
        begins=Begin.JOINED,
        joined=Joined(plan_of(day.log, DAY).visitors[0].seq, 0, minutes(2)),
    )
    assert (
        freely_called(day) == told(lived_of(day.log, DAY).calls()) == [("09:00", "c1", 0), ("09:02", "c1", 1)]
    )
    assert result_of(lived_of(day.log, DAY)).walk_ins == (0.0, 2.0)


def test_an_undone_call_takes_with_it_who_was_joined_to_it() -> None:
    day = a_hall()
    first, second = day.take(PASS), day.take(PASS)
    day.call("c1", first)
    day.join("c1", second)
    day.undo("c1")
    day.wait_until("09:30")
    day.serve("c1", second)
    day.wait_until("09:35")
    day.record(calling.finish(day.hall, "c1"))
    assert told(lived_of(day.log, DAY).calls()) == [("09:30", "c1", 1)]
    assert [turn.begins for turn in turns(day, 1)] == [Begin.CALLED]
    assert live(plan_of(day.log, DAY), AsRecorded()).log[-1].event.type == "CounterClosed"


def test_who_missed_the_call_and_is_called_by_the_number_is_called_so_again() -> None:
    day = a_hall()
    missed = day.take()
    day.call("c1", missed)
    day.wait_until("09:02")
    day.record(calling.mark_no_show(day.hall, "c1"))
    day.wait_until("09:09")
    day.serve("c1", missed)
    missed_turn, *_ = turns(day, 0)
    assert missed_turn.returns_after == timedelta(minutes=7)
    assert freely_called(day) == [("09:00", "c1", 0), ("09:09", "c1", 0)]
