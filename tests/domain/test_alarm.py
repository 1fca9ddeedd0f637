"""The rules of the staff alarm."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from queue_server.domain.access import Actor, Role
from queue_server.domain.alarm import (
    DESK,
    LONGEST,
    Alarm,
    Told,
    Who,
    ended,
    is_stale,
    merged,
    running_at,
    told,
    where,
    who,
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
    assert told(ALARM, Who(place), SITE) is how


@pytest.mark.parametrize("place", ["c3", DESK])
def test_it_is_silent_in_every_tab_and_program_of_whoever_called(place: str) -> None:
    """A desk's tab beside the counter's must not give the caller away."""
    assert told(ALARM, Who(place, "anna", "another tab"), SITE) is Told.RAISED
    assert told(ALARM, Who(place, "bert", "b"), SITE) is Told.FAR
    by_nobody = replace(ALARM, clerk_id=None, session="s")
    assert told(by_nobody, Who(place, None, "s"), SITE) is Told.RAISED


def test_another_desk_is_told_of_a_desks_alarm_and_may_come() -> None:
    from_desk = replace(ALARM, counter_id=DESK, clerk_id=None, session="s")
    own, other = Who(DESK, None, "s"), Who(DESK, None, "t")
    assert [told(from_desk, one, SITE) for one in (own, other, Who("c1"))] == [
        Told.RAISED,
        Told.FAR,
        Told.FAR,
    ]
    assert (with_going(from_desk, own).going, with_going(from_desk, other).going) == ((), (DESK,))
    assert running_at([from_desk], own, is_test=False) == from_desk
    assert running_at([from_desk], other, is_test=False) is None, "its own call for help is one"


def test_it_sounds_at_no_desk_when_a_restart_has_forgotten_which_one_called() -> None:
    assert told(replace(ALARM, counter_id=DESK, clerk_id=None), Who(DESK, None, "s"), SITE) is Told.NEAR


def test_a_token_that_serves_many_counters_tells_nobody_apart() -> None:
    token = Actor(Role.CLERK, "town", "hall", token_id="t")
    assert who(token, "c1") == Who("c1")
    assert who(token, DESK) == Who(DESK, None, "t")
    assert who(replace(token, session_id="s", clerk_id="anna"), "c1") == Who("c1", "anna", "s")


def test_a_counter_that_the_set_up_has_lost_is_far_from_all() -> None:
    assert told(replace(ALARM, counter_id="gone"), Who("c1"), SITE) is Told.FAR


def test_what_two_processes_know_is_joined() -> None:
    over = ended(replace(ALARM, going=("c3",)), NOW, "bert")
    late = replace(ALARM, going=(DESK, "c3"))
    assert merged(over, late) == replace(over, going=("c3", DESK))
    assert merged(late, over) == replace(over, going=(DESK, "c3"))
    assert merged(over, ended(late, NOW + timedelta(minutes=1), "greta")).ended_by == "bert"


def test_whoever_goes_stands_once_in_the_order_in_which_they_said_so() -> None:
    going = with_going(with_going(with_going(ALARM, Who("c3")), Who(DESK)), Who("c3"))
    assert going.going == ("c3", DESK)
    assert with_going(ALARM, Who("c1")) == ALARM, "who called does not come to help"


def test_the_first_word_on_its_end_stays() -> None:
    over = ended(ALARM, NOW + timedelta(minutes=3), "bert")
    assert (over.is_running, over.ended_by) == (False, "bert")
    assert ended(over, NOW + timedelta(minutes=9), "greta") == over
    assert with_going(over, Who("c3")) == over


def test_a_clock_that_was_set_back_ends_nothing_before_it_began() -> None:
    assert ended(ALARM, NOW - timedelta(hours=1), None).ended_at == NOW


def test_a_place_has_one_of_each_kind() -> None:
    trial = replace(ALARM, id="t", is_test=True)
    alarms = [trial, ALARM, replace(ALARM, id="b", counter_id="c3")]
    assert running_at(alarms, Who("c1"), is_test=False) == ALARM
    assert running_at(alarms, Who("c1"), is_test=True) == trial
    assert running_at([ended(ALARM, NOW, None)], Who("c1"), is_test=False) is None


def test_what_nobody_ends_is_over_after_hours() -> None:
    assert not is_stale(ALARM, NOW + LONGEST - timedelta(seconds=1))
    assert is_stale(ALARM, NOW + LONGEST)
    assert not is_stale(ended(ALARM, NOW, None), NOW + LONGEST)


def test_a_room_with_one_counter_needs_no_second_name() -> None:
    assert [where(SITE, place) for place in ("c2", "c3", DESK)] == [("1", "2"), ("2", ""), ("", "")]
