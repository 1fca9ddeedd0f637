"""A small right town for tests, and ways to spoil it."""

from dataclasses import replace
from datetime import time
from typing import Any

from queue_server.domain.town import (
    Area,
    Category,
    Clerk,
    Counter,
    Department,
    Display,
    Kiosk,
    OpeningHours,
    Room,
    RosterEntry,
    Service,
    Site,
    Town,
)


def a_site(site_id: str = "hall", **changes: Any) -> Site:
    """A site with one area, room, counter, display and kiosk, open on Monday mornings."""
    site = Site(
        id=site_id,
        name={"de": "Rathaus"},
        areas=(Area(f"{site_id}-foyer", {"de": "Foyer"}),),
        rooms=(Room(f"{site_id}-room-1", "1", f"{site_id}-foyer"),),
        counters=(Counter(f"{site_id}-1", "1", f"{site_id}-room-1"),),
        displays=(Display(f"{site_id}-display", "Bildschirm", (f"{site_id}-foyer",)),),
        kiosks=(Kiosk(f"{site_id}-kiosk", "Terminal", f"{site_id}-foyer"),),
        opening=(OpeningHours(0, time(8), time(12)),),
    )
    return replace(site, **changes)


def a_service(key: str = "id_card", **changes: Any) -> Service:
    """A service of fifteen minutes, ten for each further one, at most four, at the site `hall`."""
    service = Service(
        id=key.replace("_", "-"),
        key=key,
        department_id="office",
        category_id="ids",
        name={"de": "Personalausweis", "en": "Identity card"},
        minutes=15,
        further_minutes=10,
        max_count=4,
        site_ids=("hall",),
        area_by_site={"hall": "hall-foyer"},
    )
    return replace(service, **changes)


def a_clerk(user: str = "anna", **changes: Any) -> Clerk:
    """A clerk who can do everything at the site `hall`."""
    roster = (RosterEntry(0, time(8), time(12), "hall", "hall-1"),)
    return replace(Clerk(user, "Anna Berger", user, ("*",), ("hall",), roster), **changes)


def a_town(**changes: Any) -> Town:
    """A town without problems: one site, one service, one clerk."""
    town = Town(
        id="town",
        name={"de": "Stadt"},
        sites=(a_site(),),
        departments=(Department("office", {"de": "Bürgerbüro"}, ("hall",), "030 23125-0"),),
        categories=(Category("ids", {"de": "Ausweise"}),),
        services=(a_service(),),
        clerks=(a_clerk(),),
    )
    return replace(town, **changes)
