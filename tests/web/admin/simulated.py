"""A simulator that has answered already: pages are looked at without waiting for a child process.

What must not live here: what a page says of it; that stands in the tests.
"""

from collections.abc import Mapping
from typing import Any

from tests.web.running import Town

WAITS = ("mean", "median", "p90", "worst")
OF_DAY = ("visitors", "unserved", "turned_away", "idle_percent", "overtime_min", "overtaken")


def a_row(of: int | None, counters: int, p90: float, **more: Any) -> dict[str, Any]:
    waits = [f"{who}{what}" for who in ("", "booked_", "walk_ins_") for what in WAITS]
    some = {
        what: {"value": p90 / 2 if what.endswith(("mean", "median")) else p90, "give": 2.4} for what in waits
    }
    day = {what: {"value": 0.0, "give": None} for what in OF_DAY}
    head: dict[str, Any] = {
        "of": of,
        "counters": counters,
        "enough": False,
        "days": 30,
        "rule": "ours",
        "lacking": [],
    }
    return head | some | day | more


def answering(town: Town, **told: Any) -> None:
    """Let every question be answered at once, with so many ways as were asked for."""

    async def answer(question: Mapping[str, Any]) -> Mapping[str, Any]:
        rows = [a_row(place, 5, 22.4 - 4 * place) for place, _ in enumerate(question["what_ifs"])]
        rests = {
            "durations": {"kind": "measured", "count": 412},
            "visitors": {"kind": "supposed", "count": 0},
        }
        return {"source": "set-up", "days": 30, "rests": rests, "rows": rows, **told}

    town.house.simulations.answer = answer
