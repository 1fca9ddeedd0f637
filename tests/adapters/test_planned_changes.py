"""Changes that begin later: checked against their day, done once when it comes, told when they cannot be."""

import shutil
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from pathlib import Path

import pytest

from queue_server.adapters.changing_town import TownUnfit, change_town
from queue_server.adapters.database import Database
from queue_server.adapters.planned_changes import (
    apply_due,
    course_of,
    due_moments,
    plan_change,
    planned_of,
    put_off,
    withdraw,
    would_lose_from,
)
from queue_server.adapters.tables.operations import AUDIT
from queue_server.adapters.tables.setting_up import PLANNED
from queue_server.adapters.town.store import config_version, load_towns
from queue_server.domain.admission import Admission
from queue_server.domain.departments import entering
from queue_server.domain.errors import NotFound
from queue_server.domain.town import Absence, Closure, OpeningHours, RosterEntry, Town
from queue_server.domain.town_edit import find, put, remove
from tests.domain.town_builders import a_clerk, a_service
from tests.domain.town_plans import Plan, edit
from tests.services.booking_hall import Booker
from tests.town_hall import PASS, at, booking_town

MONDAY, TUESDAY = date(2026, 3, 9), date(2026, 3, 10)
MIDNIGHT = at("23:00", "2026-03-08")


@pytest.fixture
def hand(empty_sqlite: Path, tmp_path: Path) -> Iterator[Booker]:
    shutil.copy(empty_sqlite, tmp_path)
    database = Database(f"sqlite:///{tmp_path / empty_sqlite.name}")
    yield Booker(database, booking_town())
    database.dispose()


def lasting(minutes: int) -> Plan:
    return edit("service", PASS, minutes=minutes)


def plan(hand: Booker, change: Plan, starts: date = MONDAY) -> str:
    made = hand.database.write(lambda c: plan_change(c, "town", change, starts, "anna", hand.now))
    assert made is not None
    return made.id


def apply(hand: Booker, now: datetime = MIDNIGHT) -> list[str]:
    return [one.id for one in hand.database.write(lambda c: apply_due(c, now))]


def begin(hand: Booker, change: Plan) -> None:
    hand.database.write(lambda c: change_town(c, "town", change, hand.now))


def town_of(hand: Booker) -> Town:
    return hand.database.read(load_towns)["town"]


def pass_minutes(hand: Booker) -> int:
    return int(find(town_of(hand), "service", PASS).minutes)  # type: ignore[union-attr]


def test_a_plan_is_kept_with_its_values_and_who_made_it(hand: Booker) -> None:
    def much(town: Town) -> Town:
        site = replace(
            town.sites[0],
            closures=(Closure(TUESDAY, {"de": "Betriebsausflug"}),),
            opening=(OpeningHours(0, time(9), time(0)),),
            admission=Admission.APPOINTMENT,
        )
        entry = RosterEntry(0, time(9), time(12), "hall", "c1", MONDAY, None)
        return put(put(town, "site", site), "clerk", a_clerk("dora", site_ids=("hall",), roster=(entry,)))

    version = hand.database.read(config_version)
    plan(hand, much)
    found = hand.database.read(lambda c: course_of(c, "town"))
    assert found.on(MONDAY) == much(town_of(hand))
    assert found.on(MONDAY - timedelta(days=1)) == town_of(hand)
    (one,) = hand.database.read(lambda c: planned_of(c, "town"))
    assert (one.starts, one.made_by, one.made_at) == (MONDAY, "anna", hand.now)
    assert hand.database.read(config_version) > version, "all servers see it"


def test_what_changes_nothing_is_no_plan(hand: Booker) -> None:
    assert (
        hand.database.write(lambda c: plan_change(c, "town", lasting(10), MONDAY, "anna", hand.now)) is None
    )


def test_it_is_checked_as_a_change_of_today_is(hand: Booker) -> None:
    with pytest.raises(TownUnfit, match="unknown_reference"):
        plan(hand, lambda town: remove(town, "site", "annex"))
    with pytest.raises(TownUnfit, match="starts_not_later"):
        plan(hand, lasting(20), date(2026, 3, 3))
    with pytest.raises(TownUnfit, match="time_zone_planned"):
        plan(hand, lambda town: put(town, "site", replace(town.sites[0], time_zone="Europe/London")))
    assert hand.database.read(lambda c: planned_of(c, "town")) == []


def test_it_is_checked_against_the_set_up_of_its_day(hand: Booker) -> None:
    """Carla may be given a service only from the day on which there is one."""
    flag = a_service("flag", site_ids=("hall",), area_by_site={"hall": "foyer"})
    plan(hand, lambda town: put(town, "service", flag))

    def trained(town: Town) -> Town:
        return put(town, "clerk", replace(find(town, "clerk", "carla"), service_ids=("car", "flag")))  # type: ignore[type-var]

    with pytest.raises(TownUnfit):
        plan(hand, trained, MONDAY - timedelta(days=1))
    plan(hand, trained, TUESDAY)


def test_what_is_planned_behind_it_must_still_fit(hand: Booker) -> None:
    later = plan(hand, lasting(30), TUESDAY)
    with pytest.raises(TownUnfit, match="2026-03-10"):
        plan(hand, lasting(20), MONDAY)
    first = plan(
        hand, lambda town: put(town, "clerk", a_clerk("dora", site_ids=("hall",), roster=())), MONDAY
    )
    plan(hand, lambda town: remove(town, "clerk", "dora"), TUESDAY)
    with pytest.raises(TownUnfit, match="2026-03-10"):
        hand.database.write(lambda c: withdraw(c, "town", first, hand.now))
    hand.database.write(lambda c: withdraw(c, "town", later, hand.now))
    plan(hand, lasting(20), MONDAY)


def test_a_plan_is_put_off_or_withdrawn(hand: Booker) -> None:
    id_ = plan(hand, lasting(20))
    hand.database.write(lambda c: put_off(c, "town", id_, TUESDAY, hand.now))
    assert hand.database.read(lambda c: course_of(c, "town")).on(MONDAY) == town_of(hand)
    with pytest.raises(TownUnfit, match="starts_not_later"):
        hand.database.write(lambda c: put_off(c, "town", id_, date(2026, 3, 3), hand.now))
    hand.database.write(lambda c: withdraw(c, "town", id_, hand.now))
    with pytest.raises(NotFound):
        hand.database.write(lambda c: withdraw(c, "town", id_, hand.now))
    assert apply(hand, at("12:00", "2026-03-20")) == []
    assert pass_minutes(hand) == 10


def test_it_is_done_once_at_its_midnight_and_written_down(hand: Booker) -> None:
    id_ = plan(hand, lasting(20))
    just_before = MIDNIGHT - timedelta(seconds=1)
    assert hand.database.read(due_moments) == [MIDNIGHT]
    assert apply(hand, just_before) == []
    assert apply(hand) == [id_]
    assert hand.database.read(due_moments) == []
    assert apply(hand) == [], "another server comes a moment later"
    assert pass_minutes(hand) == 20
    (line,) = hand.rows(AUDIT)
    assert (line["actor"], line["act"], line["ref"]) == ("server", "setting_changed", PASS)
    assert (line["before"], line["after"]) == ({"minutes": 10}, {"minutes": 20})


def test_what_was_due_while_no_server_ran_is_done_in_order(hand: Booker) -> None:
    first, second = plan(hand, lasting(20)), plan(hand, lasting(30), TUESDAY)
    assert apply(hand, at("12:00", "2026-03-20")) == [first, second]
    assert pass_minutes(hand) == 30


def test_what_no_longer_fits_is_noted_and_never_done_in_half(hand: Booker) -> None:
    def both(town: Town) -> Town:
        return put(lasting(20)(town), "clerk", a_clerk("dora", site_ids=("hall",), roster=()))

    id_ = plan(hand, both)
    begin(hand, lasting(15))
    (unfit,) = hand.database.read(lambda c: course_of(c, "town")).unfit
    assert unfit.id == id_
    assert apply(hand) == []
    assert find(town_of(hand), "clerk", "dora") is None
    assert hand.rows(PLANNED)[0]["left"], "why it waits"
    begin(hand, lasting(10))
    assert apply(hand) == [id_], "it fits again"


def test_what_is_in_use_is_not_taken_away_at_midnight(hand: Booker) -> None:
    """Somebody sits at the counter: it goes as soon as nobody does."""
    id_ = plan(hand, lambda town: remove(town, "counter", "c3"), date(2026, 3, 4))
    hand.now = at("08:00", "2026-03-04")
    hand.open("c3", "carla")
    assert apply(hand, hand.now) == []
    assert hand.rows(PLANNED)[0]["left"] == [{"what": "c3"}]
    hand.do(lambda unit: unit.unbind("c3"))
    assert apply(hand, hand.now) == [id_]


def test_only_appointments_behind_its_day_are_in_the_air(hand: Booker) -> None:
    before, behind = (hand.book("08:00", day=day) for day in ("2026-03-06", "2026-03-09"))
    for one in (before, behind):
        assert hand.appointment(one).clerk_id in {"anna", "bernd"}

    def all_away(town: Town) -> Town:
        for clerk in ("anna", "bernd"):
            town = entering(clerk, Absence(date(2026, 3, 1), date(2026, 3, 31)))(town)
        return town

    lost = hand.database.read(lambda c: would_lose_from(c, "town", all_away, MONDAY, hand.now))
    assert [one.reference for one in lost] == [behind["reference"]]


def test_what_is_planned_meanwhile_is_counted_with(hand: Booker) -> None:
    """The clerk is gone from Tuesday on anyway: an absence from Monday breaks Monday's appointment alone."""
    for day in ("2026-03-09", "2026-03-10"):
        assert hand.appointment(hand.book("13:00", "car", day=day)).clerk_id == "carla"
    plan(hand, lambda town: remove(town, "clerk", "carla"), TUESDAY)
    away = entering("carla", Absence(MONDAY, date(2026, 3, 31)))
    lost = hand.database.read(lambda c: would_lose_from(c, "town", away, MONDAY, hand.now))
    assert [one.starts_at.date() for one in lost] == [MONDAY]
