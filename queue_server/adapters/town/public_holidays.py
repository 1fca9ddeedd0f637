"""The public holidays of a German state, with their names for visitors.

What must not live here: a site's own closures, which stand in the set-up. The library that knows them is
asked in a process of its own, a third of a second with the first question; a town without a state never
asks.
"""

import json
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from functools import lru_cache
from typing import Final

from queue_server.domain.town import Closure, Texts, Town

_STATES: Final = (
    *("BB", "BE", "BW", "BY", "HB", "HE", "HH", "MV"),
    *("NI", "NW", "RP", "SH", "SL", "SN", "ST", "TH"),
)
STATES: Final = frozenset((*_STATES, "Augsburg"))
"""What the library knows (a test compares), written here so that reading a town file need not load it.
Augsburg is the one city with a holiday of its own."""

_FIRST: Final = date(2026, 1, 1)
"""Nothing could be booked before."""
_YEARS_AHEAD: Final = 4
"""Two for the longest horizon, and two for a server that nobody restarts."""
_ANSWERS_WITHIN_S: Final = 60


def closed_days(state: str, first: date, last: date) -> Mapping[date, Texts]:
    """Return the public holidays of `state` from `first` to `last`, both included, with their names.

    Only days that are free in the whole state: what holds in some municipalities is their own closure.
    The empty state has none.
    """
    if not state:
        return {}
    known = _of_years(first.year, last.year)[state]
    return {day: names for day, names in known.items() if first <= day <= last}


def with_holidays(town: Town, today: date) -> Town:
    """Return the town with the holidays of each site's state, from 2026 to some years after `today`."""
    last = date(max(today, _FIRST).year + _YEARS_AHEAD, 12, 31)
    sites = tuple(
        replace(site, holiday_dates=_closures(site.holidays, last)) if site.holidays else site
        for site in town.sites
    )
    return replace(town, sites=sites)


def _closures(state: str, last: date) -> tuple[Closure, ...]:
    return tuple(Closure(on, names) for on, names in closed_days(state, _FIRST, last).items())


@lru_cache(maxsize=8)
def _of_years(first: int, last: int) -> Mapping[str, Mapping[date, Texts]]:
    child = subprocess.run(  # noqa: S603 - our own words
        [sys.executable, "-m", "queue_server.adapters.town.holiday_child", str(first), str(last)],
        stdout=subprocess.PIPE,
        timeout=_ANSWERS_WITHIN_S,
        check=True,
    )
    return {
        state: {date.fromisoformat(day): names for day, names in days.items()}
        for state, days in json.loads(child.stdout).items()
    }
