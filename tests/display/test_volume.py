"""How loud a screen is, and when."""

from collections.abc import Awaitable, Callable
from typing import Any

Module = Callable[[str, str], Awaitable[Any]]


async def test_it_is_soft_before_and_after_the_loud_hours(module: Module) -> None:
    volumes = await module(
        "/static/display/volume.js",
        "const set = {loud: [[540, 1020]], soft: 0.4};"
        "return [539, 540, 1019, 1020].map((minute) => m.volumeAt(minute, set));",
    )
    assert volumes == [0.4, 1, 1, 0.4]


async def test_without_hours_it_is_always_full(module: Module) -> None:
    assert await module("/static/display/volume.js", "return m.volumeAt(0, {loud: [], soft: 0.4});") == 1


async def test_the_office_counts_its_own_minutes(module: Module) -> None:
    """Failure 7: clock-change nights: 01:30 UTC is 03:30 in the night to summer time."""
    minutes = await module(
        "/static/display/clock.js",
        """
        const place = {zone: "Europe/Berlin", language: "ar", atMs: 0};
        const minute = (iso) => m.makeClock({serverNowMs: Date.parse(iso), ...place}).minute(0);
        return ["2026-03-29T01:30:00Z", "2026-10-25T01:30:00Z", "2026-06-01T22:00:00Z"].map(minute);
        """,
    )
    assert minutes == [210, 150, 0]
