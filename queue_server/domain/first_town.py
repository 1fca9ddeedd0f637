"""From what was answered at the first set-up to a whole town: a template, with the answers in its places.

What lives here: plain values in, a `Town` out. What must not: forms and their mistakes (`web.first_run`), the
templates themselves (`samples`), and whether the result fits together (`domain.town_check`).
"""

import re
from collections import Counter as Tally
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Final

from queue_server.domain.town import (
    EVERY_SKILL,
    GERMAN,
    CallMode,
    Category,
    Channel,
    Clerk,
    Counter,
    Department,
    OpeningHours,
    Room,
    RosterEntry,
    Service,
    Site,
    Texts,
    Town,
)

OWN_CATEGORY: Final = "more"
"""The template's category for services that the catalogue does not know."""
LONGEST_ID: Final = 40


@dataclass(frozen=True, slots=True)
class FirstSite:
    """A building as answered. `counters` are pairs of room and counter, both as written on them."""

    id: str
    name: str
    opening: tuple[OpeningHours, ...]
    counters: tuple[tuple[str, str], ...]
    address: str = ""
    phone: str = ""
    has_screen: bool = True
    has_kiosk: bool = True


@dataclass(frozen=True, slots=True)
class FirstClerk:
    """A person at a counter of one site."""

    name: str
    user: str
    site_id: str


@dataclass(frozen=True, slots=True)
class FirstTown:
    """Everything that was answered. `minutes` by the service's key; `own` are the town's own services."""

    id: str
    name: str
    state: str
    sites: tuple[FirstSite, ...]
    minutes: Mapping[str, int]
    clerks: tuple[FirstClerk, ...]
    own: tuple[tuple[str, int], ...] = ()


def make_town(answers: FirstTown, template: Town, catalogue: Town) -> Town:
    """Return the town that the answers describe, ready for `town_check.check`."""
    sites = tuple(_site(one, answers, template) for one in answers.sites)
    services = (*_services(answers, template, catalogue), *_own_services(answers, template))
    categories = {one.id: one for one in (*catalogue.categories, *template.categories)}
    used = {service.category_id for service in services}
    phones = {one.id: one.phone for one in answers.sites}
    return replace(
        template,
        id=answers.id,
        name={GERMAN: answers.name},
        sites=sites,
        departments=tuple(
            replace(one, phone=next((phones[id_] for id_ in one.site_ids if phones.get(id_)), ""))
            for one in template.departments
        ),
        categories=tuple(one for one in categories.values() if one.id in used),
        services=services,
        clerks=_clerks(answers),
    )


def offered(template: Town, catalogue: Town) -> list[Service]:
    """Return the services that can be chosen: what is done at our counters, by anybody who works there."""
    known = {one.key: one for one in catalogue.services} | {one.key: one for one in template.services}
    order = dict.fromkeys(one.key for one in (*catalogue.services, *template.services))
    found = (known[key] for key in order)
    return [one for one in found if one.channel is Channel.HERE and not one.named_clerk]


def categories_offered(template: Town, catalogue: Town) -> list[Category]:
    """Return the headings of what can be chosen, in the catalogue's order."""
    used = {service.category_id for service in offered(template, catalogue)}
    return [one for one in catalogue.categories if one.id in used]


def slug(text: str) -> str:
    """Return what may stand in an address, made of a name: "Groß-Üstadt" → "gross-uestadt"."""
    plain = text.casefold().translate({ord("ä"): "ae", ord("ö"): "oe", ord("ü"): "ue"})
    return re.sub(r"[^a-z0-9]+", "-", plain).strip("-")[:LONGEST_ID].strip("-")


def _site(one: FirstSite, answers: FirstTown, template: Town) -> Site:
    site = next(site for site in template.sites if site.id == one.id)
    area = site.areas[0].id
    step_free = {room.name for room in site.rooms if room.step_free}
    names = dict.fromkeys(room for room, _ in one.counters)
    ids = {name: f"{_short(one.id)}-zi-{number}" for number, name in enumerate(names, 1)}
    return replace(
        site,
        name=_named(site.name, one.name),
        address=one.address,
        phone=one.phone,
        call_mode=CallMode.SCREEN if one.has_screen else CallMode.FETCH,
        rooms=tuple(Room(ids[name], name, area, step_free=name in step_free) for name in names),
        counters=tuple(
            Counter(f"{_short(one.id)}-{number}", name, ids[room])
            for number, (room, name) in enumerate(one.counters, 1)
        ),
        displays=site.displays if one.has_screen else (),
        kiosks=site.kiosks if one.has_kiosk else (),
        opening=one.opening,
        holidays=answers.state,
        slip_header=({GERMAN: answers.name},),
        slip_footer=site.slip_footer if one.has_screen else (),
    )


def _named(before: Texts, typed: str) -> Texts:
    """A name that was left as proposed keeps its other languages."""
    return before if typed in before.values() else {GERMAN: typed}


def _short(site_id: str) -> str:
    return site_id[: LONGEST_ID - 8]


def _services(answers: FirstTown, template: Town, catalogue: Town) -> list[Service]:
    of_template = {one.key: one for one in template.services}
    found = []
    for one in offered(template, catalogue):
        if one.key in answers.minutes:
            is_there = of_template.get(one.key)
            office = _office(template, one.category_id)
            placed = is_there or _at(one, office, template)
            found.append(replace(placed, minutes=answers.minutes[one.key]))
    return found


def _own_services(answers: FirstTown, template: Town) -> list[Service]:
    taken = {one.id for one in template.services}
    found: list[Service] = []
    for name, minutes in answers.own:
        id_ = _free_id(slug(name) or OWN_CATEGORY, taken)
        taken.add(id_)
        plain = Service(id_, id_.replace("-", "_"), "", OWN_CATEGORY, {GERMAN: name}, minutes)
        found.append(_at(plain, template.departments[0], template))
    return found


def _free_id(wanted: str, taken: set[str]) -> str:
    numbered = (f"{wanted[: LONGEST_ID - 3]}-{number}" for number in range(2, 100))
    return wanted if wanted not in taken else next(one for one in numbered if one not in taken)


def _office(template: Town, category_id: str) -> Department:
    """A service goes where most of its kind are already."""
    tally = Tally(one.department_id for one in template.services if one.category_id == category_id)
    best = tally.most_common(1)
    wanted = best[0][0] if best else template.departments[0].id
    return next(one for one in template.departments if one.id == wanted)


def _at(service: Service, office: Department, template: Town) -> Service:
    areas = {site.id: site.areas[0].id for site in template.sites}
    return replace(
        service,
        department_id=office.id,
        site_ids=office.site_ids,
        area_by_site={site_id: areas[site_id] for site_id in office.site_ids},
    )


def _clerks(answers: FirstTown) -> tuple[Clerk, ...]:
    """Everybody can do everything and works while it is open: times are free at once, and changed later."""
    at_site: Tally[str] = Tally()
    sites = {one.id: one for one in answers.sites}
    made = []
    for one in answers.clerks:
        site = sites[one.site_id]
        place, at_site[site.id] = at_site[site.id], at_site[site.id] + 1
        counter = f"{_short(site.id)}-{place + 1}" if place < len(site.counters) else None
        roster = tuple(
            RosterEntry(hours.weekday, hours.opens, hours.closes, site.id, counter) for hours in site.opening
        )
        made.append(Clerk(slug(one.user), one.name, one.user, (EVERY_SKILL,), (site.id,), roster))
    return tuple(made)
