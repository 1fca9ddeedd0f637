"""Weekdays and times as people write them."""

from datetime import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from queue_server.domain.written_hours import on_grid, parse_days, parse_hours, read_hours, write_hours


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


@pytest.mark.parametrize(
    "text",
    [
        *("08:00-12:30, 14:00-18:00", "8-12:30,14-18", "8–12.30 und 14 bis 18 Uhr", "8:00 to 12:30; 14 – 18"),
        *(
            "8-12.30 u. 14-18",
            "von 8 Uhr bis 12 Uhr 30 und von 14 Uhr bis 18 Uhr",
            "8 Uhr - 12h30 / 14 - 18 h",
        ),
        *("14-18, 8-12:30", "8-12:30 14-18", "8.00–12.30 Uhr 14–18 Uhr", "8 bis 12 Uhr 30 sowie 14 bis 18"),
    ],
)
def test_hours_are_read_as_people_write_them(text: str) -> None:
    assert read_hours(text) == ((time(8), time(12, 30)), (time(14), time(18))), text


def test_what_follows_the_hour_may_be_minutes_or_the_next_stretch() -> None:
    assert read_hours("8-12 Uhr 14-18 Uhr") == ((time(8), time(12)), (time(14), time(18)))
    assert read_hours("9 Uhr bis 12 Uhr 30") == ((time(9), time(12, 30)),)
    assert read_hours("9 Uhr 15 bis 12") == ((time(9, 15), time(12)),)


@pytest.mark.parametrize("text", ["", " ", "geschlossen", "Geschlossen", "zu", "–", "-", "closed", "Ruhetag"])
def test_closed_is_said_in_many_words(text: str) -> None:
    assert read_hours(text) == ()


@pytest.mark.parametrize("text", ["vormittags", "8-25", "8", "nach Vereinbarung", "8-12 14", "zu 8-12"])
def test_what_nobody_could_tell_is_no_hours(text: str) -> None:
    assert read_hours(text) is None


def test_a_time_between_two_cells_is_not_on_the_grid() -> None:
    assert on_grid(((time(8), time(12, 35)),))
    assert not on_grid(((time(8), time(12, 37)),))
