"""Figures as they may leave the house: a table for all, one by service, by weekday and by hour.

Small numbers are left out (`small_cells`), and a middle is told only of a row whose visits are. A row that
is left out in visits is left out altogether. Waits are in whole minutes, `earliest_days` in days.
"""

from collections.abc import Hashable, Mapping
from typing import Any, Final, TypeVar

from queue_server.domain.figures.day import WAITS
from queue_server.domain.figures.gathered import Gathered, by_hour, by_service, times
from queue_server.domain.figures.small_cells import FEWEST, told, told_alone
from queue_server.domain.figures.tally import NOBODYS, Tally

K = TypeVar("K", bound=Hashable)
COUNTS: Final = (
    *("visits", "from_appointment", "served", "not_there", "cancelled", "left", "late"),
    *("bookings", "bookings_outside", "appointments", "missed", "found_nothing"),
)
TIMES: Final = {"wait": WAITS, "way": ("way",), "service": ("service",)}
Row = dict[str, Any]


def tables(found: Gathered) -> dict[str, list[Row]]:
    """Return the tables of a period: rows with `key`, counts and times; None is what is not told."""
    whole = found.whole()
    services = {key: one for key, one in by_service(whole).items() if key != NOBODYS}
    hours = {f"{hour:02}": one for hour, one in sorted(by_hour(whole).items()) if one.sum("visits")}
    weekdays = {str(n + 1): one for n, one in enumerate(found.weekdays) if one.sum("visits")}
    only_visits = ("visits", "from_appointment")
    return {
        "total": [_total(whole)],
        "by_service": _rows(dict(sorted(services.items())), COUNTS),
        "by_weekday": _rows(weekdays, ("visits",)),
        "by_hour": _rows(hours, only_visits),
    }


def _total(tally: Tally) -> Row:
    counts = {name: told_alone(tally.sum(name)) for name in COUNTS}
    return {"key": "", **counts, **_times(tally)}


def _rows(tallies: Mapping[str, Tally], names: tuple[str, ...]) -> list[Row]:
    columns = {name: told({key: one.sum(name) for key, one in tallies.items()}) for name in names}
    rows = []
    for key, tally in tallies.items():
        row: Row = {"key": key, **{name: columns[name][key] for name in names}}
        if row["visits"] is None:
            row |= dict.fromkeys(names)
        rows.append(row | (_times(tally) if row["visits"] else dict.fromkeys(_times(Tally()))))
    return rows


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
    row["earliest_days"] = times(tally, "earliest").median
    return row
