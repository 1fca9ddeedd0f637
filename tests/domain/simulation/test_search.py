"""The fewest counters are found from wherever the search begins."""

from collections.abc import Callable

import pytest

from queue_server.domain.simulation.search import IN_VAIN, Tried, enough_for_the_work, fewest
from tests.domain.simulation.plans import a_desk, a_drawn_day, a_plan


def trying(enough_from: int, seen: list[int]) -> Callable[[int], Tried[str]]:
    def attempt(counters: int) -> Tried[str]:
        seen.append(counters)
        return Tried(counters, counters >= enough_from, (max(0, enough_from - counters),), f"{counters}")

    return attempt


@pytest.mark.parametrize("first", [1, 3, 4, 5, 8, 99])
def test_the_fewest_stand_last_and_one_less_before_them(first: int) -> None:
    found = fewest(first, 10, trying(4, []))
    assert [one.is_enough for one in found[-2:]] == [False, True]
    assert [one.counters for one in found[-2:]] == [3, 4]


def test_nothing_is_tried_twice_or_beyond_what_is_needed() -> None:
    seen: list[int] = []
    fewest(5, 10, trying(4, seen))
    assert sorted(seen) == [3, 4, 5]


def test_one_may_be_enough_and_all_may_be_too_few() -> None:
    assert [one.counters for one in fewest(3, 10, trying(1, []))] == [1]
    assert [one.counters for one in fewest(3, 5, trying(9, []))] == [3, 4, 5]


def test_a_search_that_changes_nothing_ends() -> None:
    found = fewest(2, 30, lambda n: Tried(n, False, (7,), ""))
    assert [one.counters for one in found] == [2, 3, 4][:IN_VAIN]


def test_the_search_begins_where_the_work_would_just_be_done() -> None:
    """A day drawn for four counters at nine tenths of their time takes four."""
    assert enough_for_the_work(a_drawn_day(1, counters=4, load=0.9)) == 4
    assert enough_for_the_work(a_plan(desks=(a_desk("c1", ("08:00", "09:00")),))) == 1
