"""What all pages of the administration need: whose town it is, what somebody may change, the frame.

What must not live here: anything of one page.
"""

from collections.abc import Iterable
from typing import Any

from starlette.datastructures import FormData
from starlette.responses import Response

from queue_server.domain.access import Act, Kind, Role, Thing, may
from queue_server.domain.errors import NotFound
from queue_server.domain.town import Site, Town, in_language
from queue_server.web.pages import PageCall


def town_of(call: PageCall) -> Town:
    """Return the town of who asks. Raises NotFound."""
    id_ = call.actor.organisation_id
    found = next((town for town, _ in call.house.directory.sites.values() if town.id == id_), None)
    if found is None:
        raise NotFound(what="town")
    return found


def may_change(call: PageCall, site_id: str = "") -> bool:
    """Say whether who asks may change what stands in a site; without one, what belongs to the town."""
    actor = call.actor
    kind, place = (Kind.SITE, site_id) if site_id else (Kind.ORGANISATION, None)
    id_ = site_id or actor.organisation_id
    return may(actor, Act.CHANGE_SETTINGS, Thing(kind, actor.organisation_id, place, id_))


def may_change_all(call: PageCall, site_ids: Iterable[str | None]) -> bool:
    """Say whether who asks may change all of these; None among them is what belongs to the town."""
    return may_change(call) or all(site_id and may_change(call, site_id) for site_id in site_ids)


def sites_of(call: PageCall, town: Town) -> list[Site]:
    """Return the sites that who asks may change."""
    return [site for site in town.sites if may_change(call, site.id)]


def is_of_town(call: PageCall) -> bool:
    """Say whether who asks administers the whole town, not one site of it."""
    return call.actor.role is Role.ADMINISTRATOR and call.actor.site_id is None


def framed(call: PageCall, template: str, *, status: int = 200, **values: Any) -> Response:
    """Draw a page of the administration."""
    town = town_of(call)
    frame: dict[str, Any] = {
        "town_name": in_language(town.name, call.language),
        "languages": call.other_languages,
        "here": call.request.url.path,
        "csrf": call.house.csrf.token(call.request.scope),
    }
    return call.page(template, status=status, **{**frame, **values})


def going_back_to(response: Response) -> Response:
    """Let the browser go back to the answer to a form, with what was typed into it.

    Nothing of ours is stored elsewhere; but of an answer to a POST that may not be stored a browser shows
    ERR_CACHE_MISS instead when somebody looks something up and goes back.
    """
    response.headers["Cache-Control"] = "private, max-age=0"
    return response


async def sent(call: PageCall, most_fields: int = 1000) -> FormData:
    """Return the form that was sent from a page of ours. Raises WrongCsrf."""
    form = await call.request.form(max_fields=most_fields)
    call.house.csrf.check(call.request.scope, form.get("csrf"))
    return form
