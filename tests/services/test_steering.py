"""Who needs a room without steps is called to one, and nothing but the clerk's page says why."""

from collections.abc import Iterator
from dataclasses import replace

import pytest
import sqlalchemy as sa

from queue_server.adapters.database import Database
from queue_server.adapters.rows.base import EVENT
from queue_server.domain.errors import NobodyWaiting
from queue_server.domain.town import Town
from queue_server.services import counter, reception, staff, visits
from tests.town_hall import CARD, Hand, the_town


def with_rooms(*step_free: str) -> Town:
    town = the_town()
    hall = town.sites[0]
    rooms = tuple(replace(room, step_free=room.id in step_free) for room in hall.rooms)
    return replace(town, sites=(replace(hall, rooms=rooms), *town.sites[1:]))


@pytest.fixture
def hall(database: Database) -> Iterator[Hand]:
    hand = Hand(database, with_rooms("r1"))
    hand.open("c2", "bernd")
    yield hand
    hand.store.close()


def notices(hand: Hand) -> dict[str, str]:
    seen = hand.look(lambda u: staff.counter_picture(u, "c2", None, [], 1))
    return {one["code"]: one["count"] for one in seen["notices"]}


def test_only_a_room_without_steps_calls_who_needs_one(hall: Hand) -> None:
    """The other room calls the next one, though that one came later."""
    wheels, other = hall.take(CARD, needs=["step_free"]), hall.take(CARD)
    hall.restart()
    assert hall.call("c2", "bernd")["number"] == other["number"]
    hall.open("c1")
    assert hall.call("c1")["number"] == wheels["number"]


def test_the_clerks_are_told_when_no_such_room_is_open_and_may_call_the_number(hall: Hand) -> None:
    """ "Fetch, or another room": the one who waits must not wait for ever."""
    wheels = hall.take(CARD, needs=["step_free"])
    assert notices(hall) == {"no_room_for": "1"}
    with pytest.raises(NobodyWaiting):
        hall.call("c2", "bernd")
    called = hall.do(lambda u: counter.call(u, "c2", "bernd", ticket_id=wheels["id"]))
    assert called["number"] == wheels["number"]
    assert notices(hall) == {}


def test_an_open_room_without_steps_gives_no_notice_and_a_range(hall: Hand) -> None:
    assert hall.take(CARD, needs=["step_free"])["wait"] is None
    hall.open("c1")
    assert notices(hall) == {}
    assert hall.take(CARD, needs=["step_free"])["wait"] is not None


def test_it_may_be_said_on_the_phone_while_waiting_and_taken_back(hall: Hand) -> None:
    taken = hall.take(CARD)

    def told(*needs: str) -> tuple[str, ...] | None:
        hall.do(lambda u: visits.tell_needs(u, u.hall.tickets[taken["id"]], needs))
        hall.restart()
        return hall.ticket(taken).counters

    assert told("step_free") == ("c1",)
    with pytest.raises(NobodyWaiting):
        hall.call("c2", "bernd")
    assert told("deaf") is None
    assert hall.call("c2", "bernd")["number"] == taken["number"]


def test_who_was_sent_to_a_counter_is_called_there(hall: Hand) -> None:
    """The clerk who hands somebody on knows where the ramp is."""
    hall.open("c1")
    wheels = hall.take(CARD, needs=["step_free"])
    hall.call("c1")
    hall.do(lambda u: counter.transfer(u, "c1", "anna", None, to_counter="c2", choice=None))
    assert hall.call("c2", "bernd")["number"] == wheels["number"]


@pytest.mark.parametrize("step_free", [(), ("r1", "r2", "r3")])
def test_where_all_rooms_are_alike_everybody_calls(database: Database, step_free: tuple[str, ...]) -> None:
    hand = Hand(database, with_rooms(*step_free))
    hand.open("c2", "bernd")
    wheels = hand.take(CARD, needs=["step_free"])
    assert hand.ticket(wheels).counters is None
    assert hand.call("c2", "bernd")["number"] == wheels["number"]
    hand.store.close()


def test_the_log_names_counters_and_never_the_need(hall: Hand) -> None:
    """Failure 27: health data lies in a table of its own."""
    hall.take(CARD, needs=["step_free"])
    log = str(hall.database.read(lambda c: c.execute(sa.select(EVENT)).all()))
    assert "step_free" not in log
    assert "'counters': ['c1']" in log


def test_where_a_newcomer_would_stand_tells_nothing_of_who_asked_for_more_time(hall: Hand) -> None:
    """It was computed from how long those take who wait: one who asked for more time lengthened it."""
    hall.take(CARD, needs=["more_time"])
    assert hall.look(lambda u: reception.usual_min(u, {CARD})) == 5
