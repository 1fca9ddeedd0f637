"""What a need changes: how long somebody is waited for, and how long the visit is expected to take."""

from datetime import timedelta

import pytest

from queue_server.domain.needs import NEEDS, grace_with, minutes_with

QUARTER = timedelta(minutes=15)


@pytest.mark.parametrize("need", ["more_time", "step_free", "fetch_me", "blind"])
def test_who_is_slow_on_the_way_is_waited_for_twice_as_long(need: str) -> None:
    assert grace_with([need, "priority"], QUARTER) == 2 * QUARTER


def test_other_needs_change_no_grace() -> None:
    assert grace_with(NEEDS - {"more_time", "step_free", "fetch_me", "blind"}, QUARTER) == QUARTER
    assert grace_with([], QUARTER) == QUARTER


@pytest.mark.parametrize(("minutes", "with_more"), [(3, 8), (10, 15), (15, 23), (40, 60)])
def test_more_time_is_half_as_long_again_and_at_least_five_minutes(minutes: int, with_more: int) -> None:
    assert minutes_with(["more_time"], minutes) == with_more
    assert minutes_with(["deaf"], minutes) == minutes
