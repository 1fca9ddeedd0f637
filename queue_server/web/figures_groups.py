"""Figures side by side: of each concern, site, weekday or hour, in one table.

What must not live here: where the figures come from, and what a single one says (`figures_shown`).
"""

from collections.abc import Callable, Mapping, Sequence
from enum import StrEnum
from typing import Any, Final

from queue_server.domain.figures.day import WAITS
from queue_server.domain.figures.gathered import Gathered, by_hour, by_service, earliest, times
from queue_server.domain.figures.tally import NOBODYS, Tally
from queue_server.domain.town import Site, Town, in_language
from queue_server.web import figures_shown as shown
from queue_server.web.booking_dates import weekdays
from queue_server.web.texts import Texts


class By(StrEnum):
    """What a table's rows are."""

    CONCERN = "concern"
    SITE = "site"
    WEEKDAY = "weekday"
    HOUR = "hour"


_OF_PEOPLE: Final = ("visits", "booked", "walk_ins", "wait", "wait_p90", "late", "missed", "held")
COLUMNS: Final[Mapping[By, tuple[str, ...]]] = {
    By.CONCERN: ("visits", "wait", "wait_p90", "service", "late", "missed", "earliest", "found_nothing"),
    By.SITE: (*(name for name in _OF_PEOPLE if name != "walk_ins"), "use", "capacity"),
    By.WEEKDAY: _OF_PEOPLE,
    By.HOUR: _OF_PEOPLE,
}
UNUSED: Final = ("earliest", "found_nothing")
"""What is told of concerns for which nobody came or booked."""
Row = dict[str, Any]


def by_concern(say: Texts, town: Town, tally: Tally) -> dict[str, Any]:
    """Return a row for each service somebody came for or booked, the most visited first; the `rest` apart."""
    names = {one.id: in_language(one.name, say.language) for one in town.services}
    found = [(names.get(id_, id_), one) for id_, one in by_service(tally).items() if id_ != NOBODYS]
    used = [(name, one) for name, one in found if one.sum("visits") + one.sum("bookings")]
    rest = [(name, one) for name, one in found if not one.sum("visits") + one.sum("bookings")]
    used.sort(key=lambda one: (-one[1].sum("visits"), one[0]))
    rest.sort(key=lambda one: (-one[1].sum("found_nothing"), one[0]))
    return _table(say, By.CONCERN, used) | {
        "rest": [_row(say, name, one, UNUSED) for name, one in rest],
        "hint": say("figures.by_concern_hint"),
        "rest_heads": [say(f"figures.{name}") for name in UNUSED],
    }


def by_site(say: Texts, found: Sequence[tuple[Site, Gathered]]) -> dict[str, Any]:
    """Return a row for each site. Of some services alone nothing is known of counters and capacity."""
    rows = [(in_language(site.name, say.language), one.whole()) for site, one in found]
    return _table(say, By.SITE, rows, whole=all(one.is_whole for _, one in found))


def by_weekday(say: Texts, found: Gathered) -> dict[str, Any]:
    names = weekdays(say.language)
    rows = [(names[n][1], one) for n, one in enumerate(found.weekdays) if _is_any(one)]
    return _table(say, By.WEEKDAY, rows)


def by_hours(say: Texts, tally: Tally) -> dict[str, Any]:
    rows = [(f"{hour:02}:00", one) for hour, one in sorted(by_hour(tally).items()) if _is_any(one)]
    return _table(say, By.HOUR, rows)


def _is_any(tally: Tally) -> bool:
    return bool(tally.sum("visits") + tally.sum("appointments"))


def _table(say: Texts, by: By, rows: list[tuple[str, Tally]], *, whole: bool = True) -> dict[str, Any]:
    names = COLUMNS[by] if whole else _OF_PEOPLE
    return {
        "first": say(f"figures.rows_{by}"),
        "heads": [say(f"figures.{name}") for name in names],
        "rows": [_row(say, name, one, names) for name, one in rows],
        "rest": [],
        "hint": say("figures.by_hint"),
    }


def _row(say: Texts, name: str, tally: Tally, columns: tuple[str, ...]) -> Row:
    return {"name": name, "cells": [_CELLS[column](say, tally) for column in columns]}


def _count(measure: str) -> Callable[[Texts, Tally], str]:
    return lambda say, tally: shown.number(say, tally.sum(measure))


def _share(part: str, whole: str) -> Callable[[Texts, Tally], str]:
    return lambda say, tally: shown.percent(say, tally.sum(part), tally.sum(whole))


def _half(*measures: str) -> Callable[[Texts, Tally], str]:
    def cell(say: Texts, tally: Tally) -> str:
        found = times(tally, *measures)
        return shown.minutes(say, found.median, found.count)

    return cell


def _nine_of_ten(say: Texts, tally: Tally) -> str:
    found = times(tally, *WAITS)
    return shown.minutes(say, found.p90, found.count)


_CELLS: Final[Mapping[str, Callable[[Texts, Tally], str]]] = {
    "visits": _count("visits"),
    "booked": _count("from_appointment"),
    "walk_ins": lambda say, tally: shown.number(say, tally.sum("visits") - tally.sum("from_appointment")),
    "wait": _half(*WAITS),
    "wait_p90": _nine_of_ten,
    "service": _half("service"),
    "late": _share("late", "from_appointment"),
    "missed": _share("missed", "appointments"),
    "held": shown.held,
    "earliest": lambda say, tally: shown.earliest_words(say, earliest(tally)),
    "found_nothing": _count("found_nothing"),
    "use": _share("busy_s", "open_s"),
    "capacity": _share("booked_min", "capacity_min"),
}
