"""Which country's way of writing dates and times a language of the pages takes.

These pages are read in Europe: English without a country would say "November 20, 2026, 7:10 PM" beside
boards and slips that say 19:10.
"""

from typing import Final

_COUNTRY: Final = {"en": "en_GB"}


def locale_of(language: str) -> str:
    """Return the locale in which dates and times of a language are written."""
    return _COUNTRY.get(language, language)
