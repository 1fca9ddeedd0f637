"""Adding a service to a town: from the shipped catalogue or a new one, with its heading and who does it.

What lives here: plain values and plans. What must not: pages (`page_new_service`).
"""

from collections.abc import Collection
from dataclasses import replace
from typing import Final

from queue_server.domain.town import EVERY_SKILL, Category, Clerk, Service, Town
from queue_server.domain.town_edit import find, put
from queue_server.web.admin.changing import Plan, SettingsMoved

USUAL_MINUTES: Final = 10
"""What a service takes of which nobody knows anything yet."""


def blank(town: Town) -> Service:
    """Return a new service that knows nothing but how long most take; offered where the town has one site."""
    sites = tuple(site.id for site in town.sites) if len(town.sites) == 1 else ()
    only = town.departments[0].id if len(town.departments) == 1 else ""
    return Service("", "", only, "", {}, USUAL_MINUTES, site_ids=sites)


def unused(town: Town, catalogue: Town) -> list[Service]:
    """Return what the catalogue has and the town has not, in the catalogue's order."""
    known = {one.key for one in town.services}
    return [one for one in catalogue.services if one.key not in known]


def taken_from(town: Town, catalogue: Town, key: str) -> tuple[Service, Category] | None:
    """Return a service of the catalogue as this town would have it, and its heading there.

    The town's own category is taken where it has one of that name.
    """
    found = next((one for one in unused(town, catalogue) if one.key == key), None)
    if found is None:
        return None
    heading = next(one for one in catalogue.categories if one.id == found.category_id)
    for own in town.categories:
        if own.id == heading.id or own.name.get("de") == heading.name.get("de"):
            heading = own
            break
    empty = blank(town)
    return replace(
        found,
        id="",
        department_id=empty.department_id,
        category_id=heading.id,
        site_ids=empty.site_ids,
        area_by_site={},
        name=_in(town, found.name),
        documents=tuple(_in(town, one) for one in found.documents),
        documents_if=tuple(
            replace(one, document=_in(town, one.document), question=_in(town, one.question))
            for one in found.documents_if
        ),
    ), heading


def key_for(town: Town, wanted: str) -> str:
    """Return a key that no service of the town has."""
    stem, taken = wanted.replace("-", "_")[:55], {one.key for one in town.services}
    return next(key for key in (stem, *(f"{stem}_{n}" for n in range(2, 999))) if key not in taken)


def offering(service: Service, heading: Category | None, clerk_ids: Collection[str]) -> Plan:
    """Return the plan that adds a service, its heading where it is missing, and the skill of who does it."""

    def plan(town: Town) -> Town:
        if find(town, "service", service.id) is not None:
            raise SettingsMoved
        if heading is not None and find(town, "category", service.category_id) is None:
            town = put(town, "category", heading)
        town = put(town, "service", service)
        return replace(town, clerks=tuple(_able(one, service, clerk_ids) for one in town.clerks))

    return plan


def _able(clerk: Clerk, service: Service, clerk_ids: Collection[str]) -> Clerk:
    known = service.id in clerk.service_ids or (EVERY_SKILL in clerk.service_ids and not service.named_clerk)
    if clerk.id not in clerk_ids or known:
        return clerk
    return replace(clerk, service_ids=(*clerk.service_ids, service.id))


def _in(town: Town, texts: object) -> dict[str, str]:
    """Return texts in the languages of the town alone."""
    held = dict(texts) if isinstance(texts, dict) else {}
    return {name: text for name, text in held.items() if name in town.languages}
