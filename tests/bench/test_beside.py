"""The bench beside forecasts: turns that are fair, and a switch that the product has not."""

import signal
from collections import Counter

import pytest

from queue_server.live.forecasts import Forecasts
from tests.bench import beside, forecast_switch


def test_what_grows_with_time_is_on_both_sides_alike() -> None:
    turns = list(beside._by_turns(4))
    assert Counter(turns) == {True: 4, False: 4}
    assert sum(n for n, on in enumerate(turns) if on) == sum(n for n, on in enumerate(turns) if not on)


async def test_forecasts_are_made_only_while_they_are_on(monkeypatch: pytest.MonkeyPatch) -> None:
    made: list[str] = []

    async def note(_: Forecasts, site_id: str) -> None:
        made.append(site_id)

    monkeypatch.setattr(forecast_switch, "_make", note)
    for name, number in (("off", signal.SIGUSR1), ("on", signal.SIGUSR2)):
        forecast_switch.turn(number, None)
        await forecast_switch.make(None, name)  # type: ignore[arg-type]
    assert made == ["on"]
