"""A problem of a town file in words for people, by the catalogues.

What must not live here: the words themselves (`locale/*/town.po`), and where they are shown.
"""

from collections.abc import Callable
from dataclasses import asdict

from queue_server.adapters.town.source import FileProblem

_TELLING_WHAT_IS_POSSIBLE = frozenset({"unknown_key", "unknown_language", "unknown_reference"})
"""Problems whose own text does not yet list what would be right."""


def describe(problem: FileProblem, _: Callable[[str], str]) -> str:
    """Return one line: place, what is wrong, what was probably meant or else what is possible.

    `_` returns the text of a key in the reader's language.
    """
    place = "place" if problem.where else "place_alone" if problem.line else "place_file"
    sentences = [_(f"town.{place}"), _(f"town.problem.{problem.code}")]
    if problem.suggestion:
        sentences.append(_("town.did_you_mean"))
    elif problem.expected and problem.code in _TELLING_WHAT_IS_POSSIBLE:
        sentences.append(_("town.known"))
    return " ".join(sentences) % asdict(problem)
