"""Where each key and value of a TOML file stands: line and column by path.

`tomllib` reads a file and forgets where it found things. This scanner walks a text that `tomllib` has
already accepted, so it need not judge, only find: it knows strings, brackets and headers and takes the
rest as it comes. What must not live here: what keys mean.

Paths are those of the parsed data: `("sites", 0, "name")`.
"""

import re
import tomllib
from bisect import bisect_right
from dataclasses import dataclass
from typing import Final, NamedTuple, TypeAlias

Path: TypeAlias = tuple[str | int, ...]

_BLANK: Final = re.compile(r"(?:[ \t\r\n]+|#[^\n]*)*")
_KEY_PART: Final = re.compile(r"[ \t]*(?:[A-Za-z0-9_-]+|\"(?:\\.|[^\"\\])*\"|'[^']*')[ \t]*")
_STRING: Final = re.compile(
    r'"""(?:\\.|[^\\])*?"{3,5}'
    r"|'''.*?'{3,5}"
    r'|"(?:\\.|[^"\\])*"'
    r"|'[^']*'",
    re.DOTALL,
)
_SCALAR: Final = re.compile(r"\d{4}-\d\d-\d\d \d\d:[^\s,\]}#]+|[^\s,\]}#]+")


class Position(NamedTuple):
    """Line and column, both counted from 1."""

    line: int
    column: int


@dataclass(frozen=True, slots=True)
class Span:
    """Where a key begins and where its value begins; for headers and elements of a list both are the same."""

    key: Position
    value: Position


def positions(text: str) -> dict[Path, Span]:
    """Return the place of every key, table and list element of a valid TOML text."""
    scanner = _Scanner(text)
    scanner.scan()
    return scanner.spans


class _Scanner:
    def __init__(self, text: str) -> None:
        self._text = text
        self._lines = [0, *(match.end() for match in re.finditer("\n", text))]
        self._at = 0
        self._table: Path = ()
        self._list_lengths: dict[Path, int] = {}
        self.spans: dict[Path, Span] = {}

    def scan(self) -> None:
        self._skip_blank()
        while self._at < len(self._text):
            if self._text[self._at] == "[":
                self._header()
            else:
                self._pair(self._table)
            self._skip_blank()

    def _header(self) -> None:
        begins = self._at
        opening = 2 if self._text.startswith("[[", self._at) else 1
        self._at += opening
        *parents, last = self._key()
        self._at += opening
        path: Path = ()
        for part in parents:
            path = self._entered((*path, part))
            self._note(path, begins, begins)
        path = (*path, last)
        if opening == 2:
            self._note(path, begins, begins)
            self._list_lengths[path] = self._list_lengths.get(path, 0) + 1
        self._table = self._entered(path)
        # A header may stand below one of its children, which has noted it in passing: the header wins.
        place = self._position(begins)
        self.spans[self._table] = Span(place, place)

    def _entered(self, path: Path) -> Path:
        """A header that names a list of tables means its last element."""
        length = self._list_lengths.get(path)
        return path if length is None else (*path, length - 1)

    def _pair(self, table: Path) -> None:
        begins = self._at
        path = table
        for part in self._key():
            path = (*path, part)
            self._note(path, begins, begins)
        self._at += 1  # the equals sign
        self._skip_blank()
        self.spans[path] = Span(self._position(begins), self._position(self._at))
        self._value(path)

    def _key(self) -> list[str]:
        parts: list[str] = []
        while True:
            match = _KEY_PART.match(self._text, self._at)
            assert match is not None  # noqa: S101 -- tomllib has accepted the text
            parts.append(_plain(match.group().strip()))
            self._at = match.end()
            if not self._text.startswith(".", self._at):
                return parts
            self._at += 1

    def _value(self, path: Path) -> None:
        sign = self._text[self._at]
        if sign == "[":
            self._list(path)
        elif sign == "{":
            self._inline_table(path)
        else:
            match = (_STRING if sign in "\"'" else _SCALAR).match(self._text, self._at)
            assert match is not None  # noqa: S101 -- tomllib has accepted the text
            self._at = match.end()

    def _list(self, path: Path) -> None:
        self._at += 1
        index = 0
        while not self._closed("]"):
            self._note((*path, index), self._at, self._at)
            self._value((*path, index))
            index += 1

    def _inline_table(self, path: Path) -> None:
        self._at += 1
        while not self._closed("}"):
            self._pair(path)

    def _closed(self, bracket: str) -> bool:
        """Step over blanks and a comma, and over the closing bracket if that comes next."""
        self._skip_blank()
        if self._text[self._at] == ",":
            self._at += 1
            self._skip_blank()
        if self._text[self._at] != bracket:
            return False
        self._at += 1
        return True

    def _note(self, path: Path, key_at: int, value_at: int) -> None:
        self.spans.setdefault(path, Span(self._position(key_at), self._position(value_at)))

    def _position(self, offset: int) -> Position:
        line = bisect_right(self._lines, offset)
        return Position(line, offset - self._lines[line - 1] + 1)

    def _skip_blank(self) -> None:
        match = _BLANK.match(self._text, self._at)
        self._at = match.end() if match else self._at


def _plain(part: str) -> str:
    """Return a key without its quotes and escapes."""
    return next(iter(tomllib.loads(f"{part} = 0"))) if part[0] in "\"'" else part
