"""The texts for people: catalogues of gettext, one file for each face and language, read at start.

A language is a folder of `locale`: one that has a catalogue of every visitors' face is offered, and needs no
line of code (docs/translating.md). Staff's faces speak German and English alone.

A msgid is a stable key (`kiosk.take_number`); German and English are both translations, so that no
text stands in code. The files are read as they are: there is no compiled form that could be stale.
Placeholders are `{name}` everywhere, in pages, scripts and slips.
"""

import gettext
import re
from collections.abc import Callable, Iterable, Mapping
from functools import cache
from importlib.resources import files
from importlib.resources.abc import Traversable
from typing import Any, Final

from queue_server.domain.phrases import needs_room_word
from queue_server.domain.town import in_language
from queue_server.services.locales import direction_of
from queue_server.web.po_file import read_catalogue

STAFF_LANGUAGES: Final = ("de", "en")
FALLBACK: Final = "de"
VISITORS_FACES: Final = (
    "booking",
    "common",
    "display",
    "error",
    "kiosk",
    "manage",
    "page",
    "post",
    "slip",
    "sms",
    "start",
    "statement",
    "status",
)
"""What visitors read: in every language. All other catalogues are staff's."""
OWN_NAME: Final = "kiosk.language"
"""The key under which each catalogue says what its language is called in itself."""
NAMED: Final = "_named"
"""Ends the key of a text for rooms that have a name of their own: see `phrases.needs_room_word`."""
Entry = str | list[str]
_FIGURES: Final = re.compile("[A-Za-z0-9]")
_FROM_THE_RIGHT: Final = re.compile("[\u0590-\u08ff\ufb1d-\ufefc]")
_ORDER: Final = ("de", "de-x-leicht", "en")
"""These first, as in most town halls; the others by their tags."""


class Texts:
    """One language's texts; what it lacks, such as a whole staff's face, is said by `otherwise`."""

    def __init__(
        self,
        language: str,
        entries: Mapping[str, Entry],
        plural: Callable[[int], int],
        otherwise: "Texts | None" = None,
    ) -> None:
        self.language = language
        self._entries = entries
        self._plural = plural
        self._otherwise = otherwise
        self._holes = _Isolated if direction_of(language) == "rtl" else _Holes
        self._of_faces: dict[tuple[str, ...], dict[str, Entry]] = {}

    def __call__(self, key: str, **values: object) -> str:
        """Return the text of `key` with its placeholders filled; a plural is chosen by `n`.

        A missing key comes back as itself: visible, never empty. Where a `room` has a name of its own, the
        text of `<key>_named` stands in: "Trauzimmer" instead of "Zimmer Trauzimmer".
        """
        if "room" in values:
            key = self._of_room(key, str(values["room"]))
        entry = self._entries.get(key)
        if entry is None:
            return key if self._otherwise is None else self._otherwise(key, **values)
        if isinstance(entry, list):
            count = values.get("n", 1)
            entry = entry[self.form_for(count if isinstance(count, int) else 1)]
        return entry.format_map(self._holes(values)) if "{" in entry else entry

    def _of_room(self, key: str, room: str) -> str:
        named = f"{key}{NAMED}"
        return named if named in self and not needs_room_word(room) else key

    def __contains__(self, key: str) -> bool:
        return key in self._entries or (self._otherwise is not None and key in self._otherwise)

    def form_for(self, count: int) -> int:
        """Return which of a text's plural forms is said of `count`."""
        return self._plural(count)

    def of_faces(self, *faces: str) -> dict[str, Entry]:
        """Return the texts whose keys begin with one of `faces`, for a page's scripts."""
        found = self._of_faces.get(faces)
        if found is None:
            prefixes = tuple(f"{face}." for face in faces)
            found = {key: entry for key, entry in self._entries.items() if key.startswith(prefixes)}
            self._of_faces[faces] = found
        return found

    def in_words(self, texts: Mapping[str, str]) -> str:
        """Return the town's own text in this language, else in German."""
        return in_language(texts, self.language)


class _Holes(dict[str, Any]):
    def __missing__(self, key: str) -> str:
        return "{" + key + "}"


def _runs_from_the_left(value: str) -> bool:
    return bool(_FIGURES.search(value)) and not _FROM_THE_RIGHT.search(value)


class _Isolated(_Holes):
    """Keeps each value together in a line from right to left: "+49 3501 77" would read "77 3501 49+".

    By the marks of Unicode's bidirectional algorithm (UAX 9, FSI and PDI). Not in links: a mail program would
    take the mark into the address.
    """

    def __getitem__(self, key: str) -> Any:
        value = super().__getitem__(key)
        if isinstance(value, str) and "://" not in value and _runs_from_the_left(value):
            return f"\N{FIRST STRONG ISOLATE}{value}\N{POP DIRECTIONAL ISOLATE}"
        return value


def load_texts(languages: Iterable[str] | None = None) -> dict[str, Texts]:
    """Read the catalogues of `languages`, or of all, once in a process; language → texts."""
    return {one: _load(one) for one in (offered() if languages is None else languages)}


@cache
def offered() -> tuple[str, ...]:
    """Return the languages that visitors may have: those with a catalogue for every face of theirs."""
    whole = {f"{face}.po" for face in VISITORS_FACES}
    found = {
        folder.name
        for folder in files("queue_server").joinpath("locale").iterdir()
        if folder.is_dir() and whole <= {file.name for file in folder.iterdir()}
    }
    return (*(one for one in _ORDER if one in found), *sorted(found.difference(_ORDER)))


def own_name(language: str) -> str:
    """Return what a language is called in itself; its tag when nothing is said in it."""
    return _load(language)(OWN_NAME) if language in offered() else language


@cache
def is_reviewed(language: str) -> bool:
    """Tell whether readers of the language have read its words; a catalogue that none has seen says so."""
    return not any(b'"X-Reviewed: no\\n"' in source.read_bytes() for source in _catalogues(language))


def _catalogues(language: str) -> list[Traversable]:
    folder = files("queue_server").joinpath("locale", language)
    return sorted((one for one in folder.iterdir() if one.name.endswith(".po")), key=lambda one: one.name)


@cache
def _load(language: str) -> Texts:
    entries: dict[str, Entry] = {}
    plural = "n != 1"
    for source in _catalogues(language):
        catalogue = read_catalogue(source.read_text(encoding="utf-8"))
        plural = catalogue.plural
        entries |= catalogue.entries
    return Texts(language, entries, gettext.c2py(plural), None if language == FALLBACK else _load(FALLBACK))


def negotiate(accept_language: str | None, languages: Iterable[str] = STAFF_LANGUAGES) -> str:
    """Return the best of `languages` for an Accept-Language header: RFC 9110 section 12.5.4.

    A range that is asked for and not there is shortened until one is (RFC 4647 section 3.4, "lookup"):
    "de-AT" gives "de", and "de-x-leicht" gives German where there is none in plain words.
    """
    known = {one.lower(): one for one in languages}
    best, best_quality = next(iter(known.values())), 0.0
    for part in (accept_language or "").split(","):
        name, _, parameters = part.strip().partition(";")
        quality = _quality(parameters)
        language = _lookup(name.strip().lower(), known)
        if language and quality > best_quality:
            best, best_quality = language, quality
    return best


def _lookup(wanted: str, known: Mapping[str, str]) -> str | None:
    while wanted:
        if wanted in known:
            return known[wanted]
        wanted = wanted.rpartition("-")[0].removesuffix("-x")
    return None


def _quality(parameters: str) -> float:
    value = parameters.strip().removeprefix("q=")
    try:
        return float(value) if value else 1.0
    except ValueError:
        return 0.0
