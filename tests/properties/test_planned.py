"""Whatever is planned for whatever days: each day has what was planned up to it, in order."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from hypothesis import given
from hypothesis import strategies as st

from queue_server.domain.eras import eras_of
from queue_server.domain.local_days import days_of
from queue_server.domain.planned import Planned, course, offered
from queue_server.domain.slots import Span
from queue_server.domain.town import Town
from queue_server.domain.town_diff import diff
from tests.properties.test_town_patch import TOWNS

FIRST = date(2026, 3, 27)  # the night of summer time is among the days
DAYS = st.integers(0, 6).map(lambda days: FIRST + timedelta(days=days))
MADE = datetime(2026, 3, 1, tzinfo=UTC)


def fits(_before: Town, _after: Town) -> bool:
    return True


@given(TOWNS, st.lists(st.tuples(DAYS, TOWNS), max_size=4))
def test_each_day_has_what_was_planned_up_to_it(today: Town, wished: list[tuple[date, Town]]) -> None:
    wished = sorted(wished, key=lambda one: one[0])
    plans, before = [], today
    for number, (day, town) in enumerate(wished):
        changes = tuple(diff(before, town, exact=True))
        plans.append(Planned(str(number), day, MADE + timedelta(seconds=number), changes))
        before = town
    found = course(today, reversed(plans), fits)
    assert not found.unfit
    for day in (FIRST + timedelta(days=n) for n in range(-1, 8)):
        assert found.on(day) == ([today] + [town for on, town in wished if on <= day])[-1]


@given(TOWNS, st.lists(st.tuples(DAYS, TOWNS), max_size=4), st.integers(0, 4000), st.integers(1, 3000))
def test_the_eras_of_a_span_cover_it_once(
    today: Town, wished: list[tuple[date, Town]], start: int, cells: int
) -> None:
    """Every cell belongs to one set-up: on neither side of a change is there a gap or a doubled hour."""
    if not today.sites:
        return
    plans = [
        Planned(str(n), day, MADE, tuple(diff(today, town, exact=True)))
        for n, (day, town) in enumerate(wished)
    ]
    found = course(today, plans, fits)
    eras = eras_of(found.stages, offered(found.stages), today.sites[0])
    base = int(datetime(2026, 3, 26, tzinfo=UTC).timestamp()) // 300
    span = Span(base + start, cells)
    parts = [bits for _, bits in eras.parts_of(span)]
    assert sum(parts) == span.all
    assert [place for place, _ in eras.parts_of(span)] == sorted(
        {eras.place_of(day.on) for day in days_of(span, ZoneInfo("Europe/Berlin"))}
    )
