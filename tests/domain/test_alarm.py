"""The rules of the staff alarm."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from queue_server.domain.alarm import (
    DESK,
    LONGEST,
    Alarm,
    Told,
    ended,
    is_stale,
    running_at,
    told,
    where,
    with_going,
)
from queue_server.domain.town import Counter, Room
from tests.domain.town_builders import a_site

NOW = datetime(2026, 3, 10, 9, 42, tzinfo=UTC)
ALARM = Alarm("a", "town", "hall", "c1", "anna", NOW)
SITE = a_site(
    "hall",
    rooms=(Room("r1", "1", "foyer"), Room("r2", "2", "foyer")),
    counters=(Counter("c1", "1", "r1"), Counter("c2", "2", "r1"), Counter("c3", "1", "r2")),
)


@pytest.mark.parametrize(
    ("place", "how"), [("c1", Told.RAISED), ("c2", Told.NEAR), ("c3", Told.FAR), (DESK, Told.FAR)]
)
def test_it_is_silent_where_it_was_raised_and_in_that_room(place: str, how: Told) -> None:
    """Whoever threatens must not hear it, neither here nor from the desk beside."""
    assert told(ALARM, place, SITE) is how


def test_the_desk_is_silent_for_its_own_and_loud_for_others() -> None:
    from_desk = replace(ALARM, counter_id=DESK)
    assert told(from_desk, DESK, SITE) is Told.RAISED
    assert told(from_desk, "c1", SITE) is Told.FAR


def test_a_counter_that_the_set_up_has_lost_is_far_from_all() -> None:
    assert told(replace(ALARM, counter_id="gone"), "c1", SITE) is Told.FAR


def test_whoever_goes_stands_once_in_the_order_in_which_they_said_so() -> None:
    going = with_going(with_going(with_going(ALARM, "c3"), DESK), "c3")
    assert going.going == ("c3", DESK)
    assert with_going(ALARM, "c1") == ALARM, "who called does not come to help"


def test_the_first_word_on_its_end_stays() -> None:
    over = ended(ALARM, NOW + timedelta(minutes=3), "bert")
    assert (over.is_running, over.ended_by) == (False, "bert")
    assert ended(over, NOW + timedelta(minutes=9), "greta") == over
    assert with_going(over, "c3") == over


def test_a_clock_that_was_set_back_ends_nothing_before_it_began() -> None:
    assert ended(ALARM, NOW - timedelta(hours=1), None).ended_at == NOW


def test_a_place_has_one_of_each_kind() -> None:
    trial = replace(ALARM, id="t", is_test=True)
    alarms = [trial, ALARM, replace(ALARM, id="b", counter_id="c3")]
    assert running_at(alarms, "c1", is_test=False) == ALARM
    assert running_at(alarms, "c1", is_test=True) == trial
    assert running_at([ended(ALARM, NOW, None)], "c1", is_test=False) is None


def test_what_nobody_ends_is_over_after_hours() -> None:
    assert not is_stale(ALARM, NOW + LONGEST - timedelta(seconds=1))
    assert is_stale(ALARM, NOW + LONGEST)
    assert not is_stale(ended(ALARM, NOW, None), NOW + LONGEST)


def test_a_room_with_one_counter_needs_no_second_name() -> None:
    assert [where(SITE, place) for place in ("c2", "c3", DESK)] == [("1", "2"), ("2", ""), ("", "")]
