"""A booking that its visitor confirms by the link in a mail: asked of whom, confirmed, lapsed, taken back."""

from typing import Any

import pytest

from queue_server.adapters import helpers
from queue_server.adapters.clerk_cells import CELL
from queue_server.adapters.database import Database
from queue_server.adapters.post.outbox_rows import OUTBOX
from queue_server.adapters.rows.person_rows import PERSON
from queue_server.domain.appointment import AppointmentState
from queue_server.domain.errors import AppointmentOver, NotFound
from queue_server.domain.person import Person
from queue_server.services import booking_clock, requests
from queue_server.services.ports import Answer
from tests.services.booking_hall import ERIKA, Booker
from tests.services.test_requests import asking_town
from tests.town_hall import CARD, PASS, booking_town


@pytest.fixture
def hand(database: Database) -> Booker:
    return Booker(database, booking_town(confirm_by_mail=True))


def wish(hand: Booker, clock: str = "08:00", person: Person = ERIKA, **more: Any) -> Answer:
    """Book as a visitor of the portal does, of whom the site may ask a confirmation."""
    channel = more.pop("channel", "portal")
    return hand.confirm(hand.hold(clock, channel=channel), person=person, by_mail=True, **more)


def confirm(hand: Booker, wished: Answer) -> Answer:
    return hand.do(lambda u: requests.confirm_mail(u, wished["reference"]))


def letters(hand: Booker) -> list[tuple[str, str]]:
    return [(row["kind"], row["state"]) for row in hand.rows(OUTBOX)]


def run(hand: Booker) -> None:
    hand.do(booking_clock.run)


def test_the_time_is_kept_and_no_number_drawn_before_the_mail_is_confirmed(hand: Booker) -> None:
    wished = wish(hand)
    assert (wished["state"], wished["number"]) == ("unconfirmed", None)
    assert wished["confirm_until"] == "2026-03-03T10:00+01:00", "an hour from now"
    assert letters(hand) == [("confirm", "waiting")]
    booked = confirm(hand, wished)
    assert booked["state"] == "booked"
    assert booked["number"] is not None
    assert letters(hand) == [("confirm", "cancelled"), ("booked", "waiting")]
    assert hand.cells() == 2
    assert hand.differences() == []


def test_confirming_twice_is_once(hand: Booker) -> None:
    """Failure 2."""
    wished = wish(hand)
    assert confirm(hand, wished) == confirm(hand, wished)
    assert len(letters(hand)) == 2


def test_a_reminder_is_posted_when_it_is_certain(hand: Booker) -> None:
    wished = wish(hand, person=Person("E", "erika@example.org", reminder_min=60))
    assert [kind for kind, _ in letters(hand)] == ["confirm"]
    confirm(hand, wished)
    assert [kind for kind, _ in letters(hand)] == ["confirm", "booked", "reminder"]


def test_what_nobody_confirms_is_free_again_and_the_address_hears_no_more(hand: Booker) -> None:
    """It may be a stranger's: one letter is enough."""
    wished = wish(hand)
    hand.later(minutes=59, seconds=59)
    run(hand)
    assert hand.see(wished)["state"] == "unconfirmed"
    hand.later(seconds=1)
    run(hand)
    assert hand.see(wished)["state"] == "expired"
    assert (hand.rows(CELL), hand.rows(PERSON)) == ([], [])
    assert letters(hand) == [("confirm", "cancelled")]
    with pytest.raises(AppointmentOver):
        confirm(hand, wished)
    assert hand.differences() == []


def test_a_second_late_is_too_late_though_the_timer_has_not_run(hand: Booker) -> None:
    """Failure 16."""
    wished = wish(hand)
    hand.later(minutes=60)
    with pytest.raises(AppointmentOver):
        confirm(hand, wished)


def test_what_begins_soon_is_kept_until_then(database: Database) -> None:
    hand = Booker(database, booking_town(confirm_by_mail=True, confirm_within_min=1440))
    wished = hand.confirm(hand.hold("08:30", day="2026-03-03"), by_mail=True)
    assert wished["confirm_until"] == "2026-03-03T09:30+01:00"


def test_who_takes_it_back_gets_no_letter_more(hand: Booker) -> None:
    wished = wish(hand)
    hand.cancel(wished)
    assert hand.see(wished)["state"] == "cancelled"
    assert (letters(hand), hand.rows(PERSON)) == ([("confirm", "cancelled")], [])


@pytest.mark.parametrize("channel", ["portal", "api"])
def test_who_gave_a_telephone_number_alone_is_not_asked(hand: Booker, channel: str) -> None:
    assert wish(hand, person=Person("E", phone="0371 488"), channel=channel)["state"] == "booked"


def test_where_no_letter_reaches_the_visitor_nobody_is_asked(hand: Booker) -> None:
    """The desk and the kiosk, a portal with a token, a server that does not know its address."""
    assert hand.book("08:00")["state"] == "booked"


def test_helpers_are_not_asked(hand: Booker) -> None:
    code = hand.database.write(
        lambda c: helpers.create_helper(c, b"", organisation_id="town", site_id=None, name="B", now=hand.now)
    )[1]
    assert wish(hand, helper_code=code)["state"] == "booked"


def test_what_the_secretariat_confirms_needs_no_second_confirmation(database: Database) -> None:
    hand = Booker(database, asking_town({"confirm_by_mail": True}))
    asked = hand.confirm(hand.hold("08:00", PASS), by_mail=True)
    assert letters(hand) == [("requested", "waiting")]
    with pytest.raises(NotFound):
        confirm(hand, asked)
    assert hand.appointment(asked).state is AppointmentState.UNCONFIRMED
    assert hand.look(requests.count_waiting) == 1
    hand.confirm(hand.hold("09:00", CARD), by_mail=True)
    assert hand.look(requests.count_waiting) == 1, "the other is not the secretariat's to confirm"


def test_the_desk_may_confirm_for_who_gets_no_mail(hand: Booker) -> None:
    wished = wish(hand)
    assert hand.do(lambda u: requests.accept(u, wished["reference"]))["state"] == "booked"
    assert letters(hand)[-1] == ("booked", "waiting")


def test_what_is_booked_without_a_mail_is_confirmed_by_none(hand: Booker) -> None:
    with pytest.raises(NotFound):
        confirm(hand, hand.book("08:00"))
