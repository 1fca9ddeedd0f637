"""A new admission notice reaches who had booked before it, in the commit of the new set-up."""

from dataclasses import replace
from datetime import timedelta
from functools import partial

import pytest

from queue_server.adapters.database import Database
from queue_server.adapters.post import outbox
from queue_server.adapters.post.admission import KIND, post_admission
from queue_server.adapters.post.outbox_rows import OUTBOX
from queue_server.domain.person import Person
from queue_server.domain.town import Town
from queue_server.services.ports import Answer
from tests.services.booking_hall import Booker
from tests.town_hall import DAY, booking_town

BELL = {"de": "Bitte klingeln."}


@pytest.fixture
def hand(database: Database) -> Booker:
    hand = Booker(database, booking_town())
    hand.open()
    return hand


def with_notice(notice: dict[str, str]) -> Town:
    town = booking_town()
    hall, *others = town.sites
    return replace(town, sites=(replace(hall, admission_notice=notice), *others))


def change(hand: Booker, before: dict[str, str], after: dict[str, str], version: int) -> int:
    return hand.database.write(
        lambda conn: post_admission(conn, with_notice(before), with_notice(after), version, hand.now)
    )


def told(hand: Booker, state: str = "waiting") -> list[Answer]:
    return [row for row in hand.rows(OUTBOX) if row["kind"] == KIND and row["state"] == state]


def test_who_is_booked_ahead_is_told_how_to_enter(hand: Booker) -> None:
    booked = hand.book("09:00")
    cancelled = hand.book("09:30", person=Person("B", "b@example.org"), client="b")
    hand.cancel(cancelled)
    hand.book("10:00", person=Person("C", phone="0371 488-0"), client="c")
    past = hand.book("09:00", day=DAY, person=Person("D", "d@example.org"), client="d")
    hand.later(hours=1)
    assert past["id"] != booked["id"]
    assert change(hand, {}, BELL, 2) == 1
    assert [row["appointment_id"] for row in told(hand)] == [booked["id"]]


def test_a_visitor_with_several_bookings_is_told_once(hand: Booker) -> None:
    hand.book("10:00")
    first = hand.book("09:00", client="again")
    assert change(hand, {}, BELL, 2) == 1
    assert [row["appointment_id"] for row in told(hand)] == [first["id"]]


def test_a_set_up_that_says_the_same_writes_nothing(hand: Booker) -> None:
    hand.book("09:00")
    assert change(hand, BELL, BELL, 2) == 0


def test_a_notice_that_was_switched_off_is_taken_back(hand: Booker) -> None:
    hand.book("09:00")
    change(hand, {}, BELL, 2)
    assert change(hand, BELL, {}, 3) == 0
    assert told(hand) == []


def test_each_new_text_is_told_and_the_one_that_waits_is_not(hand: Booker) -> None:
    """Who read the first notice has to learn of the second, and again of the first."""
    hand.book("09:00")
    change(hand, {}, BELL, 2)
    hand.now += timedelta(hours=1)
    assert change(hand, BELL, {"de": "Bitte läuten."}, 3) == 1
    assert change(hand, {"de": "Bitte läuten."}, BELL, 4) == 1
    assert [row["dedupe_key"].rpartition("/")[2] for row in told(hand)] == ["4"]


def test_after_a_restore_all_that_is_posted_is_held_until_staff_said_so(hand: Booker) -> None:
    """Also across several bookings, whose commits write the row in which it stands."""
    hand.database.write(outbox.hold)
    hand.book("10:00")
    hand.book("09:00", person=Person("B", "b@example.org"), client="b")
    assert change(hand, {}, BELL, 2) == 2
    assert {row["state"] for row in hand.rows(OUTBOX)} == {"held"}
    assert hand.database.read(partial(outbox.is_holding, site_id="hall"))
    hand.database.write(partial(outbox.discard, site_id="hall"))
    assert not hand.database.read(partial(outbox.is_holding, site_id="hall"))
    hand.book("09:30", person=Person("C", "c@example.org"), client="c")
    assert change(hand, BELL, {"de": "Bitte klopfen."}, 3) == 3
    assert {row["state"] for row in hand.rows(OUTBOX)} == {"cancelled", "waiting"}
