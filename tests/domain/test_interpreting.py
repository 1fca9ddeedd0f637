"""From when on somebody can interpret: working days, without weekends, closures, holidays."""

from dataclasses import replace
from datetime import date

import pytest

from queue_server.domain import interpreting
from queue_server.domain.needs import NEEDS, OF_THE_TIME, is_need
from queue_server.domain.town import Closure, Site
from tests.domain.town_builders import a_site

THURSDAY, FRIDAY = date(2026, 3, 5), date(2026, 3, 6)
MONDAY, TUESDAY = date(2026, 3, 9), date(2026, 3, 10)


def site(days: int, *closed: date) -> Site:
    hall = a_site("hall", interpreter_languages=("tr", "fa"), interpreter_days=days)
    return replace(hall, closures=tuple(map(Closure, closed)))


@pytest.mark.parametrize(
    ("days", "closed", "first"),
    [
        (0, (), THURSDAY),
        (1, (), FRIDAY),
        (2, (), MONDAY),
        (2, (MONDAY,), TUESDAY),
        (1, (FRIDAY, MONDAY), TUESDAY),
    ],
)
def test_weekends_and_closed_days_are_not_counted(days: int, closed: tuple[date, ...], first: date) -> None:
    assert interpreting.first_day(site(days, *closed), THURSDAY) == first


def test_holidays_are_not_counted() -> None:
    hall = replace(site(1), holiday_dates=(Closure(FRIDAY),))
    assert interpreting.first_day(hall, THURSDAY) == MONDAY


def test_the_desk_reads_how_many_working_days_are_left() -> None:
    assert interpreting.working_days_until(site(5), THURSDAY, TUESDAY) == 3
    assert interpreting.working_days_until(site(5), TUESDAY, TUESDAY) == 0


def test_a_code_names_its_language_and_decides_about_times() -> None:
    assert interpreting.code_for("tr") == "interpreter_tr"
    assert interpreting.language_in(["deaf", "interpreter_tr"]) == "tr"
    assert interpreting.language_in(["interpreter", interpreting.ARRANGED, "interpreter_xx"]) == ""
    assert "interpreter_tr" in OF_THE_TIME
    assert "interpreter" in NEEDS & OF_THE_TIME, "of who books at a kiosk the language is not always known"
    assert interpreting.is_wished(["deaf", "interpreter"])
    assert interpreting.is_wished(["interpreter_tr"])
    assert not interpreting.is_wished(["deaf", interpreting.ARRANGED])
    assert [is_need(one) for one in ("deaf", "interpreter_tr", interpreting.ARRANGED, "x")] == [True] * 3 + [
        False
    ]
