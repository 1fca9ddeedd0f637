"""The book by itself: what the log makes of it, and the numbers that it keeps from being drawn."""

import random
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from queue_server.domain import events as e
from queue_server.domain.appointment import (
    EXPECTED,
    LIVE,
    TRANSITIONS,
    AppointmentState,
    first_secret_version,
)
from queue_server.domain.book import Book
from queue_server.domain.book_fold import after_forgetting, apply
from queue_server.domain.booked_number import choose_booked_number
from queue_server.domain.events import AppointmentEvent, Recorded
from queue_server.domain.hall import Hall
from queue_server.domain.leases import Leases
from queue_server.domain.number_space import differing_digits
from tests.domain.builders import DAY, at, seeded

_S = AppointmentState
HELD = e.AppointmentHeld(
    "ACDEFH", at("10:00"), 10, (("pass", 1),), 1, "foyer", "portal", at("09:10"), replaces=None
)


def a_book(*events: e.Event, book: Book | None = None) -> Book:
    """Return the book of a log: its first entry is 1."""
    book = book or Book("hall", UTC)
    for seq, event in enumerate(events, 1):
        apply(book, Recorded(seq, at("09:00"), event))
    return book


def held(reference: str, clock: str, **more: Any) -> e.AppointmentHeld:
    return e.AppointmentHeld(reference, at(clock), 10, (("pass", 1),), 1, None, "portal", at("09:10"), **more)


def test_every_state_is_reached_and_left_as_the_table_says() -> None:
    assert set(TRANSITIONS) == set(AppointmentState)
    reached = {state for after in TRANSITIONS.values() for state in after}
    assert reached == set(AppointmentState) - {_S.HELD}
    assert not {state for state in LIVE if not TRANSITIONS[state]}
    assert all(_S.CHECKED_IN in TRANSITIONS[state] for state in EXPECTED)


def test_a_held_time_is_booked_and_comes() -> None:
    book = a_book(HELD, e.AppointmentBooked(1, 417, "foyer", "en"))
    one = book.appointments[1]
    assert (one.state, one.number, one.language, one.ends_at) == (_S.BOOKED, 417, "en", at("10:10"))
    assert book.by_ref("ACDEFH") is one
    assert book.holds == {}
    assert book.reserved_on(DAY) == {417: at("10:00")}
    apply(book, Recorded(3, at("09:55"), e.AppointmentCheckedIn(1, 7)))
    assert (one.state, one.ticket_id) == (_S.CHECKED_IN, 7)
    assert book.reserved_on(DAY) == {}
    assert book.numbers_on(DAY) == {417: at("10:00")}


def test_who_holds_what_is_known_until_it_ends() -> None:
    def mine(clock: str, client: str = "mine") -> list[int]:
        return [hold.id for hold in book.holds_of(client, at(clock))]

    book = a_book(HELD, held("FGHJKL", "10:10"))
    for one in book.appointments.values():
        book.hold_for(one, "mine")
    assert (mine("09:09"), mine("09:09", "yours"), mine("09:10")) == ([1, 2], [], [])
    apply(book, Recorded(3, at("09:05"), e.HoldReleased(1)))
    apply(book, Recorded(4, at("09:05"), e.AppointmentBooked(2, 417, None, "de")))
    assert mine("09:06") == []

    again = Book("hall", UTC)
    again.restore(replace(book.appointments[2], state=_S.HELD))
    assert [hold.id for hold in again.holds_of("mine", at("09:05"))] == [2], "as its row tells it"


def test_what_takes_up_nobodys_time_any_more_is_told_until_it_is_settled() -> None:
    book = a_book(HELD, held("FGHJKL", "10:10"), e.AppointmentBooked(1, 417, None, "de"))
    assert book.idle == []
    apply(book, Recorded(4, at("09:05"), e.HoldExpired(2)))
    apply(book, Recorded(5, at("18:00"), e.AppointmentMissed(1)))
    assert [one.id for one in book.idle] == [2, 1]
    book.settle()
    assert book.idle == []


def test_a_hold_is_due_from_its_end_on_however_often_it_was_asked() -> None:
    """Failure 16: one that was extended later than another hides nobody's end, and comes itself in time."""

    def due(clock: str) -> list[int]:
        return [hold.id for hold in book.run_out(at(clock))]

    book = a_book(HELD, held("FGHJKL", "10:10"), e.HoldExtended(1, at("09:20")))
    assert due("09:09") == due("09:09") == []
    assert due("09:10") == due("09:19") == [2]
    assert due("09:20") == [1, 2]
    apply(book, Recorded(4, at("09:20"), e.HoldExpired(1)))
    apply(book, Recorded(5, at("09:20"), e.HoldExpired(2)))
    assert due("09:21") == []
    late = e.AppointmentHeld("MNPQRS", at("11:00"), 10, (("pass", 1),), 1, None, "portal", at("09:40"))
    apply(book, Recorded(6, at("09:30"), late))
    apply(book, Recorded(7, at("09:30"), held("TUVWXY", "12:00")))
    assert due("09:30") == [7], "what is held later may end sooner"
    assert due("09:40") == [6, 7]


def test_what_ends_leaves_the_book_once_it_is_written() -> None:
    book = a_book(HELD, e.HoldExpired(1))
    assert book.appointments == {}
    assert book.on(DAY) == []
    ended = book.get(1)
    assert ended is not None
    assert (ended.state, book.touched) == (_S.EXPIRED, {1})
    book.settle()
    assert book.get(1) is None


def test_a_move_ends_the_hold_and_changes_the_day() -> None:
    book = a_book(HELD, e.AppointmentBooked(1, 417, None, "de"), held("XXXXXX", "11:00", replaces=1))
    later = at("11:00") + timedelta(days=1)
    apply(book, Recorded(4, at("09:00"), e.AppointmentMoved(1, 3, later, 10, 302)))
    assert [a.id for a in book.on(DAY)] == []
    assert [a.id for a in book.on(DAY + timedelta(days=1))] == [1]
    assert book.ended[3].state is _S.EXPIRED


def test_the_day_of_a_time_is_the_sites() -> None:
    """Failure 7: half past eleven at night in London is tomorrow in Berlin."""
    book = a_book(held("ACDEFH", "23:30"), book=Book("hall", ZoneInfo("Europe/Berlin")))
    assert [a.id for a in book.on(DAY + timedelta(days=1))] == [1]


@pytest.mark.parametrize(
    "wrong",
    [
        e.HoldExpired(9),
        e.AppointmentCancelled(1, "visitor"),
        e.AppointmentMissed(1),
        e.AppointmentCompleted(1),
        e.HoldExtended(9, at("10:00")),
    ],
)
def test_an_entry_that_does_not_fit_is_an_error(wrong: AppointmentEvent) -> None:
    with pytest.raises((ValueError, KeyError)):
        a_book(HELD, wrong)


def test_what_is_not_about_appointments_passes_by() -> None:
    assert a_book(e.TicketRecalled(3)).version == 0


def booked_day(count: int, day: date = DAY) -> tuple[Book, Hall]:
    """Return a book with so many bookings, ten minutes apart by four, and an empty hall before them."""
    book, hall = Book("hall", UTC), Hall("hall", DAY - timedelta(days=1))
    below = random.Random(4).randrange
    for n in range(count):
        starts_at = at("08:00") + timedelta(minutes=10 * (n // 4))
        number = choose_booked_number(book, hall, day, starts_at, at("07:00"), below, sequential=False)
        for seq, event in enumerate(
            (
                e.AppointmentHeld(f"R{n}", starts_at, 10, (("pass", 1),), 1, None, "portal", starts_at),
                e.AppointmentBooked(10 * n, number, None, "de"),
            )
        ):
            apply(book, Recorded(10 * n + seq, at("07:00"), event))
    return book, hall


def test_200_bookings_of_a_day_have_200_numbers_and_neighbours_in_time_are_far() -> None:
    book, _ = booked_day(200)
    numbers = book.numbers_on(DAY)
    assert len(numbers) == 200
    for a, a_at in numbers.items():
        for b, b_at in numbers.items():
            if a != b and abs(a_at - b_at) <= timedelta(hours=1):
                assert differing_digits(a, b) >= 2


def test_towns_that_count_count_bookings_too() -> None:
    book, hall = booked_day(0)
    numbers = [choose_booked_number(book, hall, DAY, at("09:00"), at("07:00"), seeded(), sequential=True)]
    assert numbers == [100]


def test_a_reserved_number_is_not_drawn_and_is_far_when_its_time_is_near() -> None:
    leases, below = Leases(), seeded(3)
    leases.reserve({417: at("12:00")})
    early = {leases.draw(at("09:00"), below) for _ in range(300)}
    assert 417 not in early
    assert any(differing_digits(417, number) == 1 for number in early)
    near = {leases.draw(at("11:00"), below) for _ in range(300)}
    assert all(differing_digits(417, number) >= 2 for number in near)
    late = {leases.draw(at("14:01"), below) for _ in range(300)}
    assert 417 not in late
    assert any(differing_digits(417, number) == 1 for number in late)


def test_a_number_that_is_no_longer_reserved_may_be_drawn() -> None:
    leases, below = Leases(), seeded(3)
    everything = {n: at("12:00") for n in range(100, 1000) if n not in {110, 112}}
    leases.reserve(everything)
    assert leases.draw(at("09:00"), below) >= 1000
    del everything[417]
    leases.reserve(everything)
    assert leases.draw(at("09:00"), below) == 417


def test_a_number_that_a_visit_took_over_stays_taken() -> None:
    leases = Leases()
    leases.reserve({417: at("10:00")})
    leases.begin(417, 7)
    leases.reserve({})
    leases.reserve({n: at("10:00") for n in range(100, 1000) if n != 417})
    assert leases.draw(at("10:00"), seeded()) >= 1000
    leases.end(417, 7, at("10:10"))
    assert leases.draw(at("12:09"), seeded()) >= 1000
    assert leases.draw(at("12:10"), seeded()) == 417


def test_a_secret_of_another_year_never_fits() -> None:
    """References may be drawn again once their appointment is forgotten; letters lie around for ever."""
    versions = [first_secret_version(datetime(year, 12, 31, 23, tzinfo=UTC)) for year in range(2026, 2126)]
    assert versions[0] == 1
    assert all(later - earlier >= 100 for earlier, later in pairwise(versions))
    assert first_secret_version(datetime(2015, 1, 1, tzinfo=UTC)) == 1
    assert first_secret_version(datetime(9999, 1, 1, tzinfo=UTC)) < 2**16
    book = Book("hall", UTC)
    apply(book, Recorded(1, datetime(2028, 1, 1, tzinfo=UTC), HELD))
    assert book.appointments[1].secret_version == versions[2]


def test_what_is_about_the_forgotten_does_not_count_any_more() -> None:
    moved = e.AppointmentMoved(4, 9, at("11:00"), 10, 411)
    assert after_forgetting(moved, 3) is moved
    assert after_forgetting(moved, 4) == e.HoldReleased(9), "the hold ends by the move, all the same"
    assert after_forgetting(moved, 9) is None
    assert after_forgetting(e.AppointmentCompleted(4), 4) is None
    assert after_forgetting(e.AppointmentCompleted(5), 4) == e.AppointmentCompleted(5)
    assert after_forgetting(HELD, 9) is HELD
