"""Whether numbers are given out now: hours, closures, the queue's end, the area's limit."""

from datetime import date, time

import pytest

from queue_server.domain.ticket import Origin
from queue_server.domain.town import Closure, OpeningHours, Site
from queue_server.services import counter
from queue_server.services.access_hours import why_not_giving
from queue_server.services.closing_time import minutes_until_closing
from tests.domain.town_builders import a_site
from tests.town_hall import CAR, SOMEBODY, Hand, at

TUESDAY = (OpeningHours(1, time(8), time(12)), OpeningHours(1, time(13), time(0)))


@pytest.mark.parametrize(
    ("clock", "left"),
    [
        ("06:59", None),
        ("07:00", 240),  # the town is one hour ahead
        ("10:59", 1),
        ("11:00", None),
        ("12:00", 660),
        ("22:59", 1),
        ("23:00", None),
    ],
)
def test_the_minutes_until_the_opening_ends(clock: str, left: int | None) -> None:
    assert minutes_until_closing(a_site(opening=TUESDAY), at(clock)) == left


def test_a_closure_beats_the_weekly_rule() -> None:
    """Failure 8."""
    site = a_site(opening=TUESDAY, closures=(Closure(date(2026, 3, 3)),))
    assert minutes_until_closing(site, at("09:00")) is None
    assert minutes_until_closing(site, at("09:00", "2026-03-10")) == 120


def test_no_number_is_given_on_a_public_holiday() -> None:
    """Failure 8."""
    site = a_site(opening=TUESDAY, holiday_dates=(Closure(date(2026, 3, 3)),))
    assert minutes_until_closing(site, at("09:00")) is None


def test_a_closure_holds_from_local_midnight_to_midnight() -> None:
    """Failures 7 and 8."""
    nights = tuple(OpeningHours(day, time(0), time(0)) for day in range(7))
    site = a_site(opening=nights, closures=(Closure(date(2026, 3, 4)),))
    assert minutes_until_closing(site, at("22:59")) == 1
    assert minutes_until_closing(site, at("23:00")) is None
    assert minutes_until_closing(site, at("23:00", "2026-03-04")) == 1440


def test_an_opening_over_the_clock_change_ends_by_the_wall_clock() -> None:
    """Failure 7: open from 1 to 4 in the nights in which the clock skips, or repeats, an hour."""
    site: Site = a_site(opening=(OpeningHours(6, time(1), time(4)),))
    assert minutes_until_closing(site, at("00:30", "2026-03-29")) == 90
    assert minutes_until_closing(site, at("00:30", "2026-10-25")) == 150


def test_a_queue_whose_end_passes_closing_takes_nobody_in(hand: Hand) -> None:
    hand.now = at("16:00")
    for _ in range(3):
        hand.take(CAR)
    assert hand.look(why_not_giving) == ""
    hand.take(CAR)
    assert hand.look(why_not_giving) == "past_closing"
    hand.open("c2", "bernd")
    assert hand.look(why_not_giving) == ""
    hand.now = at("17:00")
    assert hand.look(why_not_giving) == "closed"
    hand.take(origin=Origin.DESK)


def test_stopped_is_said_first(hand: Hand) -> None:
    hand.do(lambda u: counter.switch_issuing(u, SOMEBODY, issuing=False))
    hand.now = at("03:00")
    assert hand.look(why_not_giving) == "stopped"


def test_numbers_are_given_before_the_first_counter_opens(hand: Hand) -> None:
    hand.act(counter.pause)
    assert hand.look(why_not_giving) == ""
    hand.take(CAR, origin=Origin.KIOSK)
