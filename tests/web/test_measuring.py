"""The figures keep themselves up: measured at noon, searches written down, days counted afterwards."""

from datetime import UTC, date, datetime
from typing import Any

import sqlalchemy as sa

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
