"""What a clerk's own calendar says against a booking: told until one of the two moves; neither is lost."""

from datetime import datetime, timedelta

import pytest

from queue_server.adapters.database import Database
from queue_server.domain.slots import Bits, Span, cell_of, first_cell_from, stretch
from queue_server.services.calendar_conflicts import Troubles, conflicts
from queue_server.services.ports import Answer
from tests.services.booking_hall import TOMORROW, Booker
from tests.services.test_requests import on_file
from tests.town_hall import CAR, PASS, at, booking_town

__all__ = ["on_file"]


class Diary:
    """Calendars in which a test enters something."""

    def __init__(self) -> None:
        self.version = 0
        self.entered: list[tuple[str, datetime, datetime]] = []
        self.unread: frozenset[str] = frozenset()

    def enter(self, clerk_id: str, begins: str, minutes: int, day: str = TOMORROW) -> None:
        self.version += 1
        self.entered.append((clerk_id, at(begins, day), at(begins, day) + timedelta(minutes=minutes)))

    def busy(self, clerk_id: str, span: Span) -> Bits:
        if clerk_id in self.unread:
            return span.all
        found = 0
        for of, begins, ends in self.entered:
            if of == clerk_id:
                found |= stretch(span, cell_of(begins), first_cell_from(ends))
        return found

    def unknown(self) -> frozenset[str]:
        return self.unread

    def written(self, _clerk_id: str) -> bool:
        return False


@pytest.fixture
def diary() -> Diary:
    return Diary()


@pytest.fixture
def hand(on_file: Database, diary: Diary) -> Booker:
    hand = Booker(on_file, booking_town())
    hand.store.planner.calendars = diary
    return hand


def told(hand: Booker, troubles: Troubles | None = None) -> list[tuple[str, str, str]]:
    found = hand.look(lambda unit: conflicts(unit, troubles or {}))
    return [(one["reference"], one["clerk_id"], one["why"]) for one in found]


def book(hand: Booker, clock: str = "13:00") -> Answer:
    """Book with Carla, who alone works in the afternoon."""
    return hand.book(clock, CAR)


def test_what_is_entered_over_a_booking_is_told_with_the_name(hand: Booker, diary: Diary) -> None:
    booked = book(hand)
    assert told(hand) == []
    diary.enter("carla", "13:15", 30)
    assert told(hand) == [(booked["reference"], "carla", "overlaps")]
    [found] = hand.look(lambda unit: conflicts(unit, {}))
    assert found["name"] == "Erika Mustermann"
    assert hand.see(booked)["state"] == "booked", "it stands"


@pytest.mark.parametrize(("begins", "minutes"), [("12:30", 30), ("13:20", 60)])
def test_what_ends_before_or_begins_after_is_no_conflict(
    hand: Booker, diary: Diary, begins: str, minutes: int
) -> None:
    book(hand)
    diary.enter("carla", begins, minutes)
    assert told(hand) == []


def test_anothers_calendar_is_no_conflict(hand: Booker, diary: Diary) -> None:
    book(hand)
    diary.enter("anna", "13:00", 60)
    assert told(hand) == []


def test_it_is_gone_when_either_moves(hand: Booker, diary: Diary) -> None:
    booked = book(hand)
    diary.enter("carla", "13:15", 30)
    hand.move(booked, hand.hold("15:00", CAR, replaces=booked["reference"]))
    assert told(hand) == []
    diary.enter("carla", "15:00", 10)
    assert len(told(hand)) == 1
    diary.entered.clear()
    assert told(hand) == []


def test_what_is_cancelled_or_over_is_not_told(hand: Booker, diary: Diary) -> None:
    first, second = book(hand), book(hand, "14:00")
    diary.enter("carla", "13:00", 120)
    assert [reference for reference, _, _ in told(hand)] == [first["reference"], second["reference"]]
    hand.cancel(first)
    assert [reference for reference, _, _ in told(hand)] == [second["reference"]]
    hand.now = at("14:20", TOMORROW)
    assert told(hand) == []


def test_a_calendar_that_cannot_be_read_contradicts_nothing(hand: Booker, diary: Diary) -> None:
    book(hand)
    diary.unread = frozenset({"carla"})
    assert told(hand) == []


def test_what_the_clerk_did_with_our_entry_is_told(hand: Booker) -> None:
    booked = hand.book("08:00", PASS)
    clerk_id = hand.appointment(booked).clerk_id or ""
    for why in ("moved", "deleted"):
        assert told(hand, {booked["id"]: (clerk_id, why)}) == [(booked["reference"], clerk_id, why)]
    hand.cancel(booked)
    assert told(hand, {booked["id"]: (clerk_id, "moved")}) == [(booked["reference"], clerk_id, "left")]
    assert told(hand, {booked["id"]: (clerk_id, "deleted")}) == [], "now it is as the clerk wanted it"


def test_an_entry_left_with_the_clerk_before_is_told(hand: Booker) -> None:
    booked = hand.book("08:00", PASS)
    assert told(hand, {booked["id"]: ("carla", "moved")}) == [(booked["reference"], "carla", "left")]
