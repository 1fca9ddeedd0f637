"""Who was arranged to interpret, and is not needed then any more: kept until they were told."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from functools import partial

import pytest
import sqlalchemy as sa

from queue_server.adapters.database import Database
from queue_server.adapters.forgetting import nightly
from queue_server.adapters.rows.order_rows import ORDER, SETTLED_KEPT
from queue_server.adapters.rows.person_rows import PERSON
from queue_server.adapters.tables.visitors import WISHES_INTERPRETER
from queue_server.domain.errors import NotFound
from queue_server.services import contact, interpreters, requests
from queue_server.services.ports import Answer
from tests.services.booking_hall import Booker
from tests.services.test_interpreters import FRIDAY, MONDAY, TURKISH, arrange, open_count, the_list
from tests.services.test_moving_sites import two_sites
from tests.town_hall import CARD, at


@pytest.fixture
def hand(database: Database) -> Iterator[Booker]:
    town = two_sites()
    sites = [replace(one, interpreter_languages=("tr",), interpreter_days=3) for one in town.sites]
    hand = Booker(database, replace(town, sites=tuple(sites)))
    yield hand
    assert hand.differences() == []


def left(hand: Booker, site_id: str = "hall") -> list[Answer]:
    return hand.look(interpreters.left, site_id)


def arranged(hand: Booker, clock: str = "08:00", day: str = FRIDAY, **more: str) -> Answer:
    booked = hand.book(clock, CARD, day=day, person=TURKISH, **more)
    arrange(hand, booked)
    return booked


def settle(hand: Booker, order: Answer, *, is_settled: bool = True) -> None:
    hand.do(lambda u: interpreters.settle(u, order["id"], is_settled=is_settled))


def test_who_was_arranged_for_a_cancelled_appointment_is_told(hand: Booker) -> None:
    """They came all the same, and the town paid."""
    booked = arranged(hand)
    hand.cancel(hand.book("09:00", CARD, day=FRIDAY, client="b", person=TURKISH))
    assert left(hand) == []
    hand.cancel(booked)
    hand.cancel(booked)
    hand.restart()
    [order] = left(hand)
    told = {name: order[name] for name in ("reference", "spoken", "starts_at", "days", "became")}
    assert told == {
        "reference": booked["reference"],
        "spoken": "tr",
        "starts_at": "2026-03-06T09:00+01:00",
        "days": 3,
        "became": "ended",
    }
    assert open_count(hand) == 1
    settle(hand, order)
    assert [one["is_settled"] for one in left(hand)] == [True]
    assert open_count(hand) == 0
    settle(hand, order, is_settled=False)
    assert open_count(hand) == 1


def test_a_moved_appointment_tells_the_old_time_and_the_new(hand: Booker) -> None:
    booked = arranged(hand)
    hand.move(booked, hand.hold("08:00", CARD, day=MONDAY, replaces=booked["reference"]))
    [order] = left(hand)
    assert (order["became"], order["starts_at"][:10], order["moved_to"][:10]) == ("moved", FRIDAY, MONDAY)
    assert order["may_come"]
    assert open_count(hand) == 2, "one is to be told, and one to be found"
    hand.do(lambda u: interpreters.bring_along(u, order["id"]))
    assert open_count(hand) == 0
    assert [one["is_arranged"] for one in the_list(hand)] == [True]
    assert [one["may_come"] for one in left(hand)] == [False]


def test_who_moves_back_finds_the_interpreter_still_arranged(hand: Booker) -> None:
    """A day rescue that is taken back moves everybody home: nothing is left to call off."""
    booked = arranged(hand)
    hand.move(booked, hand.hold("08:00", CARD, day=MONDAY, replaces=booked["reference"]))
    hand.move(booked, hand.hold("08:00", CARD, day=FRIDAY, replaces=booked["reference"]))
    assert left(hand) == []
    assert [one["is_arranged"] for one in the_list(hand)] == [True]
    hand.move(booked, hand.hold("08:00", CARD, day=MONDAY, replaces=booked["reference"]))
    settle(hand, left(hand)[0])
    hand.move(booked, hand.hold("08:00", CARD, day=FRIDAY, replaces=booked["reference"]))
    assert [one["is_arranged"] for one in the_list(hand)] == [False], "they were told not to come"


def test_who_goes_to_another_site_leaves_the_interpreter_at_the_old_one(hand: Booker) -> None:
    booked = arranged(hand)
    hand.bring(booked, hand.hold("09:00", CARD, day=MONDAY, site_id="annex", replaces=booked["reference"]))
    [order] = left(hand)
    assert (order["became"], order["site"], order["may_come"]) == ("moved", "annex", False)
    assert left(hand, "annex") == []
    assert [one["is_arranged"] for one in hand.look(interpreters.wished, "annex")] == [False]


def test_deleted_data_leave_no_trace_of_whose_interpreter_it_was(hand: Booker) -> None:
    """Which language somebody speaks would stand beside an appointment that goes on (failure 27)."""
    booked = arranged(hand)
    hand.move(booked, hand.hold("08:00", CARD, day=MONDAY, replaces=booked["reference"]))
    arrange(hand, booked)
    hand.do(lambda u: contact.forget(u, booked["reference"]))
    assert [(one["became"], one["reference"], one["starts_at"][:10]) for one in left(hand)] == [
        ("erased", "", FRIDAY),
        ("erased", "", MONDAY),
    ]
    assert not hand.rows(PERSON)


def test_it_is_forgotten_when_its_time_has_come_or_hours_after_it_was_settled(hand: Booker) -> None:
    hand.cancel(arranged(hand))
    hand.cancel(arranged(hand, "09:00", client="b"))
    settle(hand, left(hand)[0])
    for later, count in ((SETTLED_KEPT - timedelta(minutes=1), 2), (SETTLED_KEPT, 1), (timedelta(days=4), 0)):
        hand.database.write(partial(nightly.erase, now=hand.now + later, zones={}))
        assert len(hand.rows(ORDER)) == count


def test_a_declined_request_leaves_the_interpreter_to_be_told(hand: Booker) -> None:
    town = hand.look(lambda u: u.town)
    services = [replace(one, confirm_first=True) for one in town.services]
    hand.now += timedelta(seconds=1)
    hand.settle(replace(town, services=tuple(services)))
    hand.restart()
    booked = arranged(hand, day=MONDAY)
    hand.do(lambda u: requests.decline(u, booked["reference"], "Leider nicht"))
    assert [one["became"] for one in left(hand)] == ["ended"]


def test_nobody_is_told_of_what_is_over(hand: Booker) -> None:
    booked = arranged(hand)
    hand.cancel(booked)
    hand.now = at("08:00", FRIDAY)
    assert left(hand) == []
    assert open_count(hand) == 0


def test_the_count_is_asked_by_an_index(database: Database) -> None:
    """It looked through everybody who is known, in the writer's thread, for each page of the desk."""
    if database.is_sqlite:
        wished = sa.select(PERSON.c.needs).where(sa.text("site_id = 'a'"), sa.text(WISHES_INTERPRETER))
        plan = database.read(lambda conn: str(conn.execute(sa.text(f"EXPLAIN QUERY PLAN {wished}")).all()))
        assert "ix_booked_person_interpreter" in plan


def test_an_order_of_another_site_or_none_is_refused(hand: Booker) -> None:
    hand.cancel(arranged(hand))
    [order] = left(hand)
    for site_id, id_ in (("annex", order["id"]), ("hall", order["id"] + 1)):
        with pytest.raises(NotFound):
            hand.do(partial(interpreters.settle, order_id=id_, is_settled=True), site_id)
