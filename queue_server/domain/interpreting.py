"""Interpreters: in which languages a site offers them, and from when on one can be had.

Whoever books says which language; it is kept with what else they need (`domain.needs`), as a code such as
`interpreter_tr`. What must not live here: who is asked to interpret. That is arranged by people.
"""

from collections.abc import Collection, Iterable
from datetime import date, timedelta
from typing import Final

from queue_server.domain.availability import closed_days
from queue_server.domain.town import Site

LANGUAGES: Final = (
    *("am", "ar", "bg", "bs", "cs", "da", "el", "en", "es", "et", "fa", "fi", "fr", "hi", "hr", "hu", "hy"),
    *("it", "ja", "ka", "ko", "ku", "lt", "lv", "mk", "nl", "pl", "ps", "pt", "ro", "ru", "sk", "sl", "so"),
    *("sq", "sr", "sv", "sw", "ta", "th", "ti", "tr", "uk", "ur", "vi", "zh"),
)
"""What a site may offer, as tags of ISO 639-1."""
_PREFIX: Final = "interpreter_"
CODES: Final = frozenset(f"{_PREFIX}{one}" for one in LANGUAGES)
UNKNOWN: Final = "interpreter"
"""Asked for in person, into a language for which the site offers nobody, or on a phone while waiting."""
WISHES: Final = CODES | {UNKNOWN}
ARRANGED: Final = "interpreter_arranged"
"""Beside one of `WISHES`: somebody has seen to it. Staff alone say so."""
_SATURDAY: Final = 5


def code_for(language: str) -> str:
    return f"{_PREFIX}{language}"


def language_in(needs: Iterable[str]) -> str:
    """Return the language into which somebody asks to interpret; "" when nobody was asked for."""
    return next((one.removeprefix(_PREFIX) for one in needs if one in CODES), "")


def is_wished(needs: Iterable[str]) -> bool:
    """Say whether somebody has to come and interpret, into whichever language."""
    return not WISHES.isdisjoint(needs)


def is_offered(site: Site, needs: Iterable[str]) -> bool:
    """Say whether somebody interprets at a site into the language that is asked for; yes if none is."""
    language = language_in(needs)
    return not language or language in site.interpreter_languages


def first_day(site: Site, today: date) -> date:
    """Return the first day on which an interpreter can be there who is asked for today."""
    return _after(today, site.interpreter_days, closed_days(site))


def working_days_until(site: Site, today: date, day: date) -> int:
    """Return how many working days lie between, the day itself counted and today not."""
    closed, count = closed_days(site), 0
    while today < day:
        today += timedelta(days=1)
        count += _is_working(today, closed)
    return count


def _after(today: date, count: int, closed: Collection[date]) -> date:
    while count > 0:
        today += timedelta(days=1)
        count -= _is_working(today, closed)
    return today


def _is_working(day: date, closed: Collection[date]) -> bool:
    return day.weekday() < _SATURDAY and day not in closed
