"""Letters that the town hall begins: we must move you, you were missed."""

from dataclasses import replace

import pytest

from queue_server.adapters.database import Database
from queue_server.adapters.epoch import note_restored
from queue_server.adapters.post.outbox_rows import OUTBOX
from queue_server.domain.appointment import AppointmentState
from queue_server.domain.errors import AlreadyCheckedIn, AppointmentOver
from queue_server.domain.person import Person
from queue_server.services import booking_clock, counter
from queue_server.services.must_move import ask_to_move
from queue_server.services.ports import Answer
from tests.services.booking_hall import ERIKA, Booker
from tests.town_hall import DAY, at, booking_town

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


@pytest.fixture
def hand(database: Database) -> Booker:
    hand = Booker(database, booking_town())
    hand.open()
    return hand


def waiting(hand: Booker, booked: Answer) -> list[str]:
    of_it = (row for row in hand.rows(OUTBOX) if row["appointment_id"] == booked["id"])
    return [row["kind"] for row in of_it if row["state"] == "waiting"]


def serve_somebody(hand: Booker) -> None:
    """Let the hall be one that works with numbers today."""
    hand.take()
    hand.call()
    hand.act(counter.start)
    hand.act(counter.finish)


def ask(hand: Booker, booked: Answer, reason: str = "") -> Answer:
    return hand.do(lambda unit: ask_to_move(unit, booked["reference"], reason))


def test_who_is_asked_to_move_keeps_the_appointment_until_then(hand: Booker) -> None:
    booked = hand.book("09:00")
    assert ask(hand, booked, " Herr Meier ist krank. ")["state"] == "booked"
    ask(hand, booked, "Herr Meier ist krank.")
    assert waiting(hand, booked) == ["booked", "must_move"]
    assert hand.look(lambda unit: unit.person(booked["id"])) == replace(ERIKA, answer="Herr Meier ist krank.")
    assert hand.cells() > 0


def test_who_has_moved_is_not_asked_any_more(hand: Booker) -> None:
    booked = hand.book("09:00")
    ask(hand, booked, "Herr Meier ist krank.")
    hand.move(booked, hand.hold("10:00", replaces=booked["reference"]))
    assert waiting(hand, booked) == ["moved"]
    assert hand.look(lambda unit: unit.person(booked["id"])) == ERIKA, "the reason was of the old time"


def test_who_left_no_address_is_not_written_to(hand: Booker) -> None:
    booked = hand.book("09:00", person=Person("Erika"), channel="desk")
    ask(hand, booked, "Herr Meier ist krank.")
    assert waiting(hand, booked) == []


def test_who_is_here_or_has_cancelled_cannot_be_asked_to_move(hand: Booker) -> None:
    here, gone = hand.book("09:00", day=DAY), hand.book("10:00", client="other")
    hand.check_in(here)
    with pytest.raises(AlreadyCheckedIn):
        ask(hand, here)
    hand.cancel(gone)
    with pytest.raises(AppointmentOver):
        ask(hand, gone)


def test_who_was_missed_is_told_when_the_site_has_closed(hand: Booker) -> None:
    """In the commit that notes it, once, in place of what still waits; the data stay for who comes late."""
    booked = hand.book("09:00", day=DAY)
    serve_somebody(hand)
    hand.now = at("17:00")
    hand.do(booking_clock.run)
    assert waiting(hand, booked) == ["missed"]
    assert hand.look(lambda unit: unit.person(booked["id"])) == ERIKA
    hand.later(days=1)
    hand.do(booking_clock.run)
    assert waiting(hand, booked) == ["missed"]


def test_who_did_not_answer_the_call_is_told_when_the_day_ends(hand: Booker) -> None:
    booked = hand.book("09:00", day=DAY)
    serve_somebody(hand)
    hand.check_in(booked)
    hand.later(days=1)
    hand.do(booking_clock.run)
    assert waiting(hand, booked)[-1] == "missed"


def test_a_hall_that_served_nobody_tells_nobody_that_they_were_missed(hand: Booker) -> None:
    """It stood still, or works without numbers: its visitors were here."""
    closed, over_night = hand.book("09:00", day=DAY), hand.book("10:30", day=DAY, client="other")
    hand.now = at("17:00")
    hand.do(booking_clock.run)
    hand.later(days=1)
    hand.do(booking_clock.run)
    assert "missed" not in waiting(hand, closed) + waiting(hand, over_night)


def test_who_found_the_server_off_all_day_is_not_told_of_being_missed(hand: Booker) -> None:
    """The hall that ends is the day's before: that it served somebody says nothing of theirs."""
    serve_somebody(hand)
    booked = hand.book("09:00")
    hand.restart()
    hand.later(days=2)
    hand.do(booking_clock.run)
    assert hand.appointment(booked).state is AppointmentState.MISSED
    assert waiting(hand, booked) == ["booked"]


def test_who_may_have_come_before_a_restore_is_not_told_of_being_missed(hand: Booker) -> None:
    """Restored by day: who was served in the morning is not known any more."""
    early = hand.book("09:00", day=DAY)
    late = hand.book("10:30", day=DAY, client="other")
    hand.now = at("09:30")
    hand.database.write(lambda conn: note_restored(conn, "after", hand.now))
    hand.restart()
    serve_somebody(hand)
    hand.now = at("17:00")
    hand.do(booking_clock.run)
    assert [hand.appointment(one).state for one in (early, late)] == [AppointmentState.MISSED] * 2
    assert "missed" not in waiting(hand, early)
    assert waiting(hand, late) == ["missed"]


def test_who_has_only_a_telephone_is_told_at_the_days_end_too(database: Database) -> None:
    hand = Booker(database, booking_town(sms=True))
    hand.open()
    booked = hand.book("09:00", day=DAY, person=Person("Erika", phone="0170 1234567", sms=True))
    serve_somebody(hand)
    hand.check_in(booked)
    hand.later(days=1)
    hand.do(booking_clock.run)
    [row] = [row for row in hand.rows(OUTBOX) if row["state"] == "waiting"]
    assert (row["kind"], row["channel"]) == ("missed", "sms")
