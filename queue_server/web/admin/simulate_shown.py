"""The answers of the simulator in words, a table and bars, as somebody who runs an office reads them.

What must not live here: working them out, and drawing (the template does).
"""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from babel.numbers import format_decimal

from queue_server.domain.simulation.asking import AS_IT_IS, Rule, WhatIf
from queue_server.domain.written_hours import write_hours
from queue_server.services.locales import locale_of
from queue_server.web.admin.simulate_asked import Asked
from queue_server.web.booking_dates import long_date
from queue_server.web.figures_charts import WIDE, top_of
from queue_server.web.texts import Texts

GROUPS: Final[Mapping[str, tuple[str, ...]]] = {
    "all": ("median", "p90", "mean", "worst"),
    "booked": ("booked_median", "booked_p90", "booked_mean", "booked_worst"),
    "walk_ins": ("walk_ins_median", "walk_ins_p90", "walk_ins_mean", "walk_ins_worst"),
    "day": ("visitors", "turned_away", "unserved", "idle_percent", "overtime_min", "overtaken"),
}
FINE: Final = frozenset({"overtaken"})
"""Told with one decimal."""
LEAST_TOLD: Final = 0.5
"""Visits a day: fewer are rounded to none."""
NOTHING: Final = "–"
HIGH: Final = 22

Row = Mapping[str, Any]


def shown(say: Texts, told: Mapping[str, Any], asked: Asked, services: Mapping[str, str]) -> dict[str, Any]:
    """Return everything that the page tells of an answer; `services` are their names."""
    rows = _chosen(told["rows"])
    recorded = told["source"] == "recorded"
    found = [row for _, row in rows]
    names = [_name(say, asked, row, recorded=recorded) for row in found]
    return {
        "day": long_date(asked.on, say.language),
        "sentences": [
            {
                "name": name,
                "text": " ".join([*_said(say, asked, row, before), *_not_served(say, row, services)]),
            }
            for name, (before, row) in zip(names, rows, strict=True)
        ],
        "names": names,
        "groups": [
            {"name": say(f"simulate.of_{group}"), "rows": [_line(say, what, found) for what in whats]}
            for group, whats in GROUPS.items()
        ],
        "bars": _bars(say, found, names),
        "rests": _rests(say, told["rests"]),
        "days": say("simulate.drawn", n=told["days"]) if told["days"] > 1 else say("simulate.one_day"),
        "is_discreet": recorded and any(row["idle_percent"]["value"] is None for row in found),
    }


def title_of(say: Texts, one: WhatIf) -> str:
    """Return what differs, in words: "5 Schalter, geöffnet 9–12 Uhr"."""
    parts = []
    if one.counters is not None:
        parts.append(say("simulate.counters_named", n=one.counters))
    if one.under_min is not None:
        parts.append(say("simulate.under_named", minutes=f"{one.under_min:g}"))
    if one.hours:
        parts.append(say("simulate.hours_named", hours=write_hours(one.hours).replace("-", "–")))
    if one.walk_ins != 1:
        parts.append(say("simulate.walk_ins_named", percent=f"{one.walk_ins * 100:g}"))
    if one.roster:
        hours = "; ".join(write_hours(each).replace("-", "–") for each in one.roster)
        parts.append(say("simulate.roster_named", hours=hours))
    if one.patience is not None:
        parts.append(say("simulate.patience_named", factor=_decimal(say, one.patience)))
    if one.rule is not Rule.OURS:
        parts.append(say(f"simulate.rule_{one.rule.name.lower()}"))
    return ", ".join(parts)


def _chosen(rows: Sequence[Row]) -> list[tuple[Row | None, Row]]:
    """Return each way's last row with the one before it: where counters are sought that is the answer."""
    found: list[tuple[Row | None, Row]] = []
    for before, row in zip([None, *rows], rows, strict=False):
        if found and row["of"] is not None and found[-1][1]["of"] == row["of"]:
            found[-1] = before, row
        else:
            found.append((None, row))
    return found


def _way(asked: Asked, row: Row) -> WhatIf | None:
    """Return how a row's day was arranged; None for the recorded day itself."""
    return None if row["of"] is None else asked.question.what_ifs[row["of"]]


def _name(say: Texts, asked: Asked, row: Row, *, recorded: bool) -> str:
    one = _way(asked, row)
    if one is None:
        return say("simulate.as_it_was")
    if one == AS_IT_IS:
        return say("simulate.lived_again" if recorded else "simulate.as_set_up")
    title = title_of(say, one)
    return title[:1].upper() + title[1:]


def _said(say: Texts, asked: Asked, row: Row, before: Row | None) -> list[str]:
    """Return what came of a way to arrange the day; where counters were sought, `before` had one less."""
    one, n = _way(asked, row), row["counters"]
    if row["p90"]["value"] is None:
        return [say("simulate.too_few_visits")]
    words = {
        "day": long_date(asked.on, say.language),
        "wait": _minutes(say, row["p90"]),
        "median": _minutes(say, row["median"]),
    }
    if one is None:
        return [say("simulate.sentence_was", n=n, **words)]
    if one.under_min is None:
        return [say("simulate.sentence", n=n, **words)]
    limit = f"{one.under_min:g}"
    if not row["enough"]:
        return [say("simulate.never_enough", n=n, minutes=limit, **words)]
    found = [say("simulate.enough", n=n, minutes=limit, **words)]
    if before is not None:
        found.append(say("simulate.one_less", n=n - 1, wait=_minutes(say, before["p90"])))
    return found


def _not_served(say: Texts, row: Row, services: Mapping[str, str]) -> list[str]:
    """Return who was not served that day, and what for most of them came."""
    found = [
        say(f"simulate.not_{what}", n=round(count))
        for what, of in (("served", "unserved"), ("let_in", "turned_away"))
        if (count := row[of]["value"] or 0) >= LEAST_TOLD
    ]
    named = [services[id_] for id_ in row["lacking"] if id_ in services]
    if found and named:
        found.append(say("simulate.lacking", services=", ".join(named)))
    return found


def _minutes(say: Texts, one: Row) -> str:
    """Return "22 Minuten (20–25)"; the range is left out where it says nothing."""
    if one["value"] is None:
        return NOTHING
    low, high = _range(one)
    value = say("simulate.minutes", n=round(one["value"]))
    return value if low == high else f"{value} ({low}–{high})"


def _range(one: Row) -> tuple[int, int]:
    give = one["give"] or 0
    return max(0, round(one["value"] - give)), round(one["value"] + give)


def _line(say: Texts, what: str, rows: Sequence[Row]) -> dict[str, Any]:
    return {"name": say(f"simulate.{what}"), "cells": [_cell(say, what, row[what]) for row in rows]}


def _cell(say: Texts, what: str, one: Row) -> str:
    if one["value"] is None:
        return NOTHING
    if what in FINE:
        return _decimal(say, one["value"])
    low, high = _range(one)
    return f"{round(one['value'])}" + ("" if low == high else f" ({low}–{high})")


def _decimal(say: Texts, value: float) -> str:
    return str(format_decimal(round(value, 1), locale=locale_of(say.language)))


def _bars(say: Texts, rows: Sequence[Row], names: Sequence[str]) -> dict[str, Any]:
    """Return two bars for each way: what half and what nine of ten wait at most, and how sure it is."""
    told = [(name, row) for name, row in zip(names, rows, strict=True) if row["p90"]["value"] is not None]
    top = top_of([_range(row["p90"])[1] for _, row in told])

    def long(value: float) -> float:
        return round(value * WIDE / top, 1)

    return {
        "width": WIDE,
        "height": HIGH,
        "rows": [
            {
                "name": name,
                "median": long(row["median"]["value"]),
                "p90": long(row["p90"]["value"]),
                "from": long(_range(row["p90"])[0]),
                "to": long(_range(row["p90"])[1]),
                "wait": _minutes(say, row["p90"]),
            }
            for name, row in told
        ],
    }


def _rests(say: Texts, rests: Mapping[str, Row]) -> list[tuple[str, str]]:
    """Return what the figures rest on: measured on how much, or supposed."""
    words = [
        (
            say(f"simulate.rests_{what}"),
            say(f"simulate.{what}_{one['kind']}", n=one["count"], percent=round(one.get("percent", 0))),
        )
        for what, one in rests.items()
    ]
    if rests.get("visitors", {}).get("is_ignored"):
        words.append((say("simulate.rests_typed"), say("simulate.typed_ignored")))
    return words
