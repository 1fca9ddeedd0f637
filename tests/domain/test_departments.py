"""Who belongs to a department, and which absences may be entered."""

from dataclasses import replace
from datetime import date, timedelta

import pytest

from queue_server.domain.departments import (
    Unfit,
    clerks_of,
    departments_of,
    entering,
    taking_back,
    to_come,
    why_unfit,
)
from queue_server.domain.town import Absence, Department, Town
from tests.domain.town_builders import a_clerk, a_service, a_town

TODAY = date(2026, 3, 10)
DAY = timedelta(days=1)
WEEK = Absence(TODAY + 7 * DAY, TODAY + 11 * DAY)
OFFICE = Department("office", {"de": "Bürgerbüro"}, ("hall",))


def an_office(**skills: tuple[str, ...]) -> Town:
    """A department with four services and one with two, and clerks by what they can do."""
    four = tuple(a_service(id=one, key=one, department_id="office") for one in ("a", "b", "c", "d"))
    two = tuple(a_service(id=one, key=one, department_id="other") for one in ("x", "y"))
    return a_town(
        departments=(OFFICE, replace(OFFICE, id="other")),
        services=(*four, *two),
        clerks=tuple(a_clerk(id=id_, service_ids=ids) for id_, ids in skills.items()),
    )


@pytest.mark.parametrize(
    ("skills", "expected"),
    [
        (("a", "b", "c", "d"), {"office"}),
        (("a", "b"), {"office"}),
        (("a", "x", "y"), {"other"}),
        (("a", "b", "x"), {"office", "other"}),
        (("a",), {"office"}),
        (("*",), {"office", "other"}),
        ((), set()),
    ],
)
def test_a_clerk_works_for_the_department_whose_services_they_mostly_do(
    skills: tuple[str, ...], expected: set[str]
) -> None:
    town = an_office(anna=skills)
    assert departments_of(town, town.clerks[0]) == expected


def test_what_is_not_done_at_the_own_site_does_not_count() -> None:
    """At the castle there is one service of four: who does it does all there is."""
    town = an_office(anna=("a",), bernd=("x", "y"))
    at_both = replace(town.services[0], site_ids=("hall", "castle"))
    castle = replace(town, services=(at_both, *town.services[1:]))
    anna = replace(town.clerks[0], site_ids=("castle",))
    assert departments_of(castle, anna) == {"office"}
    assert [clerk.id for clerk in clerks_of(town, OFFICE)] == ["anna"]


def test_an_absence_is_entered_once_and_taken_back() -> None:
    town = a_town(clerks=(a_clerk(id="anna"), a_clerk(id="bernd")))
    once = entering("anna", WEEK)(town)
    assert [clerk.absences for clerk in once.clerks] == [(WEEK,), ()]
    assert entering("anna", WEEK)(once) == once
    assert taking_back("anna", WEEK)(once) == town == taking_back("anna", WEEK)(town)


def test_what_is_over_is_not_shown_and_the_next_comes_first() -> None:
    over, now = Absence(TODAY - 9 * DAY, TODAY - DAY), Absence(TODAY - DAY, TODAY)
    assert list(to_come(a_clerk(absences=(WEEK, over, now)), TODAY)) == [now, WEEK]


@pytest.mark.parametrize(
    ("first", "last", "expected"),
    [
        (0, 0, None),
        (-31, 0, None),
        (0, 800, None),
        (-32, 0, Unfit.PAST),
        (-5, -1, Unfit.PAST),
        (3, 2, Unfit.BACKWARDS),
        (0, 801, Unfit.TOO_LONG),
        (3650, 3651, Unfit.TOO_LONG),
        (7, 11, Unfit.KNOWN),
    ],
)
def test_an_absence_is_judged_by_its_days(first: int, last: int, expected: Unfit | None) -> None:
    clerk = a_clerk(absences=(WEEK,))
    assert why_unfit(clerk, TODAY + first * DAY, TODAY + last * DAY, TODAY) is expected


def test_a_day_that_is_missing_is_asked_for() -> None:
    assert why_unfit(a_clerk(), None, TODAY, TODAY) is why_unfit(a_clerk(), TODAY, None, TODAY)
    assert why_unfit(a_clerk(), None, None, TODAY) is Unfit.MISSING
