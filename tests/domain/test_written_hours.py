"""Weekdays and times as people write them."""

from datetime import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from queue_server.domain.written_hours import parse_days, parse_hours, write_hours


@pytest.mark.parametrize(
    ("text", "days"),
    [("mon", (0,)), ("mon-fri", (0, 1, 2, 3, 4)), ("tue, thu", (1, 3)), ("mon-tue,sun", (0, 1, 6))],
)
def test_days_are_read(text: str, days: tuple[int, ...]) -> None:
    assert parse_days(text) == days


@pytest.mark.parametrize("text", ["", "mo", "Monday", "fri-mon", "mon-", "mon;tue", "mon,"])
def test_what_is_no_day_is_refused(text: str) -> None:
    assert parse_days(text) is None


def test_hours_are_read_with_all_usual_signs() -> None:
    morning = (time(8), time(12, 30))
    for text in ("08:00-12:30", "8:00 - 12:30", "8-12:30", "08:00–12:30"):
        assert parse_hours(text) == (morning,), text
    assert parse_hours("08:00-12:30, 13:30-24:00") == (morning, (time(13, 30), time(0)))


@pytest.mark.parametrize(
    "text", ["", "08:00", "25:00-26:00", "08:60-09:00", "24:00-08:00", "8-9,", "8.30-9.00"]
)
def test_what_are_no_hours_is_refused(text: str) -> None:
    assert parse_hours(text) is None


@given(st.lists(st.tuples(st.integers(0, 1439), st.integers(0, 1439)), min_size=1, max_size=4))
def test_written_hours_are_read_back(minutes: list[tuple[int, int]]) -> None:
    stretches = tuple((time(a // 60, a % 60), time(b // 60, b % 60)) for a, b in minutes)
    assert parse_hours(write_hours(stretches)) == stretches
