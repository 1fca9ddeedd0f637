"""Bookings in the unit of work: two processes, shared clerks, letters, check and rebuild; both databases."""

from collections.abc import Callable
from dataclasses import replace
from datetime import time, timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError

from queue_server.adapters.clerk_cells import CELL
from queue_server.adapters.database import Database
from queue_server.adapters.forgetting import erasing
from queue_server.adapters.post.outbox_rows import OUTBOX
from queue_server.adapters.rebuilding import rebuild_site
from queue_server.adapters.rows.appointment_rows import APPOINTMENT
from queue_server.adapters.rows.base import EVENT
from queue_server.adapters.rows.person_rows import PERSON
from queue_server.domain.errors import SlotTaken
from queue_server.domain.person import Person
from queue_server.domain.slots import cell_of
from queue_server.domain.town import RosterEntry, Town
from queue_server.services import booking, booking_letters
from queue_server.services.ports import Unit
from tests.services.booking_hall import ERIKA, TOMORROW, Booker, book_picture, holding
from tests.town_hall import CARD, DAY, at, booking_town


@pytest.fixture
def hand(database: Database) -> Booker:
    return Booker(database, booking_town())


def sharing_town() -> Town:
    """Anna alone does cards, at both sites, on the same mornings."""
    town = booking_town()
    anna = town.clerks[0]
    both = tuple(RosterEntry(day, time(8), time(12), site) for day in range(5) for site in ("hall", "annex"))
    return replace(town, clerks=(replace(anna, site_ids=("hall", "annex"), roster=both),))


@pytest.fixture
def sharing(database: Database) -> Booker:
    return Booker(database, sharing_town())


# -- two walls -----------------------------------------------------------------------------------------


def test_two_sites_never_book_a_shared_clerk_for_the_same_time(sharing: Booker) -> None:
    """Failure 3, over the border of a site."""
    sharing.book("08:00", CARD)
    with pytest.raises(SlotTaken) as refused:
        sharing.hold("08:00", CARD, site_id="annex")
    assert refused.value.params["next"] == [f"2026-03-04T{t}+01:00" for t in ("08:55", "09:05", "09:10")]
    assert sharing.book("08:05", CARD, site_id="annex", client="b")
    assert sharing.cells() == 2


def test_what_is_cancelled_at_one_site_is_free_at_the_other(sharing: Booker) -> None:
    booked = sharing.book("08:00", CARD)
    sharing.cancel(booked)
    assert sharing.hold("08:00", CARD, site_id="annex")


def version(hand: Booker, site_id: str = "hall") -> object:
    return hand.look(lambda unit: unit.clerks_version, site_id)


def test_the_clerks_are_at_another_version_whenever_their_time_is(sharing: Booker) -> None:
    """What was computed from it is kept as long as the version stays."""
    seen = [(version(sharing), version(sharing, "annex"))]
    held = sharing.hold("08:00", CARD)
    seen.append((version(sharing), version(sharing, "annex")))
    sharing.later(minutes=10)  # the hold is over, and the timer has not come yet
    seen.append((version(sharing), version(sharing, "annex")))
    assert len({here for here, _ in seen}) == 3
    assert len({there for _, there in seen}) == 2, "a hold of the neighbour ends there when it is ended"
    sharing.do(lambda unit: booking.release(unit, held["id"], "browser"))
    assert (version(sharing), version(sharing, "annex")) not in seen


def test_who_takes_a_number_or_books_others_leaves_the_clerks_version(hand: Booker) -> None:
    hand.take()
    there, here = version(hand, "annex"), version(hand)
    hand.take()
    assert version(hand) == here
    hand.hold("08:00")
    assert version(hand, "annex") == there, "nobody of the hall works there"
    assert version(hand) != here


def test_what_is_rolled_back_and_read_again_is_another_version(hand: Booker) -> None:
    before = version(hand)

    def fails(unit: Unit) -> Any:
        holding(unit, at("08:00", TOMORROW))
        raise SlotTaken(next=[])

    with pytest.raises(SlotTaken):
        hand.do(fails)
    assert version(hand) != before


def test_another_process_at_the_other_site_is_seen(sharing: Booker) -> None:
    """Two processes, two sites, one clerk: each asks the rows what the other booked."""
    other = Booker(sharing.database)
    sharing.hold("09:00", CARD)
    other.hold("08:00", CARD, site_id="annex")
    with pytest.raises(SlotTaken):
        sharing.hold("08:00", CARD)
    with pytest.raises(SlotTaken):
        other.hold("09:00", CARD, site_id="annex")


def test_the_unique_key_stands_when_memory_is_wrong(sharing: Booker) -> None:
    """Failure 3, the last wall: and who ran into it sees what holds when run again."""
    sharing.hold("09:00", CARD)

    def forge(connection: sa.Connection) -> None:
        cell = cell_of(at("08:00", TOMORROW))
        row = {
            "clerk_id": "anna",
            "cell": cell,
            "organisation_id": "town",
            "site_id": "annex",
            "appointment_id": 99,
        }
        connection.execute(sa.insert(CELL).values(row))

    sharing.database.write(forge)
    with pytest.raises(IntegrityError) as conflict:
        sharing.hold("08:00", CARD)
    assert sharing.store.is_conflict(conflict.value)
    with pytest.raises(SlotTaken):
        sharing.hold("08:00", CARD)


def test_in_one_commit_a_freed_time_may_be_taken_again(hand: Booker) -> None:
    """The unique key looks at each row by itself."""
    held = [hand.hold("08:00", client=client) for client in ("a", "b")]

    def swap(unit: Unit) -> None:
        for one, client in zip(held, ("a", "b"), strict=True):
            booking.release(unit, one["id"], client)
        for client in ("c", "d"):
            holding(unit, at("08:00", TOMORROW), client=client)

    hand.do(swap)
    assert hand.cells() == 4
    assert hand.differences() == []


def test_two_processes_take_in_what_the_other_booked(hand: Booker) -> None:
    hand.book("08:00")
    other = Booker(hand.database)
    booked = other.book("08:00", client="b", person=Person("B", phone="0123"))
    other.move(booked, other.hold("10:00", client="b", replaces=booked["reference"]), "b")
    hand.hold("10:30", CARD, client="c")
    other.do(lambda u: u.hall.seq)
    assert book_picture(hand) == book_picture(other)
    assert hand.differences() == []


def test_a_refused_command_does_not_throw_the_book_away(hand: Booker) -> None:
    """Reading thousands of appointments after each refusal would cost more than the refusal."""
    hand.book("08:00")
    book = hand.look(lambda u: u.book)

    def refuses(unit: Unit) -> None:
        raise RuntimeError

    with pytest.raises(RuntimeError):
        hand.do(refuses)
    assert hand.look(lambda u: u.book) is book
    before = book_picture(hand)
    hand.restart()
    assert book_picture(hand) == before


# -- letters -------------------------------------------------------------------------------------------


def letters(hand: Booker) -> list[tuple[str, str]]:
    return [(row["kind"], row["state"]) for row in sorted(hand.rows(OUTBOX), key=lambda row: row["id"])]


def test_a_booking_posts_its_letter_in_the_same_commit(hand: Booker) -> None:
    booked = hand.book("08:00")
    (row,) = hand.rows(OUTBOX)
    assert (row["kind"], row["appointment_id"], row["state"]) == ("booked", booked["id"], "waiting")
    assert row["payload"] == {"sequence": 0}
    assert row["due_at"] == hand.now


def test_each_change_has_a_higher_sequence_and_takes_back_what_waits(hand: Booker) -> None:
    booked = hand.book("08:00", person=replace(ERIKA, reminder_min=60))
    for clock in ("09:00", "10:00"):
        hand.move(booked, hand.hold(clock, replaces=booked["reference"]))
    hand.cancel(booked)
    gone = [
        ("booked", "cancelled"),
        ("reminder", "cancelled"),
        ("moved", "cancelled"),
        ("reminder", "cancelled"),
    ]
    gone += [("moved", "cancelled"), ("reminder", "cancelled")]
    assert letters(hand) == [*gone, ("cancelled", "waiting")]
    sequences = [row["payload"]["sequence"] for row in hand.rows(OUTBOX) if row["kind"] != "reminder"]
    assert sequences == sorted(set(sequences))


def test_a_reminder_comes_when_wished_or_at_the_nearest_distance_left(hand: Booker) -> None:
    wished = hand.book("08:00", person=replace(ERIKA, reminder_min=60))
    too_far = hand.book("09:00", client="b", person=Person("B", "b@example.org", reminder_min=10080))
    due = {r["appointment_id"]: r["due_at"] for r in hand.rows(OUTBOX) if r["kind"] == "reminder"}
    assert due[wished["id"]] == at("07:00", TOMORROW)
    assert due[too_far["id"]] == at("09:00", DAY)  # a day before is still to come, a week is past


def test_a_restart_reminds_nobody_twice(hand: Booker) -> None:
    """The row is the memory: whoever posts the same reminder again, in whichever process, posts nothing."""
    person = replace(ERIKA, reminder_min=60)
    booked = hand.book("08:00", person=person)
    for restarted in (False, True):
        if restarted:
            hand.restart()
        hand.do(lambda u: booking_letters.booked(u, [u.book.appointments[booked["id"]]], person))
    assert letters(hand) == [("booked", "waiting"), ("reminder", "waiting")]
    hand.cancel(booked)
    hand.restart()
    assert letters(hand) == [("booked", "cancelled"), ("reminder", "cancelled"), ("cancelled", "waiting")]


def test_a_reminder_moves_with_its_appointment_and_keeps_out_of_the_night(hand: Booker) -> None:
    booked = hand.book("07:00", person=replace(ERIKA, reminder_min=180))
    hand.move(booked, hand.hold("10:00", replaces=booked["reference"]))
    due = [(r["state"], r["due_at"]) for r in hand.rows(OUTBOX) if r["kind"] == "reminder"]
    assert due == [("cancelled", at("06:00", TOMORROW)), ("waiting", at("07:00", TOMORROW))]


def test_nobody_is_written_to_without_a_contact(hand: Booker) -> None:
    booked = hand.book("08:00", channel="desk", person=Person("Otto"))
    hand.cancel(booked)
    assert hand.rows(OUTBOX) == []


def test_no_letter_row_holds_a_person(hand: Booker) -> None:
    """Failure 27."""
    hand.book("08:00", person=replace(ERIKA, reminder_min=60, address="Am Markt 1"))
    for row in (*hand.rows(OUTBOX), *hand.rows(APPOINTMENT), *hand.rows(EVENT)):
        assert not {"Erika", "example.org", "Markt"} & {
            w for v in row.values() for w in ("Erika", "example.org", "Markt") if w in str(v)
        }


def test_a_person_is_erased_when_the_time_is_over(hand: Booker) -> None:
    hand.book("08:00")
    end = at("23:00", "2026-03-06")  # of the second day after it, in the town
    for now, erased in ((end - timedelta(seconds=1), 0), (end, 1), (end, 0)):
        assert hand.database.write(lambda conn, now=now: erasing.erase_overdue(conn, now)) == erased  # type: ignore[misc]
    assert hand.rows(PERSON) == []


# -- check and rebuild ---------------------------------------------------------------------------------


def a_busy_book(hand: Booker) -> None:
    hand.open()
    booked = hand.book("08:00", person=replace(ERIKA, needs=("deaf",)))
    hand.move(booked, hand.hold("08:00", day="2026-03-05", replaces=booked["reference"]))
    hand.cancel(hand.book("09:00", client="b", person=Person("B", phone="01")))
    hand.check_in(hand.book("09:00", day=DAY, client="c", person=Person("C", phone="02")))
    hand.hold("10:00", client="d")
    hand.later(minutes=10)
    hand.hold("10:00", client="e")


@pytest.mark.parametrize(
    "forged",
    [
        "UPDATE appointment SET minutes = 15 WHERE id = 2",
        "UPDATE appointment SET number = 999 WHERE id = 2",
        "DELETE FROM appointment WHERE id = 2",
        "UPDATE appointment SET clerk_id = NULL WHERE id = 2",
        "UPDATE appointment SET clerk_id = 'carla' WHERE id = 2",
        "DELETE FROM clerk_cell WHERE appointment_id = 2",
        "UPDATE event SET type = 'AppointmentMissed' WHERE type = 'AppointmentBooked' AND seq = 3",
    ],
)
def test_check_finds_a_forged_row(hand: Booker, forged: str) -> None:
    a_busy_book(hand)
    assert hand.differences() == []
    hand.database.write(lambda conn: conn.execute(sa.text(forged)))
    assert hand.differences()


SPOILT: list[str] = [
    "UPDATE appointment SET minutes = 15, state = 'cancelled'",
    "DELETE FROM appointment",
    "DELETE FROM clerk_cell",
]


@pytest.mark.parametrize("spoil", SPOILT)
def test_rebuild_makes_the_book_of_the_log_again(hand: Booker, spoil: str) -> None:
    a_busy_book(hand)
    before = book_picture(hand)
    beside = _without(before, "client") if "FROM appointment" in spoil else before
    hand.database.write(lambda conn: conn.execute(sa.text(spoil)))
    hand.database.write(lambda conn: rebuild_site(conn, "hall"))
    hand.restart()
    after = book_picture(hand)
    assert (_without(after, "client") if "FROM appointment" in spoil else after) == beside
    assert hand.differences() == []


def _without(picture: dict[str, Any], field: str) -> dict[str, Any]:
    appointments = {i: {k: v for k, v in a.items() if k != field} for i, a in picture["appointments"].items()}
    return picture | {"appointments": appointments}


def test_a_time_zone_that_changes_gives_the_days_anew(hand: Booker) -> None:
    hand.book("08:00")
    picture: Callable[[Unit], Any] = lambda u: u.book.zone.key  # type: ignore[attr-defined]  # noqa: E731
    assert hand.look(picture) == "Europe/Berlin"
    hand.settle(booking_town(time_zone="Europe/Lisbon"))
    hand.store.reload_settings()
    assert hand.look(picture) == "Europe/Lisbon"
