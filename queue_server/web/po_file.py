"""Reads a catalogue of gettext (`.po`): the part of the format that catalogues of ours are written in.

Babel's reader keeps places, comments and order as well, and takes five times as long: a fifth of a start.
What this one makes of each of our catalogues a test compares with what Babel makes of it. What must not live
here: which catalogues there are (`web.texts`).
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final

_ESCAPED: Final[Mapping[str, str]] = {"n": "\n", "t": "\t", "r": "\r"}
_ESCAPE: Final = re.compile(r"\\(.)")
_QUOTED: Final = re.compile(r'"(.*)"\s*')
_WORD: Final = re.compile(r"msgid|msgid_plural|msgstr(\[[0-9]\])?")
_PLURAL: Final = re.compile(r"plural=([^;]+)")


@dataclass(slots=True)
class Catalogue:
    """`plural` is the expression, in C, that chooses a form for `n`; a text with forms is a list."""

    plural: str = "n != 1"
    entries: dict[str, str | list[str]] = field(default_factory=dict)


def read_catalogue(text: str) -> Catalogue:
    """Return what a file says. Raises ValueError for a line that is of no catalogue, and for a key twice."""
    found = Catalogue()
    for said in _messages(text):
        key, one = said["msgid"], said.get("msgstr")
        if key in found.entries:
            raise ValueError(f"said twice: {key}")
        if not key:
            header = _PLURAL.search(one or "")
            found.plural = header[1].strip() if header else found.plural
        elif one is None:
            found.entries[key] = [said[name] for name in said if name.startswith("msgstr[")]
        else:
            found.entries[key] = one
    return found


def _messages(text: str) -> Iterator[dict[str, str]]:
    """Yield keyword → text of each message; what is no longer used stands in comments."""
    said: dict[str, str] = {}
    word = ""
    for line in text.split("\n"):
        if not line or line[0] == "#":
            continue
        quoted = line
        if line[0] != '"':
            word, _, quoted = line.partition(" ")
            if word == "msgid" and said:
                yield said
                said = {}
            said[word] = ""
        found = _QUOTED.fullmatch(quoted)
        if found is None or not _WORD.fullmatch(word):
            raise ValueError(f"no line of a catalogue: {line}")
        said[word] += _plain(found[1])
    if said:
        yield said


def _plain(text: str) -> str:
    return _ESCAPE.sub(lambda found: _ESCAPED.get(found[1], found[1]), text) if "\\" in text else text
