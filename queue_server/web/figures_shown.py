"""Figures in words, as the page and the mayor's sheet show them.

What must not live here: counting (`domain.figures`), and drawing (templates).
"""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from babel.numbers import format_decimal, format_percent

from queue_server.domain.figures.day import ORIGINS, WAITS
from queue_server.domain.figures.gathered import (
    Earliest,
    Gathered,
    Times,
    by_hour,
    origins,
    share,
    times,
)
from queue_server.domain.figures.period import Length, Period
from queue_server.domain.figures.tally import Tally
from queue_server.services.locales import locale_of
from queue_server.web.booking_dates import (
    day_and_month,
    month_name,
    month_short,
    plain_date,
    short_date,
    weekdays,
)
from queue_server.web.figures_charts import dots, feet, shade, stacked, strided
from queue_server.web.texts import Texts

NOTHING: Final = "–"
FEW: Final = 5
"""Of fewer visits than this no middle is told: it would be that of one of them."""
A_WEEK: Final = 7
A_YEAR: Final = 12
OF_SERVICES: Final = ("visits", "wait", "wait_p90", "missed", "late", "outside", "found_nothing", "held")
OF_THE_WHOLE: Final = ("no_concern", "use", "capacity", "confirmed")
EXPLAINED: Final = frozenset({"use", "capacity", "held", "late", "confirmed"})
CHANNELS: Final = ("by_portal", "by_kiosk", "by_desk", "by_api")


def number(say: Texts, value: int) -> str:
    return str(format_decimal(value, locale=locale_of(say.language)))


def percent(say: Texts, part: int, whole: int) -> str:
    """Return a share in whole per cent; a dash of nothing."""
    found = share(part, whole)
    return NOTHING if found is None else str(format_percent(round(found, 2), locale=locale_of(say.language)))


def minutes(say: Texts, value: int | None, count: int = FEW) -> str:
    """Return so many minutes; a wait of some seconds is no wait of "0 minutes"."""
    if value is None or count < FEW:
        return NOTHING
    return say("figures.minutes", n=value) if value else say("figures.under_a_minute")


def title_of(say: Texts, period: Period) -> str:
    """Return the name of a period: "März 2026", "2. Quartal 2026", "2026", or from when to when."""
    first, language = period.first, say.language
    if period.length is Length.MONTH:
        return month_name(first, language)
    if period.length is Length.QUARTER:
        return say("figures.quarter_named", n=(first.month + 2) // 3, year=first.year)
    if period.length is Length.YEAR:
        return str(first.year)
    if period.days == 1:
        return plain_date(first, language)
    first_day, last_day = plain_date(first, language), plain_date(period.last, language)
    return say("figures.span", first=first_day, last=last_day)


def part_name(say: Texts, part: Period) -> str:
    if part.length is Length.MONTH:
        return month_name(part.first, say.language)
    if part.length is Length.WEEK:
        return say("figures.week_from", day=short_date(part.first, say.language))
    return short_date(part.first, say.language)


# -- what stands on top ----------------------------------------------------------------------------


def key_figures(say: Texts, found: Gathered, before: Gathered) -> list[dict[str, str]]:
    """Return the figures on top, each with what it was in the period before, and some with what is meant."""
    names = OF_SERVICES + OF_THE_WHOLE if found.is_whole else OF_SERVICES
    now, then = keys_of(say, found.whole()), keys_of(say, before.whole())
    return [
        {
            "name": say(f"figures.{name}"),
            "value": now[name],
            "before": say("figures.before_was", value=then[name]) if then[name] != NOTHING else "",
            "hint": say(f"figures.{name}_hint") if name in EXPLAINED else "",
        }
        for name in names
    ]


def keys_of(say: Texts, tally: Tally) -> dict[str, str]:
    """Return the figures on top by their names."""
    wait, was_counted = times(tally, *WAITS), bool(tally.counts or tally.times)
    return {
        "visits": number(say, tally.sum("visits")) if was_counted else NOTHING,
        "wait": minutes(say, wait.median, wait.count),
        "wait_p90": minutes(say, wait.p90, wait.count),
        "outside": percent(say, tally.sum("bookings_outside"), tally.sum("bookings_judged")),
        "missed": percent(say, tally.sum("missed"), tally.sum("appointments")),
        "found_nothing": number(say, tally.sum("found_nothing")) if was_counted else NOTHING,
        "no_concern": number(say, tally.sum("no_concern")) if was_counted else NOTHING,
        "late": percent(say, tally.sum("late"), tally.sum("from_appointment")),
        "held": held(say, tally),
        "use": percent(say, tally.sum("busy_s"), tally.sum("open_s")),
        "capacity": percent(say, tally.sum("booked_min"), tally.sum("capacity_min")),
        "confirmed": percent(
            say, tally.sum("calls_confirmed"), tally.sum("calls") - tally.sum("calls_fetched")
        ),
    }


def held(say: Texts, tally: Tally) -> str:
    """Return how many of the waits that were told held, where more than a few were."""
    told = tally.sum("told")
    return percent(say, tally.sum("told_held"), told) if told >= FEW else NOTHING


# -- part by part ----------------------------------------------------------------------------------


def over_time(say: Texts, found: Gathered) -> dict[str, Any]:
    """Return visits and waits of each part, as pictures and as the rows of their table."""
    rows, pairs, waits = [], [], []
    for part, tally in found.parts:
        visits, booked = tally.sum("visits"), tally.sum("from_appointment")
        wait = times(tally, *WAITS)
        pairs.append((booked, visits - booked))
        shown = wait if wait.count >= FEW else Times(wait.count, None, None)
        waits.append(shown)
        rows.append(
            {
                "name": part_name(say, part),
                "visits": number(say, visits),
                "booked": number(say, booked),
                "walk_ins": number(say, visits - booked),
                "wait": minutes(say, shown.median),
                "wait_p90": minutes(say, shown.p90),
                "held": held(say, tally),
            }
        )
    below = below_picture(say, [part for part, _ in found.parts])
    bars = stacked(pairs)
    lines = dots([[one.p90 for one in waits], [one.median for one in waits]])
    return {
        "rows": rows,
        "visits": bars | {"most": number(say, bars["top"]), "feet": below},
        "waits": lines | {"most": minutes(say, lines["top"]), "feet": below},
    }


def below_picture(say: Texts, parts: Sequence[Period]) -> list[dict[str, Any]]:
    """Return what stands below bars: weekdays, Mondays, weeks or months, as many as there is room for."""
    count, language = len(parts), say.language
    grain = parts[0].length
    if grain is Length.MONTH and count > A_YEAR:
        narrow = strided(count, 9, 3)
        return feet({n: month_short(parts[n].first, language, year=True) for n in narrow}, narrow, count)
    if grain is Length.MONTH:
        narrow = strided(count, A_YEAR, 6)
        return feet({n: month_short(parts[n].first, language) for n in narrow}, narrow, count)
    if grain is Length.DAYS and count <= A_WEEK:
        short = [name for name, _ in weekdays(language)]
        narrow = strided(count, A_WEEK, A_WEEK)
        return feet({n: short[parts[n].first.weekday()] for n in narrow}, narrow, count)
    narrow = strided(count, 14, 5)
    if grain is Length.DAYS and count > 2 * A_WEEK:
        narrow = {n: True for n, part in enumerate(parts) if part.first.weekday() == 0}
    return feet({n: day_and_month(parts[n].first, language) for n in narrow}, narrow, count)


def weekday_hours(say: Texts, found: Gathered) -> dict[str, Any]:
    """Return the weekdays and hours at which anybody came, with visits and how dark each is."""
    grid = [{hour: one.sum("visits") for hour, one in by_hour(day).items()} for day in found.weekdays]
    came = sorted({hour for day in grid for hour, n in day.items() if n})
    hours = range(came[0], came[-1] + 1) if came else range(0)
    shown = [n for n in range(7) if n < 5 or any(grid[n].values())]
    most = max((n for day in grid for n in day.values()), default=0)
    names = weekdays(say.language)
    return {
        "days": [names[n] for n in shown],
        "rows": [
            {
                "hour": f"{hour:02}:00",
                "cells": [
                    {"n": number(say, n) if (n := grid[day].get(hour, 0)) else "", "shade": shade(n, most)}
                    for day in shown
                ],
            }
            for hour in hours
        ],
    }


# -- by way ----------------------------------------------------------------------------


def earliest_words(say: Texts, found: Earliest) -> str:
    """Return in how many days the first free time lay on half of the days, and on how many none was free."""
    if not found.looked:
        return NOTHING
    if found.median is None:
        when = say("figures.none_free")
    else:
        when = say("figures.days", n=found.median) if found.median else say("figures.same_day")
    if not found.none_free:
        return when
    return say("figures.earliest_some", when=when, n=found.none_free, of=found.looked)


def ways(say: Texts, tally: Tally) -> dict[str, list[dict[str, str]]]:
    """Return how people came, and how they booked."""
    return {
        "came": _shares(say, origins(tally, ORIGINS)),
        "booked": _shares(say, origins(tally, CHANNELS)),
        "ended": _shares(say, origins(tally, ("served", "not_there", "cancelled", "left"))),
    }


def _shares(say: Texts, counts: Mapping[str, int]) -> list[dict[str, str]]:
    whole = sum(counts.values())
    return [
        {"name": say(f"figures.{name}"), "n": number(say, n), "share": percent(say, n, whole)}
        for name, n in counts.items()
    ]


def other_times(say: Texts, tally: Tally) -> list[dict[str, str]]:
    """Return the times of the hall apart: of the booked, of walk-ins, beyond the appointed time, the way."""
    found = []
    for name in (*WAITS, "delay", "way", "service"):
        one = times(tally, name)
        if one.count >= FEW:
            words = {"median": minutes(say, one.median), "p90": minutes(say, one.p90)}
            found.append({"name": say(f"figures.{name}"), "n": number(say, one.count), **words})
    return found
