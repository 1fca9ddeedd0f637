"""An interpreter needs days: times from then on, a list at the desk, large at the counter."""

from dataclasses import replace
from datetime import datetime

import pytest
import sqlalchemy as sa

from queue_server.adapters.database import Database
from queue_server.adapters.rows.base import EVENT
from queue_server.adapters.rows.order_rows import OrderRows
from queue_server.domain.errors import BadInput, NotFound, SlotTaken
from queue_server.domain.person import Person
from queue_server.services import booking, interpreters, kiosk, offer, staff
from queue_server.services.concerns import asking, choose_bookable
from queue_server.services.in_parts import at_site
from queue_server.services.ports import Answer, Unit
from tests.services.booking_hall import ERIKA, TOMORROW, Booker
from tests.services.test_in_parts import Pairs, town_of_two
from tests.town_hall import CARD, at, booking_town

TURKISH = replace(ERIKA, needs=("interpreter_tr",))
FRIDAY, MONDAY = "2026-03-06", "2026-03-09"  # today is Tuesday: three working days are over on Friday


@pytest.fixture
def hand(database: Database) -> Booker:
    return Booker(database, booking_town(interpreter_languages=("tr",), interpreter_days=3))


def free(hand: Booker, day: str) -> int:
    choice = hand.look(lambda u: asking(choose_bookable(*u.eras.offered, [(CARD, 1)]), ["interpreter_tr"]))
    return len(hand.look(lambda u: offer.times(u, choice, datetime.fromisoformat(day).date())["times"]))


def the_list(hand: Booker) -> list[Answer]:
    return hand.look(interpreters.wished)


def arrange(hand: Booker, booked: Answer, *, is_arranged: bool = True) -> None:
    hand.do(lambda u: interpreters.arrange(u, booked["reference"], is_arranged=is_arranged))


def open_count(hand: Booker) -> int:
    """Count as each page of the desk does, and hold it against the lists."""
    count = hand.database.read(lambda c: OrderRows.count_open(c, "hall", hand.now))
    open_wishes = [one for one in the_list(hand) if not one["is_arranged"]]
    assert count == len(open_wishes) + sum(not one["is_settled"] for one in hand.look(interpreters.left))
    return count


def test_times_begin_when_somebody_can_be_there(hand: Booker) -> None:
    assert free(hand, TOMORROW) == free(hand, "2026-03-05") == 0
    assert free(hand, FRIDAY) == 48


def test_a_time_too_soon_is_refused_with_times_that_suit(hand: Booker) -> None:
    with pytest.raises(SlotTaken) as refused:
        hand.book("08:00", CARD, person=TURKISH)
    near = refused.value.params["next"]
    assert isinstance(near, list)
    assert {one[:10] for one in near} == {FRIDAY}


def test_a_language_that_nobody_speaks_is_refused(hand: Booker) -> None:
    with pytest.raises(BadInput):
        hand.book("08:00", CARD, day=MONDAY, person=replace(ERIKA, needs=("interpreter_fa",)))


def test_the_desk_books_as_soon_as_it_can_find_somebody(hand: Booker) -> None:
    booked = hand.book("08:00", CARD, channel="desk", client="desk", person=TURKISH)
    assert [(one["reference"], one["days"]) for one in the_list(hand)] == [(booked["reference"], 1)]


def test_the_desk_sees_what_is_to_be_arranged_and_that_it_is(hand: Booker) -> None:
    later = hand.book("08:00", CARD, day=MONDAY, client="b", person=TURKISH)
    booked = hand.book("08:00", CARD, day=FRIDAY, person=TURKISH)
    hand.book("09:00", CARD, day=FRIDAY, client="c")
    assert [(one["reference"], one["spoken"], one["days"]) for one in the_list(hand)] == [
        (booked["reference"], "tr", 3),
        (later["reference"], "tr", 4),
    ]
    for is_arranged, count in ((True, 1), (True, 1), (False, 2)):
        arrange(hand, booked, is_arranged=is_arranged)
        hand.restart()
        assert open_count(hand) == count
    hand.cancel(later)
    assert [one["reference"] for one in the_list(hand)] == [booked["reference"]]


def test_what_nobody_wished_cannot_be_arranged(hand: Booker) -> None:
    booked = hand.book("08:00", CARD, day=FRIDAY)
    with pytest.raises(NotFound):
        arrange(hand, booked)


@pytest.mark.parametrize(("need", "spoken"), [("interpreter_tr", "tr"), ("interpreter", "")])
def test_one_that_is_asked_for_at_the_kiosk_stands_on_the_list(hand: Booker, need: str, spoken: str) -> None:
    """Only times after the lead; the language is the one that was chosen, else unknown."""

    def book(unit: Unit, day: str) -> Answer:
        choice = asking(kiosk.choose(unit.town, unit.site, [(CARD, 1)]), [need])
        who = Person(needs=(need,))
        return kiosk.book(
            unit, choice, at("08:00", day), kiosk_id="hall-kiosk", press=day, language="uk", person=who
        )

    with pytest.raises(SlotTaken):
        hand.do(lambda u: book(u, TOMORROW))
    hand.do(lambda u: book(u, FRIDAY))
    hand.restart()
    assert [(one["spoken"], one["language"]) for one in the_list(hand)] == [(spoken, "uk")]
    assert open_count(hand) == 1


def test_after_a_move_it_is_to_be_arranged_anew(hand: Booker) -> None:
    booked = hand.book("08:00", CARD, day=FRIDAY, person=TURKISH)
    arrange(hand, booked)
    hand.move(booked, hand.hold("08:00", CARD, day=MONDAY, replaces=booked["reference"]))
    assert [one["is_arranged"] for one in the_list(hand)] == [False]


def test_the_clerk_sees_it_before_the_call_and_the_log_never(hand: Booker) -> None:
    """Failure 27: which language somebody speaks says where they come from."""
    booked = hand.book("08:00", CARD, day=FRIDAY, person=TURKISH)
    arrange(hand, booked)
    hand.now = at("07:58", FRIDAY)
    hand.open()
    hand.do(lambda u: booking.check_in(u, booked["reference"]))
    seen = hand.look(lambda u: staff.counter_picture(u, "c1", None, [], 1))
    assert seen["waiting"][0]["needs"] == ["interpreter_arranged", "interpreter_tr"]
    log = str(hand.database.read(lambda c: c.execute(sa.select(EVENT)).all()))
    assert "interpreter" not in log
    assert the_list(hand) == []


def test_who_comes_without_an_appointment_may_ask_for_it(hand: Booker) -> None:
    hand.take(CARD, needs=["interpreter"])
    seen = hand.look(lambda u: staff.counter_picture(u, "c1", None, [], 1))
    assert seen["waiting_for_others"][0]["needs"] == ["interpreter"]


def test_a_site_where_nobody_interprets_it_has_no_times(hand: Booker) -> None:
    """Neither the site nor its times are offered to who needs a language that is spoken elsewhere."""

    def of(*needs: str) -> tuple[Answer | None, list[str]]:
        asks = frozenset(needs)
        choice = hand.look(lambda u: asking(choose_bookable(*u.eras.offered, [(CARD, 1)]), asks))
        return (
            hand.look(lambda u: at_site(u, ((CARD, 1),), 1, asks)),
            hand.look(lambda u: offer.earliest(u, choice, 1)["times"]),
        )

    assert of("interpreter_fa") == (None, [])
    assert all(of("interpreter_tr"))


def test_the_desk_moves_it_to_before_the_lead_and_its_visitor_does_not(hand: Booker) -> None:
    booked = hand.book("08:00", CARD, day=FRIDAY, person=TURKISH)
    with pytest.raises(SlotTaken):
        hand.hold("09:00", CARD, replaces=booked["reference"])
    soon = hand.hold("09:00", CARD, channel="desk", client="desk", replaces=booked["reference"])
    moved = hand.move(booked, soon, "desk")
    assert moved["starts_at"][:10] == TOMORROW
    assert [(one["spoken"], one["days"]) for one in the_list(hand)] == [("tr", 1)]


def test_one_press_arranges_for_both_of_a_pair(database: Database) -> None:
    """One interpreter comes for both, and is called off for both."""
    hand = Pairs(database, town_of_two(interpreter_languages=("tr",), interpreter_days=3))
    booked = hand.book_both("08:00", FRIDAY, TURKISH)
    for each, is_arranged in ((booked["then"], True), (booked, False), (booked, True)):
        arrange(hand, each, is_arranged=is_arranged)
        assert [one["is_arranged"] for one in the_list(hand)] == [is_arranged] * 2
    assert open_count(hand) == 0
    hand.do(lambda u: booking.cancel(u, booked["reference"], "visitor", both=True))
    first, second = hand.look(interpreters.left)
    assert open_count(hand) == 2
    hand.do(lambda u: interpreters.settle(u, second["id"], is_settled=True))
    assert open_count(hand) == 0
    hand.do(lambda u: interpreters.settle(u, first["id"], is_settled=False))
    assert open_count(hand) == 2


def test_an_interpreter_who_comes_at_the_new_time_comes_for_both(database: Database) -> None:
    hand = Pairs(database, town_of_two(interpreter_languages=("tr",), interpreter_days=3))
    booked = hand.book_both("08:00", FRIDAY, TURKISH)
    arrange(hand, booked)
    hand.move(booked, hand.hold_both("08:00", MONDAY, replaces=booked["reference"]))
    assert len(hand.look(interpreters.left)) == 2
    hand.do(lambda u: interpreters.bring_along(u, interpreters.left(u)[0]["id"]))
    assert open_count(hand) == 0
    assert [one["is_arranged"] for one in the_list(hand)] == [True, True]


def test_another_visit_of_that_day_is_arranged_by_itself(hand: Booker) -> None:
    booked = [
        hand.book(clock, CARD, day=FRIDAY, client=clock, person=TURKISH) for clock in ("08:00", "09:00")
    ]
    arrange(hand, booked[0])
    assert [one["is_arranged"] for one in the_list(hand)] == [True, False]
    arrange(hand, booked[1])
    for one in booked:
        hand.cancel(one)
    hand.do(lambda u: interpreters.settle(u, interpreters.left(u)[0]["id"], is_settled=True))
    assert open_count(hand) == 1
