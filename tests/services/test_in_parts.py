"""Two appointments one after the other, for a concern that no clerk does as a whole; on both databases."""

from dataclasses import replace
from datetime import timedelta
from functools import partial
from typing import Any

import pytest
import sqlalchemy as sa

from queue_server.adapters.database import Database
from queue_server.adapters.post.outbox_rows import OUTBOX
from queue_server.adapters.rows.person_rows import PERSON
from queue_server.domain.appointment import AppointmentState
from queue_server.domain.errors import BadInput, HoldExpired, NobodyWaiting, SlotTaken, TooManyBookings
from queue_server.domain.person import Person
from queue_server.domain.town import CheckIn, Town
from queue_server.services import booking, booking_clock, counter, offer, screens, visits
from queue_server.services.concerns import Choice
from queue_server.services.in_parts import choose_visit, second_starts
from queue_server.services.must_move import ask_to_move
from queue_server.services.ports import Answer, Unit
from tests.services.booking_hall import ERIKA, TOMORROW, Booker, book_picture
from tests.town_hall import CAR, CARD, DAY, PASS, at, booking_town

BOTH = ((PASS, 1), (CAR, 1))
_S = AppointmentState


def town_of_two(**changes: Any) -> Town:
    """Bernd does passports, Carla cars; nobody does both."""
    town = booking_town(**changes)
    return replace(town, clerks=tuple(clerk for clerk in town.clerks if clerk.id in {"bernd", "carla"}))


def both(unit: Unit, *pairs: tuple[str, int]) -> Choice:
    return choose_visit(unit.town, unit.site, pairs or BOTH)


class Pairs(Booker):
    def hold_both(self, clock: str, day: str = TOMORROW, *, client: str = "browser", **more: Any) -> Answer:
        return self.do(
            lambda u: booking.hold(u, both(u), at(clock, day), channel="portal", client=client, **more)
        )

    def book_both(self, clock: str, day: str = TOMORROW, person: Person = ERIKA) -> Answer:
        return self.confirm(self.hold_both(clock, day), person=person)

    def offered(self) -> list[str]:
        times: list[str] = self.look(lambda u: offer.earliest(u, both(u), 500))["times"]
        return times


@pytest.fixture
def hand(database: Database) -> Pairs:
    return Pairs(database, town_of_two(max_open_bookings=5))


def clocks(answer: Answer) -> list[str]:
    return [one["starts_at"][11:16] for one in (answer, answer["then"])]


def waiting(hand: Pairs) -> list[tuple[str, int]]:
    return [(row["kind"], row["appointment_id"]) for row in hand.rows(OUTBOX) if row["state"] == "waiting"]


def test_who_can_have_all_of_one_clerk_gets_one_appointment(hand: Pairs) -> None:
    one = hand.look(lambda u: both(u, (PASS, 1), (CARD, 2)))
    assert (one.then, one.minutes) == (None, one.expected_min)
    two = hand.look(both)
    assert [part.services for part in two.parts] == [((PASS, 1),), ((CAR, 1),)]
    assert two.minutes == 30


def test_both_times_are_held_in_one_commit(hand: Pairs) -> None:
    held = hand.hold_both("08:00")
    assert clocks(held) == ["09:00", "09:10"]
    assert hand.cells() == 6
    assert hand.hold_both("08:00") == held, "a double press holds once (failure 2)"
    assert hand.differences() == []


def test_the_second_follows_as_soon_as_it_can(hand: Pairs) -> None:
    hand.hold("08:05", CAR, client="somebody else")
    held = hand.hold_both("08:00", client="b")
    assert clocks(held) == ["09:00", "09:25"]
    said = hand.look(lambda u: second_starts(u, both(u), offer.earliest(u, both(u), 1)["times"]))
    assert len(said) == 1


def test_too_long_a_wait_in_between_is_not_offered(hand: Pairs) -> None:
    """All or nothing: the first time is free, and is not held either."""
    hand.hold("08:05", CAR, client="a")
    hand.hold("08:25", CAR, client="b")
    taken = hand.cells()
    with pytest.raises(SlotTaken) as refused:
        hand.hold_both("08:00")
    assert refused.value.params["next"] == [f"2026-03-04T{t}+01:00" for t in ("08:35", "09:20", "09:25")]
    assert hand.cells() == taken


def test_what_is_offered_can_be_held_and_nothing_else(hand: Pairs) -> None:
    hand.hold("08:40", CAR, client="a")
    hand.hold("09:30", PASS, client="b")
    offered = {one[11:16] for one in hand.offered() if one.startswith(TOMORROW)}
    for minutes in range(0, 240, 5):
        starts_at = at("07:00", TOMORROW) + timedelta(minutes=minutes)
        local = f"{starts_at + timedelta(hours=1):%H:%M}"
        if local in offered:
            held = hand.hold_both(f"{starts_at:%H:%M}", client=local)
            hand.do(partial(booking.release, appointment_id=held["id"], client=local))
        else:
            with pytest.raises(SlotTaken):
                hand.hold_both(f"{starts_at:%H:%M}", client=local)
    assert hand.cells() == 6


def test_one_extension_lengthens_both_and_they_end_together(hand: Pairs) -> None:
    held = hand.hold_both("08:00")
    hand.later(minutes=9)
    longer = hand.do(lambda u: booking.extend(u, held["id"], "browser"))
    assert longer["held_until"] > held["held_until"]
    hand.later(minutes=9)
    assert hand.hold_both("08:00")["id"] == held["id"]
    hand.later(minutes=2)
    hand.do(booking_clock.run)
    assert hand.cells() == 0
    with pytest.raises(HoldExpired):
        hand.confirm(held)


def test_letting_go_frees_both(hand: Pairs) -> None:
    held = hand.hold_both("08:00")
    hand.do(lambda u: booking.release(u, held["id"], "browser"))
    assert hand.cells() == 0


def test_two_times_count_as_one_hold(hand: Pairs) -> None:
    for clock in ("08:00", "09:00", "10:00"):
        hand.hold_both(clock)
    assert hand.cells() == 18


def test_both_are_booked_in_one_commit_with_a_number_each(hand: Pairs) -> None:
    held = hand.hold_both("08:00")
    booked = hand.confirm(held)
    assert clocks(booked) == ["09:00", "09:10"]
    assert booked["number"] != booked["then"]["number"]
    assert booked["reference"] != booked["then"]["reference"]
    assert hand.confirm(held) == booked, "a double press books once (failure 2)"
    assert {row["appointment_id"] for row in hand.rows(PERSON)} == {held["id"], held["then"]["id"]}
    (letter,) = hand.rows(OUTBOX)
    assert (letter["kind"], letter["payload"]["also"]) == ("booked", [held["then"]["id"]])
    assert hand.differences() == []
    before = book_picture(hand)
    hand.restart()
    assert book_picture(hand) == before
    assert hand.look(lambda u: booking.booked_answer(u, u.book.appointments[held["id"]])) == booked


def test_what_a_site_asks_for_one_part_it_asks_for_both(hand: Pairs) -> None:
    held = hand.hold_both("08:00")
    with pytest.raises(BadInput):
        hand.confirm(held, person=Person())
    assert hand.appointment(held).state is _S.HELD
    assert hand.appointment(held["then"]).state is _S.HELD


def test_two_appointments_count_as_two_bookings(hand: Pairs) -> None:
    for clock in ("08:00", "09:00"):
        hand.book_both(clock)
    held = hand.hold_both("10:00")
    with pytest.raises(TooManyBookings):
        hand.confirm(held)
    assert hand.appointment(held["then"]).state is _S.HELD


def test_one_of_the_two_is_cancelled_or_both(hand: Pairs) -> None:
    one = hand.book_both("08:00")
    hand.cancel(one)
    assert hand.appointment(one["then"]).state is _S.BOOKED
    two = hand.book_both("09:00")
    hand.do(lambda u: booking.cancel(u, two["then"]["reference"], "visitor", both=True))
    assert {hand.appointment(two).state, hand.appointment(two["then"]).state} == {_S.CANCELLED}
    kinds = [(row["kind"], row["payload"].get("also")) for row in hand.rows(OUTBOX)]
    assert kinds.count(("cancelled", None)) == 1
    assert kinds[-1] == ("cancelled", [two["then"]["id"]])
    assert hand.cells() == 4
    assert hand.differences() == []


def test_who_loses_the_first_is_still_reminded_of_the_second(hand: Pairs) -> None:
    booked = hand.book_both("08:00", "2026-03-05", replace(ERIKA, reminder_min=60))
    hand.cancel(booked)
    assert waiting(hand) == [
        ("booked", booked["then"]["id"]),
        ("cancelled", booked["id"]),
        ("reminder", booked["then"]["id"]),
    ]


def test_what_stays_of_two_is_still_told_with_number_and_links(hand: Pairs) -> None:
    """The mail server was away: the farewell to one was all that ever arrived."""
    moved = hand.book_both("08:00")
    moved = hand.move(moved, hand.hold_both("09:00", replaces=moved["reference"]))
    hand.do(lambda u: ask_to_move(u, moved["reference"], ""))
    hand.cancel(moved["then"])
    assert waiting(hand) == [
        ("moved", moved["id"]),
        ("must_move", moved["id"]),
        ("cancelled", moved["then"]["id"]),
    ]
    then = hand.book_both("10:00")
    hand.database.write(lambda conn: conn.execute(sa.update(OUTBOX).values(state="held")))
    hand.cancel(then)
    assert waiting(hand) == [("booked", then["then"]["id"]), ("cancelled", then["id"])]


def test_what_was_sent_about_both_is_not_sent_again(hand: Pairs) -> None:
    booked = hand.book_both("08:00")
    hand.database.write(lambda conn: conn.execute(sa.update(OUTBOX).values(state="sent")))
    hand.cancel(booked)
    assert waiting(hand) == [("cancelled", booked["id"])]


def test_both_move_in_one_commit(hand: Pairs) -> None:
    booked = hand.book_both("08:00")
    held = hand.hold_both("09:00", replaces=booked["reference"])
    assert hand.cells() == 12, "the old ones stay booked meanwhile"
    moved = hand.move(booked, held)
    assert clocks(moved) == ["10:00", "10:10"]
    for old, new in ((booked, moved), (booked["then"], moved["then"])):
        assert (old["reference"], old["number"]) == (new["reference"], new["number"])
    assert hand.move(booked, held) == moved
    assert hand.cells() == 6
    assert hand.differences() == []


def test_both_move_to_another_day_with_new_numbers(hand: Pairs) -> None:
    booked = hand.book_both("08:00")
    moved = hand.move(booked, hand.hold_both("08:00", "2026-03-05", replaces=booked["then"]["reference"]))
    assert moved["starts_at"].startswith("2026-03-05")
    assert moved["reference"] == booked["reference"]
    assert hand.differences() == []


def test_one_of_the_two_moves_alone(hand: Pairs) -> None:
    booked = hand.book_both("08:00")
    held = hand.hold("10:00", CAR, replaces=booked["then"]["reference"])
    moved = hand.move(booked["then"], held)
    assert moved["starts_at"].startswith("2026-03-04T11:00")
    assert hand.see(booked)["starts_at"] == booked["starts_at"]
    assert hand.differences() == []


# -- arriving ------------------------------------------------------------------------------------------


def arrive(hand: Pairs, booked: Answer, clock: str = "08:55") -> Answer:
    hand.now = at(clock)
    return hand.check_in(booked)


def test_what_is_said_on_the_phone_while_waiting_counts_for_both(hand: Pairs) -> None:
    arrived = arrive(hand, hand.book_both("09:00", DAY))

    def both(told: Answer, *needs: str) -> list[tuple[str, ...]]:
        hand.do(lambda u: visits.tell_needs(u, u.hall.tickets[told["id"]], needs))
        hand.restart()
        return hand.look(lambda u: [u.needs(one["id"]) for one in (arrived, arrived["then"])])

    assert both(arrived, "deaf") == [("deaf",)] * 2
    assert both(arrived["then"]) == [()] * 2


def test_arriving_for_one_is_arriving_for_both(hand: Pairs) -> None:
    booked = hand.book_both("09:00", DAY)
    arrived = arrive(hand, booked["then"])
    assert (arrived["number"], arrived["then"]["number"]) == (booked["number"], booked["then"]["number"])
    assert hand.ticket(arrived["then"]).after == arrived["id"]
    assert hand.differences() == []


def test_the_second_is_called_when_the_first_is_over(hand: Pairs) -> None:
    booked = hand.book_both("09:00", DAY)
    arrive(hand, booked)
    hand.open("c1", "bernd")
    hand.open("c2", "carla", "s2")
    hand.now = at("09:20")
    with pytest.raises(NobodyWaiting):
        hand.call("c2", "carla")
    hand.call("c1", "bernd")
    hand.act(counter.finish, "c1", "bernd")
    hand.restart()
    assert hand.call("c2", "carla")["number"] == booked["then"]["number"]
    assert hand.differences() == []


def test_the_second_is_seen_to_wait_while_the_first_is_served(hand: Pairs) -> None:
    """A phone whose key is in none of the lists would say that the visit is over."""
    booked = hand.book_both("09:00", DAY)
    arrive(hand, booked)
    waiting = hand.look(screens.public_queue)["waiting"]
    assert [one["number"] for one in waiting] == [booked["number"], booked["then"]["number"]]
    hand.open("c1", "bernd")
    hand.call("c1", "bernd")
    (entry,) = hand.look(screens.public_queue)["waiting"]
    assert (entry["number"], entry["from_min"]) == (booked["then"]["number"], -1)


def test_who_missed_the_first_may_still_come_for_the_second(hand: Pairs) -> None:
    booked = hand.book_both("09:00", DAY)
    hand.cancel(booked)
    arrived = arrive(hand, booked["then"])
    assert "then" not in arrived
    assert hand.ticket(arrived).after is None


def test_where_nobody_checks_in_both_begin_by_themselves(database: Database) -> None:
    hand = Pairs(database, town_of_two(check_in=CheckIn.AUTOMATIC))
    booked = hand.book_both("09:00", DAY)
    hand.now = at("09:30")
    hand.do(booking_clock.run)
    assert hand.appointment(booked["then"]).state is _S.CHECKED_IN
    assert hand.differences() == []
