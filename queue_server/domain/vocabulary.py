"""Which words a text is made of, and whether they are all the house's own.

The wall behind which a kiosk's page is read aloud: sound files are kept, so nothing that a visitor typed may
become one. Pure; where the house's words come from is asked elsewhere (`web.speaking`).
"""

import re
import unicodedata
from collections.abc import Iterable
from typing import Final

# Marks belong to their letters: Arabic and Hindi words would fall apart without them.
_WORD: Final = re.compile(r"[^\W\d_]+(?:[\u0300-\u036f\u0591-\u05c7\u064b-\u065f\u0670]+[^\W\d_]*)*")
# A full stop, comma or colon groups digits only when it stands right between them: "417. 12" are two numbers.
_DIGITS: Final = re.compile(r"\d+(?:(?:[\s/\-\u2010\u2011]+|[.,:])\d+)*")
_GAPS: Final = re.compile(r"\D+")
_TIME_OR_DAY: Final = re.compile(
    r"(?<!\d)(?<!\d[.,:])(?:(?:[01]?\d|2[0-3])[:.][0-5]\d|\d{1,2}\.\d{1,2}\.\d{4}|\d{4}-\d\d-\d\d)(?![.,:]?\d)"
)
FREE_DIGITS: Final = 4
"""So many digits in a row are a number, a count; more may be somebody's telephone, however it is grouped."""


def words_of(texts: Iterable[str]) -> set[str]:
    """Return the words and long runs of digits of some texts, without regard to capitals."""
    return {word for text in texts for word in _words(text)}


def strange_words(text: str, known: Iterable[set[str]]) -> set[str]:
    """Return what of a text is in none of the `known` sets.

    They are looked at in turn, while something is left.

    A text of one sign alone is the name of a key, and fine.
    """
    if len(text.strip()) == 1:
        return set()
    left = words_of([text])
    for words in known:
        left -= words
        if not left:
            break
    return left


def _words(text: str) -> Iterable[str]:
    plain = unicodedata.normalize("NFC", text).casefold()
    yield from _WORD.findall(plain)
    runs = (_GAPS.sub("", run) for run in _DIGITS.findall(_TIME_OR_DAY.sub(",", plain)))
    yield from (digits for digits in runs if len(digits) > FREE_DIGITS)
