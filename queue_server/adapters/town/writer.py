"""Writing a town as a town file, so that copying a town's set-up is a file.

What is written stands alone: no catalogue is named, since a later release may describe a service
otherwise. The same town gives the same bytes, whenever and on whichever database. What must not live here:
reading, and the words of the comments (`locale/*/town.po`).
"""

import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import MISSING, fields, is_dataclass
from datetime import date, time
from itertools import groupby
from textwrap import wrap
from typing import Any, Final

from queue_server.adapters.town.reader import IN_HEAD
from queue_server.domain.admission import AdmissionTime
from queue_server.domain.town import (
    EVERY_SKILL,
    GERMAN,
    WAYS,
    Clerk,
    Department,
    DocumentIf,
    Reply,
    Service,
    Site,
    Texts,
    Town,
)
from queue_server.domain.written_hours import DAYS, write_hours

_WIDTH: Final = 100
_BARE: Final = re.compile(r"[A-Za-z0-9_-]+")
_LONGEST_KEY: Final = 32

_SHORT: Final = {
    "site_id": "site",
    "area_id": "area",
    "area_ids": "areas",
    "room_id": "room",
    "site_ids": "sites",
    **{f"{way}_ids": f"rooms_{way}" for way in WAYS},
}
_ALWAYS: Final = frozenset({"announce_languages", "area_ids", "languages", "site_ids"})
"""What the reader derives from other values when it is left out."""
_APART_IN_ROSTER: Final = ("weekday", "works_from", "works_until", "site_id", "counter_id")


def to_toml(town: Town, say: Callable[[str], str] | None = None) -> str:
    """Return a text that `town_file.load` reads as the same town; with `say`, which words keys, explained.

    The caller's duty: a town without problems, its hours in the order of the week. Not written are what
    holds no set-up (accounts, visitors) and what is kept beside it (letters' texts, planned changes).
    """
    keys = {service.id: service.key for service in town.services}
    documents = _keys_for(texts for one in town.services for texts in _papers(one))
    questions = _keys_for(part.question for one in town.services for part in one.documents_if)
    in_order = [one.key for place in town.departments for one in _picked(town, place)]
    head = [pair for pair in _pairs(town) if pair[0] in IN_HEAD]
    if in_order != [one.key for one in town.services]:
        head.append(("service_order", _value([one.key for one in town.services])))
    categories = [_block("[categories]", ((one.id, _texts(one.name)) for one in town.categories))]
    parts: dict[str, list[str]] = {
        "town": [_block("[town]", head)],
        "categories": categories if town.categories else [],
        "sites": [_block("[[sites]]", _site(site, keys)) for site in town.sites],
        "departments": [_block("[[departments]]", _office(one, town)) for one in town.departments],
        "clerks": [_block("[[clerks]]", _clerk(clerk, keys)) for clerk in town.clerks],
        "documents": [_block("[documents]", _written(documents))] if documents else [],
        "questions": [_block("[questions]", _written(questions))] if questions else [],
        "services": [
            _block(f"[services.{_key(one.key)}]", _service(one, town, documents, questions))
            for one in town.services
        ],
    }
    return "\n".join(
        block for name, blocks in parts.items() for block in _explained(name, blocks, say) if block
    )


def _explained(name: str, blocks: list[str], say: Callable[[str], str] | None) -> list[str]:
    """Put a comment before the first block of a kind; of the whole file before `[town]`."""
    if say is None or not blocks:
        return blocks
    lines = [line for text in say(f"town.file_{name}").split("\n") for line in wrap(text, _WIDTH) or [""]]
    return ["".join(f"# {line}".rstrip() + "\n" for line in lines) + blocks[0], *blocks[1:]]


def _picked(town: Town, department: Department) -> list[Service]:
    return [one for one in town.services if one.department_id == department.id]


def _office(department: Department, town: Town) -> "_Pairs":
    keys = [one.key for one in _picked(town, department)]
    return [*_pairs(department), ("services", _value(keys))]


def _papers(service: Service) -> Iterator[Texts]:
    yield from service.documents
    yield from (one.document for one in service.documents_if)


def _written(documents: "_Shared") -> Iterator[tuple[str, str]]:
    for texts, key in documents.items():
        yield key, _texts(dict(texts))


_Pairs = Iterable[tuple[str, str]]
_Shared = Mapping[tuple[tuple[str, str], ...], str]


def _block(header: str, pairs: _Pairs) -> str:
    return "\n".join([header, *(f"{_key(key)} = {value}" for key, value in pairs), ""])


def _pairs(thing: Any, leave: Iterable[str] = ()) -> Iterator[tuple[str, str]]:
    """Yield file key and written value of each field that does not have its default."""
    for one in fields(thing):
        if not one.compare:
            continue
        value = getattr(thing, one.name)
        default = one.default_factory() if one.default_factory is not MISSING else one.default
        if one.name not in leave and (one.name in _ALWAYS or value != default):
            yield _SHORT.get(one.name, one.name), _value(value)


def _site(site: Site, keys: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    leave = ("opening", "displays", *(() if site.languages else ("languages",)))
    yield from _pairs(site, leave=leave)
    if site.displays:
        tables = []
        for display in site.displays:
            pairs = list(_pairs(display, leave=("service_ids", "loud_hours")))
            if display.loud_hours:
                loud = write_hours((one.begins, one.ends) for one in display.loud_hours)
                pairs.append(("loud_hours", _value(loud)))
            if display.service_ids:
                pairs.append(("services", _value([keys[id_] for id_ in display.service_ids])))
            tables.append(_table(pairs))
        yield "displays", _several(tables)
    if site.opening:
        days = groupby(site.opening, key=lambda one: one.weekday)
        hours = {DAYS[day]: write_hours((one.opens, one.closes) for one in all_) for day, all_ in days}
        yield "opening", _table((day, _value(text)) for day, text in hours.items())


def _clerk(clerk: Clerk, keys: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    yield from _pairs(clerk, leave=("roster", "service_ids"))
    if clerk.service_ids != (EVERY_SKILL,):
        yield "services", _value([keys.get(id_, id_) for id_ in clerk.service_ids])
    if clerk.roster:
        yield (
            "roster",
            _several(
                _table(
                    [
                        ("days", _value(DAYS[entry.weekday])),
                        ("hours", _value(write_hours([(entry.works_from, entry.works_until)]))),
                        ("site", _value(entry.site_id)),
                        *([("counter", _value(entry.counter_id))] if entry.counter_id else []),
                        *_pairs(entry, leave=_APART_IN_ROSTER),
                    ]
                )
                for entry in clerk.roster
            ),
        )


def _service(
    service: Service, town: Town, documents: _Shared, questions: _Shared
) -> Iterator[tuple[str, str]]:
    if service.id != service.key.replace("_", "-"):
        yield "id", _value(service.id)
    places = ("department_id", "category_id", "site_ids", "area_by_site")
    apart = ("id", "key", *places, "documents", "documents_if")
    yield "category", _value(service.category_id)
    yield from _pairs(service, leave=apart)
    if service.documents:
        yield "documents", _value([documents[_sorted(texts)] for texts in service.documents])
    if service.documents_if:
        lines = (_document_if(one, documents, questions) for one in service.documents_if)
        yield "documents_if", _several(lines)
    if service.site_ids != _department(service, town).site_ids:
        yield "sites", _value(service.site_ids)
    first = {site.id: site.areas[0].id for site in town.sites if site.areas}
    areas = [(site, service.area_by_site[site]) for site in service.site_ids if site in service.area_by_site]
    others = [(site_id, _value(area_id)) for site_id, area_id in areas if first.get(site_id) != area_id]
    if others:
        yield "areas", _table(others)


def _document_if(one: DocumentIf, documents: _Shared, questions: _Shared) -> str:
    pairs = [("document", documents[_sorted(one.document)]), ("question", questions[_sorted(one.question)])]
    if one.when is not Reply.YES:
        pairs.append(("when", one.when))
    return _table((key, _value(word)) for key, word in pairs)


def _department(service: Service, town: Town) -> Department:
    return next(one for one in town.departments if one.id == service.department_id)


def _keys_for(several: Iterable[Texts]) -> dict[tuple[tuple[str, str], ...], str]:
    """Give each text a key made of its German words; many services share a document or a question."""
    keys: dict[tuple[tuple[str, str], ...], str] = {}
    for texts in several:
        if _sorted(texts) not in keys:
            words = re.sub(r"[^a-z0-9]+", "-", texts[GERMAN].casefold())[:_LONGEST_KEY].strip("-")
            taken = set(keys.values())
            key, number = words or "document", 2
            while key in taken:
                key, number = f"{words}-{number}", number + 1
            keys[_sorted(texts)] = key
    return keys


def _sorted(texts: Texts) -> tuple[tuple[str, str], ...]:
    """Return texts with German first: a database may give a table's keys back in another order."""
    return tuple(sorted(texts.items(), key=lambda one: (one[0] != GERMAN, one[0])))


def _value(value: Any) -> str:
    if isinstance(value, str):
        return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, time):
        return _value(f"{value:%H:%M}")
    if isinstance(value, Mapping):
        return _texts(value)
    if isinstance(value, tuple | list):
        return _several(map(_value, value))
    if isinstance(value, AdmissionTime):
        return _table(_admission_time(value))
    if is_dataclass(value):
        return _table(_pairs(value))
    return repr(value)


def _admission_time(one: AdmissionTime) -> Iterator[tuple[str, str]]:
    yield "admits", _value(one.admits)
    if one.weekdays:
        yield "days", _value(", ".join(DAYS[day] for day in one.weekdays))
    if one.hours:
        yield "hours", _value(write_hours((part.begins, part.ends) for part in one.hours))
    yield from _pairs(one, leave=("admits", "weekdays", "hours"))


def _texts(texts: Texts) -> str:
    if list(texts) == [GERMAN]:
        return _value(texts[GERMAN])
    return _table((language, _value(text)) for language, text in _sorted(texts))


def _table(pairs: _Pairs) -> str:
    return "{ " + ", ".join(f"{_key(key)} = {value}" for key, value in pairs) + " }"


def _several(values: Iterable[str]) -> str:
    written = list(values)
    line = f"[{', '.join(written)}]"
    if len(line) <= _WIDTH and not (len(written) > 1 and "{" in line):
        return line
    return "\n".join(["[", *_filled(written), "]"])


def _filled(values: Iterable[str]) -> Iterator[str]:
    """Yield indented lines: a table has a line of its own, words share one."""
    line = ""
    for value in values:
        if line and ("{" in line or len(line) + len(value) > _WIDTH):
            yield line
            line = ""
        line += f"{' ' if line else '  '}{value},"
    yield line


def _key(key: str) -> str:
    return key if _BARE.fullmatch(key) else _value(key)
