"""The server forgets the past by itself: at night, a month at a time, and the hall goes on."""

from datetime import UTC, datetime

import sqlalchemy as sa

from queue_server.adapters import hall_past
from queue_server.adapters.rows.base import EVENT
from queue_server.adapters.rows.stream_rows import STREAM
from queue_server.web.past import Past
from tests.web.running import Town


async def days(town: Town) -> list[str]:
    query = sa.select(EVENT.c.business_day).where(EVENT.c.site_id == "rathaus").distinct()
    found = await town.house.read(lambda conn: conn.execute(query).scalars().all())
    return sorted(f"{day:%Y-%m}" for day in found)


async def test_a_month_goes_in_a_night_and_none_by_day(town: Town) -> None:
    for month in (3, 4, 5, 6):
        town.clock.now = datetime(2026, month, 11, 9, tzinfo=UTC)
        await town.open()
        await town.take()
    forgetting = Past(town.house, hall_past)
    for now, left in (
        (datetime(2037, 6, 3, 12, tzinfo=UTC), 4),
        (datetime(2037, 6, 4, 1, 30, tzinfo=UTC), 3),
        (datetime(2037, 6, 4, 2, 10, tzinfo=UTC), 3),
        (datetime(2037, 6, 5, 1, 30, tzinfo=UTC), 2),
    ):
        town.clock.now = now
        await forgetting.turn()
        assert len(await days(town)) == left, now
    town.clock.now = datetime(2037, 6, 5, 9, tzinfo=UTC)
    await town.open()
    assert (await town.take())["number"]
    assert await days(town) == ["2026-05", "2026-06", "2037-06"]


async def test_ten_years_are_kept_unless_the_server_is_told_otherwise(town: Town) -> None:
    for month in (3, 4):
        town.clock.now = datetime(2026, month, 11, 9, tzinfo=UTC)
        await town.take()
    town.clock.now = datetime(2036, 3, 30, 1, 30, tzinfo=UTC)
    await Past(town.house, hall_past).turn()
    assert await days(town) == ["2026-03", "2026-04"]
    query = sa.select(sa.func.max(STREAM.c.forgotten_seq))
    assert await town.house.read(lambda conn: conn.execute(query).scalar()) == 0
