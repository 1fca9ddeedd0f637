"""Coming later instead of waiting: which times are offered, and what one press books. On both databases."""

from dataclasses import replace
from datetime import datetime

import pytest

from queue_server.adapters.database import Database
from queue_server.domain.appointment import AppointmentState
from queue_server.domain.errors import BadInput, NotFound, SlotTaken, TooManyBookings
from queue_server.domain.person import Person
from queue_server.services import kiosk, offer
from queue_server.services.concerns import choose
from queue_server.services.ports import Answer, Unit
from tests.services.booking_hall import TOMORROW, Booker
from tests.town_hall import CARD, DAY, PASS, at, booking_town

KIOSK = "hall-kiosk"


@pytest.fixture
def hand(database: Database) -> Booker:
    return Booker(database, booking_town())


def later(hand: Booker) -> list[datetime]:
    def work(unit: Unit) -> Answer:
        bookable = offer.choose_bookable(unit.town, unit.site, [(PASS, 1)])
        return kiosk.give_quote(unit, choose(unit.town, unit.site, [(PASS, 1)]), bookable)

    return [datetime.fromisoformat(one) for one in hand.do(work)["later"]]


def book(hand: Booker, clock: str, press: str = "a", day: str = DAY, person: Person | None = None) -> Answer:
    def work(unit: Unit) -> Answer:
        choice = offer.choose_bookable(unit.town, unit.site, [(PASS, 1)])
        who = person or kiosk.UNASKED
        return kiosk.book(
            unit, choice, at(clock, day), kiosk_id=KIOSK, press=press, language="de", person=who
        )

    return hand.do(work)


def test_times_leave_half_an_hour_before_and_between(hand: Booker) -> None:
    hand.now = at("08:03")
    assert later(hand) == [at("08:35"), at("09:05"), at("09:35")]


def test_only_times_of_today_are_offered(hand: Booker) -> None:
    hand.now = at("09:50")
    assert later(hand) == [at("10:20"), at("10:50")], "who can do it work until eleven in UTC"
    hand.now = at("12:00")
    assert later(hand) == []


def test_booking_keeps_nothing_about_the_person_and_leaves_no_hold(hand: Booker) -> None:
    booked = book(hand, "09:00")
    assert hand.appointment(booked).state is AppointmentState.BOOKED
    assert hand.appointment(booked).channel == "kiosk"
    person = hand.do(lambda unit: {"name": getattr(unit.person(booked["id"]), "name", "")})
    assert person == {"name": ""}
    assert hand.look(lambda unit: len(unit.book.holds)) == 0
    assert hand.differences() == []


def test_site_gets_what_it_needs_at_the_kiosk_and_asks_for_no_more(database: Database) -> None:
    """The fields that the portal requires do not hold here; a later day is booked like today."""
    hand = Booker(database, booking_town(kiosk_fields=("phone",)))
    with pytest.raises(BadInput) as refusal:
        book(hand, "09:00", day=TOMORROW)
    assert refusal.value.params == {"field": "phone"}
    assert hand.look(lambda unit: len(unit.book.appointments)) == 0, "nothing stays held"
    booked = book(hand, "09:00", day=TOMORROW, person=Person(phone="0371 488-0"))
    kept = hand.do(lambda unit: {"phone": getattr(unit.person(booked["id"]), "phone", "")})
    assert kept == {"phone": "0371 488-0"}


def test_a_contact_that_is_asked_for_at_the_kiosk_is_counted(database: Database) -> None:
    """Failure 21: the kiosk is no way around the limits of the portal, and nothing stays held."""
    hand = Booker(database, booking_town(kiosk_fields=("phone",), max_open_bookings=1))
    hand.book("08:00", person=Person("E", phone="0371 4880"))
    with pytest.raises(TooManyBookings):
        book(hand, "09:00", "again", day=TOMORROW, person=Person(phone="+49 371 488-0"))
    assert hand.look(lambda unit: len(unit.book.appointments)) == 1
    assert hand.differences() == []


def test_what_is_confirmed_first_is_not_booked_here(database: Database) -> None:
    """There would be no number to print, and nobody to write to."""
    town = booking_town()
    asked = [replace(one, confirm_first=one.id == PASS) for one in town.services]
    hand = Booker(database, replace(town, services=tuple(asked)))
    with pytest.raises(offer.NotBookable):
        hand.look(lambda unit: kiosk.choose(unit.town, unit.site, [(PASS, 1)]))
    chosen = hand.look(lambda unit: kiosk.choose(unit.town, unit.site, [(CARD, 1)]))
    assert chosen.services == ((CARD, 1),)


def test_what_is_taken_is_refused_and_nothing_is_left_behind(hand: Booker) -> None:
    book(hand, "09:00", "for Anna")
    book(hand, "09:00", "for Bernd")
    with pytest.raises(SlotTaken):
        book(hand, "09:00", "for nobody")
    assert hand.look(lambda unit: len(unit.book.on(unit.hall.business_day))) == 2
    assert hand.differences() == []


def test_slip_is_ordered_once_and_again_only_where_it_was_printed(hand: Booker) -> None:
    booked = book(hand, "09:00")
    again = hand.do(lambda unit: kiosk.reprint(unit, booked["id"], KIOSK))
    assert (again["number"], again["attempt"]) == (booked["number"], 2)
    with pytest.raises(NotFound):
        hand.do(lambda unit: kiosk.reprint(unit, booked["id"], "another-kiosk"))
    at_desk = hand.book("09:30", day=DAY)
    with pytest.raises(NotFound):
        hand.do(lambda unit: kiosk.reprint(unit, at_desk["id"], KIOSK))
