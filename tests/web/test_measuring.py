"""The figures keep themselves up: measured at noon, searches written down, days counted afterwards."""

from dataclasses import replace
from datetime import UTC, date, datetime, tzinfo
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.engine import Connection

from queue_server.adapters import day_figures
from queue_server.adapters.rows.base import EVENT
from queue_server.web.measuring import WRITE_EVERY, Measuring
from tests.web.running import Town

NOON = datetime(2026, 3, 11, 11, 5, tzinfo=UTC)
MORNING = datetime(2026, 3, 11, 9, 0, tzinfo=UTC)


async def entries(town: Town, kind: str, site: str = "rathaus") -> list[dict[str, Any]]:
    query = sa.select(EVENT.c.payload).where(EVENT.c.site_id == site, EVENT.c.type == kind)
    found = await town.house.read(lambda conn: conn.execute(query.order_by(EVENT.c.seq)).scalars().all())
    return list(found)


async def test_each_day_is_measured_once_and_at_noon(town: Town) -> None:
    town.clock.now = MORNING
    measuring = Measuring(town.house, day_figures)
    await measuring.turn()
    assert not await entries(town, "DayMeasured")
    town.clock.now = NOON
    await measuring.turn()
    await measuring.turn()
    await Measuring(town.house, day_figures).turn()  # after a restart
    [measured] = await entries(town, "DayMeasured")
    assert measured["capacity_min"] > 0
    assert all(0 <= first < until <= 1440 for first, until in measured["opening"])
    earliest = dict(measured["earliest"])
    assert set(earliest) <= {one.id for one in town.house.town_and_site("rathaus")[0].services}
    assert min(earliest.values()) >= -1
    assert 0 in earliest.values() or 1 in earliest.values()


async def test_a_day_is_counted_once_it_is_over(town: Town) -> None:
    """Failure 24: each day exactly once."""
    town.clock.now = MORNING
    await town.open()
    await town.take()
    measuring = Measuring(town.house, day_figures)
    await measuring.turn()
    first, last = date(2026, 3, 1), date(2026, 3, 31)

    async def kept() -> list[tuple[date, int]]:
        days = await town.house.read(lambda conn: day_figures.read_days(conn, "rathaus", first, last))
        return [(day, tally.sum("visits")) for day, tally in days]

    assert await kept() == []
    town.clock.now = datetime(2026, 3, 12, 7, 0, tzinfo=UTC)
    await town.take()
    await measuring.turn()
    await measuring.turn()
    assert await kept() == [(date(2026, 3, 11), 1)]


class Breaking:
    """What really counts, but stumbles over one day, and over a site."""

    def __init__(self, day: date) -> None:
        self._day = day
        self.keep_counted, self.is_measured = day_figures.keep_counted, day_figures.is_measured

    def days_to_count(self, connection: Connection, site_id: str, most: int) -> list[date]:
        if site_id != "rathaus":
            raise RuntimeError(site_id)
        return day_figures.days_to_count(connection, site_id, most)

    def count_to_keep(self, connection: Connection, site_id: str, day: date, zone: tzinfo) -> dict[str, Any]:
        if day == self._day:
            raise ValueError(day)
        return day_figures.count_to_keep(connection, site_id, day, zone)


async def test_one_day_or_site_that_cannot_be_counted_holds_up_no_other(
    town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    for day in (9, 10, 11):
        town.clock.now = MORNING.replace(day=day)
        await town.open()
        await town.take()
    here = town.house.directory.sites
    other = replace(here["rathaus"][1], id="elsewhere")
    sites = {"elsewhere": (here["rathaus"][0], other), **here}
    monkeypatch.setattr("queue_server.web.measuring.AT_ONCE", 1)
    measuring = Measuring(town.house, Breaking(date(2026, 3, 10)))
    with monkeypatch.context() as patched:
        patched.setattr(type(town.house.directory), "sites", sites)
        await measuring.turn()
        await measuring.turn()
    days = await town.house.read(
        lambda conn: day_figures.read_days(conn, "rathaus", date(2026, 3, 1), date(2026, 3, 31))
    )
    assert [day for day, _ in days] == [date(2026, 3, 9)]


async def test_a_search_without_a_concern_is_counted_once_a_day_and_its_words_are_not_kept(
    town: Town,
) -> None:
    town.clock.now = MORNING
    for words in ("xyzzy", "plugh"):
        await town.ask(None, "GET", f"/termin/rathaus?q={words}")
    measuring = Measuring(town.house, day_figures)
    for _ in range(WRITE_EVERY):
        await measuring.turn()
    assert await entries(town, "SearchesFoundNothing") == [{"services": [["", 1]]}]


async def test_a_concern_without_any_free_time_is_counted(town: Town) -> None:
    town.clock.now = MORNING
    house = town.house
    house.searches.found_nothing("rathaus", ["passport", "id_card"], "10.0.0.1", date(2026, 3, 11))
    house.searches.found_nothing("rathaus", ["passport"], "10.0.0.2", date(2026, 3, 11))
    house.searches.found_nothing("rathaus", ["passport"], "10.0.0.2", date(2026, 3, 11))
    house.searches.found_nothing("gone", ["passport"], "10.0.0.2", date(2026, 3, 11))
    await Measuring(house, day_figures).write_searches()
    assert await entries(town, "SearchesFoundNothing") == [{"services": [["id_card", 1], ["passport", 2]]}]
    assert house.searches.sites() == []
