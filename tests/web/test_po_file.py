"""The quick reader of catalogues against Babel's."""

import re
from io import BytesIO
from pathlib import Path

import pytest
from babel.messages.pofile import read_po

from queue_server.web.po_file import read_catalogue

FOLDER = Path(__file__).parents[2] / "queue_server" / "locale"
TAG_LINE = re.compile(rb'^"Language:[^"]*"\n', re.MULTILINE)
"""Babel refuses tags with a part for private use."""
ODD = r"""
# Said by nobody.
msgid ""
msgstr ""
"Language: de\n"
"Plural-Forms: nplurals=2; plural=(n > 1);\n"

#: a.py:3
#, fuzzy
msgid "a.first"
msgstr ""
"He said \"yes\",\tC:\\new\n"
"twice"

msgid "a.count"
msgid_plural "a.count"
msgstr[0] "one # of {n}"
msgstr[1] "many"

#~ msgid "a.gone"
#~ msgstr "gone"
msgid "a.empty"
msgstr ""
"""


def by_babel(raw: bytes) -> tuple[str, dict[str, str | list[str]]]:
    catalogue = read_po(BytesIO(TAG_LINE.sub(b"", raw)))
    entries: dict[str, str | list[str]] = {}
    for message in catalogue:
        if isinstance(message.id, tuple | list):
            entries[str(message.id[0])] = [str(form) for form in message.string or ()]
        elif message.id:
            entries[message.id] = str(message.string)
    return catalogue.plural_expr, entries


@pytest.mark.parametrize("language", sorted(folder.name for folder in FOLDER.iterdir() if folder.is_dir()))
def test_every_catalogue_says_what_babel_reads(language: str) -> None:
    files = sorted((FOLDER / language).glob("*.po"))
    assert files
    for file in files:
        found = read_catalogue(file.read_text(encoding="utf-8"))
        assert (found.plural, found.entries) == by_babel(file.read_bytes()), file.name


def test_odd_ways_of_writing_mean_the_same() -> None:
    found = read_catalogue(ODD)
    assert (found.plural, found.entries) == by_babel(ODD.encode())
    assert found.entries["a.first"] == 'He said "yes",\tC:\\new\ntwice'


@pytest.mark.parametrize("text", ["msgid a", 'msgstr "a', '"alone"', "what?", 'msgctxt "a"'])
def test_what_is_no_catalogue_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="catalogue"):
        read_catalogue(text)


def test_a_key_that_is_said_twice_is_refused() -> None:
    """One key once had two meanings: "opening hours" stood where the unit of a wait belongs."""
    with pytest.raises(ValueError, match=r"said twice: a\.hours"):
        read_catalogue('msgid "a.hours"\nmsgstr "h"\n\nmsgid "a.hours"\nmsgstr "opening hours"\n')
