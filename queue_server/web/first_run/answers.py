"""From what was typed at all steps to the plain answers a town is made of.

What must not live here: looking for mistakes (`steps`): the caller's duty is that there are none.
"""

from queue_server.domain.first_town import FirstClerk, FirstSite, FirstTown, make_town
from queue_server.domain.town import OpeningHours, Site, Town
from queue_server.web.first_run.desk import HOURS, PEOPLE, ROOMS, SERVICES, TOWN, WEEK, Desk
from queue_server.web.first_run.steps import chosen, minutes


def town_of(desk: Desk) -> Town:
    """Return the town that was described."""
    return make_town(answers_of(desk), desk.template, desk.catalogue)


def answers_of(desk: Desk) -> FirstTown:
    """Return everything that was answered."""
    return FirstTown(
        id=desk.one(TOWN, "id"),
        name=desk.one(TOWN, "name"),
        state=desk.one(TOWN, "state"),
        sites=tuple(_site(desk, site) for site in desk.template.sites),
        minutes={key: minutes(typed) or 1 for key, typed in chosen(desk).items()},
        clerks=tuple(
            FirstClerk(name, user, site_id)
            for name, user, site_id in desk.rows(PEOPLE, "person", "user", "site")
        ),
        own=tuple((name, minutes(typed) or 1) for name, typed in desk.rows(SERVICES, "own", "own_minutes")),
    )


def _site(desk: Desk, site: Site) -> FirstSite:
    return FirstSite(
        id=site.id,
        name=desk.one(ROOMS, f"name-{site.id}"),
        opening=opening_of(desk, site.id),
        counters=tuple(desk.rooms_of(site.id)),
        address=desk.one(ROOMS, f"address-{site.id}"),
        phone=desk.one(ROOMS, f"phone-{site.id}"),
        has_screen=desk.one(ROOMS, f"screen-{site.id}") == "1",
        has_kiosk=desk.one(ROOMS, f"kiosk-{site.id}") == "1",
    )


def opening_of(desk: Desk, site_id: str) -> tuple[OpeningHours, ...]:
    """Return the week of a site."""
    return tuple(
        OpeningHours(day, opens, closes)
        for day in WEEK
        for opens, closes in desk.beginning.read_hours(desk.one(HOURS, f"h-{site_id}-{day}")) or ()
    )
