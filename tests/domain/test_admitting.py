"""Who is let in when: table tests over days of 23, 24 and 25 hours, and the order in which lines count."""

from dataclasses import replace
from datetime import UTC, date, datetime, time
from typing import Any

import pytest

from queue_server.domain.admission import AS_WALK_IN, WITH_APPOINTMENT, Admission, AdmissionTime, Stretch
from queue_server.domain.admitting import admitted
from queue_server.domain.availability import allowed_starts, takes_bookings
from queue_server.domain.local_days import span_of
from queue_server.domain.slots import starts_in, time_of
from tests.domain.test_availability import BERLIN, an_open_site, hours_of
from tests.domain.town_builders import a_service, a_town

MONDAY, TUESDAY, THURSDAY = date(2026, 11, 16), date(2026, 11, 17), date(2026, 11, 19)
SPRING, AUTUMN, LEAP = date(2026, 3, 29), date(2026, 10, 25), date(2028, 2, 29)
A = Admission


def on(admits: Admission, *weekdays: int, hours: str = "", **more: Any) -> AdmissionTime:
    """Return a line such as `on(A.WALK_IN, 3, hours="8-12")`."""
    spans = [part.split("-") for part in hours.split(",")] if hours else []
    stretches = tuple(Stretch(time(int(begins)), time(int(ends) % 24)) for begins, ends in spans)
    return AdmissionTime(admits, weekdays, stretches, **more)


def times(
    admission: Admission, *lines: AdmissionTime, day: date, wanted: Any = WITH_APPOINTMENT
) -> list[str]:
    """Return when on a day such a service lets people in, as the clock says it."""
    service = a_service("pass", admission=admission, admission_times=lines)
    span = span_of(day, day, BERLIN)
    wider = replace(span, cells=span.cells + 1)
    found = hours_of(admitted([service], "hall", wanted, span, BERLIN), wider)
    return [one.partition(" ")[2] for one in found]


@pytest.mark.parametrize(
    ("admission", "booked", "walking"),
    [
        (A.BOTH, ["00:00-00:00"], ["00:00-00:00"]),
        (A.APPOINTMENT, ["00:00-00:00"], []),
        (A.WALK_IN, [], ["00:00-00:00"]),
        (A.NONE, [], []),
    ],
)
def test_without_lines_the_word_alone_decides(
    admission: Admission, booked: list[str], walking: list[str]
) -> None:
    assert times(admission, day=MONDAY) == booked
    assert times(admission, day=MONDAY, wanted=AS_WALK_IN) == walking


def test_passports_by_appointment_on_tuesday_afternoons_only() -> None:
    line = on(A.APPOINTMENT, 1, hours="14-18")
    assert times(A.WALK_IN, line, day=TUESDAY) == ["14:00-18:00"]
    assert times(A.WALK_IN, line, day=MONDAY) == []
    assert times(A.WALK_IN, line, day=TUESDAY, wanted=AS_WALK_IN) == ["00:00-14:00", "18:00-00:00"]


def test_cars_by_appointment_from_monday_to_wednesday_and_walk_ins_on_thursday_morning() -> None:
    lines = on(A.APPOINTMENT, 0, 1, 2), on(A.WALK_IN, 3, hours="8-12")
    assert times(A.NONE, *lines, day=MONDAY) == ["00:00-00:00"]
    assert times(A.NONE, *lines, day=MONDAY, wanted=AS_WALK_IN) == []
    assert times(A.NONE, *lines, day=THURSDAY) == []
    assert times(A.NONE, *lines, day=THURSDAY, wanted=AS_WALK_IN) == ["08:00-12:00"]
    assert times(A.NONE, *lines, day=date(2026, 11, 20), wanted=AS_WALK_IN) == []


def test_the_first_line_that_fits_counts() -> None:
    eve = date(2026, 12, 24)
    lines = (
        on(A.WALK_IN, hours="8-10", first=eve, last=eve),
        on(A.NONE, first=eve, last=eve),
        on(A.BOTH, 3, hours="8-18"),
    )
    assert times(A.NONE, *lines, day=eve, wanted=AS_WALK_IN) == ["08:00-10:00"]
    assert times(A.NONE, *lines, day=eve) == []
    assert times(A.NONE, *lines, day=THURSDAY) == ["08:00-18:00"]


@pytest.mark.parametrize(
    ("day", "first", "last", "fits"),
    [
        (date(2026, 12, 31), date(2026, 12, 31), date(2027, 1, 1), True),
        (date(2027, 1, 1), date(2026, 12, 31), date(2027, 1, 1), True),
        (date(2027, 1, 2), date(2026, 12, 31), date(2027, 1, 1), False),
        (LEAP, LEAP, None, True),
        (date(2028, 2, 28), LEAP, None, False),
        (date(2028, 3, 1), None, LEAP, False),
    ],
)
def test_dates_hold_from_the_first_to_the_last(
    day: date, first: date | None, last: date | None, fits: bool
) -> None:
    found = times(A.NONE, on(A.APPOINTMENT, hours="8-9", first=first, last=last), day=day)
    assert found == (["08:00-09:00"] if fits else [])


@pytest.mark.parametrize(
    ("day", "hours", "expected", "count"),
    [
        (SPRING, "1-4", ["01:00-04:00"], 24),  # the clock skips an hour
        (SPRING, "2-3", [], 0),
        (SPRING, "8-12", ["08:00-12:00"], 48),
        (AUTUMN, "1-4", ["01:00-04:00"], 48),  # and has one twice
        (AUTUMN, "8-12", ["08:00-12:00"], 48),
        (LEAP, "8-12", ["08:00-12:00"], 48),
    ],
)
def test_hours_are_the_clock_s_on_odd_days_too(
    day: date, hours: str, expected: list[str], count: int
) -> None:
    line = on(A.APPOINTMENT, hours=hours)
    assert times(A.NONE, line, day=day) == expected
    span = span_of(day, day, BERLIN)
    service = a_service("pass", admission=A.NONE, admission_times=(line,))
    assert admitted([service], "hall", WITH_APPOINTMENT, span, BERLIN).bit_count() == count


@pytest.mark.parametrize("day", [SPRING, AUTUMN])
def test_what_no_line_speaks_of_is_all_the_rest_of_an_odd_day(day: date) -> None:
    service = a_service("pass", admission=A.BOTH, admission_times=(on(A.NONE, hours="8-12"),))
    span = span_of(day, day, BERLIN)
    assert admitted([service], "hall", AS_WALK_IN, span, BERLIN).bit_count() == span.cells - 48


def test_a_line_may_be_for_one_site() -> None:
    line = on(A.APPOINTMENT, hours="14-18", site_id="annex")
    assert times(A.NONE, line, day=TUESDAY) == []
    assert takes_bookings(
        a_town(sites=(an_open_site(),), services=(a_service("pass", admission_times=(line,)),)),
        an_open_site(),
        {"pass"},
    )


def test_site_and_all_services_have_to_let_in() -> None:
    site = an_open_site(admission_times=(on(A.WALK_IN, 1, hours="8-15"),))
    service = a_service("pass", admission=A.NONE, admission_times=(on(A.APPOINTMENT, 1, hours="14-18"),))
    town = a_town(sites=(site,), services=(service,))
    span = span_of(MONDAY, THURSDAY, BERLIN)
    now = datetime(2026, 11, 16, 6, tzinfo=UTC)
    allowed = allowed_starts(town, site, {"pass"}, span, now)
    clocks = [time_of(cell).astimezone(BERLIN) for cell in starts_in(allowed, span)]
    assert {clock.date() for clock in clocks} == {TUESDAY}
    assert (f"{clocks[0]:%H:%M}", f"{clocks[-1]:%H:%M}") == ("15:00", "17:55")
