"""Stretches of days that figures are told of: a week, a month, a quarter, a year, or from one day to another.

What must not live here: the figures.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from typing import Final

A_DAY: Final = timedelta(days=1)
LONGEST: Final = timedelta(days=3 * 366)


class Length(StrEnum):
    """How long a stretch is; `DAYS` is any."""

    WEEK = "week"
    MONTH = "month"
    QUARTER = "quarter"
    YEAR = "year"
    DAYS = "days"


_MONTHS: Final = {Length.MONTH: 1, Length.QUARTER: 3, Length.YEAR: 12}


@dataclass(frozen=True, slots=True)
class Period:
    """The days from `first` to `last`, both included."""

    first: date
    last: date
    length: Length = Length.DAYS

    @property
    def days(self) -> int:
        return (self.last - self.first).days + 1

    def shifted(self, by: int) -> "Period":
        """Return the stretch of the same length so many before (below 0) or after it."""
        if self.length in _MONTHS:
            return period_of(self.length, _month_after(self.first, by * _MONTHS[self.length]))
        return Period(self.first + by * self.days * A_DAY, self.last + by * self.days * A_DAY, self.length)

    def a_year_before(self) -> "Period":
        """Return the same stretch of the year before: weeks keep their weekdays."""
        if self.length in _MONTHS:
            return period_of(self.length, _month_after(self.first, -12))
        return Period(self.first - 364 * A_DAY, self.last - 364 * A_DAY, self.length)

    def grain(self) -> Length:
        """Return of what its picture is made, so that bars can be told apart: days, weeks or months."""
        if self.days <= 35:
            return Length.DAYS
        return Length.WEEK if self.days <= 190 else Length.MONTH

    def parts(self) -> Iterator["Period"]:
        """Yield its days, weeks or months; the first and the last may be cut off."""
        grain, first = self.grain(), self.first
        while first <= self.last:
            last = first if grain is Length.DAYS else period_of(grain, first).last
            yield Period(first, min(last, self.last), grain)
            first = last + A_DAY


def period_of(length: Length, on: date) -> Period:
    """Return the week, month, quarter or year in which a day lies."""
    if length is Length.WEEK:
        monday = on - on.weekday() * A_DAY
        return Period(monday, monday + 6 * A_DAY, length)
    if length is Length.DAYS:
        return Period(on, on, length)
    months = _MONTHS[length]
    first = on.replace(month=(on.month - 1) // months * months + 1, day=1)
    return Period(first, _month_after(first, months) - A_DAY, length)


def between(first: date, last: date) -> Period:
    """Return the stretch from one day to another, whichever comes first; three years at most."""
    first, last = min(first, last), max(first, last)
    return Period(max(first, last - LONGEST), last)


def _month_after(first: date, months: int) -> date:
    months += first.year * 12 + first.month - 1
    return date(months // 12, months % 12 + 1, 1)
