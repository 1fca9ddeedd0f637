"""The office's time on a device whose clock is wrong."""

from collections.abc import Awaitable, Callable
from typing import Any

Module = Callable[[str, str], Awaitable[Any]]

CLOCK = """
const at = Date.UTC(2026, 2, 29, 0, 59);
const c = m.makeClock({serverNowMs: at, zone: "Europe/Berlin", language: "de", atMs: 500});
"""


async def test_it_carries_the_servers_time_through_the_clock_change_night(module: Module) -> None:
    """Failure 7: clock-change nights."""
    times = await module(
        "/static/display/clock.js", CLOCK + "return [c.time(500), c.time(60500), c.date(500)];"
    )
    assert times == ["01:59", "03:00", "Sonntag, 29. März"]


async def test_it_takes_a_correction_but_not_the_headers_rounding(module: Module) -> None:
    times = await module(
        "/static/display/clock.js",
        CLOCK
        + "c.correct(at + 59400, 59000); const kept = c.time(59500);"
        + "c.correct(at - 600000, 500); return [kept, c.time(500)];",
    )
    assert times == ["01:59", "01:49"]
