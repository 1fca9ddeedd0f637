"""What is offered for a day is what the set-up of that day has; what is booked keeps what it was."""

import shutil
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from queue_server.adapters.changing_town import change_town
from queue_server.adapters.database import Database
from queue_server.adapters.planned_changes import apply_due, due_moments, plan_change, planned_of, withdraw
from queue_server.domain.errors import Refusal, SlotTaken
from queue_server.domain.town import Closure, OpeningHours, RosterEntry, Town
from queue_server.domain.town_edit import put, remove
from queue_server.services import booking, offer
from queue_server.services.free_today import free_times
from queue_server.services.in_parts import at_site
from queue_server.services.ports import Unit
from tests.domain.town_builders import a_clerk, a_service
from tests.domain.town_plans import Plan, adding, edit, without
from tests.services.booking_hall import Booker
from tests.town_hall import CAR, CARD, DAY, PASS, at, booking_town

TODAY = date.fromisoformat(DAY)  # a Tuesday
MONDAY = TODAY + timedelta(days=6)
WEEKS = [TODAY + timedelta(days=n) for n in range(20)]


@pytest.fixture
def hand(empty_sqlite: Path, tmp_path: Path) -> Iterator[Booker]:
    shutil.copy(empty_sqlite, tmp_path)
    database = Database(f"sqlite:///{tmp_path / empty_sqlite.name}")
    yield Booker(database, booking_town())
    database.dispose()


def plan(hand: Booker, change: Plan, starts: date = MONDAY) -> str:
    made = hand.database.write(lambda c: plan_change(c, "town", change, starts, "anna", hand.now))
    hand.store.reload_settings()
    assert made is not None
    return made.id


def begin(hand: Booker, change: Plan) -> None:
    hand.database.write(lambda c: change_town(c, "town", change, hand.now))
    hand.store.reload_settings()


def days(hand: Booker, service: str, wanted: list[date] = WEEKS, site_id: str = "hall") -> dict[date, Any]:
    """Return for each day its state, its free times and how long the service takes then."""

    def look(unit: Unit) -> dict[date, Any]:
        try:
            choice = offer.choose_bookable(*unit.eras.offered, [(service, 1)])
        except Refusal:
            return dict.fromkeys(wanted)
        sheet = {one["date"]: one for one in offer.month(unit, choice, wanted[0], wanted[-1])["days"]}
        found = {}
        for day in wanted:
            times = offer.times(unit, choice, day)
            state = sheet[day.isoformat()]["state"]
            found[day] = (state, times["times"], times["minutes"]) if times["times"] else None
            assert sheet[day.isoformat()]["count"] == len(times["times"])
        return found

    return hand.look(look, site_id)


def a_week(works_from: time, works_until: time, site_id: str = "hall") -> tuple[RosterEntry, ...]:
    return tuple(RosterEntry(day, works_from, works_until, site_id) for day in range(7))


def _retrained(town: Town) -> Town:
    return edit("clerk", "carla", service_ids=(CARD,))(town)


NEW_SERVICE = a_service("flag", minutes=30, site_ids=("hall",), area_by_site={"hall": "foyer"})
NEW_CLERK = a_clerk("dora", service_ids=("*",), site_ids=("hall",), roster=a_week(time(12), time(15)))
AT_ALL_HOURS = a_clerk("anna", site_ids=("hall",), roster=a_week(time(0), time(0)))
CHANGES: dict[str, Plan] = {
    "roster": edit("clerk", "anna", roster=a_week(time(13), time(16))),
    "hours": edit("site", "hall", opening=tuple(OpeningHours(day, time(10), time(11)) for day in range(7))),
    "closure": edit("site", "hall", closures=(Closure(TODAY + timedelta(days=8)),)),
    "minutes": edit("service", PASS, minutes=45),
    "skills": edit("clerk", "carla", service_ids=(PASS,)),
    "new service": adding("service", NEW_SERVICE),
    "service that ends": lambda town: remove(_retrained(town), "service", CAR),
    "new clerk": adding("clerk", NEW_CLERK),
    "clerk who leaves": without("clerk", "carla"),
    "other site": edit("service", CARD, site_ids=("annex",), area_by_site={}),
    "last day": edit("service", PASS, bookable_until=TODAY + timedelta(days=10)),
    "walk-ins": edit("site", "hall", walk_in_share=80),
    "lead": edit("site", "hall", lead_min=9 * 24 * 60),
}


@pytest.mark.parametrize("name", CHANGES)
def test_each_day_is_offered_as_the_set_up_of_that_day_has_it(hand: Booker, name: str) -> None:
    """Planned or begun: for the days behind the change it is the same, and before it nothing is new."""
    services = (PASS, CARD, CAR, "flag")
    now = {one: days(hand, one) for one in services}
    id_ = plan(hand, CHANGES[name])
    ahead = {one: days(hand, one) for one in services}
    hand.database.write(lambda c: withdraw(c, "town", id_, hand.now))
    begin(hand, CHANGES[name])
    after = {one: days(hand, one) for one in services}
    for one in services:
        wanted = {day: (after if day >= MONDAY else now)[one][day] for day in WEEKS}
        assert ahead[one] == wanted, (name, one)
    assert any(now[one] != after[one] for one in services), "the change changes nothing"


def test_nothing_changes_for_the_days_beyond_when_the_day_has_come(hand: Booker) -> None:
    plan(hand, CHANGES["minutes"])
    beyond = [MONDAY + timedelta(days=n) for n in range(1, 20)]
    before = days(hand, PASS, beyond)
    hand.now = at("23:00", "2026-03-08")  # midnight of Monday in the town
    assert [one.starts for one in hand.database.write(lambda c: apply_due(c, hand.now))] == [MONDAY]
    hand.store.reload_settings()
    assert days(hand, PASS, beyond) == before
    assert hand.look(lambda unit: unit.eras.is_one)


def test_what_is_booked_ahead_has_the_minutes_of_its_day_and_keeps_them(hand: Booker) -> None:
    early = hand.book("08:00", day="2026-03-09")
    plan(hand, CHANGES["minutes"])
    booked, sooner = hand.book("09:00", day="2026-03-09"), hand.book("09:00", day="2026-03-06")
    assert [one["minutes"] for one in (early, booked, sooner)] == [10, 45, 10]
    hand.now = at("23:00", "2026-03-08")
    hand.database.write(lambda c: apply_due(c, hand.now))
    hand.store.reload_settings()
    assert [hand.see(one)["minutes"] for one in (early, booked, sooner)] == [10, 45, 10]
    assert hand.differences() == []


def test_a_time_that_the_later_set_up_does_not_have_cannot_be_held(hand: Booker) -> None:
    plan(hand, CHANGES["service that ends"])
    hand.hold("12:00", CAR, day="2026-03-06")
    with pytest.raises(SlotTaken) as refused:
        hand.hold("12:00", CAR, day="2026-03-09")
    near = [datetime.fromisoformat(one).date() for one in list(refused.value.params["next"])]  # type: ignore[call-overload]
    assert near
    assert max(near) < MONDAY


def test_a_service_that_begins_later_can_be_booked_ahead(hand: Booker) -> None:
    plan(hand, CHANGES["new service"])

    def hold(unit: Unit) -> Any:
        choice = offer.choose_bookable(*unit.eras.offered, [("flag", 1)])
        return booking.hold(unit, choice, at("09:00", "2026-03-09"), channel="portal", client="browser")

    booked = hand.confirm(hand.do(hold))
    assert booked["minutes"] == 30
    sheet = hand.look(
        lambda u: offer.month(u, offer.choose_bookable(*u.eras.offered, [("flag", 1)]), TODAY, MONDAY)["days"]
    )
    assert [one["state"] for one in sheet] == ["not_yet"] * 4 + ["closed"] * 2 + ["free"]
    found = hand.look(lambda unit: at_site(unit, (("flag", 1),)))
    assert found is not None
    assert found["first_free"][:10] == "2026-03-09"


def test_moving_behind_a_change_takes_the_minutes_of_that_day(hand: Booker) -> None:
    booked = hand.book("09:00", day="2026-03-06")
    plan(hand, CHANGES["minutes"])
    held = hand.hold("09:00", day="2026-03-10", replaces=booked["reference"])
    assert hand.move(booked, held)["minutes"] == 45


def test_how_far_ahead_one_may_book_is_a_rule_of_the_day_on_which_one_books(hand: Booker) -> None:
    """Else a longer horizon that begins next Monday would open its days at once."""
    far = [TODAY + timedelta(days=n) for n in range(38, 60)]
    before = days(hand, PASS, far)
    plan(hand, edit("department", "office", horizon_days=90))
    assert days(hand, PASS, far) == before
    begin(hand, edit("department", "office", horizon_days=90))
    assert days(hand, PASS, far) != before


def test_the_kiosk_looks_behind_a_change_for_the_next_day(hand: Booker) -> None:
    begin(hand, edit("site", "hall", closures=tuple(Closure(TODAY + timedelta(days=n)) for n in range(6))))
    plan(hand, edit("site", "hall", opening=tuple(OpeningHours(d, time(11), time(18)) for d in range(5))))
    found = hand.look(free_times)
    assert found is not None
    assert str(found["next"]).startswith("2026-03-09T11:00")


@pytest.mark.parametrize("night", [date(2026, 3, 29), date(2026, 10, 25)])
def test_in_the_nights_of_the_clock_a_change_begins_at_local_midnight(hand: Booker, night: date) -> None:
    """Summer time begins and ends in these nights: 23:00 and 22:00 UTC are midnight."""
    hand.now = datetime.combine(night - timedelta(days=9), time(12)).astimezone(at("12:00").tzinfo)
    whole = replace(booking_town(always_open=True))
    hand.settle(
        put(
            whole,
            "clerk",
            a_clerk("anna", service_ids=("*",), site_ids=("hall",), roster=a_week(time(0), time(0))),
        )
    )
    hand.store.reload_settings()
    plan(hand, edit("service", PASS, minutes=60), night)
    around = [night - timedelta(days=1), night, night + timedelta(days=1)]
    found = days(hand, PASS, around)
    assert [found[day][2] for day in around] == [10, 60, 60]
    assert found[night][1][0].startswith(f"{night}T00:00")
    assert found[around[0]][1][-1].startswith(f"{around[0]}T23:55"), "a visit may reach into the new day"
    midnight = datetime.fromisoformat(found[night][1][0])
    assert hand.database.read(due_moments) == [midnight], "until then nobody asks again"
    for at_, done in ((midnight - timedelta(seconds=1), 0), (midnight, 1), (midnight, 0)):
        assert len(hand.database.write(partial(apply_due, now=at_))) == done
    assert hand.database.read(lambda c: planned_of(c, "town")) == []


def test_a_visit_over_the_midnight_of_a_change_needs_the_clerk_on_both_sides(hand: Booker) -> None:
    whole = booking_town(always_open=True)
    for clerk in ("bernd", "carla"):
        whole = remove(whole, "clerk", clerk)
    hand.settle(
        put(
            whole,
            "clerk",
            a_clerk("anna", service_ids=("*",), site_ids=("hall",), roster=a_week(time(0), time(0))),
        )
    )
    hand.store.reload_settings()
    plan(hand, edit("clerk", "anna", roster=a_week(time(8), time(12))))
    last = days(hand, PASS, [MONDAY - timedelta(days=1)])[MONDAY - timedelta(days=1)][1][-1]
    assert last.startswith("2026-03-08T23:50")


def test_where_nothing_is_planned_nothing_is_computed_twice(hand: Booker) -> None:
    unit = hand.look(lambda one: one)
    assert unit.eras.is_one
    assert unit.in_era(0) is unit
    assert unit.eras.offered[0] is unit.town
