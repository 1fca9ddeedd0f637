"""Lets the figures know what visitors looked for and did not find: what and where, not who (`searches`)."""

from collections.abc import Collection, Sequence
from typing import Any

from queue_server.web.booking_times import Around
from queue_server.web.booking_visit import Visit
from queue_server.web.proxies import client_address


def note_nothing_free(visit: Visit, around: Around) -> None:
    """Note at which site nothing is free for what was asked; where one was chosen, at that alone."""
    for one in around.sites:
        if visit.wish.site_id in {"", one["site"]} and one["first_free"] is None:
            _note(visit, one["site"], visit.wish.ids)


def note_nothing_found(visit: Visit, shown: Sequence[Any]) -> None:
    """Note that no concern fits what was typed; what that was is not kept."""
    if visit.wish.search and not shown and visit.town.sites:
        _note(visit, visit.wish.site_id or visit.town.sites[0].id, ())


def _note(visit: Visit, site_id: str, services: Collection[str]) -> None:
    address = client_address(visit.call.request.scope)
    visit.house.searches.found_nothing(site_id, services, address, visit.today)
