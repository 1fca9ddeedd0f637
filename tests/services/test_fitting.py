"""Needs change the time that is booked: longer, or in a room without steps; and a move keeps that."""

from dataclasses import replace
from datetime import date, datetime

import pytest

from queue_server.adapters.changing_town import change_town
from queue_server.adapters.database import Database
from queue_server.domain.errors import SlotTaken
from queue_server.domain.town import Absence, Town
from queue_server.services import booking, offer
from queue_server.services.concerns import asking, choose_bookable
from queue_server.services.ports import Unit
from tests.domain.town_plans import edit
from tests.services.booking_hall import ERIKA, TOMORROW, Booker
from tests.town_hall import CAR, CARD, at, booking_town

SLOW = replace(ERIKA, needs=("more_time",))
WHEELS = replace(ERIKA, needs=("step_free",))


def seated(step_free: str = "r1") -> Town:
    """Anna's roster names counter c1, Bernd's c2; one room has no steps."""
    town = booking_town()
    hall = town.sites[0]
    rooms = tuple(replace(room, step_free=room.id == step_free) for room in hall.rooms)
    counters = {"anna": "c1", "bernd": "c2", "carla": "c3"}
    clerks = tuple(
        replace(one, roster=tuple(replace(e, counter_id=counters[one.id]) for e in one.roster))
        if one.id in counters
        else one
        for one in town.clerks
    )
    return replace(town, sites=(replace(hall, rooms=rooms), *town.sites[1:]), clerks=clerks)


@pytest.fixture
def hand(database: Database) -> Booker:
    return Booker(database, seated())


def times(unit: Unit, *needs: str) -> list[str]:
    choice = asking(choose_bookable(*unit.eras.offered, [(CARD, 1)]), needs)
    return [one[11:16] for one in offer.times(unit, choice, datetime.fromisoformat(TOMORROW).date())["times"]]


def clocks(refused: SlotTaken) -> list[str]:
    """When the refusal offers other times."""
    near = refused.params["next"]
    assert isinstance(near, list)
    return [one[11:16] for one in near]


def test_who_asks_for_more_time_gets_it_into_the_slot(hand: Booker) -> None:
    booked = hand.book("08:00", person=SLOW)
    assert booked["minutes"] == 15
    assert (hand.cells(), hand.differences()) == (3, [])


def test_what_is_held_is_widened_where_it_stands_and_a_second_press_changes_nothing(hand: Booker) -> None:
    held = hand.hold("08:00", CARD)
    before = hand.appointment(held).clerk_id
    for _ in range(2):
        fitted = hand.do(lambda u: booking.fit_hold(u, held["id"], "browser", ["more_time"]))
        assert (fitted["id"], fitted["minutes"], fitted["starts_at"]) == (held["id"], 10, held["starts_at"])
    assert hand.appointment(held).clerk_id == before
    hand.restart()
    assert (hand.cells(), hand.differences()) == (2, [])


def test_who_cannot_have_it_longer_there_is_shown_times_that_suit(hand: Booker) -> None:
    """Nothing of the try is left: the time stays held as it was."""
    for client in ("a", "b"):
        hand.book("08:05", CARD, client=client)
    held = hand.hold("08:00", CARD)
    with pytest.raises(SlotTaken) as refused:
        hand.confirm(held, person=SLOW)
    assert clocks(refused.value) == ["08:50", "08:55", "09:10"]
    assert hand.appointment(held).is_held(hand.now)
    assert hand.differences() == []


def test_times_that_are_too_short_are_not_offered(hand: Booker) -> None:
    for client in ("a", "b"):
        hand.book("08:05", CARD, client=client)
    assert "09:00" in hand.look(times)
    assert "09:00" not in hand.look(lambda u: times(u, "more_time"))


def test_moving_keeps_the_added_minutes(hand: Booker) -> None:
    booked = hand.book("08:00", person=SLOW)
    held = hand.hold("10:00", replaces=booked["reference"])
    assert held["minutes"] == 15
    assert hand.move(booked, held)["minutes"] == 15


def test_the_added_minutes_are_counted_once_on_arrival(hand: Booker) -> None:
    booked = hand.book("08:00", person=SLOW)
    hand.now = at("07:58", TOMORROW)
    assert hand.ticket(hand.check_in(booked)).expected_min == 15


def test_who_needs_no_steps_is_booked_with_who_sits_so(hand: Booker) -> None:
    clerks = {hand.appointment(hand.book(c, CARD, person=WHEELS)).clerk_id for c in ("08:00", "09:00")}
    assert clerks == {"anna"}
    assert "09:00" not in hand.look(lambda u: times(u, "step_free")), "Anna has somebody at nine"
    assert "09:00" in hand.look(times), "Bernd has not"


def test_a_time_held_with_the_wrong_room_goes_to_another_clerk_or_elsewhere(database: Database) -> None:
    hand = Booker(database, seated("r2"))
    held = hand.hold("08:00", CARD)
    hand.confirm(held, person=WHEELS)
    assert hand.appointment(held).clerk_id == "bernd"
    with pytest.raises(SlotTaken) as refused:
        hand.book("08:00", CARD, client="other", person=WHEELS)
    assert clocks(refused.value) == ["08:55", "09:05", "09:10"]
    assert hand.differences() == []


def test_a_service_that_nobody_does_without_steps_has_no_times(hand: Booker) -> None:
    """Carla alone does cars after noon, upstairs; Anna does them in the morning."""
    car = hand.look(lambda u: asking(choose_bookable(*u.eras.offered, [(CAR, 1)]), ["step_free"]))
    day = datetime.fromisoformat(TOMORROW).date()
    assert hand.look(lambda u: offer.times(u, car, day)["times"])[-1][11:16] == "11:40"


def test_who_needs_nothing_of_that_keeps_the_time_as_it_is(hand: Booker) -> None:
    assert hand.book("08:00", person=replace(ERIKA, needs=("deaf",)))["minutes"] == 10


def test_who_needs_no_steps_is_not_moved_to_a_clerk_upstairs(hand: Booker) -> None:
    """Anna is entered as absent while the new time is held; Bernd, who is free, sits upstairs."""
    booked = hand.book("10:00", CARD, person=WHEELS)
    held = hand.hold("08:00", CARD, replaces=booked["reference"])
    day = date.fromisoformat(TOMORROW)
    away = edit("clerk", "anna", absences=(Absence(day, day),))
    hand.database.write(lambda c: change_town(c, "town", away, hand.now))
    hand.store.reload_settings()
    with pytest.raises(SlotTaken) as refused:
        hand.move(booked, held)
    near = refused.value.params["next"]
    assert isinstance(near, list)
    assert TOMORROW not in {one[:10] for one in near}, "there is only Bernd on that day"
