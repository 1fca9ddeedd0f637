"""The built-in catalogue in further languages: a file of words for each, `samples/services.<language>.toml`.

What lives here: laying such words beside the German and English ones. What must not: what a service is, and
the words of a town's own catalogue, which stand in its file.
"""

import tomllib
from collections.abc import Iterable, Iterator, Mapping
from importlib import resources
from typing import Any


def add_words(catalogue: Mapping[str, Any], languages: Iterable[object]) -> None:
    """Add the words of `languages` to the tables of the catalogue; a language without a file has none.

    Only what the town speaks: a stored town keeps all its texts in memory.
    """
    for language, words in _files(languages):
        for shelf in ("categories", "documents", "questions"):
            for key, text in words[shelf].items():
                catalogue[shelf][key][language] = text
        for key, text in words["services"].items():
            catalogue["services"][key]["name"][language] = text


def _files(languages: Iterable[object]) -> Iterator[tuple[str, dict[str, Any]]]:
    # Asked the other way round, an uploaded town file could name any file of the machine.
    wanted = {f"services.{one}.toml": str(one) for one in languages}
    for file in resources.files("queue_server.samples").iterdir():
        if file.name in wanted:
            yield wanted[file.name], tomllib.loads(file.read_text(encoding="utf-8"))
