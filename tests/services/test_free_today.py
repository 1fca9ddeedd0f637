"""What the start page says about appointments, for whatever one may come. On both databases."""

from dataclasses import replace
from datetime import datetime

import pytest

from queue_server.adapters.database import Database
from queue_server.domain.admission import Admission
from queue_server.protocol import FreeTimes
from queue_server.services import free_today
from tests.services.booking_hall import TOMORROW, Booker
from tests.town_hall import CAR, DAY, at, booking_town


@pytest.fixture
def hand(database: Database) -> Booker:
    return Booker(database, booking_town())


def free(hand: Booker) -> FreeTimes | None:
    found: FreeTimes | None = hand.look(free_today.free_times)
    return found


def test_three_times_of_today_leave_half_an_hour_between(hand: Booker) -> None:
    """B2: one sees at once whether there are free times today."""
    hand.now = at("08:03")
    found = free(hand)
    assert found is not None
    assert [datetime.fromisoformat(one) for one in found["today"]] == [at("08:05"), at("08:35"), at("09:05")]
    assert found["next"] == f"{TOMORROW}T08:00+01:00"


def test_when_today_is_over_the_next_day_is_named(hand: Booker) -> None:
    hand.now = at("17:30")
    assert free(hand) == {"today": [], "next": f"{TOMORROW}T08:00+01:00"}


def test_what_is_booked_is_free_no_more(hand: Booker) -> None:
    """Carla alone works in the afternoon, until six on the clock; what she does takes twenty minutes."""
    hand.now = at("16:30")
    assert free(hand) == {"today": ["2026-03-03T17:30+01:00"], "next": f"{TOMORROW}T08:00+01:00"}
    hand.book("16:30", CAR, day=DAY)
    assert free(hand) == {"today": [], "next": f"{TOMORROW}T08:00+01:00"}


def test_site_without_appointments_says_nothing(database: Database) -> None:
    assert free(Booker(database, booking_town(admission=Admission.WALK_IN))) is None


def test_nobody_who_works_is_no_free_time(database: Database) -> None:
    town = booking_town()
    idle = replace(town, clerks=tuple(replace(clerk, roster=()) for clerk in town.clerks))
    assert free(Booker(database, idle)) == {"today": [], "next": None}
