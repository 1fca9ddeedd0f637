"""A day to come has the counters of its roster, and the people who usually come on such a day."""

from dataclasses import replace
from datetime import date, time
from zoneinfo import ZoneInfo

import pytest

from queue_server.domain.simulation.demand import Booked, Demand, Rate
from queue_server.domain.simulation.set_up import desks_on, doing_all, measured, scaled, supposed, with_book
from queue_server.domain.town import Closure, RosterEntry
from tests.bench.slots import a_book
from tests.domain.builders import DAY, at
from tests.domain.simulation.plans import a_plan, a_visitor

ZONE = ZoneInfo("Europe/Berlin")
MONDAY, SATURDAY = date(2026, 10, 5), date(2026, 10, 10)
TOWN = a_book().town
SITE = TOWN.sites[0]


def test_each_clerk_who_works_is_a_counter_and_the_lunch_is_a_pause() -> None:
    desks = desks_on(TOWN, SITE, MONDAY, ZONE)
    assert len(desks) == 12
    begins = [[f"{shift.begins_at.astimezone(ZONE):%H:%M}" for shift in desk.shifts] for desk in desks]
    assert begins[0] == ["08:00", "13:00"]
    assert desks[0].shifts[0].skills == {"id-card"}
    assert desks_on(TOWN, SITE, SATURDAY, ZONE) == ()


def test_the_names_of_clerks_stay_outside() -> None:
    assert {desk.id for desk in desks_on(TOWN, SITE, MONDAY, ZONE)} == {f"counter-{n + 1}" for n in range(12)}


def test_without_a_roster_a_counter_is_open_with_the_house() -> None:
    (desk,) = doing_all(TOWN, SITE, MONDAY, ZONE)
    assert [f"{shift.ends_at.astimezone(ZONE):%H:%M}" for shift in desk.shifts] == ["18:00"]
    closed = replace(SITE, closures=(Closure(MONDAY),))
    assert doing_all(TOWN, closed, MONDAY, ZONE) == ()
    assert RosterEntry(0, time(8), time(9), SITE.id).weekday == MONDAY.weekday()


def test_what_was_measured_is_asked_of_the_same_quarter_of_an_hour() -> None:
    """The change of clocks lies between the two days. Where doors open at half past, nobody comes before."""
    days = [a_plan(a_visitor("08:32"), a_visitor("08:40"), a_visitor("08:50", appointed="09:00")), a_plan()]
    demand = measured(days, MONDAY, ZONE)
    (walk_in,), (booked,) = demand.walk_ins, demand.bookings
    assert walk_in.count == 1.0
    assert booked.count == 0.5
    assert (walk_in.begins_at.minute, walk_in.ends_at.minute) == (30, 45)
    assert walk_in.begins_at.astimezone(ZONE).hour == at("08:32").astimezone(ZONE).hour == 9
    assert walk_in.begins_at.hour == 7, "summer time"


def test_a_number_of_visitors_is_spread_over_hours_and_services() -> None:
    demand = supposed(TOWN, SITE, MONDAY, ZONE, visitors=100, booked=0.3)
    assert sum(rate.count for rate in demand.walk_ins) == pytest.approx(70)
    assert sum(rate.count for rate in demand.bookings) == pytest.approx(30)
    assert {rate.expected_min for rate in demand.walk_ins} == {15}


def test_a_number_of_visitors_keeps_the_hours_and_concerns_that_were_measured() -> None:
    """Sixty-minute advice is not asked for as often as an identity card, because a number was typed."""
    cards = [a_visitor("09:00", service="id-card") for _ in range(9)]
    demand = measured([a_plan(*cards, a_visitor("10:00", service="advice", appointed="10:00"))], MONDAY, ZONE)
    found = scaled(demand, visitors=50, booked=0.2)
    assert {(rate.concern[0][0], round(rate.count)) for rate in found.walk_ins} == {("id-card", 40)}
    assert {(rate.concern[0][0], round(rate.count)) for rate in found.bookings} == {("advice", 10)}
    alone = scaled(measured([a_plan(*cards)], MONDAY, ZONE), visitors=50, booked=0.5)
    assert [round(sum(rate.count for rate in rates)) for rates in (alone.walk_ins, alone.bookings)] == [
        25,
        25,
    ]


def test_the_book_takes_the_place_of_those_who_usually_book() -> None:
    """Nine came of ten who had booked; four have booked by now, so six more are expected to."""
    rate = Rate(at("09:00"), at("10:00"), (("passport", 1),), 10, 9.0)
    book = [Booked(at(f"09:{n}0"), rate.concern, 10) for n in range(4)]
    demand = with_book(Demand(DAY, bookings=(rate,)), book, 0.1)
    assert [one.count for one in demand.bookings] == [pytest.approx(6)]
    assert demand.booked == tuple(book)
    full = with_book(Demand(DAY, bookings=(rate,)), book * 3, 0.1)
    assert [one.count for one in full.bookings] == [0]
