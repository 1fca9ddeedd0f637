"""A running server does what was planned at local midnight, and all of it shows the new set-up."""

from collections.abc import Callable
from copy import copy
from dataclasses import replace
from datetime import date, timedelta
from typing import TypeVar

from sqlalchemy.engine import Connection

from queue_server.domain.town import Town as Settings
from queue_server.domain.town_edit import find, remove
from queue_server.web.planning import AGAIN, Planning
from queue_server.web.ports import Database
from tests.domain.town_plans import Plan, edit
from tests.web.running import START, Town

T = TypeVar("T")
MONDAY = date(2026, 3, 16)


class Watched:
    """The database, and which readings were asked of it."""

    def __init__(self, database: Database, asked: list[str]) -> None:
        self._database, self._asked = database, asked

    def read(self, work: Callable[[Connection], T]) -> T:
        self._asked.append(getattr(work, "__name__", ""))
        return self._database.read(work)

    def empty_wal(self) -> bool:
        return self._database.empty_wal()


async def plan(town: Town, change: Plan, starts: date = MONDAY) -> None:
    house = town.house
    id_ = house.town_and_site("rathaus")[0].id
    await house.write(
        lambda c: house.settlement.plan_change(c, id_, change, starts, "verwaltung", house.clock())
    )
    await house.renew_settings()


def lasting(minutes: int) -> Plan:
    return edit("service", "id-card", minutes=minutes)


def minutes(town: Town) -> int:
    found = find(town.house.town_and_site("rathaus")[0], "service", "id-card")
    assert found is not None
    return int(found.minutes)


def without_counter(town: Settings) -> Settings:
    clerks = tuple(
        replace(clerk, roster=tuple(replace(entry, counter_id=None) for entry in clerk.roster))
        for clerk in town.clerks
    )
    return remove(replace(town, clerks=clerks), "counter", "rathaus-1")


async def test_it_happens_at_local_midnight_and_not_a_second_before(town: Town) -> None:
    await plan(town, lasting(25))
    planning, before = Planning(town.house), minutes(town)
    town.clock.now = START.replace(day=15, hour=22, minute=59, second=59)
    await planning.turn()
    assert minutes(town) == before
    town.clock.forward(seconds=1)
    await planning.turn()
    assert minutes(town) == 25


async def test_a_server_that_starts_later_does_it_then(town: Town) -> None:
    await plan(town, lasting(25))
    town.clock.forward(days=30)
    await Planning(town.house).turn()
    assert minutes(town) == 25


async def test_what_is_in_use_waits_a_minute_and_is_tried_again(town: Town) -> None:
    await plan(town, without_counter, START.date() + timedelta(days=1))
    town.clock.forward(days=1)
    await town.open()
    planning = Planning(town.house)
    await planning.turn()
    assert "rathaus-1" in town.house.directory.counters
    await town.do("anna", "counters/rathaus-1/close")
    await planning.turn()
    assert "rathaus-1" in town.house.directory.counters, "not each second"
    town.clock.now += AGAIN
    await planning.turn()
    assert "rathaus-1" not in town.house.directory.counters


async def test_nobody_asks_for_the_set_up_before_the_moment_has_come(town: Town) -> None:
    """It read every town's set-up, 53 ms in each second of the evening before."""
    await plan(town, lasting(25))
    house = copy(town.house)  # its own: the server's workers ask the same house whenever their turn comes
    planning = Planning(house)
    await planning.turn()
    town.clock.now = START.replace(day=15, hour=22, minute=59, second=58)
    asked: list[str] = []
    house.database = Watched(house.database, asked)
    await planning.turn()
    assert asked == []
    await plan(town, lasting(30), MONDAY + timedelta(days=1))
    asked.clear()
    await planning.turn()
    await planning.turn()
    assert asked == ["due_moments"], "once for what was planned anew"


async def test_what_is_in_use_delays_nothing_that_begins_within_the_minute(town: Town) -> None:
    tomorrow = START.date() + timedelta(days=1)
    await plan(town, without_counter, tomorrow)
    await plan(town, lasting(25), tomorrow + timedelta(days=1))
    planning = Planning(town.house)
    midnight = START.replace(hour=23, minute=0, second=0)
    town.clock.now = midnight + timedelta(days=1, seconds=-30)
    await town.open()
    await planning.turn()
    assert "rathaus-1" in town.house.directory.counters
    town.clock.now = midnight + timedelta(days=1)
    await planning.turn()
    assert minutes(town) == 25
