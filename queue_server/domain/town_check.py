"""The mistakes one can make in a town's set-up, found in the plain values, all of them at once.

What lives here: rules on how the parts fit together (unique, referring to what exists, complete). Rules
on single values are in `town_values`. The shape of a file (an unknown key, a missing one, a wrong type)
is the reader's business.
"""

from collections.abc import Callable, Collection, Iterator
from typing import Final

from queue_server.domain import town_values
from queue_server.domain.town import (
    EVERY_SKILL,
    WAYS,
    CallMode,
    Challenge,
    Channel,
    Clerk,
    Display,
    Service,
    Town,
    skills_of,
)
from queue_server.domain.town_look import check_look
from queue_server.domain.town_problem import Code, Path, Problem, nearest, unknown


def check(town: Town, time_zones: Collection[str], states: Collection[str]) -> list[Problem]:
    """Return every problem of the set-up, in the order of the rules; an empty list means it can be used.

    `time_zones` are the names that the machine knows (the domain reads no files, so the caller asks),
    `states` those whose public holidays are known.
    An empty id is passed over: whoever left it empty has reported it.
    """
    found = [problem for rule in _RULES for problem in rule(town)]
    for index, site in enumerate(town.sites):
        if site.time_zone not in time_zones:
            path = ("sites", index, "time_zone")
            found.append(unknown(path, site.time_zone, time_zones, Code.UNKNOWN_TIME_ZONE))
        if site.holidays and site.holidays not in states:
            near = {"suggestion": nearest(site.holidays, states), "expected": ", ".join(sorted(states))}
            path = ("sites", index, "holidays")
            found.append(Problem(path, Code.UNKNOWN_STATE, {"found": site.holidays, **near}))
    return found


def _unique_ids(town: Town) -> Iterator[Problem]:
    seen: set[tuple[str | int, str]] = set()
    for path, value in town_values.ids(town):
        if value and (path[-3], value) in seen:
            yield Problem(path, Code.DUPLICATE, {"found": value})
        seen.add((path[-3], value))


def _unique_labels(town: Town) -> Iterator[Problem]:
    """Two rooms called "3" in one building would send visitors to the wrong door."""
    yield from _repeated(("services",), "key", [service.key for service in town.services])
    yield from _repeated(("clerks",), "user", [clerk.user for clerk in town.clerks])
    for index, site in enumerate(town.sites):
        yield from _repeated(("sites", index, "rooms"), "name", [room.name for room in site.rooms])
        yield from _repeated(("sites", index, "counters"), "name", [one.name for one in site.counters])


def _repeated(path: Path, field_name: str, values: list[str]) -> Iterator[Problem]:
    for index, value in enumerate(values):
        if value and value in values[:index]:
            yield Problem((*path, index, field_name), Code.DUPLICATE, {"found": value})


def _site_references(town: Town) -> Iterator[Problem]:
    service_ids = [service.id for service in town.services]
    for index, site in enumerate(town.sites):
        at: Path = ("sites", index)
        areas = [area.id for area in site.areas]
        rooms = [room.id for room in site.rooms]
        for inner, room in enumerate(site.rooms):
            yield from _refer((*at, "rooms", inner, "area_id"), [room.area_id], areas)
        for inner, counter in enumerate(site.counters):
            yield from _refer((*at, "counters", inner, "room_id"), [counter.room_id], rooms)
        for inner, kiosk in enumerate(site.kiosks):
            yield from _refer((*at, "kiosks", inner, "area_id"), [kiosk.area_id], areas)
        for inner, display in enumerate(site.displays):
            yield from _refer((*at, "displays", inner, "area_ids"), display.area_ids, areas, several=True)
            yield from _refer(
                (*at, "displays", inner, "service_ids"), display.service_ids, service_ids, several=True
            )
            yield from _directions((*at, "displays", inner), display, rooms)


def _directions(path: Path, display: Display, rooms: Collection[str]) -> Iterator[Problem]:
    """A room lies in one direction."""
    known: set[str] = set()
    for way in WAYS:
        ids = getattr(display, f"{way}_ids")
        yield from _refer((*path, f"{way}_ids"), ids, rooms, several=True)
        for index, one in enumerate(ids):
            if one in known:
                yield Problem((*path, f"{way}_ids", index), Code.DUPLICATE, {"found": one})
            known.add(one)


def _office_references(town: Town) -> Iterator[Problem]:
    sites = {site.id: site for site in town.sites}
    departments = [department.id for department in town.departments]
    categories = [category.id for category in town.categories]
    for index, department in enumerate(town.departments):
        yield from _refer(("departments", index, "site_ids"), department.site_ids, sites, several=True)
    for index, service in enumerate(town.services):
        at: Path = ("services", index)
        yield from _refer((*at, "department_id"), [service.department_id], departments)
        yield from _refer((*at, "category_id"), [service.category_id], categories)
        yield from _refer((*at, "site_ids"), service.site_ids, sites, several=True)
        yield from _refer((*at, "area_by_site"), service.area_by_site, service.site_ids)
        for site_id in service.site_ids:
            if site_id in sites and sites[site_id].areas and site_id not in service.area_by_site:
                params = {"found": service.key, "expected": site_id}
                yield Problem((*at, "area_by_site"), Code.AREA_MISSING, params)
        for site_id, area_id in service.area_by_site.items():
            areas = [area.id for area in sites[site_id].areas] if site_id in sites else [area_id]
            yield from _refer((*at, "area_by_site", site_id), [area_id], areas)


def _admission_references(town: Town) -> Iterator[Problem]:
    """A time may be for one of a service's sites; a site's own is for itself."""
    for index, site in enumerate(town.sites):
        for inner, one in enumerate(site.admission_times):
            path: Path = ("sites", index, "admission_times", inner, "site_id")
            yield from _refer(path, [one.site_id or ""], [site.id])
    for index, service in enumerate(town.services):
        for inner, one in enumerate(service.admission_times):
            path = ("services", index, "admission_times", inner, "site_id")
            yield from _refer(path, [one.site_id or ""], service.site_ids)


def _clerk_references(town: Town) -> Iterator[Problem]:
    sites = {site.id: site for site in town.sites}
    skills = [EVERY_SKILL, *(service.id for service in town.services)]
    for index, clerk in enumerate(town.clerks):
        at: Path = ("clerks", index)
        yield from _refer((*at, "service_ids"), clerk.service_ids, skills, several=True)
        yield from _refer((*at, "site_ids"), clerk.site_ids, sites, several=True)
        for inner, entry in enumerate(clerk.roster):
            yield from _refer((*at, "roster", inner, "site_id"), [entry.site_id], clerk.site_ids)
            if entry.counter_id is not None and entry.site_id in sites:
                counters = [counter.id for counter in sites[entry.site_id].counters]
                yield from _refer((*at, "roster", inner, "counter_id"), [entry.counter_id], counters)


def _refer(
    path: Path, used: Collection[str], known: Collection[str], *, several: bool = False
) -> Iterator[Problem]:
    for index, one in enumerate(used):
        if one and one not in known:
            yield unknown((*path, index) if several else path, one, known)


def _complete_sites(town: Town) -> Iterator[Problem]:
    for index, site in enumerate(town.sites):
        path: Path = ("sites", index)
        if not site.areas:
            yield Problem((*path, "areas"), Code.SITE_WITHOUT_AREA, {"found": site.id})
        if not site.counters:
            yield Problem((*path, "counters"), Code.SITE_WITHOUT_COUNTER, {"found": site.id})
        if site.call_mode is CallMode.SCREEN and not site.displays:
            yield Problem((*path, "displays"), Code.SITE_WITHOUT_DISPLAY, {"found": site.id})
        if not site.always_open and not site.opening:
            yield Problem((*path, "opening"), Code.SITE_NEVER_OPEN, {"found": site.id})
        for inner, display in enumerate(site.displays):
            if not display.area_ids:
                yield Problem((*path, "displays", inner), Code.DISPLAY_WITHOUT_AREA, {"found": display.id})
        days = [closure.on for closure in site.closures]
        for inner, day in enumerate(days):
            if day in days[:inner]:
                where = (*path, "closures", inner)
                yield Problem(where, Code.DUPLICATE_CLOSURE, {"found": day.isoformat()})


def _other_ways(town: Town) -> Iterator[Problem]:
    """Who cannot solve the puzzle has to come to an appointment by phone and by mail."""
    for index, site in enumerate(town.sites):
        if site.challenge is not Challenge.OFF and not (site.phone and site.email):
            yield Problem(("sites", index, "challenge"), Code.CHALLENGE_WITHOUT_WAYS, {"found": site.id})


def _complete_services(town: Town) -> Iterator[Problem]:
    phones = {department.id: department.phone for department in town.departments}
    skills = [(clerk, skills_of(town, clerk)) for clerk in town.clerks]
    for index, service in enumerate(town.services):
        path: Path = ("services", index)
        if service.channel in {Channel.ONLINE, Channel.ELSEWHERE} and not service.link:
            yield Problem((*path, "link"), Code.LINK_MISSING, {"found": service.key})
        if service.channel is Channel.PHONE and not phones.get(service.department_id):
            yield Problem((*path, "channel"), Code.PHONE_MISSING, {"found": service.key})
        if service.included > service.max_count:
            params = {"found": str(service.included), "expected": str(service.max_count)}
            yield Problem((*path, "included"), Code.INCLUDED_OVER_MAX, params)
        if service.channel is Channel.HERE:
            yield from _without_clerk(path, service, skills)


def _without_clerk(
    path: Path, service: Service, skills: list[tuple[Clerk, frozenset[str]]]
) -> Iterator[Problem]:
    for site_id in service.site_ids:
        if not any(service.id in known and site_id in clerk.site_ids for clerk, known in skills):
            yield Problem(path, Code.SERVICE_WITHOUT_CLERK, {"found": service.key, "expected": site_id})


def _interpreters_in_time(town: Town) -> Iterator[Problem]:
    """Who wishes for an interpreter must find a day: the lead ends before the last one that can be booked."""
    for index, site in enumerate(town.sites):
        offices = {one.department_id for one in town.services if site.id in one.site_ids}
        ahead = max((one.horizon_days for one in town.departments if one.id in offices), default=0)
        most = ahead * 5 // 7
        if site.interpreter_languages and ahead and site.interpreter_days > most:
            params = {"found": f"{site.interpreter_days}", "expected": f"0 – {most}"}
            yield Problem(("sites", index, "interpreter_days"), Code.OUT_OF_RANGE, params)


_RULES: Final[tuple[Callable[[Town], Iterator[Problem]], ...]] = (
    *town_values.RULES,
    check_look,
    _unique_ids,
    _unique_labels,
    _site_references,
    _office_references,
    _admission_references,
    _clerk_references,
    _complete_sites,
    _other_ways,
    _complete_services,
    _interpreters_in_time,
)
