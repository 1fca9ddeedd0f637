"""A TOML file as a source: its data, where everything stands in it, and the problems found in it.

What must not live here: how values are read out of it (`town_table`), what a town consists of
(`town_reader`), and texts for people (codes are looked up in the catalogues as `town.problem.<code>`).
"""

import re
import tomllib
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final

from queue_server.adapters.town.toml_positions import Path, Position, Span, positions

_PLACE: Final = re.compile(r"\(at line (\d+), column (\d+)\)")
_TWICE: Final = ("overwrite", "twice", "Duplicate")
LONGEST_QUOTE: Final = 60
"""So many characters of what was found are quoted."""
MOST_PROBLEMS: Final = 500
"""Then reading stops: nobody reads more, and telling a thousand apart takes long."""


class ShapeCode(StrEnum):
    """What may be wrong with the shape of a file; stable, with a text in each catalogue."""

    ANSWER_DIFFERS = "answer_differs"
    BAD_ADDRESS = "bad_address"
    BAD_DAYS = "bad_days"
    BAD_HOURS = "bad_hours"
    BAD_QUOTES = "bad_quotes"
    BAD_TIME = "bad_time"
    BINARY_FILE = "binary_file"
    CATALOGUE_UNREADABLE = "catalogue_unreadable"
    COUNT_DIFFERS = "count_differs"
    DUPLICATE_KEY = "duplicate_key"
    EMPTY_FILE = "empty_file"
    FILE_TOO_LONG = "file_too_long"
    FILE_UNREADABLE = "file_unreadable"
    MISSING_CELL = "missing_cell"
    MISSING_COLUMN = "missing_column"
    MISSING_KEY = "missing_key"
    NOT_A_CHOICE = "not_a_choice"
    NOT_A_DATE = "not_a_date"
    NOT_A_DAY = "not_a_day"
    NOT_A_LIST = "not_a_list"
    NOT_A_NUMBER = "not_a_number"
    NOT_A_TABLE = "not_a_table"
    NOT_A_TEXT = "not_a_text"
    NOT_A_WHOLE_NUMBER = "not_a_whole_number"
    NOT_THREE_PARTS = "not_three_parts"
    NOT_TRUE_OR_FALSE = "not_true_or_false"
    NOT_UTF8 = "not_utf8"
    PACKED_BROKEN = "packed_broken"
    PACKED_OTHER_FILE = "packed_other_file"
    PACKED_TOO_MUCH = "packed_too_much"
    PACKED_WITHOUT_TOWN = "packed_without_town"
    PICTURE_DIFFERS = "picture_differs"
    PICTURE_UNFIT = "picture_unfit"
    PICTURE_UNNAMED = "picture_unnamed"
    ROUNDED_NUMBER = "rounded_number"
    SAME_SERVICE = "same_service"
    SERVICE_WITHOUT_DEPARTMENT = "service_without_department"
    SPREADSHEET_FILE = "spreadsheet_file"
    SYNTAX = "syntax"
    TOO_MANY_CELLS = "too_many_cells"
    TOO_MANY_PICTURES = "too_many_pictures"
    UNKNOWN_COLUMN = "unknown_column"
    UNKNOWN_KEY = "unknown_key"
    UNKNOWN_PLACEHOLDER = "unknown_placeholder"


@dataclass(frozen=True, slots=True, order=True)
class FileProblem:
    """One mistake in a file. Line and column count from 1; 0 is the whole file. `where`: the key's path.

    `found`, `expected` and `suggestion` are values from the file or the format, empty when they say nothing.
    """

    file: str
    line: int
    column: int
    code: str
    where: str = ""
    found: str = ""
    expected: str = ""
    suggestion: str = ""


class TownFileError(Exception):
    """The file cannot be used; `problems` holds all that is wrong with it, in the order of the lines."""

    def __init__(self, problems: Collection[FileProblem]) -> None:
        self.problems = tuple(sorted(problems))
        first = self.problems[0]
        super().__init__(
            f"{len(self.problems)} problems, first {first.code} at {first.file}:{first.line}:{first.column}"
        )


@dataclass(frozen=True, slots=True)
class Source:
    """A parsed file: its name, its data, and where everything stands in it."""

    name: str
    data: Mapping[str, Any]
    spans: Mapping[Path, Span]
    built_in: bool = False

    def position(self, path: Path, *, of_key: bool = False) -> Position:
        """Return the place of `path`, or of the nearest table around it that stands in the file."""
        while path and path not in self.spans:
            path, of_key = path[:-1], True
        if not path:
            return Position(1, 1)
        return self.spans[path].key if of_key else self.spans[path].value


def parse(text: str, name: str, *, built_in: bool = False) -> Source:
    """Read a TOML text; raise `TownFileError` with one problem when it is none."""
    text = text.removeprefix("\ufeff")  # editors on Windows put a byte order mark in front
    try:
        data = tomllib.loads(text)
        return Source(name, data, positions(text), built_in)
    except (ValueError, RecursionError) as error:  # not only TOML's own: 5,000 digits, 1,000 brackets
        raise TownFileError([_syntax_problem(str(error), text, name)]) from error


def decode(raw: bytes, name: str) -> str:
    """Return the text of a file; raise `TownFileError` when it was not saved as UTF-8."""
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError as error:
        before = raw[: error.start].decode("utf-8")
        line, column = before.count("\n") + 1, len(before) - before.rfind("\n")
        raise TownFileError([FileProblem(name, line, column, ShapeCode.NOT_UTF8.value)]) from error


def _syntax_problem(message: str, text: str, name: str) -> FileProblem:
    lines = text.splitlines() or [""]
    place = _PLACE.search(message)
    line, column = (int(place[1]), int(place[2])) if place else (len(lines), len(lines[-1]) + 1)
    code = ShapeCode.DUPLICATE_KEY if any(sign in message for sign in _TWICE) else ShapeCode.SYNTAX
    quoted = lines[min(line, len(lines)) - 1].strip()[:LONGEST_QUOTE]
    return FileProblem(name, line, column, code.value, found=quoted)


class Report:
    """Collects what is wrong, each mistake once."""

    def __init__(self) -> None:
        self.problems: list[FileProblem] = []
        self._places: list[tuple[str, Path]] = []

    def add(
        self,
        source: Source,
        path: Path,
        code: StrEnum,
        *,
        found: str = "",
        expected: str = "",
        suggestion: str = "",
        of_key: bool = False,
    ) -> None:
        """Note a problem at the value of `path`, or at its key."""
        line, column = source.position(path, of_key=of_key)
        problem = FileProblem(
            source.name, line, column, code.value, dotted(path), found, expected, suggestion
        )
        if problem not in self.problems:
            self.problems.append(problem)
            self._places.append((source.name, path))
        if len(self.problems) >= MOST_PROBLEMS:
            raise TownFileError(self.problems)

    def touches(self, source: Source, path: Path) -> bool:
        """Tell whether a problem is known at `path`, around it or within it."""
        return any(
            name == source.name and path[: len(known)] == known[: len(path)] for name, known in self._places
        )


def dotted(path: Path) -> str:
    """Return a path as a person writes it, lists counted from 1: `sites[1].rooms[3].area`."""
    return "".join(f"[{part + 1}]" if isinstance(part, int) else f".{part}" for part in path).lstrip(".")
