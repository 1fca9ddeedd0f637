"""Nothing is offered that hours, rosters and limits forbid, in any week."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime, time, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from queue_server.domain.availability import (
    allowed_starts,
    closed_days,
    work_of,
)
from queue_server.domain.local_days import span_of
from queue_server.domain.slots import ClerkTime, Span, free_starts, starts_in, time_of
from queue_server.domain.town import (
    Closure,
    OpeningHours,
    RosterEntry,
)
from tests.domain.test_availability import BERLIN, HERE, HOURS, room
from tests.domain.town_builders import a_clerk, a_site, a_town

small = settings(max_examples=25, deadline=None, database=None, derandomize=True)


def plain_room(share: int, cells: int, clerks: Sequence[ClerkTime], span: Span) -> list[int]:
    """The rule as it reads: count each hour that the visit would touch."""

    def fits(start: int) -> bool:
        touched = range(start, start + cells)
        for hour in {cell // 12 for cell in touched}:
            in_hour = [cell - span.base for cell in range(hour * 12, hour * 12 + 12)]
            places = [place for place in in_hour if 0 <= place < span.cells]
            work = sum(clerk.work >> place & 1 for clerk in clerks for place in places)
            busy = sum(clerk.work & clerk.busy & 1 << place > 0 for clerk in clerks for place in places)
            more = sum(cell // 12 == hour for cell in touched)
            if (busy + more) * 100 > work * (100 - share):
                return False
        return True

    return [start - span.base for start in range(span.base, span.end) if fits(start)]


@small
@given(
    st.integers(1, 100),
    st.integers(1, 30),
    st.lists(st.tuples(st.integers(0, 2**60 - 1), st.integers(0, 2**60 - 1)), max_size=3),
    st.integers(0, 11),
)
def test_the_share_is_what_counting_hour_by_hour_finds(
    share: int, cells: int, drawn: list[tuple[int, int]], shift: int
) -> None:
    span = Span(HOURS.base + shift, 60)
    clerks = [ClerkTime(f"c{n}", frozenset(HERE), work, busy) for n, (work, busy) in enumerate(drawn)]
    assert room(share, cells, *clerks, span=span) == plain_room(share, cells, clerks, span)


# -- all together --------------------------------------------------------------------------------------


@small
@given(
    st.dates(date(2026, 3, 20), date(2026, 4, 5)) | st.dates(date(2026, 10, 20), date(2026, 11, 5)),
    st.integers(0, 24 * 60 - 1),
    st.lists(st.tuples(st.integers(0, 6), st.integers(0, 23), st.integers(1, 24)), max_size=5),
    st.lists(st.tuples(st.integers(0, 6), st.integers(0, 23), st.integers(1, 24)), max_size=5),
    st.sets(st.integers(0, 9), max_size=2),
    st.integers(1, 24),
)
def test_nothing_is_offered_outside_of_hours_roster_and_limits(
    today: date,
    minute: int,
    opening: list[tuple[int, int, int]],
    roster: list[tuple[int, int, int]],
    closed: set[int],
    cells: int,
) -> None:
    """Each offered visit is gone through minute by minute on the clock; failures 7 and 8."""
    hours = tuple(OpeningHours(weekday, time(a), time(b % 24)) for weekday, a, b in opening)
    entries = tuple(RosterEntry(weekday, time(a), time(b % 24), "hall") for weekday, a, b in roster)
    closures = tuple(Closure(today + timedelta(days=n)) for n in closed)
    site = a_site(opening=hours, closures=closures, lead_min=45)
    clerk = a_clerk(roster=entries)
    short = replace(a_town().departments[0], horizon_days=5)
    town = a_town(sites=(site,), departments=(short,), clerks=(clerk,))
    now = datetime.combine(today, time(0), BERLIN) + timedelta(minutes=minute)
    span = span_of(today, today + timedelta(days=8), BERLIN)
    work = work_of(clerk, site, span, BERLIN, closed_days(site))
    anna = ClerkTime("anna", frozenset(HERE), work, 0)
    allowed = allowed_starts(town, site, HERE, span, now)
    for cell in starts_in(free_starts(span, [anna], frozenset(HERE), cells, allowed), span):
        assert 45 * 60 <= time_of(cell).timestamp() - now.timestamp() <= 5 * 24 * 3600
        for local in (time_of(each).astimezone(BERLIN) for each in range(cell, cell + cells)):
            assert local.date() not in {closure.on for closure in closures}
            assert any(weekday == local.weekday() and a <= local.hour < b for weekday, a, b in opening)
            assert any(weekday == local.weekday() and a <= local.hour < b for weekday, a, b in roster)
