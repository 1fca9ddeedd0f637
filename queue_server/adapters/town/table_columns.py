"""The columns of the table of services, and the words in its cells, in German and English alike.

What must not live here: the words themselves (`locale/*/town.po`), files, and what a service needs.
"""

import re
from collections.abc import Callable, Iterable, Mapping
from typing import Final

from queue_server.domain.town import GERMAN

Say = Callable[[str], str]

COLUMNS: Final = (
    *("key", "name", "department", "category", "minutes", "further_minutes", "included", "max_count"),
    *("documents", "documents_if", "channel", "link", "admission", "sites", "leika"),
    *(
        "bookable_from",
        "bookable_until",
        "named_clerk",
        "confirm_first",
        "confirm_hours_before",
        "sensitive",
        "combines",
    ),
)
"""Fields of a service that fit into a cell; waiting areas and admission times do not."""
IN_LANGUAGES: Final = ("name", "documents", "documents_if")
"""These have a further column for each language of the town: "Name (en)"."""
WORDS: Final[Mapping[str, tuple[str, ...]]] = {
    "channel": ("here", "online", "phone", "elsewhere"),
    "admission": ("appointment", "walk_in", "both", "none"),
    "flag": ("yes", "no"),
    "combines": ("any", "department", "category", "alone"),
}
_ALSO: Final = {"true": "yes", "wahr": "yes", "1": "yes", "x": "yes", "j": "yes", "y": "yes"} | {
    "false": "no",
    "falsch": "no",
    "0": "no",
    "n": "no",
}


def columns_for(languages: Iterable[str]) -> list[str]:
    """Return the columns of a town's table: `name`, then `name_en` for its second language."""
    others = [one for one in languages if one != GERMAN]
    found: list[str] = []
    for column in COLUMNS:
        found.append(column)
        found += [f"{column}_{one}" for one in others if column in IN_LANGUAGES]
    return found


def heading(column: str, say: Say) -> str:
    """Return what stands at the head of a column."""
    base, language = split(column)
    return f"{say(f'town.column_{base}')} ({language})" if language else say(f"town.column_{base}")


def split(column: str) -> tuple[str, str]:
    """Return a column's field and its language; German and fields without one have none."""
    if column in COLUMNS:  # "documents_if" is no German for "documents" in the language "if"
        return (column, "")
    base, _, language = column.rpartition("_")
    return (base, language) if base in IN_LANGUAGES else (column, "")


def known_headings(languages: Iterable[str], says: Iterable[Say]) -> dict[str, str]:
    """Return heading → column, for every language that headings may be in, and the columns' own names."""
    columns, voices = columns_for(languages), list(says)
    found = {normal(column): column for column in columns}
    return found | {normal(heading(column, say)): column for column in columns for say in voices}


def known_words(kind: str, says: Iterable[Say]) -> dict[str, str]:
    """Return what may stand in a cell → what it means."""
    found = dict(_ALSO) if kind == "flag" else {}
    for word in WORDS[kind]:
        found[normal(word)] = word
        found |= {normal(say(f"town.word_{word}")): word for say in says}
    return found


def normal(text: str) -> str:
    """Return a heading or word as it is compared: no case, no signs, one space."""
    return " ".join(re.sub(r"[\W_]+", " ", text.casefold()).split())
