"""The alphabet of text messages (3GPP TS 23.038 section 6.2.1): what fits into one, and what is put instead.

One sign outside of it, and a message has 70 signs instead of 160 or is paid for twice. The German umlauts and
ß are in it; most accents and all quotation marks of print are not. Cyrillic and Arabic letters have no
likeness in it: such a text is sent in UCS-2 (section 6.2.3), whose room is counted here, too.
"""

import unicodedata
from typing import Final

MOST: Final = 160
MOST_WIDE: Final = 201
"""Three joined messages of 67 signs each: one of 70 would not even hold a link."""
_LATIN: Final = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"
_MARKS: Final = " !\"#%&'()*+,-./:;<=>?@_£$¥¤¡¿§\n\r"
_ACCENTED: Final = "èéùìòÇØøÅåÆæßÉÄÖÑÜäöñüà"  # not for people: the alphabet's other letters
_BASIC: Final = frozenset(_LATIN + _MARKS + _ACCENTED + "ΔΦΓΛΩΠΨΣΘΞ")
_EXTENDED: Final = frozenset("^{}\\[~]|€\f")
"""Each counts as two."""
_INSTEAD: Final = {
    **dict.fromkeys("‐‑‒–—―", "-"),
    **dict.fromkeys("‘’‚‹›´`", "'"),
    **dict.fromkeys("“”„«»", '"'),
    "…": "...",
    "·": "-",
    "•": "-",
    "ẞ": "SS",
    "Ł": "L",
    "ł": "l",
    "Đ": "D",
    "đ": "d",
    "ð": "d",
    "Þ": "Th",
    "œ": "oe",
    "Œ": "OE",
    "ı": "i",
    "þ": "th",
}


def septets(text: str) -> int | None:
    """Return how much room a text takes, of `MOST`; None when a sign of it is not in the alphabet."""
    if not _BASIC.issuperset(sign for sign in text if sign not in _EXTENDED):
        return None
    return len(text) + sum(sign in _EXTENDED for sign in text)


def wide_signs(text: str) -> int:
    """Return how much room a text takes in UCS-2, of `MOST_WIDE`."""
    return len(text.encode("utf-16-be")) // 2


def is_spelt_in_gsm7(text: str) -> bool:
    """Tell whether each letter is in the alphabet, or a likeness of it that people read: "ğ" has one."""
    return all(_sign(sign) != "." for sign in unicodedata.normalize("NFC", text) if sign.isalpha())


def to_gsm7(text: str) -> str:
    """Return the text in the alphabet: an accent it lacks goes, a sign without likeness becomes a dot."""
    return "".join(map(_sign, unicodedata.normalize("NFC", text)))


def _sign(sign: str) -> str:
    if sign in _BASIC or sign in _EXTENDED:
        return sign
    if sign in _INSTEAD:
        return _INSTEAD[sign]
    if sign.isspace():
        return " "
    plain = "".join(one for one in unicodedata.normalize("NFKD", sign) if not unicodedata.combining(one))
    return plain if plain and septets(plain) is not None else "."
