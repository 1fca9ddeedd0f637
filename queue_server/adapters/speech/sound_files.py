"""Read the package of sounds: manifest, chimes, words of each language.

Here lives the reading of data files. The caller gives the folder, `importlib.resources.files("sounds")`:
the server imports no client package in Python.
"""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.resources.abc import Traversable

from queue_server.domain.phrases import WordTable, parse_words


@dataclass(frozen=True)
class Chime:
    """A tone before the words; `file` lies in the package's folder `static`."""

    file: str
    duration_ms: int


@dataclass(frozen=True)
class Sounds:
    """Chimes by name, word tables by language, in the manifest's order."""

    chimes: Mapping[str, Chime]
    words: Mapping[str, WordTable]

    def languages(self) -> list[str]:
        """List the languages in which calls can be spoken."""
        return list(self.words)


def read_sounds(package: Traversable) -> Sounds:
    """Read manifest and words. Raises ValueError or OSError when the package is damaged."""
    manifest = tomllib.loads((package / "manifest.toml").read_text("utf-8"))
    return Sounds(
        chimes={name: Chime(**fields) for name, fields in manifest["chimes"].items()},
        words={language: _words(package, language) for language in manifest["languages"]},
    )


def _words(package: Traversable, language: str) -> WordTable:
    text = (package / "words" / f"{language}.toml").read_text("utf-8")
    return parse_words(language, tomllib.loads(text))
