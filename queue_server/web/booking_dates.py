"""Dates and times as people of a language read them."""

from datetime import date, datetime
from functools import lru_cache
from typing import Final
from zoneinfo import ZoneInfo

from babel import Locale
from babel.dates import format_date, format_skeleton

from queue_server.services.locales import locale_of

PARTS: Final = ((0, "night"), (6, "morning"), (12, "noon"), (14, "afternoon"), (17, "evening"))
"""From which hour on a part of the day has which name."""
KEPT_MOST: Final = 1000
"""So many written dates are remembered: a month sheet writes a hundred, each at 0.1 ms, and all are alike."""


@lru_cache(KEPT_MOST)
def long_date(day: date, language: str) -> str:
    """Return "Dienstag, 10. März 2026"."""
    return format_date(day, "full", locale=locale_of(language))


@lru_cache(KEPT_MOST)
def short_date(day: date, language: str) -> str:
    """Return "Di., 10. März"."""
    return format_skeleton("MMMEd", day, locale=locale_of(language))


@lru_cache(KEPT_MOST)
def plain_date(day: date, language: str) -> str:
    """Return "10. März 2026"."""
    return format_date(day, "long", locale=locale_of(language))


@lru_cache(KEPT_MOST)
def month_name(day: date, language: str) -> str:
    """Return "März 2026"."""
    return format_skeleton("yMMMM", day, locale=locale_of(language))


@lru_cache(KEPT_MOST)
def month_short(day: date, language: str, *, year: bool = False) -> str:
    """Return "Mär", or "Mär 26"."""
    return format_date(day, "LLL yy" if year else "LLL", locale=locale_of(language))


@lru_cache(KEPT_MOST)
def day_and_month(day: date, language: str) -> str:
    """Return "10.3."."""
    return format_skeleton("Md", day, locale=locale_of(language))


def weekdays(language: str) -> list[tuple[str, str]]:
    """Return short and long names, Monday first as everywhere where these pages are read."""
    days = Locale.parse(locale_of(language)).days["stand-alone"]
    return [(days["short"][n].rstrip("."), days["wide"][n]) for n in range(7)]


def local(at: datetime | str, zone: str) -> datetime:
    """Return a moment on the clock of a site."""
    moment = datetime.fromisoformat(at) if isinstance(at, str) else at
    return moment.astimezone(ZoneInfo(zone))


def part_of_day(at: datetime) -> str:
    """Return in which part of its day a time lies, by the names of `PARTS`."""
    return next(name for hour, name in reversed(PARTS) if at.hour >= hour)
