"""How simulated days are told: figures with what they may be off by, as a table or for programs."""

from collections.abc import Sequence
from math import isnan
from typing import Any, Final

from queue_server.commands.common import table_of
from queue_server.domain.simulation.results import About, DayResult, about, percentile, waits_of


def row_of(name: str, counters: int, days: Sequence[DayResult]) -> dict[str, Any]:
    waits = waits_of([day.all for day in days])
    figures = {
        "mean": waits.mean,
        "p90": waits.p90,
        "worst": waits.worst,
        "booked_p90": about([percentile(day.booked, 90) for day in days if day.booked]),
        "walk_ins_p90": about([percentile(day.walk_ins, 90) for day in days if day.walk_ins]),
        "idle_percent": about([100 * day.idle_min / day.open_min for day in days if day.open_min]),
        "overtime_min": about([day.overtime_min for day in days]),
        "overtaken": about([day.overtaken_count / len(day.all) for day in days if day.all]),
        "visitors": about([len(day.all) for day in days]),
        "unserved": about([day.unserved_count for day in days]),
    }
    return {"rule": name, "counters": counters} | {what: _plain(one) for what, one in figures.items()}


def _plain(one: About) -> dict[str, float | None]:
    return {
        "value": None if isnan(one.value) else round(one.value, 2),
        "give": None if isnan(one.give) else round(one.give, 2),
    }


COLUMNS: Final = {
    "visitors": "served",
    "mean": "mean wait",
    "p90": "9 of 10 under",
    "worst": "longest",
    "booked_p90": "booked 9/10",
    "walk_ins_p90": "walk-ins 9/10",
    "idle_percent": "idle %",
    "overtime_min": "overtime",
    "overtaken": "overtaken",
    "unserved": "not served",
}


def worded(told: dict[str, Any]) -> str:
    head = ["rule", "counters", *COLUMNS.values()]
    rows = [
        [row["rule"], str(row["counters"]), *(_cell(row[what]) for what in COLUMNS)] for row in told["rows"]
    ]
    which = "as recorded" if told["source"] == "recorded" else f"{told['days']} days drawn"
    lines = [
        f"{told['site']}, {told['day']}, {which}; minutes, ± in 95 of 100 cases",
        "",
        table_of(head, rows),
    ]
    if told["nine_of_ten_under"] is not None:
        lines += ["", _answer(told)]
    return "\n".join(lines)


def is_enough(row: dict[str, Any], limit_min: float) -> bool:
    """Say whether nine of ten wait no longer, and everybody is served."""
    p90 = row["p90"]["value"]
    return p90 is not None and p90 <= limit_min and not row["unserved"]["value"]


def _answer(told: dict[str, Any]) -> str:
    last, limit = told["rows"][-1], told["nine_of_ten_under"]
    if is_enough(last, limit):
        return f"Nine of ten wait under {limit:g} minutes with {last['counters']} counters."
    return f"Not even {last['counters']} counters do it."


def _cell(one: dict[str, float | None]) -> str:
    if one["value"] is None:
        return "–"
    return f"{one['value']:.1f}" + (f" ±{one['give']:.1f}" if one["give"] else "")
