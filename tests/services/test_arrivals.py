"""The holder of an appointment arrives; and what time does to those who do not. On both databases."""

from dataclasses import replace

import pytest
import sqlalchemy as sa

from queue_server.adapters.database import Database
from queue_server.adapters.rows.base import EVENT
from queue_server.domain.appointment import AppointmentState
from queue_server.domain.errors import AlreadyCheckedIn, AppointmentOver, NotFound, WrongDay, WrongSite
from queue_server.domain.person import Person
from queue_server.domain.ticket import Adjustment, DueReason, Origin, TicketState
from queue_server.domain.town import CheckIn
from queue_server.services import booking_clock, counter
from tests.services.booking_hall import ERIKA, Booker, book_picture
from tests.town_hall import CARD, DAY, PASS, at, booking_town

_S = AppointmentState


@pytest.fixture
def hand(database: Database) -> Booker:
    hand = Booker(database, booking_town())
    hand.open()
    return hand


def tick(hand: Booker) -> None:
    hand.do(booking_clock.run)


def state_of(hand: Booker, booked: dict[str, object]) -> AppointmentState:
    return hand.appointment(booked).state


def test_who_checks_in_waits_with_the_number_from_the_booking(hand: Booker) -> None:
    booked = hand.book("09:00", day=DAY)
    hand.now = at("08:55")
    arrived = hand.check_in(booked)
    ticket = hand.ticket(arrived)
    assert (arrived["arrival"], arrived["number"]) == ("on_time", booked["number"])
    assert (ticket.origin, ticket.number, ticket.area_id) == (Origin.APPOINTMENT, booked["number"], "foyer")
    assert (ticket.due_at, ticket.due_reason) == (at("09:00"), DueReason.APPOINTED)
    assert ticket.appointed_at == at("09:00")
    assert state_of(hand, booked) is _S.CHECKED_IN
    assert hand.appointment(booked).ticket_id == ticket.id
    assert hand.differences() == []


@pytest.mark.parametrize(
    ("clock", "arrival", "due"),
    [
        ("08:00", "early", "09:00"),
        ("08:50", "on_time", "09:00"),
        ("09:15", "on_time", "09:00"),
        ("09:16", "late", "09:21"),
        ("11:59", "late", "12:04"),
    ],
)
def test_early_on_time_and_late_each_have_their_answer(
    hand: Booker, clock: str, arrival: str, due: str
) -> None:
    booked = hand.book("09:00", day=DAY)
    hand.now = at(clock)
    arrived = hand.check_in(booked)
    assert arrived["arrival"] == arrival
    assert hand.ticket(arrived).due_at == at(due)


def test_an_early_one_is_called_when_nobody_else_waits(hand: Booker) -> None:
    """Failure 11."""
    booked = hand.book("09:00", day=DAY)
    early = hand.check_in(booked)
    walk_in = hand.take()
    assert hand.call()["number"] == walk_in["number"]
    assert hand.call(finish_current=True)["number"] == early["number"]


def test_checking_in_twice_names_the_number(hand: Booker) -> None:
    """Failure 2."""
    booked = hand.book("09:00", day=DAY)
    hand.check_in(booked)
    with pytest.raises(AlreadyCheckedIn) as refused:
        hand.check_in(booked)
    assert refused.value.params == {"number": booked["number"], "state": "waiting"}
    hand.call()
    with pytest.raises(AlreadyCheckedIn) as refused:
        hand.check_in(booked)
    assert refused.value.params["state"] == "called"


def test_another_day_another_building_and_what_is_over(hand: Booker) -> None:
    """Failure 15: what belongs to nobody here is not found."""
    tomorrow, today = hand.book("09:00"), hand.book("09:00", day=DAY)
    with pytest.raises(WrongDay) as refused:
        hand.check_in(tomorrow)
    assert refused.value.params["starts_at"] == "2026-03-04T10:00+01:00"
    with pytest.raises(WrongSite) as elsewhere:
        hand.check_in(today, "annex")
    assert elsewhere.value.params["site"] == "hall"
    with pytest.raises(NotFound):
        hand.see(today, "annex")
    with pytest.raises(NotFound):
        hand.check_in({"reference": "XXXXXX"})
    hand.cancel(today)
    with pytest.raises(AppointmentOver):
        hand.check_in(today)


def test_needs_go_with_the_visit_and_priority_counts(hand: Booker) -> None:
    booked = hand.book(
        "09:00", day=DAY, person=replace(ERIKA, needs=("deaf", "priority")), channel="desk", client="desk"
    )
    arrived = hand.check_in(booked)
    assert hand.look(lambda u: u.needs(arrived["id"])) == ("deaf", "priority")
    assert hand.ticket(arrived).adjustment is Adjustment.PRIORITY
    assert hand.ticket(arrived).due_at == at("08:45")


def test_who_is_slow_on_the_way_is_late_later_and_the_log_says_no_why(hand: Booker) -> None:
    """The log holds the times alone, never the need."""
    booked = hand.book("09:00", day=DAY, person=replace(ERIKA, needs=("more_time",)))
    other = hand.book("09:00", day=DAY)
    hand.now = at("09:29")
    arrived, late = hand.check_in(booked), hand.check_in(other)
    assert (arrived["arrival"], late["arrival"]) == ("on_time", "late")
    assert hand.ticket(arrived).due_at == at("09:00")
    assert hand.ticket(arrived).expected_min > hand.ticket(late).expected_min
    assert "more_time" not in str(hand.database.read(lambda c: c.execute(sa.select(EVENT)).all()))
    assert hand.differences() == []


def test_who_does_not_come_is_missed_when_the_site_closes_and_may_still_come(hand: Booker) -> None:
    """Failure 12: a missed visitor is never called by itself."""
    booked = hand.book("09:00", day=DAY)
    hand.now = at("16:59:59")
    assert not hand.look(booking_clock.is_due)
    hand.now = at("17:00")
    assert hand.look(booking_clock.is_due)
    tick(hand)
    assert state_of(hand, booked) is _S.MISSED
    assert hand.cells() == 0
    hand.restart()
    assert hand.hall.tickets == {}
    late = hand.check_in(booked)
    assert (late["arrival"], late["number"]) == ("late", booked["number"])
    assert hand.differences() == []


def test_at_midnight_the_served_are_done_and_the_absent_missed(hand: Booker) -> None:
    """Failure 7: in the old day's rows; numbers begin anew, tomorrow's bookings keep theirs."""
    people = [Person("A", phone=f"0{n}") for n in range(4)]
    served, left, absent = (hand.book(f"09:{n}0", day=DAY, person=people[n], client=str(n)) for n in range(3))
    tomorrow = hand.book("09:00", person=people[3])
    hand.check_in(served)
    hand.call()
    hand.act(counter.start)
    hand.act(counter.finish)
    hand.check_in(left)
    hand.later(days=1)
    tick(hand)
    states = [state_of(hand, one) for one in (served, left, absent, tomorrow)]
    assert states == [_S.COMPLETED, _S.MISSED, _S.MISSED, _S.BOOKED]
    assert hand.cells() == 2
    with pytest.raises(AppointmentOver):
        hand.check_in(served)
    with pytest.raises(WrongDay):
        hand.check_in(absent)
    assert hand.check_in(tomorrow)["number"] == tomorrow["number"]
    before = book_picture(hand)
    hand.restart()
    assert book_picture(hand) == before
    assert hand.differences() == []


def test_who_is_still_served_at_midnight_was_there(hand: Booker) -> None:
    booked = hand.book("09:00", day=DAY)
    hand.check_in(booked)
    hand.call()
    hand.act(counter.start)
    hand.later(days=1)
    tick(hand)
    assert state_of(hand, booked) is _S.COMPLETED


def test_a_server_that_slept_for_days_misses_whom_it_missed(hand: Booker) -> None:
    booked = [hand.book("09:00", day=day, client=day) for day in (DAY, "2026-03-04", "2026-03-13")]
    hand.restart()
    hand.later(days=5)
    tick(hand)
    assert [state_of(hand, one) for one in booked] == [_S.MISSED, _S.MISSED, _S.BOOKED]
    assert hand.differences() == []


def test_holds_run_out_by_the_clock(hand: Booker) -> None:
    """Failure 16."""
    held = hand.hold("09:00")
    hand.later(minutes=9, seconds=59)
    assert not hand.look(booking_clock.is_due)
    hand.later(seconds=1)
    tick(hand)
    assert state_of(hand, held) is _S.EXPIRED
    assert hand.cells() == 0


def test_where_nobody_says_i_am_here_the_visit_begins_at_its_time(database: Database) -> None:
    hand = Booker(database, booking_town(check_in=CheckIn.AUTOMATIC))
    booked = hand.book("09:00", day=DAY)
    hand.now = at("08:59:59")
    assert not hand.look(booking_clock.is_due)
    hand.now = at("09:00")
    tick(hand)
    (ticket,) = hand.hall.tickets.values()
    assert (ticket.number, ticket.state, ticket.due_at) == (
        booked["number"],
        TicketState.WAITING,
        at("09:00"),
    )
    assert not hand.look(booking_clock.is_due)


@pytest.mark.parametrize(("day", "closes"), [("2026-03-30", "16:00"), ("2026-10-26", "17:00")])
def test_closing_is_by_the_clock_on_the_wall(hand: Booker, day: str, closes: str) -> None:
    """Failure 7: six o'clock is another moment in summer."""
    hand.now = at("07:00", day)
    tick(hand)
    assert hand.look(booking_clock.closed_at) == at(closes, day)


def test_a_booking_for_today_counts_as_in_the_hall_when_its_time_is_near(hand: Booker) -> None:
    numbers = [
        hand.book(
            f"{h:02}:{m:02}",
            service,
            day=DAY,
            client=f"{h}{m}{service}",
            person=Person("A", phone=f"0{h}{m}{n}"),
        )["number"]
        for h in (8, 9)
        for m in range(0, 60, 10)
        for n, service in enumerate((PASS, CARD))
    ]
    assert len(set(numbers)) == len(numbers)
    hand.restart()
    drawn = hand.take()["number"]
    assert all(sum(a != b for a, b in zip(str(drawn), str(n), strict=True)) >= 2 for n in numbers)
