"""A town's services as a table: written for a spreadsheet, and read back as a changed town.

A table adds and changes services, and never takes one away: what it does not name stays, and so does every
field without a column. An empty cell is the usual value. What must not live here: how a table is a file
(`table_file`), headings and words (`table_columns`), and keeping what was read.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Final

from queue_server.adapters.town.cell_parts import Cell
from queue_server.adapters.town.checked_services import check_services
from queue_server.adapters.town.service_cells import CellReader, shown
from queue_server.adapters.town.source import MOST_PROBLEMS, FileProblem, ShapeCode, TownFileError
from queue_server.adapters.town.table_columns import Say, columns_for, heading, known_headings, normal, split
from queue_server.adapters.town.table_file import Row, read_table, write_table
from queue_server.domain.town import GERMAN, Service, Town
from queue_server.domain.town_problem import Code, nearest

MINUTES: Final = 10
"""What a service takes that says nothing: the trial phase tells (wish B5)."""


def write_services(town: Town, say: Say) -> bytes:
    """Return the services as a table with headings in the language of `say`."""
    columns = columns_for(town.languages)
    rows = [[shown(one, column, say) for column in columns] for one in town.services]
    return write_table([[heading(column, say) for column in columns], *rows])


def read_services(raw: bytes, name: str, town: Town, says: Sequence[Say]) -> Town:
    """Return the town with the services of a table; raises `TownFileError` with all that is wrong in it."""
    reader = _Reader(name, town, says)
    head, *rows = read_table(raw, name)
    reader.head(head)
    for row in rows:
        reader.row(row)
    after = reader.town_after()
    if not reader.problems:
        reader.problems += check_services(name, town, after, reader.places)
    if reader.problems:
        raise TownFileError(reader.problems)
    return after


@dataclass
class _Reader:
    name: str
    town: Town
    says: Sequence[Say]
    problems: list[FileProblem] = field(default_factory=list)
    places: dict[str, Mapping[str, tuple[int, int]]] = field(default_factory=dict)
    """Service id → field → line and column."""

    def __post_init__(self) -> None:
        self._columns: list[str | None] = []
        self._services = {one.key: one for one in self.town.services}
        self._lines: dict[str, int] = {}

    def wrong(self, line: int, column: int, code: Any, **told: str) -> None:
        named = self._columns[column] if column < len(self._columns) else None
        where = heading(named, self.says[0]) if named and line > 1 else ""
        self.problems.append(FileProblem(self.name, line, column + 1, code.value, where, **told))
        if len(self.problems) >= MOST_PROBLEMS:
            raise TownFileError(self.problems)

    def head(self, row: Row) -> None:
        """Take in the headings: each known, each once, and those by which a service is found."""
        known = known_headings(self.town.languages, self.says)
        for index, text in enumerate(row.cells):
            column = known.get(normal(text))
            if column is None and text:
                near = nearest(normal(text), known)
                meant = heading(known[near], self.says[0]) if near else ""
                self.wrong(row.line, index, ShapeCode.UNKNOWN_COLUMN, found=text[:60], suggestion=meant)
            elif column is not None and column in self._columns:
                self.wrong(row.line, index, Code.DUPLICATE, found=text[:60])
            self._columns.append(column)
        if "name" not in self._columns and "key" not in self._columns:
            self.wrong(row.line, 0, ShapeCode.MISSING_COLUMN, expected=heading("name", self.says[0]))
            raise TownFileError(self.problems)  # no row says which service it is about

    def row(self, row: Row) -> None:
        """Take in one service."""
        for index, text in enumerate(row.cells[len(self._columns) :], len(self._columns)):
            if text:
                self.wrong(row.line, index, ShapeCode.TOO_MANY_CELLS, found=text[:60])
        cells = {
            column: Cell(row.line, index, row.cells[index] if index < len(row.cells) else "")
            for index, column in enumerate(self._columns)
            if column is not None
        }
        before = self._meant(cells)
        key = before.key if before else self._new_key(cells)
        if key in self._lines:
            told = {"found": key, "expected": str(self._lines[key])}
            self.wrong(row.line, 0, ShapeCode.SAME_SERVICE, **told)
            return
        self._lines[key] = row.line
        reader = CellReader(self.town, self.says, self.wrong)
        self._services[key] = service = reader.service(before or _blank(key), cells, is_new=before is None)
        self.places[service.id] = {
            split(column)[0]: (cell.line, cell.index + 1) for column, cell in reversed(cells.items())
        }

    def _meant(self, cells: Mapping[str, Cell]) -> Service | None:
        """Return the service that a row is about: by its key; without one, by its German name."""
        key = cells["key"].text if "key" in cells else ""
        if key:
            return next((one for one in self.town.services if one.key == key), None)
        name = normal(cells["name"].text) if "name" in cells else ""
        found = [one for one in self.town.services if normal(one.name.get(GERMAN, "")) == name]
        return found[0] if name and len(found) == 1 else None

    def _new_key(self, cells: Mapping[str, Cell]) -> str:
        if "key" in cells and cells["key"].text:
            return cells["key"].text
        name = cells["name"].text if "name" in cells else ""
        plain = name.casefold().translate({ord("ä"): "ae", ord("ö"): "oe", ord("ü"): "ue", ord("ß"): "ss"})
        base = re.sub(r"[^a-z0-9]+", "_", plain)[:36].strip("_") or "service"
        taken = {normal(one.key) for one in self.town.services} | {normal(key) for key in self._lines}
        names = [base, *(f"{base}_{number}" for number in range(2, 10_000))]
        return next(one for one in names if normal(one) not in taken)

    def town_after(self) -> Town:
        """Return the town with the rows in it; who can do all of a department can do what is new there."""
        new = [one for key, one in self._services.items() if key not in _keys(self.town)]
        services = tuple(self._services.values())
        clerks = tuple(
            replace(clerk, service_ids=(*clerk.service_ids, *_learnt(self.town, clerk.service_ids, new)))
            for clerk in self.town.clerks
        )
        return replace(self.town, services=services, clerks=clerks)


def _learnt(town: Town, skills: Sequence[str], new: Iterable[Service]) -> list[str]:
    """Return which new services somebody can do who does all others of that department."""
    found = []
    for service in new:
        others = {one.id for one in town.services if one.department_id == service.department_id}
        if others and others <= set(skills) and not service.named_clerk:
            found.append(service.id)
    return found


def _keys(town: Town) -> set[str]:
    return {one.key for one in town.services}


def _blank(key: str) -> Service:
    id_ = re.sub(r"[^a-z0-9-]+", "-", key.casefold())[:40]
    return Service(id_, key, "", "", {}, MINUTES)
