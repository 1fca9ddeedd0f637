"""A mail address is corrected: for both of two appointments in a row, and while the old one is tried."""

from typing import Any

import pytest

from queue_server.adapters.database import Database
from queue_server.adapters.forgetting.marks import MARK
from queue_server.adapters.post import outbox
from queue_server.adapters.rows.person_rows import PERSON
from queue_server.services.contact import correct_mail
from queue_server.services.ports import Answer
from tests.services.booking_hall import ERIKA
from tests.services.test_in_parts import Pairs, town_of_two

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
RIGHT = "erika@richtig.example"


@pytest.fixture
def hand(database: Database) -> Pairs:
    return Pairs(database, town_of_two())


def claim(hand: Pairs) -> outbox.Claimed:
    [claimed] = hand.database.write(lambda conn: outbox.claim(conn, hand.now, "worker", 5, "mail"))
    return claimed


def give_up(hand: Pairs, claimed: outbox.Claimed) -> bool:
    return hand.database.write(lambda c: outbox.note(c, claimed, outbox.FAILED, error="mailbox_unknown"))


def correct(hand: Pairs, booked: Answer, email: str = RIGHT) -> None:
    hand.do(lambda unit: correct_mail(unit, booked["reference"], email))


def known(hand: Pairs) -> list[tuple[Any, Any]]:
    return [(row["email"], row["mail_trouble"]) for row in hand.rows(PERSON)]


@pytest.mark.parametrize("from_the_second", [False, True])
def test_both_of_a_pair_are_written_to_at_the_right_address(hand: Pairs, *, from_the_second: bool) -> None:
    """Later letters of the second went to the wrong, perhaps a stranger's, address with a manage link."""
    booked = hand.book_both("08:00")
    assert give_up(hand, claim(hand))
    correct(hand, booked["then"] if from_the_second else booked)
    assert known(hand) == [(RIGHT, "")] * 2
    assert claim(hand).kind == "booked", "what was given up goes there"


def test_what_becomes_of_a_letter_to_the_old_address_is_not_noted_at_the_new_one(hand: Pairs) -> None:
    booked = hand.book("08:00")
    on_its_way = claim(hand)
    correct(hand, booked)
    assert not give_up(hand, on_its_way)
    assert known(hand) == [(RIGHT, "")]
    assert claim(hand).id == on_its_way.id, "and it goes to the new one at once"


def test_an_address_that_was_corrected_away_is_marked_as_erased(hand: Pairs) -> None:
    booked = hand.book("08:00")
    correct(hand, booked, ERIKA.email.upper())
    assert hand.rows(MARK) == [], "it is the same mailbox"
    correct(hand, booked)
    assert [row["what"] for row in hand.rows(MARK)] == ["mail"]
