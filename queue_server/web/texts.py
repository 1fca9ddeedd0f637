"""The texts for people: catalogues of gettext, one file for each face and language, read at start.

A msgid is a stable key (`kiosk.take_number`); German and English are both translations, so that no
text stands in code. The files are read as they are: there is no compiled form that could be stale.
Placeholders are `{name}` everywhere, in pages, scripts and slips.
"""

import gettext
from collections.abc import Callable, Mapping
from functools import cache
from importlib.resources import files
from typing import Any, Final

from babel.messages.pofile import read_po

LANGUAGES: Final = ("de", "en")
FALLBACK: Final = "de"
Entry = str | list[str]


class Texts:
    """One language's texts."""

    def __init__(self, language: str, entries: Mapping[str, Entry], plural: Callable[[int], int]) -> None:
        self.language = language
        self._entries = entries
        self._plural = plural
        self._of_faces: dict[tuple[str, ...], dict[str, Entry]] = {}

    def __call__(self, key: str, **values: object) -> str:
        """Return the text of `key` with its placeholders filled; a plural is chosen by `n`.

        A missing key comes back as itself: visible, never empty.
        """
        entry = self._entries.get(key)
        if entry is None:
            return key
        if isinstance(entry, list):
            count = values.get("n", 1)
            entry = entry[self._plural(count if isinstance(count, int) else 1)]
        return entry.format_map(_Holes(values)) if "{" in entry else entry

    def __contains__(self, key: str) -> bool:
        return key in self._entries

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
        return texts.get(self.language) or texts.get(FALLBACK, "")


class _Holes(dict[str, Any]):
    def __missing__(self, key: str) -> str:
        return "{" + key + "}"


def load_texts() -> dict[str, Texts]:
    """Read all catalogues, once in a process; language → texts."""
    return {language: _load(language) for language in LANGUAGES}


@cache
def _load(language: str) -> Texts:
    entries: dict[str, Entry] = {}
    plural: Callable[[int], int] = gettext.c2py("n != 1")
    for source in sorted(files("queue_server").joinpath("locale", language).iterdir(), key=lambda f: f.name):
        if not source.name.endswith(".po"):
            continue
        with source.open("rb") as stream:
            catalogue = read_po(stream, locale=language)
        plural = gettext.c2py(catalogue.plural_expr)
        for message in catalogue:
            if isinstance(message.id, tuple | list):
                entries[str(message.id[0])] = [str(form) for form in message.string or ()]
            elif message.id:
                entries[message.id] = str(message.string)
    return Texts(language, entries, plural)


def negotiate(accept_language: str | None, languages: tuple[str, ...] = LANGUAGES) -> str:
    """Return the best of `languages` for an Accept-Language header (RFC 9110 section 12.5.4)."""
    best, best_quality = languages[0], 0.0
    for part in (accept_language or "").split(","):
        name, _, parameters = part.strip().partition(";")
        quality = _quality(parameters)
        language = name.strip().lower().partition("-")[0]
        if language in languages and quality > best_quality:
            best, best_quality = language, quality
    return best


def _quality(parameters: str) -> float:
    value = parameters.strip().removeprefix("q=")
    try:
        return float(value) if value else 1.0
    except ValueError:
        return 0.0
