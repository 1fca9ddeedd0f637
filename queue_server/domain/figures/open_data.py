"""Figures as they may leave the house: a table for all, one by service, by weekday and by hour.

Small numbers are left out (`small_cells`), with all from which they could be worked out: by the tables' sums,
and in a row, whose visits are those served, not there, cancelled and left. What a row does not tell but what
can be had by subtraction (walk-ins, who came to the appointment) counts as a number of its own. A row that is
left out in visits is left out altogether, and times are told of many alone. Waits are in whole minutes,
`earliest_days` in days. When a time is free is of nobody, so it is told of each service, also where nobody
came; and of each alone: a middle of all would be that of concerns for which nobody asks.
"""

from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any, Final

from queue_server.domain.figures.day import WAITS
from queue_server.domain.figures.gathered import Gathered, by_hour, by_service, earliest, times
from queue_server.domain.figures.period import Length, Period, period_of
from queue_server.domain.figures.small_cells import FEWEST, Sum, untold
from queue_server.domain.figures.tally import NOBODYS, Tally

COUNTS: Final = (
    *("visits", "from_appointment", "served", "not_there", "cancelled", "left", "late"),
    *("from_kiosk", "from_desk", "from_integration", "by_portal", "by_kiosk", "by_desk", "by_api"),
    *("bookings", "bookings_outside", "appointments", "missed", "found_nothing", "told", "told_held"),
)
OF_NONE: Final = ("no_concern", "calls", "calls_confirmed", "calls_fetched")
"""What belongs to no service, and is told in total alone: searches for what is not offered, and calls."""
MADE_OF: Final = {
    "visits": (
        ("from_appointment",),
        ("from_appointment", "from_kiosk", "from_desk", "from_integration"),
        ("served", "not_there", "cancelled", "left"),
    ),
    "from_appointment": (("late",),),
    "bookings": (("bookings_outside",), ("by_portal", "by_kiosk", "by_desk", "by_api")),
    "appointments": (("missed",),),
    "told": (("told_held",),),
    "calls": (("calls_confirmed", "calls_fetched"),),
}
"""A count, and of what it is made: of these, and of a rest that is not told by name."""
TIMES: Final = {"wait": WAITS, "delay": ("delay",), "way": ("way",), "service": ("service",)}
TOTAL: Final = ""
Row = dict[str, Any]
Cell = tuple[str, str, str]
"""Table, key of the row, measure."""


def may_be_passed_on(period: Period, site_count: int, is_whole: bool, today: date) -> bool:
    """Say whether the tables of a choice may leave the house: a whole month that is over, of one site.

    Each table by itself tells nothing small; two of them do where one holds the days of the other: a quarter
    less its months, a town less its other sites, days 2 to 18 less days 2 to 17. Of these no two share a day.
    """
    is_month = period == period_of(Length.MONTH, period.first)
    return is_month and period.last < today and site_count == 1 and is_whole


def tables(found: Gathered) -> dict[str, list[Row]]:
    """Return the tables of a period: rows with `key`, counts and times; None is what is not told."""
    whole = found.whole()
    services = {key: one for key, one in sorted(by_service(whole).items()) if key != NOBODYS}
    hours = {f"{hour:02}": one for hour, one in sorted(by_hour(whole).items()) if one.sum("visits")}
    weekdays = {str(n + 1): one for n, one in enumerate(found.weekdays) if one.sum("visits")}
    rows = {"total": {TOTAL: whole}, "by_service": services, "by_weekday": weekdays, "by_hour": hours}
    names = {
        "total": (*COUNTS, *OF_NONE) if found.is_whole else COUNTS,
        "by_service": COUNTS,
        "by_weekday": ("visits",),
        "by_hour": ("visits", "from_appointment"),
    }
    cells: dict[Cell, int] = {}
    sums: list[Sum[Cell]] = []
    for table, tallies in rows.items():
        for key, tally in tallies.items():
            _take_row(cells, sums, (table, key), {name: tally.sum(name) for name in names[table]})
    sums += _down(cells, rows)
    hidden = untold(cells, sums)
    told = {
        table: [_row((table, key), tally, names[table], hidden) for key, tally in tallies.items()]
        for table, tallies in rows.items()
    }
    if found.is_whole:
        told["total"][0] |= _use(whole, told["total"][0])
    return told


def _take_row(cells: dict[Cell, int], sums: list[Sum[Cell]], place: tuple[str, str], counts: Row) -> None:
    """Add a row's cells, also those that can be had by subtraction, and how they add up."""
    cells |= {(*place, name): n for name, n in counts.items()}
    for whole, ways in MADE_OF.items():
        for parts in ways:
            if whole in counts and all(name in counts for name in parts):
                rest = counts[whole] - sum(counts[name] for name in parts)
                keys = [(*place, name) for name in parts]
                if rest > 0:
                    keys.append((*place, f"{whole} but {parts[0]}"))
                    cells[keys[-1]] = rest
                sums.append(Sum((*place, whole), keys))


def _down(cells: Mapping[Cell, int], rows: Mapping[str, Mapping[str, Tally]]) -> Iterator[Sum[Cell]]:
    """Yield how the rows of each table add up to the total."""
    for _, _, name in [cell for cell in cells if cell[0] == "total"]:
        for table, tallies in rows.items():
            parts = [(table, key, name) for key in tallies if (table, key, name) in cells]
            if parts and table != "total":
                yield Sum(("total", TOTAL, name), parts)


def _row(place: tuple[str, str], tally: Tally, names: tuple[str, ...], hidden: set[Cell]) -> Row:
    is_out = (*place, "visits") in hidden
    row: Row = {"key": place[1]}
    for name in names:
        row[name] = None if is_out or (*place, name) in hidden else tally.sum(name)
    if place[0] == "by_service":
        row |= _earliest(tally)
    if place[0] == "total" or row["visits"]:
        return row | _times(tally)
    return row | dict.fromkeys(_times(Tally()))


def _use(tally: Tally, row: Row) -> Row:
    """Return minutes of counters and of the time for appointments; of few visits they are their own."""
    use = {f"{name}_min": round(tally.sum(f"{name}_s") / 60) for name in ("open", "busy")}
    booked = {name: tally.sum(name) for name in ("capacity_min", "booked_min")}
    return {
        **(use if (row["served"] or 0) >= FEWEST else dict.fromkeys(use)),
        **(booked if (row["appointments"] or 0) >= FEWEST else dict.fromkeys(booked)),
    }


def _earliest(tally: Tally) -> Row:
    found = earliest(tally)
    return {
        "earliest_days": found.median,
        "days_looked": found.looked,
        "days_none_free": found.none_free,
    }


def _times(tally: Tally) -> Row:
    """Return middles and nine tenths; None where fewer than five were measured."""
    row: Row = {}
    for name, measures in TIMES.items():
        one = times(tally, *measures)
        few = one.count < FEWEST
        row |= {
            f"{name}_median_min": None if few else one.median,
            f"{name}_p90_min": None if few else one.p90,
        }
    return row
