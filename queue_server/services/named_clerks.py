"""Coming for one certain person: who that may be, and a choice of times that are theirs.

What must not live here: what a page tells of clerks (`web.booking_concern`); of all others no name is told.
"""

from collections.abc import Collection
from dataclasses import replace

from queue_server.domain.errors import NotFound
from queue_server.domain.town import Clerk, Site, Town, skills_of
from queue_server.services.concerns import Choice


def is_talk(town: Town, services: Collection[str]) -> bool:
    """Say whether visitors come to a certain person for one of these."""
    return any(service.named_clerk for service in town.services if service.id in services)


def for_talk(town: Town, site: Site, services: Collection[str]) -> list[Clerk]:
    """Return to whom one may come at a site for all of these; empty when that is no talk with anybody."""
    if not is_talk(town, services):
        return []
    wanted = frozenset(services)
    return [one for one in town.clerks if site.id in one.site_ids and wanted <= skills_of(town, one)]


def with_clerk(town: Town, site: Site, choice: Choice, clerk_id: str | None) -> Choice:
    """Return a choice that only this person can take; unchanged without one. Raises `NotFound`."""
    if not clerk_id:
        return choice
    able = for_talk(town, site, choice.service_ids) if choice.then is None else []
    if all(one.id != clerk_id for one in able):
        raise NotFound(what="clerk", id=clerk_id)
    return replace(choice, clerk_id=clerk_id)


def same_clerk(town: Town, site: Site, choice: Choice, clerk_id: str | None) -> Choice:
    """Return a choice for whom somebody has come for before, as long as that person can still take it."""
    try:
        return with_clerk(town, site, choice, clerk_id)
    except NotFound:
        return choice
