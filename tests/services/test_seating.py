"""What was only kept becomes certain: asked of the set-up of its day, as that is by then.

On every road: a hold that is booked, a booking that is moved, a request that the secretariat accepts, a wish
that is confirmed by mail.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import date, time

import pytest

from queue_server.adapters.changing_town import change_town
from queue_server.adapters.database import Database
from queue_server.adapters.planned_changes import plan_change
from queue_server.adapters.post.outbox_rows import OUTBOX
from queue_server.domain.admission import Admission
from queue_server.domain.errors import SlotTaken
from queue_server.domain.town import Absence, Closure, RosterEntry, Town
from queue_server.services import requests
from queue_server.services.confirming import confirm_at
from queue_server.services.ports import Answer
from tests.domain.town_plans import Plan, edit
from tests.services.booking_hall import ERIKA, TOMORROW, Booker
from tests.services.test_booking_limits import BOSS
from tests.services.test_in_parts import Pairs, town_of_two
from tests.services.test_last_look import BusyFrom
from tests.services.test_requests import asking_town, on_file
from tests.town_hall import CAR, PASS, at, booking_town

__all__ = ["on_file"]
DAY_OF = date.fromisoformat(TOMORROW)
EIGHT = "2026-03-04T09:00+01:00"


@dataclass
class Kept:
    """What keeps tomorrow at eight for a passport; `press` makes it certain."""

    hand: Booker
    time: Answer
    """The appointment whose clerk's time it is."""
    press: Callable[[], Answer]

    @property
    def clerk(self) -> str:
        return str(self.hand.appointment(self.time).clerk_id)

    def begin(self, plan: Plan, *, planned: bool = False) -> None:
        """Let a change of the set-up begin today, or be planned for tomorrow."""
        hand = self.hand
        if planned:
            hand.database.write(lambda c: plan_change(c, "town", plan, DAY_OF, "anna", hand.now))
        else:
            hand.database.write(lambda c: change_town(c, "town", plan, hand.now))
        hand.store.reload_settings()


def held(on_file: Database) -> Kept:
    hand = Booker(on_file, booking_town())
    kept = hand.hold("08:00")
    return Kept(hand, kept, lambda: hand.confirm(kept))


def to_move(on_file: Database) -> Kept:
    hand = Booker(on_file, booking_town())
    booked = hand.book("10:00")
    kept = hand.hold("08:00", replaces=booked["reference"])
    return Kept(hand, kept, lambda: hand.move(booked, kept))


def requested(on_file: Database) -> Kept:
    hand = Booker(on_file, asking_town())
    kept = hand.book("08:00")
    return Kept(hand, kept, lambda: hand.do(lambda u: requests.accept(u, kept["reference"])))


def wished(on_file: Database) -> Kept:
    hand = Booker(on_file, booking_town(confirm_by_mail=True))
    kept = hand.confirm(hand.hold("08:00"), by_mail=True)
    return Kept(hand, kept, lambda: hand.do(lambda u: requests.confirm_mail(u, kept["reference"])))


ROADS = (held, to_move, requested, wished)


@pytest.fixture(params=ROADS, ids=lambda road: road.__name__)
def kept(request: pytest.FixtureRequest, on_file: Database) -> Iterator[Kept]:
    found: Kept = request.param(on_file)
    yield found
    assert found.hand.differences() == []


def away(clerk_id: str) -> Plan:
    return edit("clerk", clerk_id, absences=(Absence(DAY_OF, DAY_OF),))


def nobody(plan_of: Callable[[str], Plan] = away) -> Plan:
    return lambda town: plan_of("bernd")(plan_of("anna")(town))


def later_that_day(clerk_id: str) -> Plan:
    return edit("clerk", clerk_id, roster=(RosterEntry(DAY_OF.weekday(), time(10), time(12), "hall"),))


def only_cars(clerk_id: str) -> Plan:
    return edit("clerk", clerk_id, service_ids=(CAR,))


@pytest.mark.parametrize("planned", [False, True])
def test_another_clerk_takes_it_when_its_own_cannot_any_more(kept: Kept, planned: bool) -> None:
    was = kept.clerk
    kept.begin(only_cars(was) if planned else away(was), planned=planned)
    booked = kept.press()
    assert (booked["state"], booked["starts_at"]) == ("booked", EIGHT)
    assert {kept.hand.appointment(booked).clerk_id, was} == {"anna", "bernd"}
    assert kept.press()["number"] == booked["number"], "twice is once (failure 2)"


def another_service(town: Town) -> Town:
    """The passport is gone, and something else stands in its place."""
    services = tuple(replace(one, id="other") if one.id == PASS else one for one in town.services)
    return edit("clerk", "bernd", service_ids=("other",))(replace(town, services=services))


GONE: dict[str, tuple[Plan, bool]] = {
    "closed": (edit("site", "hall", closures=(Closure(DAY_OF),)), False),
    "away": (nobody(), False),
    "planned roster": (nobody(later_that_day), True),
    "planned removal": (another_service, True),
    "walk-ins only": (edit("service", PASS, admission=Admission.WALK_IN), True),
}


@pytest.mark.parametrize("gone", GONE)
def test_what_nobody_can_do_any_more_is_refused_with_the_nearest_times(kept: Kept, gone: str) -> None:
    """As failure 17: a clear refusal, and nothing has changed."""
    plan, planned = GONE[gone]
    before, was = kept.hand.appointment(kept.time).state, kept.clerk
    kept.begin(plan, planned=planned)
    with pytest.raises(SlotTaken) as refused:
        kept.press()
    near = refused.value.params["next"]
    assert isinstance(near, list)
    assert near
    assert EIGHT not in near
    assert (kept.hand.appointment(kept.time).state, kept.clerk) == (before, was)


def test_a_change_of_another_day_changes_nothing(kept: Kept) -> None:
    was = kept.clerk
    next_day = date(2026, 3, 5)
    kept.begin(edit("clerk", was, absences=(Absence(next_day, next_day),)))
    booked = kept.press()
    assert kept.hand.appointment(booked).clerk_id == was


def test_who_is_busy_takes_nobody_else(kept: Kept) -> None:
    """The other one has a visitor at that time by now."""
    was = kept.clerk
    kept.hand.hold("08:00", client="b")
    kept.begin(away(was))
    with pytest.raises(SlotTaken):
        kept.press()


def test_a_talk_stays_with_its_person(on_file: Database) -> None:
    town = booking_town()
    services = [replace(one, named_clerk=one.id == PASS) for one in town.services]
    clerks = [replace(one, service_ids=(PASS,)) if one.id == "anna" else one for one in town.clerks]
    hand = Booker(on_file, replace(town, services=tuple(services), clerks=tuple(clerks)))
    time_ = hand.hold("08:00")
    kept = Kept(hand, time_, lambda: hand.confirm(time_, person=replace(ERIKA, remarks="Der Radweg")))
    kept.begin(away(kept.clerk))
    with pytest.raises(SlotTaken):
        kept.press()


def test_both_of_a_pair_are_looked_at(on_file: Database) -> None:
    hand = Pairs(on_file, town_of_two())
    time_ = hand.hold_both("08:00")
    kept = Kept(hand, time_, lambda: hand.confirm(time_))
    kept.begin(away("carla"))
    with pytest.raises(SlotTaken):
        kept.press()
    assert {hand.appointment(one).state for one in (time_, time_["then"])} == {"held"}


def test_the_desk_may_book_where_nobody_is_let_in(on_file: Database) -> None:
    """It overrules what is on offer, not that somebody has to be there."""
    kept, boss = held(on_file), BOSS
    hand = kept.hand
    desk = hand.hold("09:00", client="desk", channel="desk", overrule=boss)
    kept.begin(edit("site", "hall", bookable_from=date(2026, 4, 1)))
    with pytest.raises(SlotTaken):
        kept.press()
    assert hand.confirm(desk, "desk", overrule=boss)["state"] == "booked"


def test_the_secretariat_is_not_stopped_by_its_own_entry(on_file: Database) -> None:
    """It may have entered this very visit into the clerk's calendar; a visitor's wish comes after it."""
    for road, is_booked in ((requested, True), (wished, False)):
        kept, calendars = road(on_file), BusyFrom()
        kept.hand.store.planner.calendars = calendars
        for clerk_id in ("anna", "bernd"):
            calendars.put(clerk_id, "08:00")
        if is_booked:
            assert kept.press()["state"] == "booked"
            kept.hand.cancel(kept.time)
        else:
            with pytest.raises(SlotTaken):
                kept.press()


# -- another time for a wish ---------------------------------------------------------------------------


def test_a_wish_whose_time_is_gone_is_booked_at_another_with_all_that_was_typed(on_file: Database) -> None:
    kept = wished(on_file)
    hand, reference = kept.hand, kept.time["reference"]
    kept.begin(nobody(later_that_day))

    def book(clock: str) -> Answer:
        return hand.do(lambda u: confirm_at(u, reference, at(clock, TOMORROW), "mail"))

    with pytest.raises(SlotTaken):
        book("08:30")
    assert hand.appointment(kept.time).state == "unconfirmed", "it is undone as a whole"
    booked = book("09:30")
    assert (booked["state"], booked["starts_at"]) == ("booked", "2026-03-04T10:30+01:00")
    assert (booked["reference"], booked["id"]) == (reference, kept.time["id"])
    assert booked["number"]
    assert book("10:00") == booked, "twice is once (failure 2)"
    assert hand.look(lambda u: u.person(booked["id"])) == ERIKA
    assert [row["kind"] for row in hand.rows(OUTBOX) if row["state"] == "waiting"] == ["booked"]
    assert hand.cells() == 2
    assert hand.differences() == []
