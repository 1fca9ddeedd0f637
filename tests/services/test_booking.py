"""The life of an appointment: hold, book, move, cancel, and what is refused; on both databases."""

from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from functools import partial

import pytest

from queue_server.adapters.database import Database
from queue_server.adapters.rows.person_rows import PERSON
from queue_server.domain.appointment import AppointmentState
from queue_server.domain.errors import (
    AppointmentOver,
    BadInput,
    HoldExpired,
    NoMoreExtensions,
    NotFound,
    Refusal,
    SlotTaken,
    TooManyHolds,
)
from queue_server.domain.number_space import differing_digits
from queue_server.domain.person import Person
from queue_server.domain.ticket import Origin
from queue_server.domain.town import Closure, RosterEntry
from queue_server.services import booking
from queue_server.services.booking_limits import Overrule
from queue_server.services.ports import Unit
from tests.services.booking_hall import ERIKA, TOMORROW, Booker, book_picture, holding
from tests.town_hall import CAR, CARD, SOMEBODY, at, booking_town

NOBODY = Person()
BOSS = Overrule("anna", "reason", SOMEBODY)


@pytest.fixture
def hand(database: Database) -> Booker:
    return Booker(database, booking_town())


def iso(answer: str) -> datetime:
    return datetime.fromisoformat(answer).astimezone(UTC)


# -- holding -------------------------------------------------------------------------------------------


def test_a_time_is_held_for_ten_minutes(hand: Booker) -> None:
    held = hand.hold("08:00")
    assert held["starts_at"] == "2026-03-04T09:00+01:00"
    assert iso(held["held_until"]) == hand.now + timedelta(minutes=10)
    assert (held["minutes"], held["extensions_left"]) == (10, 6)
    assert len(held["reference"]) == 6
    assert hand.cells() == 2
    assert hand.stored(held)["state"] is AppointmentState.HELD


def test_the_last_clerk_of_a_time_goes_once(hand: Booker) -> None:
    """Failure 3, one after the other: Anna and Bernd can do it, a third visitor is shown other times."""
    clerks = {hand.appointment(hand.hold("08:00", client=c)).clerk_id for c in ("a", "b")}
    assert clerks == {"anna", "bernd"}
    with pytest.raises(SlotTaken) as refused:
        hand.hold("08:00", client="c")
    assert refused.value.params["next"] == [f"2026-03-04T{t}+01:00" for t in ("08:50", "09:10", "09:15")]
    assert hand.cells() == 4


@pytest.mark.parametrize(
    ("clock", "day"),
    [
        ("07:00", "2026-03-03"),  # past
        ("12:00", "2026-03-04"),  # after their work
        ("10:55", "2026-03-04"),  # would reach beyond it
        ("08:00", "2026-03-07"),  # a Saturday
        ("08:00", "2026-06-03"),  # beyond the horizon
    ],
)
def test_a_time_that_is_not_offered_is_refused_with_others(hand: Booker, clock: str, day: str) -> None:
    """Failure 17: a past or sold-out time is answered with the nearest free ones."""
    with pytest.raises(SlotTaken) as refused:
        hand.hold(clock, day=day)
    assert len(refused.value.params["next"]) == 3  # type: ignore[arg-type]
    assert hand.cells() == 0


def test_a_time_between_two_cells_is_bad_input(hand: Booker) -> None:
    with pytest.raises(BadInput):
        hand.hold("08:01")


def test_a_closure_beats_what_was_offered_before(hand: Booker) -> None:
    """Failure 8, and 9: what is booked stands, with its own duration; nothing more is."""
    booked = hand.book("08:00")
    day = datetime.fromisoformat(TOMORROW).date()
    hand.settle(booking_town(closures=(Closure(day),)))
    hand.store.reload_settings()
    with pytest.raises(SlotTaken):
        hand.hold("09:00")
    assert hand.see(booked)["minutes"] == 10


def test_the_desk_may_overrule_what_is_offered_but_not_the_cells(hand: Booker) -> None:
    far = "2026-04-22"
    with pytest.raises(SlotTaken):
        hand.hold("08:00", day=far)
    with pytest.raises(SlotTaken):
        hand.hold("07:00", day="2026-03-03", overrule=BOSS)  # nobody comes yesterday
    for client in ("a", "b"):
        hand.hold("08:00", client=client)
    with pytest.raises(SlotTaken):
        hand.hold("08:00", client="c", overrule=BOSS)


def test_a_double_click_holds_once(hand: Booker) -> None:
    """Failure 2."""
    assert hand.hold("08:00") == hand.hold("08:00")
    assert hand.cells() == 2


def test_nobody_holds_more_than_three_times(hand: Booker) -> None:
    held = [hand.hold(clock) for clock in ("08:00", "08:30", "09:00")]
    with pytest.raises(TooManyHolds):
        hand.hold("09:30")
    hand.hold("09:30", client="another")
    hand.do(lambda u: booking.release(u, held[0]["id"], "browser"))
    hand.hold("10:00")


def test_what_is_held_at_another_site_counts(database: Database) -> None:
    """Else a town with ten buildings would lend thirty times to one browser."""
    town = booking_town()
    roster = (RosterEntry(2, time(8), time(12), "annex"),)
    works = tuple(replace(c, roster=roster) if c.id == "olga" else c for c in town.clerks)
    hand = Booker(database, replace(town, clerks=works))
    hand.hold("08:00")
    hand.hold("08:10")
    held = hand.hold("08:00", CARD, site_id="annex")
    for site_id in ("hall", "annex"):
        with pytest.raises(TooManyHolds):
            hand.hold("09:00", CARD, site_id=site_id)
    assert hand.hold("08:00", CARD, site_id="annex") == held, "the same again is no other hold"
    hand.hold("09:00", CARD, site_id="annex", client="another")
    hand.later(minutes=10)
    assert hand.hold("09:30", CARD)


def test_a_hold_is_extended_by_one_press_and_not_for_ever(hand: Booker) -> None:
    held = hand.hold("08:00")
    for left in (5, 4, 3, 2, 1, 0):
        hand.later(minutes=9)
        again = hand.do(lambda u: booking.extend(u, held["id"], "browser"))
        assert iso(again["held_until"]) == hand.now + timedelta(minutes=10)
        assert again["extensions_left"] == left
    with pytest.raises(NoMoreExtensions):
        hand.do(lambda u: booking.extend(u, held["id"], "browser"))


def test_on_a_scarce_day_a_hold_is_extended_twice_at_most(database: Database) -> None:
    town = booking_town()
    short = [replace(e, works_until=e.works_from.replace(minute=30)) for e in town.clerks[0].roster]
    hand = Booker(database, replace(town, clerks=(replace(town.clerks[0], roster=tuple(short)),)))
    held = hand.hold("07:00")
    assert held["extensions_left"] == 2


def test_only_who_holds_a_time_may_use_it(hand: Booker) -> None:
    held = hand.hold("08:00")
    for act in (booking.extend, booking.release):
        with pytest.raises(NotFound):
            hand.do(partial(act, appointment_id=held["id"], client="stranger"))
    with pytest.raises(NotFound):
        hand.confirm(held, "stranger")
    with pytest.raises(NotFound):
        hand.see(held)  # what is only held has no page


def test_a_released_time_is_free_at_once_and_twice_is_once(hand: Booker) -> None:
    held = hand.hold("08:00")
    for _ in range(2):
        hand.do(lambda u: booking.release(u, held["id"], "browser"))
    assert hand.cells() == 0
    assert hand.stored(held)["state"] is AppointmentState.EXPIRED
    with pytest.raises(HoldExpired):
        hand.confirm(held)


def test_an_expired_hold_is_free_on_time_also_before_the_timer_came(hand: Booker) -> None:
    """Failure 16: who is late is told so with the nearest times; somebody else has the time now."""
    held = [hand.hold("08:00", client=c) for c in ("a", "b")]
    hand.later(minutes=10)
    other = hand.hold("08:00", client="c")
    with pytest.raises(HoldExpired) as refused:
        hand.confirm(held[0], "a")
    # Bernd's or Anna's time is free again, so the same time is offered.
    assert "2026-03-04T09:00+01:00" in refused.value.params["next"]  # type: ignore[operator]
    assert hand.confirm(other, "c")["number"]
    assert hand.cells() == 2


# -- booking -------------------------------------------------------------------------------------------


def test_a_booking_has_number_reference_and_time_to_come(hand: Booker) -> None:
    held = hand.hold("08:00")
    booked = hand.confirm(held)
    assert booked["reference"] == held["reference"]
    assert booked["come_at"] == "2026-03-04T08:50+01:00"
    assert 100 <= booked["number"] <= 999
    assert booked["area_id"] == "foyer"
    assert hand.see(booked)["state"] == "booked"
    assert hand.look(lambda u: u.person(booked["id"])) == ERIKA
    assert not {"name", "email"} & set(hand.see(booked))


def test_confirming_twice_books_once(hand: Booker) -> None:
    """Failure 2."""
    held = hand.hold("08:00")
    assert hand.confirm(held) == hand.confirm(held)
    assert len(hand.rows(PERSON)) == 1


def test_what_the_site_requires_must_be_there_but_not_at_the_desk(hand: Booker) -> None:
    held = hand.hold("08:00")
    for person, field in ((NOBODY, "name"), (Person(name="Erika"), "contact")):
        with pytest.raises(BadInput) as refused:
            hand.confirm(held, person=person)
        assert refused.value.params["field"] == field
    assert hand.confirm(held, person=Person(name="Erika", phone="0371 1234"))
    assert hand.book("09:00", channel="desk", client="clerk", person=NOBODY)


def test_a_talk_is_with_its_person_alone_and_needs_a_subject(database: Database) -> None:
    """Anna can do everything and is free from eight; the talk is Carla's, who comes at one."""
    town = booking_town()
    services = [replace(one, named_clerk=one.id == CAR) for one in town.services]
    late = tuple(replace(e, works_from=e.works_from.replace(hour=13)) for e in town.clerks[2].roster)
    clerks = (*town.clerks[:2], replace(town.clerks[2], roster=late), *town.clerks[3:])
    hand = Booker(database, replace(town, services=tuple(services), clerks=clerks))
    with pytest.raises(SlotTaken):
        hand.hold("08:00", CAR)
    held = hand.hold("12:00", CAR)
    with pytest.raises(BadInput) as refused:
        hand.confirm(held)
    assert refused.value.params["field"] == "remarks"
    booked = hand.confirm(held, person=replace(ERIKA, remarks="Der Radweg"))
    assert hand.appointment(booked).clerk_id == "carla"


def test_booked_numbers_keep_two_digits_apart_and_from_walk_ins(hand: Booker) -> None:
    hand.open()
    today = "2026-03-03"
    clocks = [f"{h:02}:{m:02}" for h in (8, 9) for m in range(0, 60, 10)]
    numbers = [
        hand.book(c, day=today, person=Person("A", phone=f"0{i}123"))["number"] for i, c in enumerate(clocks)
    ]
    numbers += [hand.take()["number"] for _ in range(12)]
    assert min(differing_digits(a, b) for a in numbers for b in numbers if a != b) >= 2
    assert len(set(numbers)) == len(numbers)


def test_no_walk_in_gets_a_booked_number_ever(hand: Booker) -> None:
    """Also after a restart: 60 numbers are drawn beside one that is booked for today."""
    booked = hand.book("10:00", day="2026-03-03")["number"]
    hand.restart()
    drawn = {hand.take(origin=Origin.DESK)["number"] for _ in range(60)}
    assert booked not in drawn


# -- moving --------------------------------------------------------------------------------------------


def test_while_choosing_the_old_time_stays_booked(hand: Booker) -> None:
    booked = hand.book("08:00")
    hand.hold("09:00", replaces=booked["reference"])
    assert hand.see(booked)["starts_at"] == "2026-03-04T09:00+01:00"
    assert hand.cells() == 4


def test_a_move_keeps_id_and_reference_and_on_the_same_day_the_number(hand: Booker) -> None:
    booked = hand.book("08:00")
    held = hand.hold("09:00", replaces=booked["reference"])
    moved = hand.move(booked, held)
    same = ("id", "reference", "number", "secret_version")
    assert {name: moved[name] for name in same} == {name: booked[name] for name in same}
    assert moved["starts_at"] == "2026-03-04T10:00+01:00"
    assert hand.cells() == 2
    assert hand.move(booked, held) == moved  # the answer to the first press was lost
    assert hand.stored(held)["state"] is AppointmentState.EXPIRED


def test_on_another_day_a_moved_booking_has_a_new_number(hand: Booker) -> None:
    booked = hand.book("08:00")
    numbers = set()
    for day in ("2026-03-05", "2026-03-06", "2026-03-09"):
        held = hand.hold("08:00", day=day, replaces=booked["reference"])
        numbers.add(hand.move(booked, held)["number"])
    assert numbers != {booked["number"]}
    (erase_after,) = [row["erase_after"] for row in hand.rows(PERSON)]
    assert erase_after == at("23:00", "2026-03-11"), "the end of the second day after it"


def test_a_move_does_not_bring_an_erased_person_back(hand: Booker) -> None:
    booked = hand.book("08:00")
    hand.do(lambda u: u.forget_person(booked["id"]))
    hand.move(booked, hand.hold("09:00", replaces=booked["reference"]))
    assert hand.rows(PERSON) == []


def test_a_hold_for_moving_cannot_become_a_second_booking(hand: Booker) -> None:
    booked = hand.book("08:00")
    held = hand.hold("09:00", replaces=booked["reference"])
    with pytest.raises(BadInput):
        hand.confirm(held)
    other = hand.book("10:00", client="other", person=Person("B", phone="0123"))
    with pytest.raises(NotFound):
        hand.move(other, held)


def test_a_move_that_comes_too_late_leaves_the_old_time_booked(hand: Booker) -> None:
    """Failure 16."""
    booked = hand.book("08:00")
    held = hand.hold("09:00", replaces=booked["reference"])
    hand.later(minutes=10)
    with pytest.raises(HoldExpired):
        hand.move(booked, held)
    assert hand.see(booked)["starts_at"] == "2026-03-04T09:00+01:00"


def test_two_who_want_each_others_time_both_keep_their_own(hand: Booker) -> None:
    """Failure 3: neither time is free while the other stays booked."""
    bookings = [hand.book("13:00", CAR, client="a"), hand.book("13:20", CAR, client="b")]
    for booked, clock, client in ((bookings[0], "13:20", "a"), (bookings[1], "13:00", "b")):
        with pytest.raises(SlotTaken):
            hand.hold(clock, CAR, client=client, replaces=booked["reference"])
    assert hand.cells() == 8


def test_a_move_keeps_the_concern(hand: Booker) -> None:
    booked = hand.book("08:00")
    with pytest.raises(BadInput):
        hand.hold("09:00", CARD, replaces=booked["reference"])


# -- cancelling ----------------------------------------------------------------------------------------


def test_a_cancelled_time_is_free_and_the_person_is_erased(hand: Booker) -> None:
    booked = hand.book("08:00", person=replace(ERIKA, address="Am Markt 1", remarks="leise", needs=("deaf",)))
    assert hand.cancel(booked)["state"] == "cancelled"
    assert hand.cells() == 0
    # The address of the last letter alone is left, for two days at most.
    (row,) = hand.rows(PERSON)
    kept = {name for name, value in row.items() if value not in ("", None, [], False)}
    assert kept == {"site_id", "appointment_id", "organisation_id", "email", "created_at", "erase_after"}
    assert row["erase_after"] == hand.now + timedelta(days=2)
    assert hand.cancel(booked)["state"] == "cancelled"
    hand.restart()
    assert hand.see(booked)["state"] == "cancelled"


def test_without_a_contact_nothing_is_left_of_a_cancelled_booking(hand: Booker) -> None:
    booked = hand.book("08:00", channel="desk", person=Person("Otto"))
    hand.cancel(booked, "desk")
    assert hand.rows(PERSON) == []


def test_what_is_over_is_neither_moved_nor_cancelled(hand: Booker) -> None:
    booked = hand.book("08:00")
    hand.cancel(booked)
    with pytest.raises(AppointmentOver):
        hand.hold("09:00", replaces=booked["reference"])
    other = hand.book("08:00", day="2026-03-03")
    hand.later(days=1)
    with pytest.raises(AppointmentOver):
        hand.cancel(other)


# -- the desk's search ---------------------------------------------------------------------------------


def test_the_desk_finds_a_booking_by_what_somebody_remembers(hand: Booker) -> None:
    booked = hand.book("08:00")
    hand.book("09:00", client="x", person=Person("Otto", phone="0123"))
    hand.hold("10:00", client="y")
    day = at("08:00", TOMORROW).date()
    for text in (
        booked["reference"].lower(),
        str(booked["number"]),
        "muster",
        "09:00",
        " Erika  Mustermann ",
    ):
        found = hand.look(partial(booking.find, text=text, day=day))
        assert [one["reference"] for one in found["appointments"]] == [booked["reference"]]
        assert found["appointments"][0]["name"] == "Erika Mustermann"
    assert len(hand.look(lambda u: booking.find(u, "", day))["appointments"]) == 2


# -- memory and rows -----------------------------------------------------------------------------------


def test_a_restart_gives_the_same_book(hand: Booker) -> None:
    booked = hand.book("08:00")
    hand.book("08:00", day="2026-03-03")
    moved = hand.book("09:00", client="b")
    hand.move(moved, hand.hold("10:00", client="b", replaces=moved["reference"]), "b")
    hand.cancel(hand.book("11:00", CAR, client="c"))
    hand.check_in(hand.book("09:00", day="2026-03-03", client="d"))
    hand.hold("12:00", CAR, client="e")
    before = book_picture(hand)
    hand.restart()
    assert book_picture(hand) == before
    assert hand.see(booked)["state"] == "booked"


def test_what_is_rolled_back_was_never_booked(hand: Booker) -> None:
    hand.book("08:00")
    before = book_picture(hand)

    def fails(unit: Unit) -> None:
        holding(unit, at("09:00", TOMORROW))
        raise RuntimeError

    with pytest.raises(RuntimeError):
        hand.do(fails)
    assert book_picture(hand) == before
    assert hand.cells() == 2


def test_a_refusal_after_nothing_was_written_changes_nothing(hand: Booker) -> None:
    held = hand.hold("08:00")
    seq = hand.hall.seq
    with pytest.raises(Refusal):
        hand.confirm(held, person=NOBODY)
    with pytest.raises(Refusal):
        hand.hold("07:00", day="2026-03-03")
    assert hand.hall.seq == seq
