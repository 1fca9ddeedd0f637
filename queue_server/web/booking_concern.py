"""Step 1, the concern: what may be ticked, what is done without coming, and what a search finds.

What lives here: what the page of step 1 shows. What must not: times, and anything about the person.
"""

from collections.abc import Iterable, Sequence
from datetime import date

from queue_server.domain.errors import NotFound
from queue_server.domain.papers import questions_of, read_answers
from queue_server.domain.parting import part
from queue_server.domain.town import Channel, Service, Site, Town, in_language, services_at, skills_of
from queue_server.services.in_parts import choose_visit
from queue_server.services.offer import is_bookable
from queue_server.services.wording import Say, counts_persons, named
from queue_server.web.booking_wish import Wish

Json = dict[str, object]


def sites_of(town: Town, wish: Wish) -> list[Site]:
    """Return the sites that the wish leaves open; raises `NotFound` for another town's."""
    found = [site for site in town.sites if wish.site_id in {"", site.id}]
    if not found:
        raise NotFound(what="site")
    return found


def sites_for(town: Town, wish: Wish) -> list[Site]:
    """Return the sites where all that was chosen is offered to who books."""
    chosen = services_of(town, wish)
    return [
        site
        for site in sites_of(town, wish)
        if all(site.id in one.site_ids and is_bookable(one, site) for one in chosen)
    ]


def services_of(town: Town, wish: Wish) -> list[Service]:
    """Return what was chosen, in that order; raises `NotFound` for what the town does not have."""
    by_id = {service.id: service for service in town.services}
    if any(id_ not in by_id for id_ in wish.ids):
        raise NotFound(what="service")
    return [by_id[id_] for id_ in wish.ids]


def categories(town: Town, wish: Wish, language: str, today: date) -> list[Json]:
    """Return the categories with their services, narrowed by the search; what is ticked always stays."""
    sites = sites_of(town, wish)
    here = {site.id for site in sites}
    offered = [one for one in town.services if here & set(one.site_ids)]
    found = []
    for category in town.categories:
        shown = [
            _service(town, sites, one, wish, language, today)
            for one in offered
            if one.category_id == category.id
            and (
                one.id in wish.ids
                or matches(
                    wish.search, [*one.name.values(), *talk_with(town, sites, [one]), *category.name.values()]
                )
            )
        ]
        if shown:
            found.append(
                {
                    "id": category.id,
                    "name": in_language(category.name, language),
                    "services": shown,
                    "open": bool(wish.search) or any(one["chosen"] for one in shown),
                    "words": " ".join(category.name.values()).casefold(),
                }
            )
    return found


def matches(search: str, texts: Sequence[str]) -> bool:
    """Say whether every word that was typed begins or stands in one of the texts."""
    there = " ".join(texts).casefold()
    return all(word in there for word in search.casefold().split())


def parts_of(town: Town, wish: Wish) -> list[Wish]:
    """Return a wish for each appointment when nobody does all of it; [] when that does not help."""
    abilities = [
        skills_of(town, clerk) & {one.id for one in services_at(town, site.id) if is_bookable(one, site)}
        for site in town.sites
        for clerk in town.clerks
        if site.id in clerk.site_ids
    ]
    found = part(wish.ids, abilities)
    parts = found if len(found) > 1 else []
    plain = wish.but(day=None, month="", every_time=False, hold=0)
    return [plain.but(services=tuple((id_, wish.count(id_)) for id_ in one)) for one in parts]


def questions(services: Iterable[Service], wish: Wish, language: str) -> list[Json]:
    """Return what to ask about documents, with what was said so far."""
    said = read_answers(wish.answers)
    return [
        {"key": one.key, "text": in_language(one.text, language), "said": said.get(one.key, "")}
        for one in questions_of(services)
    ]


def chosen_lines(services: Iterable[Service], wish: Wish, say: Say) -> list[Json]:
    """Return what was chosen, for the line that stands above the later steps."""
    lines = (named(say, one, wish.count(one.id)) for one in services)
    return [{"name": name, "count": count} for count, name in lines]


def in_turn(town: Town, site: Site, wish: Wish, say: Say) -> list[list[Json]]:
    """Return what is done in each of two appointments one after the other; [] when one is enough.

    Raises what `choose_visit` raises.
    """
    parts = choose_visit(town, site, wish.services, wish.persons).parts
    if len(parts) == 1:
        return []
    mine = [wish.but(services=one.services) for one in parts]
    return [chosen_lines(services_of(town, one), one, say) for one in mine]


def talk_with(
    town: Town, sites: Iterable[Site], services: Iterable[Service], planned: str | None = None
) -> list[str]:
    """Return the names of those to whom a visitor comes for a talk; no other clerk's name is ever told.

    `planned` is the clerk of a booking: then it is certain who of them it is.
    """
    here, talks = {site.id for site in sites}, {one.id for one in services if one.named_clerk}
    able = [
        clerk
        for clerk in town.clerks
        if talks and here & set(clerk.site_ids) and talks & skills_of(town, clerk)
    ]
    certain = [clerk.name for clerk in able if clerk.id == planned]
    return certain or [clerk.name for clerk in able]


def talk_of(town: Town, site: Site, pairs: Iterable[tuple[str, int]], clerk_id: str | None) -> list[str]:
    """Return the names for a talk that is booked; what left the set-up meanwhile is passed over."""
    asked = {service_id for service_id, _ in pairs}
    return talk_with(town, [site], [one for one in town.services if one.id in asked], clerk_id)


def too_many(services: Iterable[Service], wish: Wish) -> list[Service]:
    """Return each service that was wished more often than it allows."""
    return [one for one in services if not 1 <= wish.count(one.id) <= one.max_count]


def _service(
    town: Town, sites: Sequence[Site], service: Service, wish: Wish, language: str, today: date
) -> Json:
    department = next((one for one in town.departments if one.id == service.department_id), None)
    return {
        "id": service.id,
        "name": in_language(service.name, language),
        "talk_with": talk_with(town, sites, [service]),
        "kind": _kind(service, sites, today),
        "opens_on": service.bookable_from,
        "chosen": service.id in wish.ids,
        "count": wish.count(service.id),
        "counts_persons": counts_persons(service),
        "most": service.max_count,
        "documents": [in_language(one, language) for one in service.documents],
        "more_documents": bool(service.documents_if),
        "link": service.link,
        "phone": (department.phone if department else "") or sites[0].phone,
        "words": " ".join([*service.name.values(), *talk_with(town, sites, [service])]).casefold(),
    }


def _kind(service: Service, sites: Sequence[Site], today: date) -> str:
    """Return "book", or the word for what to do instead."""
    if service.channel is not Channel.HERE:
        return service.channel.value
    if not any(is_bookable(service, site) for site in sites if site.id in service.site_ids):
        return "walk_in"
    if service.bookable_until is not None and service.bookable_until < today:
        return "over"
    if service.bookable_from is not None and service.bookable_from > today:
        return "not_yet"
    return "book"
