"""How long a guesser waits after each wrong password."""

from datetime import timedelta

from queue_server.domain.sign_in import FREE_TRIES, LONGEST_WAIT, wait_after


def test_the_first_mistakes_cost_nothing_and_then_each_costs_twice_as_much() -> None:
    waits = [wait_after(wrong).total_seconds() for wrong in range(FREE_TRIES + 7)]
    assert waits == [0, 0, 0, 0, 0, 30, 60, 120, 240, 480, 900, 900]


def test_nobody_is_locked_out_for_ever() -> None:
    assert wait_after(10**9) == LONGEST_WAIT == timedelta(minutes=15)
