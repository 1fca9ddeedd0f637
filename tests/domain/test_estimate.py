"""The range of minutes that a visitor is told: plain, sane, never an input to the order."""

import pytest

from queue_server.domain import calling
from queue_server.domain import events as e
from queue_server.domain.estimate import Estimate, estimate, estimate_all
from queue_server.domain.waiting_line import Place
from tests.domain.builders import ALL, CAR, PASS, Day, a_hall, at

END: Place = (at("23:00"), at("23:00"), 10**9)


def told(day: Day, *services: str, place: Place = END) -> Estimate | None:
    return estimate(day.hall, frozenset(services or (PASS,)), place, day.skills, day.now)


def test_without_an_open_counter_for_the_concern_nothing_is_promised() -> None:
    day = a_hall({"c1": [PASS]})
    assert told(day, CAR) is None
    assert told(day, PASS, CAR) is None
    day.record(calling.pause_counter(day.hall, "c1"))
    assert told(day) is None
    assert estimate(day.hall, frozenset({PASS}), END, {}, day.now) is None


def test_a_free_counter_and_nobody_ahead_is_up_to_five_minutes() -> None:
    assert told(a_hall()) == Estimate(0, 0, 5)


def test_only_those_count_as_ahead_whom_my_counters_may_serve() -> None:
    day = a_hall({"c1": [PASS], "c2": [CAR]})
    for service in (PASS, CAR, CAR, CAR):
        day.take(service)
    pass_wait, car_wait = told(day, PASS), told(day, CAR)
    assert pass_wait
    assert car_wait
    assert (pass_wait.ahead, car_wait.ahead) == (1, 3)
    assert pass_wait.to_min < car_wait.to_min


def test_only_those_count_as_ahead_who_are_due_before() -> None:
    day = a_hall()
    day.take(minutes=5)
    day.take(minutes=60)
    mine = told(day, place=(at("09:30"), at("09:00"), 99))
    assert mine
    assert mine.ahead == 1


def test_one_who_is_kept_for_a_counter_that_is_not_mine_is_not_ahead() -> None:
    day = a_hall({"c1": ALL, "c2": [PASS]})
    day.take(CAR)
    day.call("c1")
    day.start("c1")
    day.record(
        calling.transfer(day.hall, "c1", to_counter="c2", concern=((PASS, 1),), expected_min=10, area=None)
    )
    mine = estimate(day.hall, frozenset({CAR}), END, day.skills, day.now)
    assert mine
    assert mine.ahead == 0


def test_more_counters_shorten_the_wait() -> None:
    one, three = a_hall(1), a_hall(3)
    for day in (one, three):
        for _ in range(6):
            day.take(minutes=10)
    assert told(one) == Estimate(6, 40, 80)
    assert told(three) == Estimate(6, 10, 30)


@pytest.mark.parametrize(("gone", "to_min"), [(0, 30), (10, 15), (30, 10), (300, 10)])
def test_the_running_visit_counts_with_what_is_left_of_it(gone: int, to_min: int) -> None:
    day = a_hall()
    day.take(minutes=20)
    day.serve("c1")
    day.later(minutes=gone)
    mine = told(day)
    assert mine
    assert (mine.ahead, mine.to_min) == (0, to_min)


def test_one_who_is_called_counts_with_the_whole_visit() -> None:
    day = a_hall()
    day.take(minutes=20)
    day.call("c1")
    day.later(minutes=3)
    assert told(day) == Estimate(0, 10, 30)


def test_one_kept_for_a_counter_waits_for_that_counter_alone() -> None:
    day = a_hall(2)
    for _ in range(4):
        day.take(minutes=10)
    kept = day.serve("c1")
    transfer = calling.transfer(day.hall, "c1", to_counter="c2", concern=None, expected_min=None, area=None)
    day.record([*transfer, e.CounterPaused("c2")])
    guesses = {ticket.id: guess for ticket, guess in estimate_all(day.hall, day.skills, day.now)}
    assert guesses.pop(kept.id) is None
    assert [guess.ahead for guess in guesses.values() if guess] == [0, 1, 2]
