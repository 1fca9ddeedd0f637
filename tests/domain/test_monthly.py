"""Which months' sheets a town is owed: late rather than never, and never years of them."""

from datetime import date

import pytest

from queue_server.domain.figures.monthly import name_of, owed
from queue_server.domain.figures.period import Length, period_of

FEBRUARY = period_of(Length.MONTH, date(2026, 2, 1))


@pytest.mark.parametrize(
    ("posted", "months"),
    [
        ("", ["2026-02"]),
        ("2026-02", []),
        ("2026-03", []),
        ("2026-01", ["2026-02"]),
        ("2025-12", ["2026-01", "2026-02"]),
        ("2019-05", ["2025-12", "2026-01", "2026-02"]),
    ],
)
def test_months_that_are_owed(posted: str, months: list[str]) -> None:
    assert [name_of(one) for one in owed(posted, FEBRUARY)] == months
