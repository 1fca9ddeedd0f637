"""How simulated days are told: figures with what they may be off by, as a table or for programs."""

from collections import Counter
from collections.abc import Sequence
from math import isnan
from typing import Any, Final

from queue_server.commands.common import table_of
from queue_server.domain.simulation.results import About, DayResult, about, waits_of

FEW: Final = 5
MANY: Final = 20
"""Of fewer visits of a recorded day no mean, and no nine of ten, is told: it would be somebody's own wait."""
MOST_LACKING: Final = 3
NOTHING: Final = about([])


def row_of(
    name: str, counters: int, days: Sequence[DayResult], *, is_somebodys: bool = False, is_alone: bool = False
) -> dict[str, Any]:
    """Return the figures of one way to arrange the day.

    `is_somebodys`: the day really was, and few visits tell no waits. `is_alone`: one counter alone was used
    on it, and the time without a visit would be that of one clerk (`domain.figures.use`).
    """
    some = _waits if not is_somebodys else _discreet
    figures = {
        **some("", [day.all for day in days]),
        **some("booked_", [day.booked for day in days]),
        **some("walk_ins_", [day.walk_ins for day in days]),
        "idle_percent": about([100 * day.idle_min / day.open_min for day in days if day.open_min]),
        "overtime_min": about([day.overtime_min for day in days]),
        "overtaken": about([day.overtaken_count / len(day.all) for day in days if day.all]),
        "visitors": about([len(day.all) for day in days]),
        "unserved": about([day.unserved_count for day in days]),
        "turned_away": about([day.turned_away_count for day in days]),
    }
    if is_alone:
        figures |= {"idle_percent": NOTHING, "overtime_min": NOTHING}
    head = {"rule": name, "counters": counters, "days": len(days), "lacking": _lacking(days)}
    return head | {what: _plain(one) for what, one in figures.items()}


def _waits(who: str, days: Sequence[Sequence[float]]) -> dict[str, About]:
    waits = waits_of(days)
    return {
        f"{who}mean": waits.mean,
        f"{who}median": waits.median,
        f"{who}p90": waits.p90,
        f"{who}worst": waits.worst,
    }


def _discreet(who: str, days: Sequence[Sequence[float]]) -> dict[str, About]:
    of_some = _waits(who, [day for day in days if len(day) >= FEW])
    of_many = _waits(who, [day for day in days if len(day) >= MANY])
    return of_some | {name: one for name, one in of_many.items() if name.endswith(("p90", "worst"))}


def _lacking(days: Sequence[DayResult]) -> list[str]:
    """Return the services of which most went away unserved, those of at least one visit every other day."""
    counts = Counter(service for day in days for service in day.lacking)
    return [service for service, n in counts.most_common(MOST_LACKING) if 2 * n >= len(days)]


def _plain(one: About) -> dict[str, float | None]:
    return {
        "value": None if isnan(one.value) else round(one.value, 2),
        "give": None if isnan(one.give) else round(one.give, 2),
    }


COLUMNS: Final = {
    "visitors": "served",
    "mean": "mean wait",
    "median": "half under",
    "p90": "9 of 10 under",
    "worst": "longest",
    "booked_p90": "booked 9/10",
    "walk_ins_p90": "walk-ins 9/10",
    "idle_percent": "idle %",
    "overtime_min": "overtime",
    "overtaken": "overtaken",
    "turned_away": "turned away",
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
        return ""
    said = {
        "visitors": {
            "measured": "measured on {count} days",
            "scaled": "your number, spread as on {count} days before",
            "supposed": "your number, spread evenly over hours and services",
        },
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


MOST_TURNED_AWAY: Final = 0.01
"""Of all who come before closing. Somebody always comes in the last minute."""


def is_enough(days: Sequence[DayResult], limit_min: float) -> bool:
    """Say whether nine of ten wait no longer on these days; all are served, hardly anybody is sent away."""
    p90 = waits_of([day.all for day in days]).p90.value
    refused, served = sum(day.crowded_out_count for day in days), sum(len(day.all) for day in days)
    is_full = any(day.unserved_count for day in days) or refused > MOST_TURNED_AWAY * (served + refused)
    return p90 <= limit_min and not is_full


def outcome_of(days: Sequence[DayResult]) -> tuple[int, ...]:
    """Return what is compared to see whether more counters help: minutes and visitors, as they are told."""
    p90 = waits_of([day.all for day in days]).p90.value
    gone = sum(day.unserved_count + day.crowded_out_count for day in days)
    return (-1 if isnan(p90) else round(p90), round(gone / max(1, len(days))))


def _answer(told: dict[str, Any]) -> str:
    last, limit = told["rows"][-1], told["nine_of_ten_under"]
    if last["enough"]:
        return f"Nine of ten wait under {limit:g} minutes with {last['counters']} counters."
    return f"Not even {last['counters']} counters do it."


def _cell(one: dict[str, float | None]) -> str:
    if one["value"] is None:
        return "–"
    return f"{one['value']:.1f}" + (f" ±{one['give']:.1f}" if one["give"] else "")
