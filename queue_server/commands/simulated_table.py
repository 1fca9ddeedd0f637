"""How simulated days are told: figures with what they may be off by, as a table or for programs."""

from collections.abc import Sequence
from math import isnan
from typing import Any, Final

from queue_server.commands.common import table_of
from queue_server.domain.simulation.results import About, DayResult, about, waits_of


def row_of(name: str, counters: int, days: Sequence[DayResult]) -> dict[str, Any]:
    waits = waits_of([day.all for day in days])
    figures = {
        "mean": waits.mean,
        "p90": waits.p90,
        "worst": waits.worst,
        **_of_some("booked", [day.booked for day in days]),
        **_of_some("walk_ins", [day.walk_ins for day in days]),
        "idle_percent": about([100 * day.idle_min / day.open_min for day in days if day.open_min]),
        "overtime_min": about([day.overtime_min for day in days]),
        "overtaken": about([day.overtaken_count / len(day.all) for day in days if day.all]),
        "visitors": about([len(day.all) for day in days]),
        "unserved": about([day.unserved_count for day in days]),
    }
    head = {"rule": name, "counters": counters, "days": len(days)}
    return head | {what: _plain(one) for what, one in figures.items()}


def _of_some(who: str, days: Sequence[Sequence[float]]) -> dict[str, About]:
    waits = waits_of(days)
    return {f"{who}_mean": waits.mean, f"{who}_p90": waits.p90, f"{who}_worst": waits.worst}


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
        *(["", rests] if (rests := _rests_on(told["rests"], told["source"])) else []),
    ]
    if told["nine_of_ten_under"] is not None:
        lines += ["", _answer(told)]
    return "\n".join(lines)


def _rests_on(rests: dict[str, Any], source: str) -> str:
    if source == "recorded":
        nearly = rests.get("nearly", {"count": 0})["count"]
        return f"{nearly} visits were parked, or served with others: played only nearly so" if nearly else ""
    said = {
        "visitors": {"measured": "measured on {count} days"},
        "booked": {"book": "{count} in the book", "measured": "measured on {count} days"},
        "no_show": {"measured": "{percent} % stay away, measured on {count} appointments"},
        "arrival": {"measured": "measured on {count} appointments"},
        "durations": {"measured": "measured on {count} visits"},
    }
    words = [
        f"{what.replace('_', '-')}: " + said[what].get(one["kind"], "supposed").format(**one)
        for what, one in rests.items()
    ]
    return "; ".join(words)


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
