"""What is asked for before it is booked: confirmed, declined, withdrawn, or run out.

What is written and read back: on both databases.
"""

import shutil
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from queue_server.adapters.database import Database
from queue_server.adapters.post.outbox_rows import OUTBOX
from queue_server.adapters.rows.person_rows import PERSON
from queue_server.domain.appointment import AppointmentState
from queue_server.domain.errors import AppointmentOver, AskToMove, NotConfirmed, NotFound, TooManyBookings
from queue_server.domain.person import Person
from queue_server.domain.town import Town
from queue_server.services import booking_clock, kiosk, offer, requests
from queue_server.services.ports import Answer
from tests.services.booking_hall import ERIKA, TOMORROW, Booker, book_picture
from tests.services.test_in_parts import Pairs, town_of_two
from tests.town_hall import CAR, PASS, at, booking_town

ASKING = replace(ERIKA, remarks="Bauplatz am Bach", reminder_min=60)


def asking_town(site: Mapping[str, Any] | None = None, **changes: Any) -> Town:
    """The passport is confirmed first."""
    town = booking_town(**(site or {}))
    services = [
        replace(one, confirm_first=True, **changes) if one.id == PASS else one for one in town.services
    ]
    return replace(town, services=tuple(services))


@pytest.fixture
def on_file(empty_sqlite: Path, tmp_path: Path) -> Iterator[Database]:
    """A database as most towns have it, for what does not depend on which one it is."""
    opened = Database(f"sqlite:///{shutil.copy(empty_sqlite, tmp_path / 'hall.sqlite3')}")
    yield opened
    opened.dispose()


@pytest.fixture
def hand(on_file: Database) -> Booker:
    return Booker(on_file, asking_town())


def letters(hand: Booker) -> Sequence[tuple[str, str]]:
    return [(row["kind"], row["state"]) for row in hand.rows(OUTBOX)]


def ask(hand: Booker, clock: str = "08:00", **more: Any) -> Answer:
    return hand.book(clock, person=more.pop("person", ASKING), **more)


def accept(hand: Booker, asked: Answer, answer: str = "") -> Answer:
    return hand.do(lambda u: requests.accept(u, asked["reference"], answer))


def decline(hand: Booker, asked: Answer, answer: str = "") -> Answer:
    return hand.do(lambda u: requests.decline(u, asked["reference"], answer))


def test_what_has_to_be_confirmed_is_asked_for_and_keeps_its_time(database: Database) -> None:
    hand = Booker(database, asking_town())
    asked = ask(hand)
    assert (asked["state"], asked["number"]) == ("unconfirmed", None)
    assert asked["confirm_until"] == "2026-03-04T09:00+01:00"
    assert hand.cells() == 2
    assert letters(hand) == [("requested", "waiting")]
    assert hand.stored(asked)["confirmed_by"] == "secretariat"
    assert hand.differences() == []


def test_asking_twice_is_asking_once(hand: Booker) -> None:
    """Failure 2."""
    held = hand.hold("08:00")
    assert hand.confirm(held, person=ASKING) == hand.confirm(held, person=ASKING)
    assert len(hand.rows(PERSON)) == 1


def test_others_are_booked_as_ever(hand: Booker) -> None:
    booked = hand.book("08:00", CAR)
    assert (booked["state"], booked["confirm_until"]) == ("booked", None)
    assert booked["number"]


def test_the_desk_books_at_once(hand: Booker) -> None:
    assert hand.book("08:00", channel="desk")["state"] == "booked"


def test_a_confirmed_request_gets_its_number_and_letter(database: Database) -> None:
    hand = Booker(database, asking_town())
    asked = ask(hand)
    booked = accept(hand, asked, " Bitte bringen Sie den Lageplan mit. ")
    assert booked["state"] == "booked"
    assert booked["number"] is not None
    assert booked["reference"] == asked["reference"]
    assert letters(hand) == [("requested", "cancelled"), ("accepted", "waiting"), ("reminder", "waiting")]
    assert hand.rows(PERSON)[0]["answer"] == "Bitte bringen Sie den Lageplan mit."
    assert hand.cells() == 2
    assert accept(hand, asked) == booked, "a second press confirms nothing more"
    assert hand.differences() == []
    hand.now = at("07:55", TOMORROW)
    assert hand.check_in(asked)["number"] == booked["number"]


def test_a_declined_request_frees_its_time_and_erases_the_person(database: Database) -> None:
    """The sentence to the visitor stays with the contact until the letter is sent, two days at most."""
    hand = Booker(database, asking_town())
    asked = ask(hand)
    seen = decline(hand, asked, "Der Bürgermeister ist dann verreist.")
    assert (seen["state"], seen["refused"], hand.cells()) == ("cancelled", True, 0)
    (person,) = hand.rows(PERSON)
    assert (person["name"], person["remarks"], person["email"]) == ("", "", ERIKA.email)
    assert person["answer"] == "Der Bürgermeister ist dann verreist."
    assert person["erase_after"] == hand.now + timedelta(days=2)
    assert letters(hand) == [("requested", "cancelled"), ("refused", "waiting")]
    assert decline(hand, asked)["refused"]
    with pytest.raises(AppointmentOver):
        accept(hand, asked)
    assert hand.differences() == []


def test_nothing_of_a_request_is_kept_where_nobody_can_be_written_to(hand: Booker) -> None:
    asked = ask(hand, person=Person(name="Otto"), channel="kiosk")
    decline(hand, asked, "Leider nein.")
    assert hand.rows(PERSON) == []
    assert letters(hand) == []


def test_a_request_that_nobody_answers_runs_out_with_a_letter(hand: Booker) -> None:
    asked = ask(hand)
    hand.now = at("07:59", TOMORROW)
    assert not hand.look(booking_clock.is_due)
    hand.now = at("08:00", TOMORROW)
    with pytest.raises(AppointmentOver):
        accept(hand, asked)
    assert hand.look(booking_clock.is_due)
    hand.do(booking_clock.run)
    assert hand.see(asked)["state"] == "expired"
    assert hand.cells() == 0
    assert letters(hand)[-1] == ("lapsed", "waiting")
    assert hand.rows(PERSON)[0]["name"] == ""
    assert hand.differences() == []


def test_a_service_may_want_its_answer_hours_before(on_file: Database) -> None:
    hand = Booker(on_file, asking_town(confirm_hours_before=20))
    assert ask(hand)["confirm_until"] == "2026-03-03T13:00+01:00"
    # Asked for sooner than that before: four hours stay, or all the time until it begins.
    assert ask(hand, "10:00", client="b")["confirm_until"] == "2026-03-03T15:00+01:00"
    assert ask(hand, "10:30", client="c", day="2026-03-03")["confirm_until"] == "2026-03-03T11:30+01:00"


def test_the_time_of_a_request_that_ran_out_is_free_before_the_timer_comes(on_file: Database) -> None:
    """Failure 16: the next one may hold it at once, and who asked is written to all the same."""
    hand = Booker(on_file, asking_town(confirm_hours_before=20))
    asked = [ask(hand, client=client) for client in ("a", "b")]
    hand.now = at("12:00")
    hand.hold("08:00", client="c")
    assert [hand.see(one)["state"] for one in asked] == ["expired", "expired"]
    assert [kind for kind, state in letters(hand) if state == "waiting"] == ["lapsed", "lapsed"]


def test_a_request_may_be_withdrawn(hand: Booker) -> None:
    asked = ask(hand)
    assert hand.cancel(asked)["state"] == "cancelled"
    assert letters(hand)[-1] == ("withdrawn", "waiting")
    assert hand.cells() == 0
    assert hand.differences() == []


def test_who_was_not_confirmed_cannot_arrive(hand: Booker) -> None:
    asked = ask(hand, "10:00")
    hand.now = at("09:00", TOMORROW)
    with pytest.raises(NotConfirmed):
        hand.check_in(asked)


def test_a_confirmed_time_is_not_moved_behind_the_secretariats_back(hand: Booker) -> None:
    asked = ask(hand)
    accept(hand, asked)
    with pytest.raises(AskToMove):
        hand.hold("09:00", replaces=asked["reference"])
    held = hand.hold("09:00", channel="desk", replaces=asked["reference"])
    assert hand.move(asked, held)["starts_at"] == "2026-03-04T10:00+01:00"


def test_what_is_only_held_cannot_be_confirmed(hand: Booker) -> None:
    held = hand.hold("08:00")
    with pytest.raises(NotFound):
        accept(hand, held)
    with pytest.raises(NotFound):
        decline(hand, held)
    booked = hand.book("09:00", CAR, client="b")
    with pytest.raises(AppointmentOver):
        accept(hand, booked)


def test_requests_count_among_the_bookings_of_a_contact(on_file: Database) -> None:
    hand = Booker(on_file, asking_town({"max_open_bookings": 2}))
    for client, clock in (("a", "08:00"), ("b", "08:30")):
        ask(hand, clock, client=client)
    with pytest.raises(TooManyBookings):
        ask(hand, "10:30", client="c")


def test_the_secretariat_sees_what_waits_the_next_deadline_first(hand: Booker) -> None:
    late, soon = ask(hand, "09:00", client="a"), ask(hand, "08:30", client="b")
    done = ask(hand, "10:00", client="c")
    accept(hand, done)
    found = hand.look(requests.waiting)
    assert [one["reference"] for one in found] == [soon["reference"], late["reference"]]
    assert (found[0]["name"], found[0]["subject"]) == (ERIKA.name, "Bauplatz am Bach")
    assert found[0]["clerk_id"] in {"anna", "bernd"}
    assert hand.look(requests.count_waiting) == 2


def test_a_restart_loses_no_request(hand: Booker) -> None:
    asked = ask(hand)
    before = book_picture(hand)
    hand.restart()
    assert book_picture(hand) == before
    assert accept(hand, asked)["state"] == "booked"


def test_an_outage_over_its_time_still_ends_a_request_with_a_letter(hand: Booker) -> None:
    asked = ask(hand)
    hand.restart()
    hand.now = at("08:00", "2026-03-06")
    hand.do(booking_clock.run)
    assert hand.see(asked)["state"] == "expired"
    assert letters(hand)[-1] == ("lapsed", "waiting")
    assert hand.differences() == []


def test_a_kiosk_offers_nothing_that_somebody_has_to_confirm(hand: Booker) -> None:
    """Nobody types an address at a kiosk, so no answer would ever arrive."""

    def quote(unit: Any) -> Answer:
        choice = offer.choose_bookable(unit.town, unit.site, [(PASS, 1)])
        return kiosk.give_quote(unit, choice, choice)

    assert hand.do(quote)["later"] == []
    with pytest.raises(offer.NotBookable):
        hand.do(
            lambda u: kiosk.book(
                u,
                offer.choose_bookable(u.town, u.site, [(PASS, 1)]),
                at("10:00"),
                kiosk_id="kiosk",
                press="1",
                language="de",
            )
        )


def test_a_request_that_waits_is_live_and_takes_no_number(hand: Booker) -> None:
    asked = ask(hand)
    one = hand.appointment(asked)
    assert one.is_live
    assert one.state is AppointmentState.UNCONFIRMED
    assert hand.look(lambda u: u.book.numbers_on(u.book.day_of(one))) == {}


# -- two times one after the other ---------------------------------------------------------------------


@pytest.fixture
def pairs(on_file: Database) -> Pairs:
    """Nobody does both; the passport is confirmed first."""
    town = town_of_two()
    services = [replace(one, confirm_first=one.id == PASS) for one in town.services]
    return Pairs(on_file, replace(town, services=tuple(services)))


def test_two_times_that_belong_together_are_asked_for_and_confirmed_together(pairs: Pairs) -> None:
    asked = pairs.book_both("08:00", person=ASKING)
    assert [one["state"] for one in (asked, asked["then"])] == ["unconfirmed", "unconfirmed"]
    accept(pairs, asked["then"], "Bis bald.")
    assert [pairs.see(one)["state"] for one in (asked, asked["then"])] == ["booked", "booked"]
    assert [row["answer"] for row in pairs.rows(PERSON)] == ["Bis bald.", "Bis bald."]
    assert [kind for kind, state in letters(pairs) if state == "waiting"] == ["accepted", "reminder"]
    assert pairs.differences() == []


@pytest.mark.parametrize("end", ["decline", "withdraw", "run out"])
def test_two_times_that_belong_together_end_together_with_one_letter(pairs: Pairs, end: str) -> None:
    asked = pairs.book_both("08:00", person=ASKING)
    if end == "decline":
        decline(pairs, asked["then"])
    elif end == "withdraw":
        pairs.cancel(asked["then"])
    else:
        pairs.now = at("08:00", TOMORROW)
        pairs.do(booking_clock.run)
    assert pairs.cells() == 0
    assert [row["name"] for row in pairs.rows(PERSON)] == ["", ""]
    assert len([kind for kind, state in letters(pairs) if state == "waiting"]) == 1
    assert pairs.differences() == []
