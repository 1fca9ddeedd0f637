"""A table as a spreadsheet saves it (CSV), with the place of each cell; and written to be opened safely.

What must not live here: which columns there are and what they mean (`service_table`).

A cell that begins like a formula would be computed when somebody opens the file: "=HYPERLINK(…)" in a
service's name. It gets an apostrophe in front, which reading takes away again (OWASP, CSV injection).
"""

import codecs
import csv
import io
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from queue_server.adapters.town.source import LONGEST_QUOTE, FileProblem, ShapeCode, TownFileError

DELIMITERS: Final = ";,\t"
_FORMULA: Final = re.compile(r"'*[=+\-@\t\r]")
_SPREADSHEETS: Final = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0")
"""How files of Excel and LibreOffice begin: a zip, or the older format."""


@dataclass(frozen=True, slots=True)
class Row:
    """One line of a table. `line` counts from 1; line ends within cells count, too."""

    line: int
    cells: tuple[str, ...]


def read_table(raw: bytes, name: str) -> list[Row]:
    """Return the rows that are not empty, the head first; raises `TownFileError` with one problem."""
    text = _decoded(raw, name)
    rows = csv.reader(io.StringIO(text, newline=""), delimiter=_delimiter(text), strict=True)
    found: list[Row] = []
    begins = 1
    try:
        for cells in rows:
            plain = tuple(_plain(cell) for cell in cells)
            if any(plain):
                found.append(Row(begins, plain))
            begins = rows.line_num + 1
    except csv.Error as error:
        lines = text.split("\n")
        quoted = lines[min(begins, len(lines)) - 1].strip()[:LONGEST_QUOTE]
        raise TownFileError(
            [FileProblem(name, begins, 1, ShapeCode.BAD_QUOTES.value, found=quoted)]
        ) from error
    if not found:
        raise TownFileError([FileProblem(name, 1, 1, ShapeCode.EMPTY_FILE.value)])
    return found


def write_table(rows: Iterable[Sequence[str]]) -> bytes:
    """Return a table as German spreadsheets open it by a double click: semicolons, and UTF-8 that says so."""
    text = io.StringIO(newline="")
    csv.writer(text, delimiter=";").writerows([_guarded(cell) for cell in row] for row in rows)
    return codecs.BOM_UTF8 + text.getvalue().encode()


def _guarded(cell: str) -> str:
    return f"'{cell}" if _FORMULA.match(cell) else cell


def _plain(cell: str) -> str:
    cell = cell.strip()
    return cell[1:] if cell.startswith("'") and _FORMULA.match(cell) else cell


def _decoded(raw: bytes, name: str) -> str:
    """Return the text: UTF-8, what Excel calls Unicode, or else the usual one of Windows in German."""
    code = None
    if raw.startswith(_SPREADSHEETS):
        code = ShapeCode.SPREADSHEET_FILE
    elif raw.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return _in(raw, "utf-16", name)
    elif b"\0" in raw:
        code = ShapeCode.BINARY_FILE
    if code is not None:
        raise TownFileError([FileProblem(name, 1, 1, code.value)])
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        return _in(raw, "cp1252", name)


def _in(raw: bytes, encoding: str, name: str) -> str:
    try:
        return raw.decode(encoding)
    except UnicodeDecodeError as error:
        line = raw[: error.start].count(b"\n") + 1
        raise TownFileError([FileProblem(name, line, 1, ShapeCode.BINARY_FILE.value)]) from error


def _delimiter(text: str) -> str:
    """Return what parts the cells of the head most often, outside of quotation marks."""
    head = re.sub(r'"[^"]*"', "", text.lstrip().partition("\n")[0])
    return max(DELIMITERS, key=head.count)
