"""How long visits take, as equally likely minutes."""

from math import isclose

from queue_server.domain.service_times import Configured, mean, remaining, spread_around


def test_a_spread_ascends_around_the_configured_minutes() -> None:
    spread = Configured().spread((("pass", 1),), 20)
    assert list(spread) == sorted(spread)
    assert isclose(mean(spread), 20)
    assert spread[0] > 0
    assert spread[-1] > 40


def test_what_is_left_of_a_visit_is_not_the_mean_less_what_is_gone() -> None:
    spread = spread_around(10, 0.6)
    assert mean(remaining(spread, 0)) == mean(spread)
    assert mean(remaining(spread, 8)) > 2
    assert mean(remaining(spread, 15)) > 1


def test_who_is_past_all_that_was_expected_stays_a_while_all_the_same() -> None:
    spread = spread_around(10, 0.6)
    assert isclose(mean(remaining(spread, 300)), 3.5)
