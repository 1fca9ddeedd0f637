"""What of a person can be recognised again in a text: mail address, telephone, first and last name, street.

Pure: texts in, normalised traces out. Whoever erases keeps keyed hashes of them; whoever searches makes the
same of every text that ought to hold none. What must not live here: hashing, reading, deciding what is
allowed where.
"""

import re
import unicodedata
from collections.abc import Iterator
from typing import Final

from queue_server.domain.person import normal_email, normal_phone

MAIL, PHONE, NAME, STREET = "mail", "phone", "name", "street"
Trace = tuple[str, str]
"""(kind, normalised text)."""

_MAIL: Final = re.compile(r"[^\s@<>()\[\]{}\"'`,;:=/?&|\\]+@[\w.-]+\.\w{2,}")
_DIGITS: Final = re.compile(r"(?<![\w])\+?\(?\d[\d ()/.\-]{4,}\d(?!\w)")
_GROUP: Final = re.compile(r"\+?\d+")
_WORD: Final = re.compile(r"[^\W\d_]+(?:[-'’][^\W\d_]+)*")
_PIECE: Final = re.compile(r"[^\W\d_]+|\d+")
_TELEPHONE: Final = re.compile(r"(?<![\w.:+-])(?:\+[1-9]|00[1-9]|0[1-9])[ /()\-\d]{5,}\d(?![\w:])")
_DATE: Final = re.compile(r"\d\d?[-/ ]\d\d?[-/ ]\d{4}")
_TITLES: Final = frozenset(("dr", "prof", "med", "dipl", "ing", "herr", "frau", "familie", "mr", "mrs", "ms"))
_WORDS_BETWEEN: Final = 4
"""First and last name may stand so far apart: "Johann Wolfgang von Goethe"."""
_STREET_WORDS: Final = 4
_GROUPS: Final = 6
_FEWEST_DIGITS: Final = 6
_MOST_DIGITS: Final = 15
"""ITU-T E.164: no number is longer."""


def traces_of(mail: str = "", phone: str = "", names: tuple[str, ...] = (), address: str = "") -> set[Trace]:
    """Return by what a person can be recognised. Single words, nicknames and dates are no trace."""
    found: set[Trace] = set()
    if "@" in mail:
        found.add((MAIL, normal_email(mail)))
    digits = normal_phone(phone)
    if len(digits) >= _FEWEST_DIGITS:
        found.add((PHONE, digits))
    for name in names:
        words = [word for word in _words(_plain(name)) if word not in _TITLES]
        if len(words) > 1:
            found.add((NAME, _pair(words[0], words[-1])))
    # The first number with words before it: "Am Markt 1, 09111 Chemnitz".
    streets = next((way for way in _streets(_plain(address)) if way), [])
    return found | {(STREET, street) for street in streets[-1:]}


def traces_in(text: str) -> set[Trace]:
    """Return all that could be a trace of somebody: far too many, to be compared with known ones."""
    plain = _plain(text)
    found = {(MAIL, normal_email(mail)) for mail in _mails(plain)}
    found |= {(PHONE, digits) for run in _DIGITS.finditer(plain) for digits in _numbers(run[0])}
    words = _words(plain)
    for first, word in enumerate(words):
        found |= {(NAME, _pair(word, other)) for other in words[first + 1 : first + _WORDS_BETWEEN]}
    return found | {(STREET, street) for way in _streets(plain) for street in way}


def contacts_in(text: str) -> set[Trace]:
    """Return what in a text looks like a mail address or a telephone, whosever they are."""
    plain = _plain(text)
    found = {(MAIL, normal_email(mail)) for mail in _mails(plain)}
    for run in _TELEPHONE.finditer(plain):
        count = sum(sign.isdigit() for sign in run[0])
        if _FEWEST_DIGITS < count <= _MOST_DIGITS and not _DATE.fullmatch(run[0]):
            found.add((PHONE, normal_phone(run[0])))
    return found


def _plain(text: str) -> str:
    # Addresses of web pages spell "@" and "+" in another way.
    normal = unicodedata.normalize("NFKC", text).replace("%40", "@").replace("%2B", "+")
    return normal.casefold()


def _mails(plain: str) -> Iterator[str]:
    if "@" in plain:
        for found in _MAIL.finditer(plain):
            yield found[0].strip(".-")


def _words(plain: str) -> list[str]:
    return [word for word in _WORD.findall(plain) if len(word) > 1]


def _pair(one: str, other: str) -> str:
    return " ".join(sorted((one, other)))  # "Mustermann, Erika" is the same person


def _numbers(run: str) -> Iterator[str]:
    """Yield every telephone that may stand in a run of digits: a date or a house number may stand beside."""
    groups = _GROUP.findall(run)
    for begin in range(len(groups)):
        for end in range(begin + 1, min(begin + _GROUPS, len(groups)) + 1):
            digits = normal_phone(" ".join(groups[begin:end]))
            if _FEWEST_DIGITS <= len(digits) <= _MOST_DIGITS:
                yield digits


def _streets(plain: str) -> Iterator[list[str]]:
    """Yield for each number the streets that it may be in: with one word before it, with two, and so on."""
    pieces = list(_PIECE.finditer(plain))
    for place, piece in enumerate(pieces):
        if piece[0].isdigit() and len(piece[0]) <= 4:
            yield list(_ways(plain, pieces, place))


def _ways(plain: str, pieces: list[re.Match[str]], place: int) -> Iterator[str]:
    number, name = _with_letter(plain, pieces, place), ""
    for before in range(place - 1, max(place - 1 - _STREET_WORDS, -1), -1):
        word, gap = pieces[before][0], plain[pieces[before].end() : pieces[before + 1].start()]
        if word.isdigit() or not set(gap) <= set(" .-") or len(gap) > 2:
            return
        name = word + name
        if len(name) >= 4:
            yield f"{name.replace('strasse', 'str')} {number}"


def _with_letter(plain: str, pieces: list[re.Match[str]], place: int) -> str:
    """Return a house number with its letter, "12 a" as "12a"."""
    number = pieces[place][0]
    if place + 1 < len(pieces):
        letter, gap = pieces[place + 1][0], plain[pieces[place].end() : pieces[place + 1].start()]
        if len(letter) == 1 and letter.isalpha() and gap in {"", " "}:
            return number + letter
    return number
