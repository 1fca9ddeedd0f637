"""Reading services: a department picks them by key, a catalogue describes them, the town overrides.

What must not live here: sites, clerks and all the rest of a town (`town_reader`).
"""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import TypeAlias

from queue_server.adapters.town.roster import read_admission_time
from queue_server.adapters.town.source import Report, ShapeCode, Source
from queue_server.adapters.town.table import Table
from queue_server.adapters.town.toml_positions import Path
from queue_server.domain.admission import Admission
from queue_server.domain.town import (
    Category,
    Channel,
    Combines,
    Department,
    DocumentIf,
    Reply,
    Service,
    Texts,
)
from queue_server.domain.town_problem import Code, listed, nearest

Places: TypeAlias = list[tuple[Source, Path]]
"""Where something is described, the best place to point at first."""


@dataclass(frozen=True, slots=True)
class Shelf:
    """The tables that a town file and a catalogue share."""

    categories: Table
    documents: Table
    questions: Table
    services: Table

    @classmethod
    def of(cls, table: Table) -> "Shelf":
        """Take the tables out of a file."""
        names = ("categories", "documents", "questions", "services")
        return cls(*(table.table(name) for name in names))


class ServiceReader:
    """Reads what departments pick. `own` comes before `catalogue`, key by key."""

    def __init__(self, report: Report, own: Shelf, catalogue: Shelf | None, id_prefix: str) -> None:
        self._report = report
        self._own = own
        self._shelves = [own, catalogue] if catalogue else [own]
        self._prefix = id_prefix
        self._ids: dict[str, str] = {}
        self._used_categories: set[str] = set()
        self._by_department: dict[str, list[str]] = {}
        self.places: list[Places] = []
        """For each service, in the order of reading, where it is described."""

    def read(self, picked: Table, department: Department, areas: Mapping[str, str]) -> list[Service]:
        """Return the services that the table of a department picks, in its order.

        `areas` are the waiting areas by site for those who say nothing else.
        """
        areas = {**areas, **_words(picked.table("areas"))}
        found = []
        for index, key in enumerate(picked.words("services", ())):
            path = (*picked.path, "services", index)
            table = self._described(key)
            if table is None:
                self._unknown(picked.source, path, key, self._keys())
            elif key in self._ids:
                self._report.add(picked.source, path, Code.DUPLICATE, found=key)
            else:
                found.append(self._service(key, table, department, areas))
                self.places.append(_places(table, (picked.source, path)))
        self._by_department[department.id] = [service.id for service in found]
        return found

    def ids(self, table: Table, key: str, also: Mapping[str, str] | None = None) -> tuple[str, ...]:
        """Return the ids of the services that `table[key]` names; a service nobody picked is reported.

        `also` are words that are right there, too, with what they stand for.
        """
        known = {**self._ids, **(also or {})}
        words = table.words(key, ())
        for index, word in enumerate(words):
            if word not in known:
                self._unknown(table.source, (*table.path, key, index), word, self._ids)
        return tuple(known[word] for word in words if word in known)

    def in_order(self, table: Table, key: str, services: list[Service]) -> list[Service]:
        """Return the services in the order that `table[key]` tells; others follow as they stand."""
        if key not in table:
            return services
        self.ids(table, key)
        places = {word: place for place, word in enumerate(table.words(key, ()))}
        order = sorted(range(len(services)), key=lambda at: places.get(services[at].key, len(places)))
        self.places = [self.places[at] for at in order]
        return [services[at] for at in order]

    def of_departments(self, table: Table, key: str) -> tuple[str, ...]:
        """Return the ids of all services of the departments that `table[key]` names."""
        found: list[str] = []
        for index, word in enumerate(table.words(key, ())):
            if word not in self._by_department:
                self._unknown(table.source, (*table.path, key, index), word, self._by_department)
            found += self._by_department.get(word, [])
        return tuple(found)

    def categories(self) -> Iterator[tuple[Category, Places]]:
        """Yield the catalogue's categories that are used, then the town's own; the town may rename."""
        tables = [shelf.categories for shelf in reversed(self._shelves)]
        keys = dict.fromkeys(key for table in tables for key in table.data)
        for key in keys:
            table = next(shelf.categories for shelf in self._shelves if key in shelf.categories)
            if key in self._own.categories or key in self._used_categories:
                yield Category(self._prefix + key, table.texts(key)), [(table.source, (*table.path, key))]

    def report_unpicked(self) -> None:
        """Report services of the town's own file that no department picks: probably misspelt."""
        services = self._own.services
        for key in services.data.keys() - self._ids.keys():
            near = nearest(key, self._ids)
            code = ShapeCode.SERVICE_WITHOUT_DEPARTMENT
            path = (*services.path, key)
            self._report.add(services.source, path, code, found=key, suggestion=near, of_key=True)

    def _described(self, key: str) -> Table | None:
        table: Table | None = None
        for shelf in reversed(self._shelves):
            services = shelf.services
            if key in services:
                path = (*services.path, key)
                table = Table(self._report, services.source, path, services.data[key], fallback=table)
        return table

    def _service(self, key: str, table: Table, department: Department, areas: Mapping[str, str]) -> Service:
        self._ids[key] = table.text("id", self._prefix + key.replace("_", "-"))
        site_ids = table.words("sites", department.site_ids)
        areas = {**areas, **_words(table.table("areas"))}
        service = Service(
            id=self._ids[key],
            key=key,
            department_id=department.id,
            category_id=self._category(table),
            name=table.texts("name"),
            minutes=table.whole("minutes"),
            further_minutes=table.whole("further_minutes", 0),
            included=table.whole("included", 1),
            max_count=table.whole("max_count", 1),
            documents=self._documents(table),
            documents_if=tuple(map(self._document_if, table.tables("documents_if"))),
            admission=table.choice("admission", Admission.BOTH),
            admission_times=tuple(map(read_admission_time, table.tables("admission_times"))),
            channel=table.choice("channel", Channel.HERE),
            link=table.text("link", ""),
            site_ids=site_ids,
            area_by_site={site_id: areas[site_id] for site_id in site_ids if site_id in areas},
            leika=table.text("leika", ""),
            bookable_from=table.day("bookable_from"),
            bookable_until=table.day("bookable_until"),
            named_clerk=table.flag("named_clerk"),
            confirm_first=table.flag("confirm_first"),
            confirm_hours_before=table.whole("confirm_hours_before", 0),
            sensitive=table.flag("sensitive"),
            combines=table.choice("combines", Combines.ANY),
        )
        table.finish()
        return service

    def _category(self, table: Table) -> str:
        key = table.text("category")
        known = {key for shelf in self._shelves for key in shelf.categories.data}
        if key and key not in known:
            table.wrong(
                ("category",),
                Code.UNKNOWN_REFERENCE,
                found=key,
                expected=listed(known),
                suggestion=nearest(key, known),
            )
            return ""
        self._used_categories.add(key)
        return key and self._prefix + key

    def _documents(self, table: Table) -> tuple[Texts, ...]:
        shelves = [one.documents for one in self._shelves]
        found = (
            self._shared(table, ("documents", index), item, shelves)
            for index, item in enumerate(table.items("documents"))
        )
        return tuple(texts for texts in found if texts is not None)

    def _document_if(self, table: Table) -> DocumentIf:
        document = self._shared(
            table, ("document",), table.value("document") or "", [one.documents for one in self._shelves]
        )
        question = self._shared(
            table, ("question",), table.value("question") or "", [one.questions for one in self._shelves]
        )
        when = table.choice("when", Reply.YES)
        table.finish()
        return DocumentIf(document or {}, question or {}, when)

    @staticmethod
    def _shared(table: Table, path: Path, item: object, shelves: list[Table]) -> Texts | None:
        """A word is the key of a text that several services share; a table is a text of this one."""
        if not isinstance(item, str):
            return table.as_texts(path, item)
        shared = next((one for one in shelves if item in one.data), None)
        if shared is not None:
            return shared.texts(item)
        known = {key for one in shelves for key in one.data}
        table.wrong(path, Code.UNKNOWN_REFERENCE, found=item, suggestion=nearest(item, known))
        return None

    def _keys(self) -> set[str]:
        return {key for shelf in self._shelves for key in shelf.services.data}

    def _unknown(self, source: Source, path: Path, found: str, known: Collection[str]) -> None:
        self._report.add(
            source,
            path,
            Code.UNKNOWN_REFERENCE,
            found=found,
            expected=listed(known),
            suggestion=nearest(found, known),
        )


def _words(table: Table) -> dict[str, str]:
    """Return a table whose keys are free and whose values are texts."""
    return {key: table.text(key) for key in table.data}


def _places(table: Table, picked: tuple[Source, Path]) -> Places:
    """Point at files that the town can edit: its own tables, then where it picked the service."""
    places: Places = []
    one: Table | None = table
    while one is not None:
        if not one.source.built_in:
            places.append((one.source, one.path))
        one = one.fallback
    return places or [picked]
