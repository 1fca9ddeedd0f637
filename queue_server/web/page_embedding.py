"""`/termin/einbinden`: a card with a link to booking, to be copied into the pages of a town.

It is plain HTML that takes the looks of the page it stands in. A frame was rejected: a page that others may
frame can be laid under somebody's clicks, and the policy of every page of ours forbids it.
"""

from typing import Any, Final
from urllib.parse import urlencode

from starlette.responses import Response

from queue_server.domain.errors import NotFound
from queue_server.domain.town import Service, Site, Town, in_language
from queue_server.services.offer import is_bookable
from queue_server.web.booking_concern import sites_of
from queue_server.web.booking_visit import bar, speak_as, town_of, towns
from queue_server.web.booking_wish import Wish, read_wish
from queue_server.web.pages import PageCall, PageRoute

PATH: Final = "/termin/einbinden"


async def embedding_page(call: PageCall) -> Response:
    """Show the card for a site, a service, both, or the whole town, with its text to copy."""
    wish = read_wish(call.request.query_params)
    town = town_of(call.house, wish)
    if town is None:
        return call.page(
            "booking_towns.html", towns=towns(call.house, call.language), path=PATH, languages=call.links()
        )
    speak_as(call, town, wish.site_id)
    sites = sites_of(town, wish)
    service = _chosen(town, sites, wish)
    language = call.language
    return call.page(
        "booking_embed.html",
        address=_address(call, town, wish, service),
        title=in_language(service.name, language) if service else "",
        place=_place(town, sites, wish, language, call.say("common.comma")),
        sites=[(site.id, in_language(site.name, language), site.id == wish.site_id) for site in town.sites],
        services=[
            (one.id, in_language(one.name, language), one is service)
            for one in town.services
            if any(_is_here(one, site) for site in town.sites)
        ],
        town_id=town.id,
        path=PATH,
        **bar(call, town, wish.site_id, _other_languages(call, wish)),
    )


def _chosen(town: Town, sites: list[Site], wish: Wish) -> Service | None:
    """Return the service of the card; raises `NotFound` for one that cannot be booked there."""
    if not wish.ids:
        return None
    for service in town.services:
        if service.id == wish.ids[0] and any(_is_here(service, site) for site in sites):
            return service
    raise NotFound(what="service")


def _is_here(service: Service, site: Site) -> bool:
    return site.id in service.site_ids and is_bookable(service, site)


def _address(call: PageCall, town: Town, wish: Wish, service: Service | None) -> str:
    """Return the deep link. Where the town has its say in several languages, it keeps that of the card."""
    base = call.house.settings.public_url or str(call.request.base_url).rstrip("/")
    path = "/".join(["/termin", *([wish.site_id] if wish.site_id else [])])
    query: dict[str, Any] = {}
    if service and wish.site_id:
        path += f"/{service.id}"
    elif service:
        query["s"] = service.id
    if not wish.site_id and len(towns(call.house, call.language)) > 1:
        query["town"] = town.id
    if call.language != town.languages[0]:
        query["lang"] = call.language
    return f"{base}{path}?{urlencode(query)}" if query else base + path


def _place(town: Town, sites: list[Site], wish: Wish, language: str, comma: str) -> str:
    if not wish.site_id:
        return in_language(town.name, language)
    return comma.join(filter(None, (in_language(sites[0].name, language), sites[0].address)))


def _other_languages(call: PageCall, wish: Wish) -> list[tuple[str, str]]:
    fields = [pair for pair in wish.fields() if pair[0] in {"town", "site", "s"}]
    others = call.other_languages
    return [(one, f"{PATH}?{urlencode([*fields, ('lang', one)])}") for one in others]


ROUTES: Final = [PageRoute(PATH, embedding_page)]
