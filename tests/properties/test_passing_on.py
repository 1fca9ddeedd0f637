"""What may be passed on tells nothing small, also not by taking one table from others.

All that is told of random days is collected, file by file, as an attacker would; then each file less any
others that lie within it. What must not live here: one table by itself (`tests/domain/test_small_cells.py`).
"""

from datetime import date, timedelta
from itertools import combinations
from typing import NamedTuple

from hypothesis import given, settings
from hypothesis import strategies as st

from queue_server.domain.figures.gathered import Gathered
from queue_server.domain.figures.open_data import may_be_passed_on, tables
from queue_server.domain.figures.period import Length, Period, between, period_of
from queue_server.domain.figures.small_cells import FEWEST
from queue_server.domain.figures.tally import Tally, to_json

SITES = ("hall", "annex")
TODAY = date(2026, 4, 9)
SEEN_ON = [date(2026, month, day) for month in (1, 2, 3) for day in (2, 16)]
CHOICES = [
    *(period_of(Length.MONTH, date(2026, month, 1)) for month in (1, 2, 3, 4)),
    period_of(Length.QUARTER, date(2026, 1, 1)),
    period_of(Length.YEAR, date(2025, 1, 1)),
    period_of(Length.WEEK, date(2026, 2, 2)),
    between(date(2026, 2, 1), date(2026, 2, 28)),
    between(date(2026, 2, 1), date(2026, 2, 17)),
]
Days = dict[tuple[str, date], Tally]
Cells = dict[tuple[str, str, str], int]


class File(NamedTuple):
    """What somebody was handed: of which days of which sites, of which services, and what it tells."""

    of: frozenset[tuple[str, date]]
    services: frozenset[str] | None
    told: Cells


def of_month(days: Days, period: Period, sites: tuple[str, ...], services: frozenset[str] | None) -> File:
    found = Gathered.of(period)
    within = frozenset(
        (site, day) for site, day in days if site in sites and period.first <= day <= period.last
    )
    found.take([(day, to_json(days[site, day])) for site, day in sorted(within)], services)
    told = {
        (table, row["key"], name): n
        for table, rows in tables(found).items()
        for row in rows
        for name, n in row.items()
        if isinstance(n, int) and name in {"visits", "served", "left"}
    }
    return File(within, services, told)


def handed_out(days: Days) -> list[File]:
    files = [
        of_month(days, period, sites, services)
        for period in CHOICES
        for sites in (SITES, *((site,) for site in SITES))
        for services in (None, frozenset({"a"}))
        if may_be_passed_on(period, len(sites), services is None, TODAY)
    ]
    return [one for one in files if one.of]


def truth(days: Days, of: frozenset[tuple[str, date]], cell: tuple[str, str, str]) -> int:
    table, key, name = cell
    tallies = [tally for (site, day), tally in days.items() if (site, day) in of]
    if table == "by_weekday":
        tallies = [days[one] for one in of if one[1].isoweekday() == int(key)]
    services = [key] if table == "by_service" else None
    return sum(one.sum(name, services, int(key) if table == "by_hour" else None) for one in tallies)


COUNT = st.tuples(st.sampled_from("abc"), st.integers(8, 11), st.integers(0, 12), st.integers(0, 3))


@st.composite
def some_days(draw: st.DrawFn) -> Days:
    days: Days = {}
    for site in SITES:
        for day in SEEN_ON:
            tally = days[site, day] = Tally()
            for service, hour, served, left in draw(st.lists(COUNT, max_size=4)):
                for name, n in {"visits": served + left, "served": served, "left": left}.items():
                    if n:
                        tally.count(name, service, hour, by=n)
    return days


@settings(max_examples=40, deadline=None)
@given(some_days())
def test_nothing_small_is_had_by_taking_files_from_one_another(days: Days) -> None:
    """Days 2 to 18 less days 2 to 17, a quarter less two months, a town less its other sites."""
    files = handed_out(days)
    for whole in files:
        inside = [one for one in files if one.of < whole.of or (one.of == whole.of and one != whole)]
        for count in (1, 2):
            for parts in combinations(inside, count):
                for cell, n in whole.told.items():
                    if all(cell in one.told for one in parts):
                        left = n - sum(one.told[cell] for one in parts)
                        assert not 0 < left < FEWEST, (cell, left)


@given(some_days())
@settings(max_examples=20, deadline=None)
def test_what_is_handed_out_is_true_and_of_days_of_its_own(days: Days) -> None:
    files = handed_out(days)
    for one in files:
        for cell, n in one.told.items():
            assert n == truth(days, one.of, cell)
            assert not 0 < n < FEWEST
    assert sum(len(one.of) for one in files) == len(frozenset().union(*(one.of for one in files)))
    assert {site for one in files for site, _ in one.of} == set(SITES)


def test_a_month_may_be_passed_on_when_it_is_over_and_no_sooner() -> None:
    march = period_of(Length.MONTH, date(2026, 3, 1))
    assert not may_be_passed_on(march, 1, True, march.last)
    assert may_be_passed_on(march, 1, True, march.last + timedelta(days=1))
