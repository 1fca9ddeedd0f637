"""The rule at the last moment: what a clerk's own calendar says by now, and who takes the visit instead."""

import pytest

from queue_server.adapters.database import Database
from queue_server.domain.errors import SlotTaken
from queue_server.domain.slots import Bits, Span, cell_of, stretch
from queue_server.services import offer
from queue_server.services.in_parts import choose_visit
from queue_server.services.last_look import clerks_of_hold, clerks_of_time
from queue_server.services.ports import Answer
from tests.services.booking_hall import TOMORROW, Booker
from tests.services.test_moving_sites import two_sites
from tests.services.test_requests import on_file
from tests.town_hall import CAR, CARD, PASS, at, booking_town

__all__ = ["on_file"]


class BusyFrom:
    """Calendars in which clerks are busy for an hour from a time on; `put` is what they enter themselves."""

    def __init__(self) -> None:
        self.version = 0
        self.entries: list[tuple[str, int]] = []

    def put(self, clerk_id: str, clock: str) -> None:
        self.entries.append((clerk_id, cell_of(at(clock, TOMORROW))))
        self.version += 1

    def busy(self, clerk_id: str, span: Span) -> Bits:
        found = 0
        for one, first in self.entries:
            found |= stretch(span, first, first + 12) if one == clerk_id else 0
        return found

    def unknown(self) -> frozenset[str]:
        return frozenset()

    def written(self, _clerk_id: str) -> bool:
        return False


@pytest.fixture
def calendars() -> BusyFrom:
    return BusyFrom()


@pytest.fixture
def hand(on_file: Database, calendars: BusyFrom) -> Booker:
    hand = Booker(on_file, booking_town())
    hand.store.planner.calendars = calendars
    return hand


def clerk(hand: Booker, held: Answer) -> str:
    return str(hand.appointment(held).clerk_id)


def test_what_was_entered_since_the_hold_is_refused_with_the_nearest_times(
    hand: Booker, calendars: BusyFrom
) -> None:
    """As failure 17: a clear message and what is free instead; nothing was written."""
    held = hand.hold("14:00", CAR)
    calendars.put(clerk(hand, held), "13:30")
    with pytest.raises(SlotTaken) as refused:
        hand.confirm(held)
    assert refused.value.params["next"] == [
        "2026-03-04T15:30+01:00",
        "2026-03-04T15:35+01:00",
        "2026-03-04T15:40+01:00",
    ]
    assert hand.differences() == []


def test_another_clerk_who_is_free_takes_the_visit(hand: Booker, calendars: BusyFrom) -> None:
    held = hand.hold("08:00", PASS)
    first = clerk(hand, held)
    calendars.put(first, "08:00")
    booked = hand.confirm(held)
    assert booked["starts_at"] == held["starts_at"]
    assert {first, clerk(hand, booked)} == {"anna", "bernd"}
    assert hand.differences() == []
    with pytest.raises(SlotTaken):
        hand.hold("08:00", PASS, client="b")


def test_what_is_booked_already_stays(hand: Booker, calendars: BusyFrom) -> None:
    held = hand.hold("14:00", CAR)
    booked = hand.confirm(held)
    calendars.put(clerk(hand, held), "13:30")
    assert hand.confirm(held)["number"] == booked["number"], "the same press again"


def test_moving_looks_as_well(hand: Booker, calendars: BusyFrom) -> None:
    booked = hand.book("13:00", CAR)
    held = hand.hold("15:00", CAR, replaces=booked["reference"])
    calendars.put(clerk(hand, held), "15:00")
    with pytest.raises(SlotTaken):
        hand.move(booked, held)
    assert hand.see(booked)["starts_at"] == booked["starts_at"]
    calendars.entries.clear()
    assert hand.move(booked, held)["starts_at"] == held["starts_at"]
    assert hand.differences() == []


def test_coming_to_another_site_looks_as_well(on_file: Database, calendars: BusyFrom) -> None:
    hand = Booker(on_file, two_sites())
    hand.store.planner.calendars = calendars
    booked = hand.book("08:00", CARD)
    held = hand.hold("09:00", CARD, site_id="annex", replaces=booked["reference"])
    for clerk_id in ("anna", "bernd", "olga"):
        calendars.put(clerk_id, "09:00")
    with pytest.raises(SlotTaken):
        hand.bring(booked, held)
    assert hand.see(booked)["state"] == "booked"


# -- whose calendar is read ----------------------------------------------------------------------------


def test_the_calendar_of_whose_time_is_held_is_read(hand: Booker) -> None:
    held = hand.hold("08:00", PASS)
    assert hand.look(lambda u: clerks_of_hold(u, held["id"], "browser")) == [clerk(hand, held)]
    assert hand.look(lambda u: clerks_of_hold(u, held["id"], "another")) == [], "it tells others nothing"
    hand.confirm(held)
    assert hand.look(lambda u: clerks_of_hold(u, held["id"], "browser")) == []
    assert hand.look(lambda u: clerks_of_hold(u, 4711, "browser")) == []


def test_then_that_of_who_would_take_it_instead(hand: Booker, calendars: BusyFrom) -> None:
    held = hand.hold("08:00", PASS)
    calendars.put(clerk(hand, held), "08:00")
    (other,) = hand.look(lambda u: clerks_of_hold(u, held["id"], "browser"))
    assert {other, clerk(hand, held)} == {"anna", "bernd"}


def test_of_who_would_take_a_time_that_nobody_holds(hand: Booker) -> None:
    def whose(clock: str) -> list[str]:
        return hand.look(
            lambda u: clerks_of_time(u, choose_visit(u.town, u.site, [(CAR, 1)]), at(clock, TOMORROW))
        )

    found = whose("14:00")
    assert found == [clerk(hand, hand.hold("14:00", CAR))]
    assert whose("22:00") == []


def test_the_choice_of_a_moved_talk_is_the_same_person(hand: Booker) -> None:
    booked = hand.book("08:00", PASS)
    choice = hand.look(lambda u: offer.choose_bookable(u.town, u.site, [(PASS, 1)]))
    found = hand.look(lambda u: clerks_of_time(u, choice, at("09:00", TOMORROW), booked["reference"]))
    assert found
    assert found[0] in {"anna", "bernd"}
