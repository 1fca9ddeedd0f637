"""How long visits take is learned from the log, once a day, and handed to the forecast."""

from datetime import date

import pytest
from sqlalchemy.engine import Connection

from queue_server.adapters import served_visits
from queue_server.adapters.changing_town import change_town
from queue_server.domain.durations.served import Lasted
from queue_server.domain.forecast.turnover import WEIGHT
from queue_server.domain.service_times import Configured, mean
from queue_server.web.hit_rates import USUAL, HitRates
from queue_server.web.learning import Learning
from tests.domain.town_plans import edit
from tests.web.askers import MUSTER
from tests.web.running import Town
from tests.web.test_page_status import booked_for


async def test_what_visits_took_is_learned_from_the_log_and_the_forecast_knows_it(
    town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("measured", "learned"):
        monkeypatch.setattr(f"queue_server.domain.durations.{name}.ENOUGH", 3)
    monkeypatch.setattr("queue_server.web.learning.DAYS", 2)
    monkeypatch.setattr("queue_server.web.learning.BREATH_S", 0.0)
    await town.open()
    for _ in range(4):
        await town.take("passport")
        town.clock.forward(minutes=5)
        await town.call()
        await town.do("anna", "counters/rathaus-1/start")
        town.clock.forward(minutes=30)
        await town.do("anna", "counters/rathaus-1/finish")
    learning, rates = Learning(town.house, served_visits), HitRates(town.house)
    await learning.turn()
    known = town.house.durations[MUSTER]
    assert not known.measured, "the running day is not over"
    assert isinstance(rates.knowledge("rathaus").times, type(known.times))
    town.clock.forward(hours=20)
    await learning.turn()
    known = town.house.durations[MUSTER]
    assert known.counts == {"passport": 4}
    assert known.measured["passport"].median == pytest.approx(30)
    passport = (("passport", 1),)
    told = mean(rates.knowledge("rathaus").times.spread(passport, 15))
    assert told > mean(Configured().spread(passport, 15)) * 1.1
    await learning.turn()
    assert town.house.durations[MUSTER] is known, "once a day is enough"
    plan = edit("service", "passport", minutes=30)
    await town.house.write(lambda conn: change_town(conn, MUSTER, plan, town.house.clock()))
    await town.house.renew_if_changed()
    at_once = rates.knowledge("rathaus").times
    for minutes in (15, 30):
        assert mean(at_once.spread(passport, minutes)) == pytest.approx(told), "visits last as before"
    await learning.turn()
    assert town.house.durations[MUSTER] is not known, "it is worked out for the new minutes"


async def test_a_start_and_other_minutes_read_of_the_log_what_is_new_alone(
    town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Twelve weeks of the log were read again at each start, and whenever minutes changed."""
    monkeypatch.setattr("queue_server.web.learning.BREATH_S", 0.0)
    read: list[date] = []

    def of_day(connection: Connection, site_id: str, day: date) -> list[Lasted]:
        read.append(day)
        return by_log(connection, site_id, day)

    by_log = served_visits.of_day
    monkeypatch.setattr(served_visits, "of_day", of_day)
    await town.open()
    for day in (1, 2, 3):
        await town.take("passport")
        town.clock.forward(minutes=1)
        await town.call()
        await town.do("anna", "counters/rathaus-1/start")
        town.clock.forward(minutes=10 * day)
        await town.do("anna", "counters/rathaus-1/finish")
        town.clock.forward(days=1)
        await town.take("passport")
        await Learning(town.house, served_visits).turn()
        await town.open()
    assert read == [date(2026, 3, 10), date(2026, 3, 11), date(2026, 3, 12)]
    assert town.house.durations[MUSTER].counts == {"passport": 3}
    await Learning(town.house, served_visits).turn()
    assert len(read) == 3, "a start reads what was kept"
    assert town.house.durations[MUSTER].counts == {"passport": 3}


async def test_when_holders_of_appointments_come_is_learned_and_the_forecast_knows_it(
    town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("queue_server.web.hit_rates.DAYS", 2)
    monkeypatch.setattr("queue_server.web.hit_rates.BREATH_S", 0.0)
    rates = HitRates(town.house)
    assert rates.knowledge("rathaus").habits == USUAL
    await booked_for(town, "2026-03-10T10:50+01:00")  # fifty minutes early
    await rates.turn()
    assert rates.knowledge("rathaus").habits == USUAL, "the running day is not over"
    town.clock.forward(hours=20)
    await rates.turn()
    known = rates.knowledge("rathaus").habits
    assert known.no_show < USUAL.no_show
    assert sum(known.comes_min) < sum(USUAL.comes_min)


async def test_what_lies_between_two_visits_is_learned_and_the_forecast_knows_it(
    town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("queue_server.web.hit_rates.DAYS", 1)
    monkeypatch.setattr("queue_server.web.hit_rates.BREATH_S", 0.0)
    await town.open()
    for _ in range(3):
        await town.take("passport")
    for _ in range(3):
        await town.call()
        for act in ("start", "finish"):
            town.clock.forward(minutes=2)
            await town.do("anna", f"counters/rathaus-1/{act}")
        town.clock.forward(minutes=4)
    rates = HitRates(town.house)
    town.clock.forward(hours=20)
    await rates.turn()
    known = rates.knowledge("rathaus").habits
    assert known.between_min == pytest.approx(2 * 4 / (WEIGHT + 2))
    assert known.way_min == pytest.approx((WEIGHT * USUAL.way_min + 3 * 2) / (WEIGHT + 3))
