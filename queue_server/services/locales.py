"""How a language of the pages writes dates and times, and which way its lines run.

These pages are read in Europe: English without a country would say "November 20, 2026, 7:10 PM" beside
boards and slips that say 19:10, and Arabic would count twelve hours.

What must not live here: which languages there are (`web.texts`); what is said in them (the catalogues).
"""

import re
from collections.abc import Iterable
from datetime import date, datetime
from functools import cache
from typing import Final, Literal

from babel import Locale
from babel.dates import format_date

_COUNTRY: Final = {"en": "en_GB"}


@cache
def locale_of(language: str) -> str:
    """Return the locale in which dates and times of a language are written.

    What a tag adds for private use (RFC 5646 section 2.2.7) changes words, no dates: `de-x-leicht` is `de`.
    """
    public = language.partition("-x-")[0]
    return _COUNTRY.get(public, public.replace("-", "_"))


@cache
def direction_of(language: str) -> Literal["ltr", "rtl"]:
    """Return the way in which lines run, in HTML's word."""
    return "rtl" if Locale.parse(locale_of(language)).text_direction == "rtl" else "ltr"


def clock(at: datetime) -> str:
    """Return "19:10", in every language: the boards in the hall show it so."""
    return f"{at:%H:%M}"


def weekday_and_day(on: date, language: str) -> str:
    """Return "Dienstag, 10. März" as the language orders it."""
    return format_date(on, _without_year(language), locale=locale_of(language))


def short_day(on: date, language: str) -> str:
    """Return "Di., 10. März 2026" as the language orders it."""
    short = _full(language).replace("EEEE", "EEE").replace("MMMM", "MMM")
    return format_date(on, short, locale=locale_of(language))


@cache
def _without_year(language: str) -> str:
    # A word may stand behind the year: Ukrainian writes "2026 р.".
    return re.sub(r"\W*\by+\b(\s*'[^']*'\.?)?", "", _full(language)).strip(" ,،")


@cache
def _full(language: str) -> str:
    return str(Locale.parse(locale_of(language)).date_formats["full"])


def from_right(languages: Iterable[str]) -> tuple[str, ...]:
    """Return those that are written from the right, each once."""
    return tuple(dict.fromkeys(one for one in languages if direction_of(one) == "rtl"))
