"""Erasing on both databases: the rows go, that they went is noted, nobody can be read out of the notes."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from queue_server.adapters.database import Database
from queue_server.adapters.forgetting import erasing, marks, nightly
from queue_server.adapters.forgetting.erasing import ERASURE, PERSONS, VISITORS
from queue_server.adapters.forgetting.marks import MARK, fingerprint
from queue_server.adapters.post import outbox
from queue_server.adapters.rows.person_rows import PERSON
from queue_server.adapters.rows.visitor_rows import VISITOR
from queue_server.domain.errors import TooManyBookings
from queue_server.domain.traces import MAIL, NAME, PHONE, STREET, Trace
from tests.services.booking_hall import ERIKA, TOMORROW, Booker
from tests.town_hall import CARD, at, booking_town

KEY = b"k" * 32
WHOLE = replace(ERIKA, phone="0371 4880", address="Am Markt 1", by="Otto Normal", needs=("deaf",))
ZONES = {"hall": "Europe/Berlin", "annex": "Europe/Berlin"}


@pytest.fixture
def hand(database_url: str) -> Any:
    database = Database(database_url, KEY)
    yield Booker(database, booking_town())
    database.dispose()


def marked(hand: Booker) -> set[str]:
    return {row["fingerprint"] for row in hand.rows(MARK)}


def of(*traces: Trace) -> set[str]:
    return {fingerprint(KEY, trace) for trace in traces}


CONTACTS = of((MAIL, "erika@example.org"), (PHONE, "493714880"))
WHO = of((NAME, "erika mustermann"), (NAME, "normal otto"), (STREET, "ammarkt 1"))


def noted(hand: Booker) -> list[tuple[str, int]]:
    return [(row["kind"], row["ref"]) for row in hand.rows(ERASURE)]


def night(hand: Booker, now: datetime) -> int:
    return hand.database.write(lambda conn: nightly.erase(conn, now, ZONES))


def claim(conn: sa.Connection, now: datetime) -> list[outbox.Claimed]:
    return [one for way in ("mail", "sms") for one in outbox.claim(conn, now, "test", 50, channel=way)]


def send(hand: Booker, state: str = "sent") -> None:
    """Let all letters that are due leave."""

    def work(conn: sa.Connection) -> None:
        for letter in claim(conn, hand.now):
            assert outbox.note(conn, letter, state, now=hand.now)

    hand.database.write(work)


def test_who_cancels_is_forgotten_at_once_and_the_contact_with_the_farewell(hand: Booker) -> None:
    booked = hand.book("08:00", person=WHOLE)
    since = hand.rows(PERSON)[0]["created_at"]
    hand.later(minutes=5)
    hand.cancel(booked)
    [row] = hand.rows(PERSON)
    assert {name for name, value in row.items() if value in ("Erika Mustermann", "Am Markt 1")} == set()
    assert (row["email"], row["phone"], row["needs"]) == ("erika@example.org", "0371 4880", [])
    assert marked(hand) == WHO
    send(hand)
    assert hand.rows(PERSON) == []
    assert marked(hand) == WHO | CONTACTS
    assert noted(hand) == [(PERSONS, booked["id"])] * 2
    assert {row["kept_since"] for row in hand.rows(ERASURE)} == {since}


def test_notes_hold_nothing_of_a_person(hand: Booker) -> None:
    hand.cancel(hand.book("08:00", person=WHOLE))
    text = repr(hand.rows(ERASURE)) + repr(hand.rows(MARK))
    for word in ("Erika", "Mustermann", "example", "4880", "Markt"):
        assert word.casefold() not in text.casefold()


def test_the_contact_stays_until_the_last_way_is_gone(hand: Booker) -> None:
    """A farewell by mail and by text message: the first one sent must not take the other's number away."""
    booked = hand.book("08:00", person=WHOLE)
    send(hand)
    hand.cancel(booked)
    hand.do(lambda u: u.post("cancelled", booked["id"], sequence=9, channel="sms"))
    first, second = hand.database.write(lambda conn: claim(conn, hand.now))
    hand.database.write(lambda conn: outbox.note(conn, first, "sent", now=hand.now))
    assert len(hand.rows(PERSON)) == 1
    hand.database.write(lambda conn: outbox.note(conn, second, "sent", now=hand.now))
    assert hand.rows(PERSON) == []


def test_moving_keeps_since_when_somebody_is_known(hand: Booker) -> None:
    """Failure 28: the journal tells persons apart by it, and an older backup has the older moment."""
    booked = hand.book("08:00")
    since = hand.rows(PERSON)[0]["created_at"]
    hand.later(minutes=5)
    hand.move(booked, hand.hold("09:00", replaces=booked["reference"]))
    assert hand.rows(PERSON)[0]["created_at"] == since


def test_the_night_after_erases_who_is_done(hand: Booker) -> None:
    hand.book("08:00", person=WHOLE)
    send(hand)
    assert night(hand, at("01:30", TOMORROW)) == 0, "the appointment is still to come"
    assert night(hand, at("20:00", TOMORROW)) == 0, "it is not night"
    assert night(hand, at("00:30", "2026-03-05")) == 1
    assert hand.rows(PERSON) == []


def test_who_still_gets_a_message_stays_at_most_two_days(hand: Booker) -> None:
    hand.book("08:00")
    assert night(hand, at("00:30", "2026-03-05")) == 0, "the confirmation waits"
    assert night(hand, at("22:59", "2026-03-06")) == 0
    assert night(hand, at("23:00", "2026-03-06")) == 1


def test_the_second_of_a_pair_waits_for_the_letter_of_the_first(hand: Booker) -> None:
    one, two = hand.book("08:00"), hand.book("08:20", CARD, client="b")
    send(hand)
    hand.do(lambda u: u.post("missed", one["id"], also=[two["id"]]))
    assert night(hand, at("00:30", "2026-03-05")) == 0
    send(hand)
    assert night(hand, at("00:30", "2026-03-05")) == 2


def test_a_town_may_erase_on_the_same_day(database: Database) -> None:
    hand = Booker(database, booking_town(erase_days=0))
    hand.book("08:00")
    assert hand.rows(PERSON)[0]["erase_after"] == at("23:00", TOMORROW)


def test_needs_go_with_the_day(hand: Booker) -> None:
    hand.open()
    first, second = hand.take(CARD, needs=["deaf"]), hand.take(CARD, needs=["blind"])
    hand.later(days=1)
    hand.do(lambda u: u.record([]))
    assert hand.rows(VISITOR) == []
    assert noted(hand) == [(VISITORS, first["id"]), (VISITORS, second["id"])]


def test_marks_are_dropped_after_thirty_days(hand: Booker) -> None:
    hand.cancel(hand.book("08:00", person=WHOLE))
    send(hand)
    assert hand.database.write(lambda c: marks.forget(c, hand.now + timedelta(days=30))) == 0
    assert hand.database.write(lambda c: marks.forget(c, hand.now + timedelta(days=30, seconds=1))) == 5


def test_whom_a_backup_brings_back_is_erased_again_and_nobody_else(hand: Booker) -> None:
    """Failure 28."""
    gone, stays = hand.book("08:00", person=WHOLE), hand.book("08:20", client="b")
    rows = {row["appointment_id"]: row for row in hand.rows(PERSON)}
    keys = [(PERSONS, ("hall", gone["id"], rows[gone["id"]]["created_at"]))]
    # After a restore ids are given again: an older line about the same id was about another person.
    keys += [(PERSONS, ("hall", stays["id"], at("07:00", "2026-01-01"))), ("else", ("hall", 1, hand.now))]
    assert hand.database.write(lambda c: erasing.erase_again(c, keys, hand.now)) == 1
    assert [row["appointment_id"] for row in hand.rows(PERSON)] == [stays["id"]]
    assert marked(hand) >= WHO


def test_deleting_ones_data_counts_for_no_contact_but_the_day_is_kept(hand: Booker) -> None:
    """The booking stays and is nobody's; how many were made today is counted apart, until the day is over."""
    hand.settle(booking_town(max_open_bookings=2, max_daily_bookings=2))
    hand.restart()
    booked, other = hand.book("08:00"), hand.book("08:20", client="b")
    hand.do(lambda u: u.forget_person(booked["id"]))
    assert hand.look(lambda u: u.book.appointments[booked["id"]].state.value) == "booked"
    hand.do(lambda u: u.forget_person(other["id"]))
    assert hand.rows(PERSON) == []
    with pytest.raises(TooManyBookings) as refused:
        hand.book("08:40", client="c")
    assert refused.value.params["limit"] == "daily"


def test_only_one_place_erases() -> None:
    """Else the journal would not know, and an older backup would bring somebody back."""
    from tests.architecture.source import ROOT

    for path in (ROOT / "queue_server").rglob("*.py"):
        if path.parent.name != "forgetting":
            text = path.read_text()
            assert "sa.delete(PERSON)" not in text, path
            assert "sa.delete(VISITOR)" not in text, path
