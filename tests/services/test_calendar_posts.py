"""A clerk's calendar is told of each change, in its commit, and only where it is written."""

from collections.abc import Sequence
from typing import Any

import pytest

from queue_server.adapters.database import Database
from queue_server.adapters.post.outbox_rows import OUTBOX
from queue_server.domain.slots import Bits, Span
from queue_server.services import booking_clock, requests
from tests.services.booking_hall import TOMORROW, Booker
from tests.services.test_moving_sites import two_sites
from tests.services.test_requests import asking_town, on_file
from tests.town_hall import CAR, CARD, PASS, at

__all__ = ["on_file"]


class WrittenFor:
    """Calendars that are written for these clerks, and keep nobody busy."""

    version = 0

    def __init__(self, *clerk_ids: str) -> None:
        self.clerk_ids = clerk_ids

    def busy(self, _clerk_id: str, _span: Span) -> Bits:
        return 0

    def unknown(self) -> frozenset[str]:
        return frozenset()

    def written(self, clerk_id: str) -> bool:
        return clerk_id in self.clerk_ids


def booker(database: Database, *clerk_ids: str, **more: Any) -> Booker:
    hand = Booker(database, more.get("town") or two_sites())
    hand.store.planner.calendars = WrittenFor(*clerk_ids)
    return hand


@pytest.fixture
def hand(on_file: Database) -> Booker:
    return booker(on_file, "anna", "bernd", "olga")


def told(hand: Booker) -> Sequence[tuple[str, str]]:
    """Return what calendars were told: the kind, and whose."""
    rows = [row for row in hand.rows(OUTBOX) if row["channel"] == "calendar"]
    assert len({row["dedupe_key"] for row in rows}) == len(rows)
    assert all(row["state"] == "waiting" for row in rows)
    return [(row["kind"], row["payload"]["clerk"]) for row in rows]


def test_a_booking_is_told_in_its_commit(database: Database) -> None:
    hand = booker(database, "anna", "bernd")
    booked = hand.book("08:00", PASS)
    clerk_id = hand.appointment(booked).clerk_id
    assert told(hand) == [("put", clerk_id)]


def test_nothing_is_told_of_a_clerk_without_a_written_calendar(hand: Booker) -> None:
    hand.cancel(hand.book("13:00", CAR))
    assert told(hand) == []


def test_a_held_time_is_not_told(hand: Booker) -> None:
    hand.hold("08:00", PASS)
    assert told(hand) == []


def test_booking_twice_is_told_once(hand: Booker) -> None:
    """Failure 2."""
    held = hand.hold("08:00", PASS)
    hand.confirm(held)
    hand.confirm(held)
    assert len(told(hand)) == 1


def test_a_cancelled_booking_is_removed_though_its_letters_are_taken_back(hand: Booker) -> None:
    booked = hand.book("08:00", PASS)
    clerk_id = hand.appointment(booked).clerk_id
    hand.cancel(booked)
    hand.cancel(booked)
    assert told(hand) == [("put", clerk_id), ("remove", clerk_id)]


def test_a_move_within_one_calendar_is_one_entry(hand: Booker) -> None:
    booked = hand.book("08:00", CARD)
    clerk_id = hand.appointment(booked).clerk_id
    hand.move(booked, hand.hold("09:00", CARD, replaces=booked["reference"]))
    assert hand.appointment(booked).clerk_id == clerk_id
    assert told(hand) == [("put", clerk_id)] * 2


def test_another_clerk_takes_the_entry_over(hand: Booker) -> None:
    booked = hand.book("08:00", CARD)
    mine = hand.appointment(booked).clerk_id
    blocking = [hand.book("09:00", CARD, client=f"other {n}") for n in range(2)]
    for one in blocking:
        if hand.appointment(one).clerk_id != mine:
            hand.cancel(one)  # so at nine only the other clerk is free
            theirs = hand.appointment(one).clerk_id
    before = len(told(hand))
    hand.move(booked, hand.hold("09:00", CARD, replaces=booked["reference"]))
    assert told(hand)[before:] == [("remove", mine), ("put", theirs)]


def test_a_booking_that_goes_to_another_site_changes_calendars_there_too(hand: Booker) -> None:
    booked = hand.book("08:00", CARD)
    clerk_id = hand.appointment(booked).clerk_id
    held = hand.hold("09:00", CARD, site_id="annex", replaces=booked["reference"])
    hand.bring(booked, held)
    rows = [row for row in hand.rows(OUTBOX) if row["channel"] == "calendar"]
    assert [(row["site_id"], row["kind"], row["payload"]["clerk"]) for row in rows] == [
        ("hall", "put", clerk_id),
        ("hall", "remove", clerk_id),
        ("annex", "put", "olga"),
    ]


def test_a_request_is_told_when_it_is_accepted(on_file: Database) -> None:
    hand = booker(on_file, "anna", "bernd", town=asking_town())
    asked = hand.book("08:00")
    assert told(hand) == []
    hand.do(lambda u: requests.accept(u, asked["reference"]))
    assert [kind for kind, _ in told(hand)] == ["put"]
    hand.cancel(asked)
    assert [kind for kind, _ in told(hand)] == ["put", "remove"]


def test_who_was_missed_stays_in_the_calendar(hand: Booker) -> None:
    hand.book("08:00", PASS)
    hand.now = at("18:00", TOMORROW)
    hand.do(booking_clock.run)
    assert [kind for kind, _ in told(hand)] == ["put"]
