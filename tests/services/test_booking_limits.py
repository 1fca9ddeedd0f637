"""How many times one contact may book; on both databases, because counting and locking are theirs."""

import asyncio
from collections.abc import Callable, Iterator

import pytest
from sqlalchemy.engine import Connection

from queue_server.adapters import helpers
from queue_server.adapters.database import Database
from queue_server.adapters.rows.contact_days import DAY as CONTACT_DAY
from queue_server.adapters.rows.contact_days import ContactDays
from queue_server.adapters.rows.person_rows import PERSON
from queue_server.adapters.store import Store
from queue_server.adapters.tables.operations import AUDIT
from queue_server.domain.errors import TooManyBookings, UnknownHelperCode
from queue_server.domain.person import Person
from queue_server.live.sequencer import Sequencer
from queue_server.services import booking
from queue_server.services.booking_limits import Overrule
from queue_server.services.ports import Answer, Unit
from tests.services.booking_hall import ERIKA, TOMORROW, Booker, holding
from tests.town_hall import CARD, SOMEBODY, at, booking_town

SPELT = ["erika@example.org", "Erika@Example.org", "erika+amt@example.org", " erika@example.org"]
BOSS = Overrule("anna", "Bibliothek hilft", SOMEBODY)


@pytest.fixture
def settle(database: Database) -> Iterator[Callable[..., Booker]]:
    hands = []

    def with_limits(**limits: int) -> Booker:
        hands.append(Booker(database, booking_town(**limits)))
        return hands[-1]

    yield with_limits
    for hand in hands:
        assert hand.differences() == []
        hand.store.close()


def refusal_of(hand: Booker, held: Answer, **more: object) -> TooManyBookings:
    with pytest.raises(TooManyBookings) as refused:
        hand.confirm(held, **more)  # type: ignore[arg-type]
    return refused.value


def test_a_contact_has_so_many_bookings_to_come_at_most(settle: Callable[..., Booker]) -> None:
    """Failure 21: plus-addresses, case and spaces are accepted and count as one."""
    hand = settle(max_open_bookings=4)
    for n, email in enumerate(SPELT):
        hand.book(f"08:{n}0", client=f"c{n}", person=Person("Erika", email))
    refused = refusal_of(hand, hand.hold("09:00"))
    assert (refused.code, refused.text) == ("too_many_bookings", "too_many_bookings")
    assert (refused.params["limit"], refused.params["most"]) == ("open", 4)
    assert len(hand.rows(PERSON)) == 4


def test_who_cancels_one_may_book_another(settle: Callable[..., Booker]) -> None:
    hand = settle(max_open_bookings=2)
    first = hand.book("08:00")
    hand.book("08:10", client="b")
    held = hand.hold("09:00")
    refusal_of(hand, held)
    hand.cancel(first)
    assert hand.confirm(held)


def test_booking_and_cancelling_in_a_loop_ends(settle: Callable[..., Booker]) -> None:
    """Cancelling erases the person at once; how often the contact booked today is known all the same."""
    hand = settle(max_daily_bookings=2)
    for n in range(2):
        hand.cancel(hand.book(f"08:{n}0"))
    refused = refusal_of(hand, hand.hold("09:00"))
    assert (refused.code, refused.text, refused.params["limit"]) == (
        "too_many_bookings",
        "too_many_today",
        "daily",
    )


def test_the_next_day_begins_anew_and_the_count_is_erased(settle: Callable[..., Booker]) -> None:
    """The day ends where the town is: at midnight there, 23:00 in UTC."""
    hand = settle(max_daily_bookings=1)
    hand.book("08:00")
    hand.now = at("22:59")
    refusal_of(hand, hand.hold("09:00", client="b"), client="b")
    hand.now = at("23:00")
    assert hand.book("09:30", client="c")
    forgotten = hand.database.write(lambda c: ContactDays.forget(c, hand.now))
    assert forgotten == 1
    assert [row["made"] for row in hand.rows(CONTACT_DAY)] == [1]


def test_a_count_names_no_contact(settle: Callable[..., Booker]) -> None:
    """Failure 27: a hash with the server's key; without the key it is nobody's."""
    hand = settle(max_daily_bookings=2)
    hand.book("08:00")
    (row,) = hand.rows(CONTACT_DAY)
    assert set(row) == {"organisation_id", "day", "contact_hash", "made", "erase_after"}
    assert "erika" not in str(row).lower()
    assert len(row["contact_hash"]) == 64


def test_mail_and_phone_are_both_counted(settle: Callable[..., Booker]) -> None:
    hand = settle(max_open_bookings=1)
    hand.book("08:00", person=Person("E", email="a@example.org", phone="0371 488-0"))
    held = hand.hold("08:30", client="b")
    refusal_of(hand, held, client="b", person=Person("E", phone="+49 (0)371 4880"))
    refusal_of(hand, held, client="b", person=Person("E", email="A@example.org"))
    assert hand.confirm(held, "b", Person("E", phone="0371 4881"))


def test_zero_is_no_limit_and_nobody_without_contact_is_limited(settle: Callable[..., Booker]) -> None:
    hand = settle(max_open_bookings=0, max_daily_bookings=0)
    for n in range(5):
        hand.book(f"08:{n}0", client=f"c{n}")
    hand = settle(max_open_bookings=1, max_daily_bookings=1)
    for n in range(3):
        held = hand.hold(f"10:{n}0", client=f"k{n}", channel="kiosk")
        assert hand.confirm(held, f"k{n}", Person())
    assert len(hand.rows(CONTACT_DAY)) == 1


def test_moving_is_no_booking(settle: Callable[..., Booker]) -> None:
    hand = settle(max_open_bookings=1, max_daily_bookings=1)
    booked = hand.book("08:00")
    held = hand.hold("09:00", replaces=booked["reference"])
    assert hand.move(booked, held)["reference"] == booked["reference"]


def test_the_same_press_twice_is_counted_once(settle: Callable[..., Booker]) -> None:
    """Failure 2."""
    hand = settle(max_open_bookings=1, max_daily_bookings=1)
    held = hand.hold("08:00")
    assert hand.confirm(held) == hand.confirm(held)
    assert [row["made"] for row in hand.rows(CONTACT_DAY)] == [1]


def test_who_lifts_a_limit_is_kept_with_the_reason(settle: Callable[..., Booker]) -> None:
    """Also when the booking is cancelled and the person erased: the reason lies apart, and in no event."""
    hand = settle(max_open_bookings=1, max_daily_bookings=1)
    hand.book("08:00")
    held = hand.hold("09:00", client="desk", channel="desk")
    booked = hand.confirm(held, "desk", overrule=BOSS)
    hand.cancel(booked)
    kept = hand.look(lambda unit: unit.overrules(booked["id"]))
    assert [(one.what, one.by, one.reason, one.at) for one in kept] == [
        ("open", "anna", "Bibliothek hilft", hand.now),
        ("daily", "anna", "Bibliothek hilft", hand.now),
    ]


def test_a_reason_without_a_limit_is_not_kept(settle: Callable[..., Booker]) -> None:
    hand = settle(max_open_bookings=1)
    held = hand.hold("09:00", client="desk", channel="desk", overrule=BOSS)
    booked = hand.confirm(held, "desk", overrule=BOSS)
    assert hand.look(lambda unit: unit.overrules(booked["id"])) == []


def test_a_time_that_is_not_on_offer_is_kept_too(settle: Callable[..., Booker]) -> None:
    hand = settle()
    far = hand.hold("08:00", day="2026-04-22", channel="desk", overrule=BOSS)
    assert [one.what for one in hand.look(lambda unit: unit.overrules(far["id"]))] == ["time"]


# -- at the same time ----------------------------------------------------------------------------------


@pytest.mark.parametrize("writers", [1, 2], ids=["one-process", "two-processes"])
async def test_of_two_parallel_bookings_of_one_contact_one_passes(database: Database, writers: int) -> None:
    """Eight at once, from one process or two: exactly one, whoever else books between."""
    hand = Booker(database, booking_town(max_open_bookings=1))
    stores = [hand.store, *(Store(database) for _ in range(writers - 1))]
    halls = [Sequencer(one, lambda: hand.now, lambda unit: None, lambda moved: None) for one in stores]
    for hall in halls:
        hall.start()
    held = [hand.hold(f"{8 + n // 4:02}:{15 * (n % 4):02}", client=f"c{n}") for n in range(8)]

    def work(n: int) -> Callable[[Unit], Answer]:
        person = Person("E", SPELT[n % 4])
        return lambda unit: booking.confirm(unit, held[n]["id"], f"c{n}", person, "de")

    turns = [halls[n % writers].do("hall", work(n)) for n in range(8)]
    answers = await asyncio.gather(*turns, return_exceptions=True)
    kinds = sorted(type(answer).__name__ for answer in answers)
    assert kinds == [*["TooManyBookings"] * 7, "dict"]
    for hall in halls:
        await hall.stop()
    for store in stores:
        store.close()


def test_two_sites_in_one_batch_count_one_contact_once(database: Database) -> None:
    """The site's own lock says nothing about the other site: the rows of the batch must."""
    town = booking_town(max_open_bookings=1)
    hand = Booker(database, town)
    hand.store.begin()
    try:
        hall = hand.store.unit("hall", hand.now)
        held = holding(hall, at("08:00", TOMORROW), CARD)
        booking.confirm(hall, held["id"], "browser", ERIKA, "de")
        annex = hand.store.unit("annex", hand.now)
        assert annex.open_bookings(["mail:erika@example.org"]) == 1
        assert annex.made_today(["mail:erika@example.org"]) == 1
    finally:
        hand.store.rollback()


# -- trusted helpers -----------------------------------------------------------------------------------


def a_code(hand: Booker, site_id: str | None = None) -> str:
    def make(connection: Connection) -> tuple[str, str]:
        return helpers.create_helper(
            connection, b"", organisation_id="town", site_id=site_id, name="Bibliothek", now=hand.now
        )

    return hand.database.write(make)[1]


def test_the_code_of_a_helper_lifts_the_limits_and_is_counted(settle: Callable[..., Booker]) -> None:
    """A library books for many people with its own address."""
    hand = settle(max_open_bookings=1, max_daily_bookings=1)
    code = a_code(hand)
    for n in range(3):
        hand.confirm(hand.hold(f"08:{n}0", client=f"c{n}"), f"c{n}", helper_code=code.lower())
    (seen,) = hand.database.read(lambda c: helpers.list_helpers(c, "town"))
    assert (seen.bookings, seen.last_booked_at) == (3, hand.now)
    refusal_of(hand, hand.hold("09:00"))


@pytest.mark.parametrize("code", ["ACDE-FHJK-NPRT", "x"])
def test_a_wrong_code_books_nothing(settle: Callable[..., Booker], code: str) -> None:
    hand = settle()
    a_code(hand)
    held = hand.hold("08:00")
    with pytest.raises(UnknownHelperCode):
        hand.confirm(held, helper_code=code)
    assert hand.confirm(held, helper_code=" ")


def test_a_code_of_another_site_or_town_lifts_nothing(settle: Callable[..., Booker]) -> None:
    hand = settle()
    held = hand.hold("08:00")
    elsewhere = a_code(hand, "annex")
    with pytest.raises(UnknownHelperCode):
        hand.confirm(held, helper_code=elsewhere)
    foreign = hand.database.write(
        lambda c: helpers.create_helper(c, b"", organisation_id="other", site_id=None, name="X", now=hand.now)
    )[1]
    with pytest.raises(UnknownHelperCode):
        hand.confirm(held, helper_code=foreign)


def test_the_audit_log_names_who_lifted_a_limit_and_nothing_of_the_visitor(
    settle: Callable[..., Booker],
) -> None:
    hand = settle(max_open_bookings=1)
    hand.book("08:00")
    hand.confirm(hand.hold("09:00"), overrule=BOSS)
    [line] = hand.rows(AUDIT)
    assert (line["actor"], line["act"], line["ref"]) == ("anna", "limit_lifted", "open")
    assert (line["before"], line["after"]) == (None, None)
