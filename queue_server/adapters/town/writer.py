"""Writing a town as a town file, so that copying a town's set-up is a file.

What is written stands alone: no catalogue is named, since a later release may describe a service
otherwise. What must not live here: reading.
"""

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import MISSING, fields, is_dataclass
from datetime import date
from itertools import groupby
from typing import Any, Final

from queue_server.adapters.town.hours import DAYS, write_hours
from queue_server.domain.admission import AdmissionTime
from queue_server.domain.town import EVERY_SKILL, GERMAN, Clerk, Department, Service, Site, Texts, Town

_WIDTH: Final = 100
_BARE: Final = re.compile(r"[A-Za-z0-9_-]+")
_LONGEST_KEY: Final = 32

_SHORT: Final = {
    "site_id": "site",
    "area_id": "area",
    "area_ids": "areas",
    "room_id": "room",
    "site_ids": "sites",
}
_ALWAYS: Final = frozenset({"announce_languages", "area_ids", "languages", "site_ids"})
"""What the reader derives from other values when it is left out."""
_APART_IN_ROSTER: Final = ("weekday", "works_from", "works_until", "site_id", "counter_id")


def to_toml(town: Town) -> str:
    """Return a text that `town_file.load` reads as the same town.

    The caller's duty: a town without problems, its services in the order of the departments, its hours
    in the order of the week.
    """
    keys = {service.id: service.key for service in town.services}
    documents = _document_keys(town.services)
    head = [pair for pair in _pairs(town) if pair[0] in {"id", "name", "languages"}]
    blocks = [_block("[town]", head)]
    if town.categories:
        blocks.append(_block("[categories]", ((one.id, _texts(one.name)) for one in town.categories)))
    blocks += [_block("[[sites]]", _site(site, keys)) for site in town.sites]
    for department in town.departments:
        picked = [one.key for one in town.services if one.department_id == department.id]
        blocks.append(_block("[[departments]]", [*_pairs(department), ("services", _value(picked))]))
    blocks += [_block("[[clerks]]", _clerk(clerk, keys)) for clerk in town.clerks]
    if documents:
        pairs = ((key, _texts(dict(texts))) for texts, key in documents.items())
        blocks.append(_block("[documents]", pairs))
    for service in town.services:
        blocks.append(_block(f"[services.{_key(service.key)}]", _service(service, town, documents)))
    return "\n".join(blocks)


_Pairs = Iterable[tuple[str, str]]
_Documents = Mapping[tuple[tuple[str, str], ...], str]


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
    yield from _pairs(site, leave=("opening", "displays"))
    if site.displays:
        tables = []
        for display in site.displays:
            pairs = list(_pairs(display, leave=("service_ids",)))
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
    if EVERY_SKILL not in clerk.service_ids:
        yield "services", _value([keys[id_] for id_ in clerk.service_ids])
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


def _service(service: Service, town: Town, documents: _Documents) -> Iterator[tuple[str, str]]:
    if service.id != service.key.replace("_", "-"):
        yield "id", _value(service.id)
    apart = ("id", "key", "department_id", "category_id", "site_ids", "area_by_site", "documents")
    yield "category", _value(service.category_id)
    yield from _pairs(service, leave=apart)
    if service.documents:
        yield "documents", _value([documents[tuple(texts.items())] for texts in service.documents])
    if service.site_ids != _department(service, town).site_ids:
        yield "sites", _value(service.site_ids)
    first = {site.id: site.areas[0].id for site in town.sites if site.areas}
    areas = {site: area for site, area in service.area_by_site.items() if first.get(site) != area}
    if areas:
        yield "areas", _table((site_id, _value(area_id)) for site_id, area_id in areas.items())


def _department(service: Service, town: Town) -> Department:
    return next(one for one in town.departments if one.id == service.department_id)


def _document_keys(services: Iterable[Service]) -> dict[tuple[tuple[str, str], ...], str]:
    """Give each document a key made of its German words; many services share a document."""
    keys: dict[tuple[tuple[str, str], ...], str] = {}
    for service in services:
        for texts in service.documents:
            if tuple(texts.items()) not in keys:
                words = re.sub(r"[^a-z0-9]+", "-", texts[GERMAN].casefold())[:_LONGEST_KEY].strip("-")
                taken = set(keys.values())
                key, number = words or "document", 2
                while key in taken:
                    key, number = f"{words}-{number}", number + 1
                keys[tuple(texts.items())] = key
    return keys


def _value(value: Any) -> str:
    if isinstance(value, str):
        return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, date):
        return value.isoformat()
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
    return _table((language, _value(text)) for language, text in texts.items())


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
