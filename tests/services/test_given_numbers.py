"""After a restore nobody in the hall shares a number with somebody new. On both databases."""

import pytest

from queue_server.adapters.checking import check_database
from queue_server.adapters.database import Database
from queue_server.domain.events import NumberWithheld
from queue_server.domain.leases import NOBODY
from queue_server.domain.town import NumberStyle
from queue_server.services import counter, given_numbers
from queue_server.services.given_numbers import Given
from tests.services.booking_hall import Booker
from tests.town_hall import DAY, Hand, at, booking_town, the_town


def withhold(hand: Hand, *given: Given) -> list[int]:
    return hand.do(lambda unit: given_numbers.withhold(unit, given))


@pytest.fixture
def hand(database: Database) -> Hand:
    return Hand(database, the_town())


def test_a_lost_number_is_given_to_nobody_and_the_log_knows(hand: Hand) -> None:
    known = hand.take()
    lost = 417 if known["number"] != 417 else 418  # numbers are drawn
    assert withhold(hand, Given(lost, 5000, hand.now), Given(known["number"], known["id"], hand.now)) == [
        lost
    ]
    assert withhold(hand, Given(lost, 5000, hand.now)) == []
    assert hand.hall.is_withheld(lost)
    assert not hand.hall.is_withheld(known["number"])
    hand.restart()
    assert hand.hall.leases[lost].ticket_id == NOBODY
    assert [check.differences for check in check_database(hand.database)] == [(), ()]


def test_nobody_is_called_by_it(hand: Hand) -> None:
    withhold(hand, Given(417, 5000, hand.now))
    assert hand.hall.by_number(417) is None


def test_it_stays_out_all_day_and_is_back_the_next(hand: Hand) -> None:
    hand.settle(the_town(number_style=NumberStyle.SEQUENTIAL))
    hand.store.reload_settings()
    withhold(hand, Given(100, 5000, hand.now), Given(102, 5001, hand.now))
    assert hand.take()["number"] == 101
    hand.later(hours=6)
    assert hand.take()["number"] == 103
    hand.now = at("08:00", "2026-03-04")
    assert hand.take()["number"] == 100


def test_what_somebody_new_has_already_is_not_taken_away(hand: Hand) -> None:
    ticket = hand.take()
    hand.later(minutes=1)
    assert withhold(hand, Given(ticket["number"], 5000, hand.now)) == []
    assert hand.hall.by_number(ticket["number"]) is not None


def test_a_number_whose_known_visit_is_over_is_withheld_for_a_lost_one(hand: Hand) -> None:
    hand.open()
    ticket = hand.take()
    hand.call()
    hand.act(counter.start)
    hand.act(counter.finish)
    known = Given(ticket["number"], ticket["id"], hand.now)
    assert withhold(hand, known) == []
    assert withhold(hand, known, Given(ticket["number"], 5000, hand.now)) == [ticket["number"]]


@pytest.mark.parametrize(
    "given",
    [
        Given(99, 5000, at("08:00")),
        Given(10_000, 5000, at("08:00")),
        Given(417, 5000, at("08:00", "2026-03-02")),
    ],
    ids=["too small", "too large", "of yesterday"],
)
def test_what_is_no_number_of_today_is_passed_over(hand: Hand, given: Given) -> None:
    assert withhold(hand, given) == []


def test_an_id_that_was_given_again_is_another_visit(hand: Hand) -> None:
    """Ids begin again after a restore."""
    ticket = hand.take()
    ended = hand.hall.tickets[ticket["id"]]
    other = 417 if ended.number != 417 else 418
    assert withhold(hand, Given(other, ended.id, hand.now)) == [other]


def test_who_has_booked_keeps_the_number(database: Database) -> None:
    booker = Booker(database, booking_town())
    number = booker.book("10:00", day=DAY)["number"]
    assert withhold(booker, Given(number, 5000, booker.now)) == []


def test_the_event_names_a_number_alone() -> None:
    """Failure 27."""
    assert NumberWithheld(417).__dataclass_fields__.keys() == {"number"}
