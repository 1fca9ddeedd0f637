"""Several texts in one cell of the table of services: parted by upright strokes, and by ">" within a part.

What lives here: how they are written so that they come back, whatever signs they hold. What must not: what
they mean (`service_cells`, `asked_cells`).
"""

from dataclasses import dataclass
from typing import Final

_ESCAPED: Final = {"\\": "\\\\", "|": "\\|", "\n": "\\n"}
_INNER: Final = ">"


@dataclass(frozen=True, slots=True)
class Cell:
    """A cell's text and place; `index` counts from 0."""

    line: int
    index: int
    text: str


def escaped(text: str, *, inner: bool = False) -> str:
    """Return a text as one part of a cell; `inner`: it stands between ">"."""
    signs = (_ESCAPED.get(sign, sign) for sign in text)
    return "".join(f"\\{sign}" if inner and sign == _INNER else sign for sign in signs)


def parted(text: str) -> list[str]:
    """Return the parts of a cell between upright strokes or line ends."""
    return [_plain(part) for part in _cut(text, "|\n")] if text else []


def parted_twice(text: str) -> list[list[str]]:
    """Return the parts of a cell, each with what stands between its ">"."""
    return [[_plain(one) for one in _cut(part, _INNER)] for part in _cut(text, "|\n")] if text else []


def _cut(text: str, at: str) -> list[str]:
    """Return what stands between the signs of `at`, still escaped."""
    parts, signs = [""], iter(text)
    for sign in signs:
        if sign == "\\":
            parts[-1] += sign + next(signs, "")
        elif sign in at:
            parts.append("")
        else:
            parts[-1] += sign
    return parts


def _plain(text: str) -> str:
    found, signs = "", iter(text)
    for sign in signs:
        after = next(signs, "") if sign == "\\" else sign
        found += "\n" if sign == "\\" and after == "n" else after
    return found.strip()
