"""What an announcement says: "Nummer vier, eins, sieben" and "bitte Zimmer drei".

Here live the word table of a language and the phrases built from it. Pure: the tables are read
elsewhere (they are data of the package `sounds`), and nothing here knows a voice or a file.
"""

import re
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import groupby

from queue_server.domain.number_space import TEST_NUMBER

_LONG_NUMBER = re.compile(r"\d{3,}")
ABBREVIATION_LENGTH = 3  # "EG" and "1.OG" are spelled; a longer run of letters is a word


@dataclass(frozen=True)
class WordTable:
    """The words of one language; `parse_words` makes it and has checked it."""

    language: str
    number: str
    room: str
    named_room: str
    pause: str
    digits: Mapping[str, str]
    letters: Mapping[str, str]
    test: str = ""
    """Said before the number of a test, so that nobody in the hall gets up; empty: it is not said."""


@dataclass(frozen=True)
class _Part:
    text: str
    is_word: bool


def parse_words(language: str, table: Mapping[str, object]) -> WordTable:
    """Check a table as `sounds/words/<language>.toml` holds it.

    Raises ValueError that names the language and the faulty field.
    """
    unknown = table.keys() - {"number", "room", "named_room", "pause", "digits", "letters", "test"}
    if unknown:
        raise ValueError(f"words {language}: unknown field {min(unknown)!r}")
    digits = _words(language, table, "digits")
    if digits and digits.keys() != set("0123456789"):
        raise ValueError(f"words {language}: digits must be given from 0 to 9, or not at all")
    return WordTable(
        language=language,
        number=_template(language, table, "number", "{digits}"),
        room=_template(language, table, "room", "{room}"),
        named_room=_template(language, table, "named_room", "{room}"),
        pause=_text(language, table, "pause"),
        digits=digits,
        letters={letter.upper(): word for letter, word in _words(language, table, "letters").items()},
        test=_text(language, table, "test") if "test" in table else "",
    )


def voice_of(language: str) -> str:
    """Return the language in which one hears who reads `language`: "de-x-leicht" is spoken as "de"."""
    return language.partition("-")[0]


def number_phrase(words: WordTable, number: int | str) -> str:
    """Say a number digit by digit; empty when it has nothing to say.

    Read as a number, "042" becomes "null zweiundvierzig", and German turns 417 round
    ("vierhundertsiebzehn"): few who learn the language catch that in a loud hall.
    """
    said = _fill(words.number, "{digits}", _joined(words, list(_parts(words, str(number)))))
    return f"{words.test}{words.pause}{said}" if words.test and str(number) == str(TEST_NUMBER) else said


def room_phrase(words: WordTable, room: str) -> str:
    """Say where to go: "3", "3a", "E.12" as a code, "Trausaal" and "Büro 4" by name.

    Empty when the room has nothing to say ("—"): the call is then chime and number.
    """
    template = words.room if needs_room_word(room) else words.named_room
    return _fill(template, "{room}", _joined(words, list(_parts(words, room))))


def needs_room_word(room: str) -> bool:
    """Say whether "room" stands before a room's name: before "3" and "B 12", not before "Trausaal".

    The one rule for screens, phones, counters, messages and speech; scripts have it in `static/texts.js`.
    """
    said = [(kind, run) for kind, run in _runs(room) if kind != "sign"]
    return bool(said) and all(kind == "digit" or _is_code(run) for kind, run in said)


def spelled(words: WordTable, text: str) -> str:
    """Say every number of three digits and more digit by digit, as tickets and telephones are read."""
    return _LONG_NUMBER.sub(lambda found: words.pause.join(_digit(words, one) for one in found[0]), text)


def _fill(template: str, mark: str, spoken: str) -> str:
    # Not str.format: a town's own words may hold braces.
    return template.replace(mark, spoken) if spoken else ""


def _joined(words: WordTable, parts: list[_Part]) -> str:
    """Rest between digits and letters, but not after a word: "Büro vier", "drei, A"."""
    spoken = ""
    for index, part in enumerate(parts):
        if index:
            spoken += " " if parts[index - 1].is_word else words.pause
        spoken += part.text
    return spoken


def _parts(words: WordTable, text: str) -> Iterator[_Part]:
    """Cut into digits, letters and words; signs only part them and are never spoken."""
    for kind, characters in _runs(text):
        if kind == "digit":
            yield from (_Part(_digit(words, digit), is_word=False) for digit in characters)
        elif kind == "letter" and _is_code(characters):
            yield from (_Part(_letter(words, letter), is_word=False) for letter in characters)
        elif kind == "letter":
            yield _Part(characters, is_word=True)


def _runs(text: str) -> Iterator[tuple[str, str]]:
    for kind, run in groupby(unicodedata.normalize("NFC", text), _kind):
        yield kind, "".join(run)


def _kind(character: str) -> str:
    if character.isdecimal():
        return "digit"
    # Marks belong to their letters: Arabic and Hindi words would fall apart without them.
    return "letter" if unicodedata.category(character)[0] in "LM" else "sign"


def _is_code(letters: str) -> bool:
    return len(letters) == 1 or (len(letters) <= ABBREVIATION_LENGTH and letters.isupper())


def _digit(words: WordTable, character: str) -> str:
    digit = str(unicodedata.decimal(character))
    return words.digits.get(digit, digit)


def _letter(words: WordTable, character: str) -> str:
    return words.letters.get(character.upper(), character.upper())


def _template(language: str, table: Mapping[str, object], field: str, mark: str) -> str:
    text = _text(language, table, field)
    if mark not in text:
        raise ValueError(f"words {language}: {field} lacks {mark}")
    return text


def _text(language: str, table: Mapping[str, object], field: str) -> str:
    text = table.get(field)
    if not isinstance(text, str) or not text:
        raise ValueError(f"words {language}: {field} is missing or no text")
    return text


def _words(language: str, table: Mapping[str, object], field: str) -> dict[str, str]:
    words = table.get(field, {})
    if not isinstance(words, Mapping):
        raise ValueError(f"words {language}: {field} is no table")  # noqa: TRY004 - one error for a faulty file
    return {str(key): _text(language, words, key) for key in words}
