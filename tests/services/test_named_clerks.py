"""Coming for one certain person: chosen where several can, kept when the time changes."""

import shutil
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from functools import partial
from pathlib import Path

import pytest

from queue_server.adapters.database import Database
from queue_server.domain.errors import NotFound, SlotTaken
from queue_server.domain.town import Town
from queue_server.services import booking, offer
from queue_server.services.concerns import Choice
from queue_server.services.named_clerks import for_talk, same_clerk, with_clerk
from queue_server.services.ports import Answer, Unit
from tests.services.booking_hall import ERIKA, TOMORROW, Booker
from tests.town_hall import CARD, PASS, at, booking_town

ASKING = replace(ERIKA, remarks="Der Radweg")


def talking_town() -> Town:
    """Anna and Bernd can be talked to; Anna has to name it."""
    town = booking_town()
    services = [replace(one, named_clerk=one.id == PASS) for one in town.services]
    clerks = [replace(c, service_ids=("*", PASS)) if c.id == "anna" else c for c in town.clerks]
    return replace(town, services=tuple(services), clerks=tuple(clerks))


@pytest.fixture
def hand(empty_sqlite: Path, tmp_path: Path) -> Iterator[Booker]:
    opened = Database(f"sqlite:///{shutil.copy(empty_sqlite, tmp_path / 'hall.sqlite3')}")
    yield Booker(opened, talking_town())
    opened.dispose()


def talk(unit: Unit, clerk_id: str | None = None, service: str = PASS) -> Choice:
    choice = offer.choose_bookable(unit.town, unit.site, [(service, 1)])
    return with_clerk(unit.town, unit.site, choice, clerk_id)


def hold(hand: Booker, clock: str, clerk_id: str | None, client: str, replaces: str | None = None) -> Answer:
    return hand.do(
        lambda u: booking.hold(
            u, talk(u, clerk_id), at(clock, TOMORROW), channel="portal", client=client, replaces=replaces
        )
    )


def test_only_who_can_be_talked_to_may_be_chosen(hand: Booker) -> None:
    able = hand.look(lambda u: [one.id for one in for_talk(u.town, u.site, [PASS])])
    assert able == ["anna", "bernd"]
    assert hand.look(lambda u: for_talk(u.town, u.site, [CARD])) == []
    for clerk_id, service in (("carla", PASS), ("nobody", PASS), ("anna", CARD)):
        with pytest.raises(NotFound):
            hand.look(partial(talk, clerk_id=clerk_id, service=service))


def test_the_time_of_the_chosen_person_is_offered_and_taken(hand: Booker) -> None:
    held = hold(hand, "08:00", "bernd", "a")
    assert hand.appointment(held).clerk_id == "bernd"

    def times(unit: Unit, clerk_id: str | None) -> list[str]:
        return [one[11:16] for one in offer.times(unit, talk(unit, clerk_id), date(2026, 3, 4))["times"]]

    assert "09:00" not in hand.look(lambda u: times(u, "bernd"))
    assert "09:00" in hand.look(lambda u: times(u, "anna"))
    assert "09:00" in hand.look(lambda u: times(u, None))
    with pytest.raises(SlotTaken) as refused:
        hold(hand, "08:00", "bernd", "b")
    assert refused.value.params["next"] == [f"2026-03-04T{t}+01:00" for t in ("08:50", "09:10", "09:15")]
    assert hand.appointment(hold(hand, "08:00", "anna", "b")).clerk_id == "anna"
    assert hold(hand, "08:00", "bernd", "a") == held, "a double press holds once (failure 2)"


def test_another_time_is_with_the_same_person(hand: Booker) -> None:
    """Though nobody says so: whom one came for does not change with the clock."""
    booked = hand.confirm(hold(hand, "08:00", "bernd", "a"), "a", ASKING)
    other = hand.confirm(hold(hand, "10:00", "bernd", "b"), "b", ASKING)
    with pytest.raises(SlotTaken):
        hold(hand, "10:00", None, "a", booked["reference"])
    held = hold(hand, "10:30", None, "a", booked["reference"])
    hand.move(booked, held, "a")
    assert hand.appointment(booked).clerk_id == hand.appointment(other).clerk_id == "bernd"
    assert hand.differences() == []


def test_who_cannot_be_talked_to_any_more_is_no_hindrance(hand: Booker) -> None:
    choice = hand.look(talk)
    town = talking_town()
    assert same_clerk(town, town.sites[0], choice, "carla").clerk_id is None
    assert same_clerk(town, town.sites[0], choice, None).clerk_id is None
    assert same_clerk(town, town.sites[0], choice, "anna").clerk_id == "anna"
