"""A day on virtual time runs the hall's own rules: each call is the one that the order names."""

from dataclasses import replace
from datetime import timedelta

import pytest

from queue_server.domain import events as e
from queue_server.domain.fold import apply
from queue_server.domain.hall import Hall
from queue_server.domain.order import next_ticket
from queue_server.domain.simulation.disciplines import AppointmentsFirst, Discipline, FirstCome, Ours
from queue_server.domain.simulation.lived import SITE, Lived
from queue_server.domain.simulation.living import live
from queue_server.domain.simulation.plan import (
    Begin,
    DayPlan,
    Doing,
    Ending,
    HandedOn,
    Joined,
    Meanwhile,
    Visitor,
)
from queue_server.domain.ticket import TicketState
from tests.domain.builders import ALL, CAR, DAY, PASS, at
from tests.domain.simulation.plans import a_desk, a_drawn_day, a_plan, a_turn, a_visitor, minutes


def called(lived: Lived) -> list[tuple[str, int]]:
    """Return the wall time and the visitor of each call."""
    return [(f"{moment:%H:%M}", place) for moment, _, place in lived.calls()]


@pytest.mark.parametrize("discipline", [Ours(), Ours(patience_factor=0), FirstCome(), AppointmentsFirst()])
def test_each_call_is_the_one_that_the_order_names(discipline: Discipline) -> None:
    lived = live(a_drawn_day(1), discipline)
    hall = Hall(SITE, DAY)
    calls = 0
    for one in lived.log:
        if isinstance(one.event, e.TicketCalled):
            waiting = [t for t in hall.tickets.values() if t.state is TicketState.WAITING]
            first = next_ticket(waiting, lambda _: True, one.at)
            assert first is not None
            assert first.id == one.event.ticket
            calls += 1
        apply(hall, one)
    assert calls > 100
    assert hall.tickets == lived.hall.tickets, "the log of a simulated day tells all of it"


def test_a_day_with_the_same_seed_is_the_same_day() -> None:
    assert a_drawn_day(5) == a_drawn_day(5) != a_drawn_day(6)
    assert live(a_drawn_day(5), Ours()).log == live(a_drawn_day(5), Ours()).log


def test_a_clerk_calls_as_soon_as_somebody_waits_and_the_last_visit_is_over() -> None:
    lived = live(a_plan(a_visitor("09:00"), a_visitor("09:02"), a_visitor("09:30")), Ours())
    assert called(lived) == [("09:00", 0), ("09:10", 1), ("09:30", 2)]


def test_a_clerk_takes_a_breath_after_a_visit_and_none_before_the_first() -> None:
    plan = a_plan(a_visitor("09:00"), a_visitor("09:02"), desks=(a_desk(breather=2),))
    assert called(live(plan, Ours())) == [("09:00", 0), ("09:12", 1)]


def test_who_has_been_free_longest_calls() -> None:
    desks = (a_desk("c1"), a_desk("c2"))
    first, second = a_visitor("09:00", a_turn(20)), a_visitor("09:05", a_turn(5))
    lived = live(a_plan(first, second, a_visitor("09:30"), desks=desks), Ours())
    assert [counter for _, counter, _ in lived.calls()] == ["c1", "c2", "c2"]


def test_a_counter_calls_only_whom_it_may_serve() -> None:
    desks = (a_desk("c1", skills=frozenset({PASS})), a_desk("c2", ("10:00", "16:00"), skills=ALL))
    lived = live(a_plan(a_visitor("09:00", service=CAR), a_visitor("09:01"), desks=desks), Ours())
    assert called(lived) == [("09:01", 1), ("10:00", 0)]


def test_who_is_not_there_costs_a_moment_and_may_come_back() -> None:
    missed = a_turn(0, way=2, ending=Ending.NOT_THERE, returns_after=10)
    lived = live(a_plan(a_visitor("09:00", missed, a_turn(10)), a_visitor("09:01")), Ours())
    assert called(lived) == [("09:00", 0), ("09:02", 1), ("09:12", 0)]


def test_put_back_and_handed_on_are_called_again() -> None:
    put_back = a_visitor("09:00", a_turn(3, ending=Ending.PUT_BACK), a_turn(4))
    lived = live(a_plan(put_back), Ours())
    assert called(lived) == [("09:00", 0), ("09:03", 0)]
    to = HandedOn("c2", ((PASS, 1),), 10)
    handed = a_visitor("09:00", a_turn(3, ending=Ending.HANDED_ON, to=to), a_turn(4))
    lived = live(a_plan(handed, desks=(a_desk("c1"), a_desk("c2"))), Ours())
    assert [counter for _, counter, _ in lived.calls()] == ["c1", "c2"]


def test_who_is_kept_for_a_counter_that_pauses_is_let_go_after_ten_minutes() -> None:
    to = HandedOn("c2", ((PASS, 1),), 10)
    handed = a_visitor("09:00", a_turn(3, ending=Ending.HANDED_ON, to=to), a_turn(4))
    desks = (a_desk("c1"), a_desk("c2", ("08:00", "09:01"), ("15:00", "16:00")))
    lived = live(a_plan(handed, desks=desks), Ours(patience_factor=0))
    assert [(f"{moment:%H:%M}", counter) for moment, counter, _ in lived.calls()] == [
        ("09:00", "c1"),
        ("09:13", "c1"),
    ]


def test_a_visit_goes_on_in_a_pause_and_nobody_is_called_before_its_end() -> None:
    desks = (a_desk("c1", ("08:00", "09:05"), ("10:00", "16:00")),)
    lived = live(a_plan(a_visitor("09:00"), a_visitor("09:02"), desks=desks), Ours())
    assert called(lived) == [("09:00", 0), ("10:00", 1)]


def test_a_visit_that_outlasts_the_pause_is_not_cut_short() -> None:
    desks = (a_desk("c1", ("08:00", "09:05"), ("09:15", "16:00")),)
    lived = live(a_plan(a_visitor("09:00", a_turn(30)), a_visitor("09:02"), desks=desks), Ours())
    assert called(lived) == [("09:00", 0), ("09:30", 1)]


def test_who_waits_at_closing_is_still_served_and_a_counter_that_ends_sooner_goes() -> None:
    desks = (a_desk("c1", ("08:00", "09:05")), a_desk("c2", ("08:00", "09:10")))
    visitors = [a_visitor(f"09:0{n}") for n in range(4)]
    lived = live(a_plan(*visitors, desks=desks), Ours())
    assert [(f"{moment:%H:%M}", counter) for moment, counter, _ in lived.calls()] == [
        ("09:00", "c1"),
        ("09:01", "c2"),
        ("09:11", "c2"),
        ("09:21", "c2"),
    ]


def test_who_gives_up_and_who_is_away_are_not_called() -> None:
    waits = a_visitor("09:00", a_turn(30))
    gives_up = replace(a_visitor("09:01"), meanwhile=(Meanwhile(at("09:20"), Doing.GIVES_UP),))
    away = replace(
        a_visitor("09:02"),
        meanwhile=(Meanwhile(at("09:25"), Doing.GOES_AWAY), Meanwhile(at("09:50"), Doing.COMES_BACK)),
    )
    lived = live(a_plan(waits, gives_up, away), Ours())
    assert called(lived) == [("09:00", 0), ("09:50", 2)]


def a_pair(first: Visitor, second: Visitor, after: float) -> tuple[Visitor, Visitor]:
    """Let the second be called to the first one's turn, so many minutes after it began."""
    turn = replace(second.turns[0], begins=Begin.JOINED, joined=Joined(1, 0, minutes(after)))
    return replace(first, seq=1), replace(second, seq=2, turns=(turn,))


def test_two_who_are_served_together_are_one_visit() -> None:
    pair = a_pair(a_visitor("09:00", a_turn(10)), a_visitor("09:00", a_turn(8)), after=2)
    lived = live(a_plan(*pair, a_visitor("09:01")), Ours())
    assert called(lived) == [("09:00", 0), ("09:02", 1), ("09:10", 2)]


def test_of_two_who_are_served_together_the_one_who_is_called_first_has_the_visit() -> None:
    """Else the work for both would be done twice where another counter is free sooner."""
    first, second = (
        a_visitor("09:00", a_turn(10), expected_min=30),
        a_visitor("09:00", a_turn(8), expected_min=5),
    )
    busy = a_visitor("08:59", a_turn(5))
    lived = live(a_plan(busy, *a_pair(first, second, after=2)), Ours())
    assert called(lived) == [("08:59", 0), ("09:04", 2), ("09:06", 1)]
    finished = [one for one in lived.log if isinstance(one.event, e.ServiceFinished)]
    assert [f"{one.at:%H:%M}" for one in finished] == ["09:04", "09:14"]


def test_who_cannot_be_joined_is_served_alone() -> None:
    """The other one gave up; or is at another counter already, and gone before."""
    first, second = a_pair(a_visitor("09:00", a_turn(10)), a_visitor("09:00", a_turn(8)), after=2)
    gone = replace(first, meanwhile=(Meanwhile(at("09:03"), Doing.GIVES_UP),))
    busy = a_visitor("08:59", a_turn(5))
    assert called(live(a_plan(busy, gone, second), Ours())) == [("08:59", 0), ("09:04", 2)]
    late = replace(second, arrives_at=at("09:30"))
    assert called(live(a_plan(first, late), Ours())) == [("09:00", 0), ("09:30", 1)]


def a_parked(returns_after: float) -> Visitor:
    first = a_turn(5, ending=Ending.PARKED, returns_after=returns_after)
    return a_visitor("09:00", first, replace(a_turn(4), begins=Begin.RESUMED))


def ends(lived: Lived) -> list[tuple[str, str, int]]:
    """Return the ends of visits, and where a visit goes on."""
    places = {ticket_id: place for place, ticket_id in lived.tickets.items()}
    kinds = (e.ServiceFinished, e.TicketParked, e.TicketResumed, e.TicketReleased)
    return [
        (f"{one.at:%H:%M}", one.event.type, places[one.event.ticket])
        for one in lived.log
        if isinstance(one.event, kinds)
    ]


def test_a_parked_visit_goes_on_when_the_visitor_is_back_and_the_counter_free() -> None:
    lived = live(a_plan(a_parked(returns_after=3), a_visitor("09:01"), a_visitor("09:02")), Ours())
    assert called(lived) == [("09:00", 0), ("09:05", 1), ("09:19", 2)]
    assert ends(lived)[:4] == [
        ("09:05", "TicketParked", 0),
        ("09:15", "ServiceFinished", 1),
        ("09:15", "TicketResumed", 0),
        ("09:19", "ServiceFinished", 0),
    ]


def test_a_parked_visit_goes_on_in_a_pause() -> None:
    desks = (a_desk("c1", ("08:00", "09:06"), ("11:00", "16:00")),)
    lived = live(a_plan(a_parked(returns_after=10), a_visitor("09:07"), desks=desks), Ours())
    assert ends(lived)[1:3] == [("09:15", "TicketResumed", 0), ("09:19", "ServiceFinished", 0)]
    assert called(lived)[1:] == [("11:00", 1)]


def test_whom_a_closing_counter_kept_is_served_by_another() -> None:
    desks = (a_desk("c1", ("08:00", "09:06")), a_desk("c2", ("09:01", "16:00")))
    lived = live(a_plan(a_parked(returns_after=30), desks=desks), Ours())
    assert ends(lived)[1] == ("09:06", "TicketReleased", 0)
    assert [(f"{moment:%H:%M}", counter) for moment, counter, _ in lived.calls()] == [
        ("09:00", "c1"),
        ("09:06", "c2"),
    ]


def test_who_leaves_when_called_frees_the_counter() -> None:
    leaves = a_visitor("09:00", a_turn(0, way=1, ending=Ending.GIVES_UP))
    lived = live(a_plan(leaves, a_visitor("09:00")), Ours())
    assert called(lived) == [("09:00", 0), ("09:01", 1)]
    gone = lived.ticket_of(0)
    assert gone is not None
    assert gone.state is TicketState.CANCELLED


def test_looking_on_is_shown_every_moment_and_changes_nothing() -> None:
    plan: DayPlan = a_drawn_day(3)
    seen: list[int] = []
    watched = live(plan, Ours(), lambda _, hall: seen.append(len(hall.waiting)))
    assert watched.log == live(plan, Ours()).log
    assert max(seen) > 0


def test_all_counters_are_closed_at_the_end() -> None:
    lived = live(a_drawn_day(2), Ours())
    assert lived.hall.open_counters() == []
    assert lived.log[-1].at - at("16:00") < timedelta(hours=2)
