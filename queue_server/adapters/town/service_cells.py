"""One cell of the table of services: what it means for a service, and how a service fills it.

What must not live here: rows, files, and whether the services fit the town (`checked_services`).
"""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import date
from typing import Any, Final

from queue_server.adapters.town.asked_cells import read_asked, shown_asked
from queue_server.adapters.town.cell_parts import Cell, escaped, parted
from queue_server.adapters.town.source import LONGEST_QUOTE, ShapeCode
from queue_server.adapters.town.table_columns import IN_LANGUAGES, Say, known_words, normal, split
from queue_server.domain.admission import Admission
from queue_server.domain.town import GERMAN, Channel, Combines, Reply, Service, Texts, Town
from queue_server.domain.town_problem import Code, listed, nearest

NUMBERS: Final = ("minutes", "further_minutes", "included", "max_count", "confirm_hours_before")
FLAGS: Final = ("named_clerk", "confirm_first", "sensitive")
DAYS: Final = ("bookable_from", "bookable_until")
_DEFAULTS: Final = {
    "minutes": 10,
    "further_minutes": 0,
    "included": 1,
    "max_count": 1,
    "confirm_hours_before": 0,
}
_ROUNDED: Final = re.compile(r"\d([.,]\d+)?E\+?\d+", re.IGNORECASE)
"""A long number as a spreadsheet ruins it: "9,9085E+13"."""
_DAY: Final = re.compile(r"(\d{4})-(\d\d?)-(\d\d?)|(\d\d?)\.(\d\d?)\.(\d{4})")


class CellReader:
    """Reads the cells of one row. `wrong(line, index, code, …)` takes what is wrong in them."""

    def __init__(self, town: Town, says: Sequence[Say], wrong: Callable[..., None]) -> None:
        self._town = town
        self._says = says
        self._wrong = wrong

    def service(self, before: Service, cells: Mapping[str, Cell], *, is_new: bool) -> Service:
        """Return the service with what its row says."""
        changes: dict[str, Any] = {}
        for column, cell in cells.items():
            if column in NUMBERS:
                changes[column] = self._number(cell, _DEFAULTS[column])
            elif column in FLAGS:
                changes[column] = self._word("flag", cell, "no") == "yes"
            elif column in DAYS:
                changes[column] = self._day(cell)
        if "channel" in cells:
            changes["channel"] = Channel(self._word("channel", cells["channel"], "here"))
        if "admission" in cells:
            changes["admission"] = Admission(self._word("admission", cells["admission"], "both"))
        if "combines" in cells:
            changes["combines"] = Combines(self._word("combines", cells["combines"], "any"))
        if "link" in cells:
            changes["link"] = cells["link"].text
        if "leika" in cells:
            changes["leika"] = self._leika(cells["leika"])
        changes |= {name: self._texts(name, before, cells) for name in IN_LANGUAGES if _has(name, cells)}
        changes |= self._places(before, cells, is_new=is_new)
        return replace(before, **changes)

    def _number(self, cell: Cell, usual: int) -> int:
        if not cell.text:
            return usual
        if re.fullmatch(r"\d{1,9}", cell.text):
            return int(cell.text)
        self._complain(cell, ShapeCode.NOT_A_WHOLE_NUMBER)
        return usual

    def _word(self, kind: str, cell: Cell, usual: str) -> str:
        known = known_words(kind, self._says)
        if not cell.text:
            return usual
        if normal(cell.text) not in known:
            words = {word: self._says[0](f"town.word_{word}") for word in known.values()}
            near = nearest(normal(cell.text), known)
            self._complain(
                cell,
                ShapeCode.NOT_A_CHOICE,
                expected=", ".join(words.values()),
                suggestion=words[known[near]] if near else "",
            )
            return usual
        return known[normal(cell.text)]

    def _day(self, cell: Cell) -> date | None:
        """Return a date: 2026-12-01, or as a German spreadsheet shows it, 01.12.2026."""
        if not cell.text:
            return None
        match = _DAY.fullmatch(cell.text)
        if match:
            year, month, day = match.group(1, 2, 3) if match[1] else match.group(6, 5, 4)
            try:
                return date(int(year), int(month), int(day))
            except ValueError:
                pass
        self._complain(cell, ShapeCode.NOT_A_DAY)
        return None

    def _leika(self, cell: Cell) -> str:
        if _ROUNDED.fullmatch(cell.text):
            self._complain(cell, ShapeCode.ROUNDED_NUMBER)
        return cell.text

    def _texts(self, name: str, before: Service, cells: Mapping[str, Cell]) -> Any:
        """Return texts, or a list of them; a language without a column keeps what it has."""
        mine = {
            split(column)[1] or GERMAN: cell for column, cell in cells.items() if split(column)[0] == name
        }
        if name == "documents":
            return self._documents(before, mine)
        if name == "documents_if":
            return read_asked(before.documents_if, mine, self._reply, self._complain)
        told = {one: cell.text for one, cell in mine.items() if cell.text or one == GERMAN}
        return told | {one: text for one, text in before.name.items() if one not in mine}

    def _reply(self, cell: Cell) -> Reply:
        return Reply(self._word("flag", cell, "yes"))

    def _documents(self, before: Service, mine: Mapping[str, Cell]) -> tuple[Texts, ...]:
        parts = {language: parted(cell.text) for language, cell in mine.items()}
        were = [one.get(GERMAN, "") for one in before.documents]
        german = parts.get(GERMAN, were)
        for language, found in parts.items():
            if found and len(found) != len(german):
                told = {"found": str(len(found)), "expected": str(len(german))}
                self._complain(mine[language], ShapeCode.COUNT_DIFFERS, **told)
                return before.documents
        documents = []
        for index, text in enumerate(german):
            told = {one: found[index] for one, found in parts.items() if found and found[index]}
            kept = before.documents[index] if german == were else {}
            documents.append(
                {GERMAN: text} | told | {one: words for one, words in kept.items() if one not in parts}
            )
        return tuple(documents)

    def _places(self, before: Service, cells: Mapping[str, Cell], *, is_new: bool) -> dict[str, Any]:
        """Return department, category, sites and the areas that go with them."""
        changes = {
            f"{column}_id": self._one(column, things, cells, getattr(before, f"{column}_id"))
            for column, things in (
                ("department", self._town.departments),
                ("category", self._town.categories),
            )
            if column in cells or is_new
        }
        if "sites" not in cells and not is_new:
            return changes
        if "sites" in cells and (cells["sites"].text or not is_new):
            sites = self._named(cells["sites"], self._town.sites, several=True)
        else:
            office = changes["department_id"]
            sites = next((one.site_ids for one in self._town.departments if one.id == office), ())
        areas = {site.id: site.areas[0].id for site in self._town.sites if site.areas} | {
            **before.area_by_site
        }
        return {
            **changes,
            "site_ids": sites,
            "area_by_site": {one: areas[one] for one in sites if one in areas},
        }

    def _one(self, column: str, things: Sequence[Any], cells: Mapping[str, Cell], before: str) -> str:
        """Return what a cell names; where nothing is said what it was, or the only one that there is."""
        cell = cells.get(column)
        if cell is not None and cell.text:
            return next(iter(self._named(cell, things)), before)
        if before or len(things) == 1:
            return before or str(things[0].id)
        at = cell or next(iter(cells.values()))
        self._complain(at, ShapeCode.MISSING_CELL, expected=self._says[0](f"town.column_{column}"))
        return ""

    def _named(self, cell: Cell | None, things: Sequence[Any], *, several: bool = False) -> tuple[str, ...]:
        """Return the ids of what a cell names, by id or by German name."""
        if cell is None or not cell.text:
            return ()
        known = {normal(one.name.get(GERMAN, "")): one.id for one in reversed(things)}
        known |= {normal(one.id): one.id for one in things}
        words = re.split(r"[|,\n]", cell.text) if several else [cell.text]
        found = []
        for word in filter(None, map(str.strip, words)):
            if normal(word) in known:
                found.append(known[normal(word)])
            else:
                near = nearest(normal(word), known)
                told = {"expected": listed(set(known.values())), "suggestion": known[near] if near else ""}
                self._complain(cell, Code.UNKNOWN_REFERENCE, found=word[:LONGEST_QUOTE], **told)
        return tuple(dict.fromkeys(found))

    def _complain(self, cell: Cell, code: Any, **told: str) -> None:
        self._wrong(cell.line, cell.index, code, **{"found": cell.text[:LONGEST_QUOTE], **told})


def shown(service: Service, column: str, say: Say) -> str:
    """Return what stands in a cell."""
    name, language = split(column)
    if name == "name":
        return service.name.get(language or GERMAN, "")
    if name == "documents":
        texts = [one.get(language or GERMAN, "") for one in service.documents]
        return " | ".join(map(escaped, texts)) if any(texts) else ""
    if name == "documents_if":
        return shown_asked(service, language or GERMAN, say)
    if name in {"department", "category"}:
        return str(getattr(service, f"{name}_id"))
    if name == "sites":
        return " | ".join(service.site_ids)
    value = getattr(service, name)
    if isinstance(value, bool):
        return say(f"town.word_{'yes' if value else 'no'}")
    if isinstance(value, Channel | Admission | Combines):
        return say(f"town.word_{value.value}")
    return "" if value is None else str(value)


def _has(name: str, cells: Mapping[str, Cell]) -> bool:
    return any(split(column)[0] == name for column in cells)
