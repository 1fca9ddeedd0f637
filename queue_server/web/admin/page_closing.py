"""A site stays closed at short notice: what is booked there goes elsewhere, or is asked to choose anew.

The same road as a clerk who is away (`web.admin.page_rescue`), for who administers the site.
"""

from starlette.responses import RedirectResponse, Response

from queue_server.domain.access import Act
from queue_server.domain.errors import NotFound
from queue_server.domain.town import in_language
from queue_server.web.admin.frame import framed, sites_of, town_of
from queue_server.web.admin.rescue_faces import Asked, Face, Fields
from queue_server.web.admin.rescue_words import Base
from queue_server.web.naming import SOMEWHERE
from queue_server.web.pages import PageCall, PageRoute


async def entry_page(call: PageCall) -> Response:
    """Choose the site; who administers one alone is there already."""
    sites = sites_of(call, town_of(call))
    if not sites:
        raise NotFound(what="site")
    if len(sites) == 1:
        return RedirectResponse(f"/admin/closing/{sites[0].id}", status_code=303)
    named = [(f"/admin/closing/{one.id}", in_language(one.name, call.language)) for one in sites]
    return framed(call, "admin/closing.html", sites=named)


def _asked(call: PageCall, _: Fields) -> Asked:
    return Asked(site_id=call.site_id)


def _base(call: PageCall) -> Base:
    """Return the site with all others where something of it is done, too; it stands first."""
    town, own = town_of(call), call.house.site(call.site_id)
    near = {site_id for one in town.services if own.id in one.site_ids for site_id in one.site_ids}
    others = (site for site in town.sites if site.id in near and site.id != own.id)
    path = f"/admin/closing/{own.id}"
    return Base(town, path, "/admin", (own, *others), None, site_id=own.id)


ROUTES = [
    PageRoute("/admin/closing", entry_page, Act.CHANGE_SETTINGS, SOMEWHERE),
    *Face(_base, _asked).routes("/admin/closing/{site}", Act.CHANGE_SETTINGS, "site"),
]
