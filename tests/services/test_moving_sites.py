"""A booking goes to another site: swapped in one commit, two logs; on both databases."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import time

import pytest

from queue_server.adapters.database import Database
from queue_server.adapters.post.outbox_rows import OUTBOX
from queue_server.adapters.rows.person_rows import PERSON
from queue_server.domain.appointment import AppointmentState
from queue_server.domain.errors import AppointmentOver, BadInput, HoldExpired, NotFound, SlotTaken
from queue_server.domain.town import RosterEntry, Town
from queue_server.services import booking
from queue_server.services.ports import Answer
from tests.services.booking_hall import ERIKA, TOMORROW, Booker, book_picture
from tests.town_hall import CARD, DAY, PASS, booking_town

_S = AppointmentState


def two_sites() -> Town:
    """Olga does identity cards in the annex, on weekdays from eight to twelve."""
    town = booking_town()
    work = tuple(RosterEntry(day, time(8), time(12), "annex") for day in range(5))
    clerks = tuple(replace(one, roster=work) if one.id == "olga" else one for one in town.clerks)
    return replace(town, clerks=clerks)


@pytest.fixture
def hand(database: Database) -> Iterator[Booker]:
    hand = Booker(database, two_sites())
    yield hand
    assert hand.differences() == []
    pictures = {site: book_picture(hand, site) for site in ("hall", "annex")}
    hand.restart()
    assert {site: book_picture(hand, site) for site in ("hall", "annex")} == pictures


def held_there(hand: Booker, booked: Answer, clock: str = "09:00", **more: str) -> Answer:
    return hand.hold(clock, CARD, site_id="annex", replaces=booked["reference"], **more)


def test_the_old_time_stays_booked_while_the_new_one_is_held(hand: Booker) -> None:
    booked = hand.book("08:00", CARD)
    held_there(hand, booked)
    assert hand.appointment(booked).state is _S.BOOKED
    assert hand.cells() == 2
    assert held_there(hand, booked)["id"] == held_there(hand, booked)["id"], "failure 2"


def test_the_swap_keeps_the_reference_and_draws_a_number(hand: Booker) -> None:
    booked = hand.book("08:00", CARD, person=replace(ERIKA, reminder_min=60))
    moved = hand.bring(booked, held_there(hand, booked))
    assert moved["reference"] == booked["reference"]
    assert moved["secret_version"] == booked["secret_version"]
    assert moved["starts_at"] == "2026-03-04T10:00+01:00"
    assert hand.see(moved, "annex")["state"] == "booked"
    assert hand.cells() == 1
    with pytest.raises(NotFound):
        hand.see(booked)
    (person,) = hand.rows(PERSON)
    assert (person["site_id"], person["name"]) == ("annex", "Erika Mustermann")
    waiting = [row for row in hand.rows(OUTBOX) if row["state"] == "waiting"]
    assert [(row["site_id"], row["kind"]) for row in waiting] == [("annex", "moved"), ("annex", "reminder")]


def test_a_second_press_gets_the_first_answer(hand: Booker) -> None:
    """Failure 2, also when the page knows by then where the appointment is."""
    booked = hand.book("08:00", CARD)
    held = held_there(hand, booked)
    moved = hand.bring(booked, held)
    assert hand.bring(booked, held) == moved
    again = hand.do(lambda u: booking.move(u, booked["reference"], held["id"], "browser"), "annex")
    assert again == moved


def test_it_goes_back_and_forth(hand: Booker) -> None:
    booked = hand.book("08:00", CARD)
    for n in range(2):
        hand.bring(booked, held_there(hand, booked, f"09:{n}0"))
        back = hand.hold(f"10:{n}0", CARD, replaces=booked["reference"])
        moved = hand.bring(booked, back, to="hall", of="annex")
        assert moved["reference"] == booked["reference"]
    assert hand.cells() == 1


def test_what_somebody_needs_goes_along(hand: Booker) -> None:
    """Whoever holds the new time does not tell it again, and often cannot know it."""
    booked = hand.book("08:00", CARD, person=replace(ERIKA, needs=("more_time",)))
    held = held_there(hand, booked)
    assert (booked["minutes"], held["minutes"]) == (10, 10)
    assert hand.bring(booked, held)["minutes"] == 10
    (person,) = hand.rows(PERSON)
    assert (person["site_id"], person["needs"]) == ("annex", ["more_time"])


def test_it_is_checked_in_where_it_is_now(hand: Booker) -> None:
    booked = hand.book("08:30", CARD, day=DAY)
    held = hand.hold("09:00", CARD, day=DAY, site_id="annex", replaces=booked["reference"])
    moved = hand.bring(booked, held)
    assert hand.check_in(moved, "annex")["number"] == moved["number"]


def test_what_changed_meanwhile_is_not_swapped(hand: Booker) -> None:
    """The hold looked at what was committed then; the swap looks again, under both locks."""
    booked = hand.book("08:00", CARD)
    held = held_there(hand, booked)
    hand.cancel(booked)
    with pytest.raises(AppointmentOver):
        hand.bring(booked, held)
    with pytest.raises(AppointmentOver):
        held_there(hand, booked, "09:30")
    assert hand.appointment(held, "annex").state is _S.HELD


def test_a_hold_that_ran_out_moves_nothing(hand: Booker) -> None:
    booked = hand.book("08:00", CARD)
    held = held_there(hand, booked)
    hand.later(minutes=10)
    with pytest.raises(HoldExpired):
        hand.bring(booked, held)
    assert hand.see(booked)["state"] == "booked"


def test_a_hold_is_for_its_own_client_and_appointment(hand: Booker) -> None:
    booked, other = hand.book("08:00", CARD), hand.book("08:30", CARD, client="other")
    held = held_there(hand, booked)
    for reference, client in ((booked, "stranger"), (other, "browser")):
        with pytest.raises(NotFound):
            hand.bring(reference, held, client)
    with pytest.raises(BadInput):
        hand.confirm(held, site_id="annex")


def test_what_the_other_site_does_not_do_cannot_go_there(hand: Booker) -> None:
    booked = hand.book("08:00", PASS)
    with pytest.raises((NotFound, SlotTaken, BadInput)):
        hand.hold("09:00", PASS, site_id="annex", replaces=booked["reference"])
    with pytest.raises(BadInput):
        held_there(hand, booked)


def test_a_commit_that_fails_leaves_both_sites_as_they_were(
    hand: Booker, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Neither a double nor a loss: both logs are written in one transaction."""
    booked = hand.book("08:00", CARD)
    held = held_there(hand, booked)
    before = {site: book_picture(hand, site) for site in ("hall", "annex")}

    def fails(*_: object) -> None:
        raise OSError("disk full")

    with monkeypatch.context() as broken:
        broken.setattr(hand.store.planner, "write", fails)
        with pytest.raises(OSError, match="disk full"):
            hand.bring(booked, held)
    assert {site: book_picture(hand, site) for site in ("hall", "annex")} == before
    assert hand.bring(booked, held)["reference"] == booked["reference"]


def test_dates_and_days_are_of_the_new_site(hand: Booker) -> None:
    booked = hand.book("08:00", CARD)
    held = hand.hold("09:00", CARD, day="2026-03-05", site_id="annex", replaces=booked["reference"])
    assert hand.bring(booked, held)["starts_at"].startswith("2026-03-05")
    assert TOMORROW not in str(hand.see(booked, "annex")["starts_at"])
