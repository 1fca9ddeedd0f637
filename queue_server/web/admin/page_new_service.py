"""Adding a service: `…/_catalogue` shows what ships with the product, the form makes it the town's own.

What must not live here: the form of a service that is there (`page_setup`), and what is added (`offering`).
"""

import asyncio
from dataclasses import replace
from typing import Any, Final

from starlette.responses import Response

from queue_server.domain.access import Act
from queue_server.domain.errors import NotFound
from queue_server.domain.town import Channel, Town
from queue_server.domain.town_edit import put
from queue_server.web.admin.choosing import around_of
from queue_server.web.admin.form import form_of
from queue_server.web.admin.frame import framed, may_change, sent, town_of
from queue_server.web.admin.kinds_offers import NEW_SERVICE
from queue_server.web.admin.offering import blank, key_for, offering, taken_from, unused
from queue_server.web.admin.page_setup import MOST_FIELDS, SETUP, act_of, new_id, road, show_form
from queue_server.web.naming import SOMEWHERE
from queue_server.web.pages import PageCall, PageRoute

CATALOGUE: Final = f"{SETUP}/service/_catalogue"
LONGEST_WORDS: Final = 100


async def catalogue_page(call: PageCall) -> Response:
    """Show the services of the catalogue that the town has not, by heading; reading changes nothing."""
    await call.house.renew_if_changed()
    town, catalogue = _town(call), await _catalogue(call)
    words = call.request.query_params.get("q", "").strip()[:LONGEST_WORDS]
    rows = [_row(call, one) | {"category": one.category_id} for one in unused(town, catalogue)]
    found = [one for one in rows if all(part in one["text"] for part in words.casefold().split())]
    groups = [
        {"name": call.say.in_words(one.name), "rows": [row for row in found if row["category"] == one.id]}
        for one in catalogue.categories
    ]
    return framed(
        call,
        "admin/catalogue.html",
        q=words,
        count=len(found),
        groups=[group for group in groups if group["rows"]],
        new=f"{SETUP}/service/_new",
    )


async def new_service(call: PageCall) -> Response:
    """Show the form of a new service, as the catalogue has it where it is named; or take it."""
    await call.house.renew_if_changed()
    town = _town(call)
    like, heading = blank(town), None
    key = call.request.query_params.get("from", "")
    if key:
        taken = taken_from(town, await _catalogue(call), key)
        if taken is None:
            raise NotFound(what="service")
        like, heading = taken
    around = put(town, "category", heading) if heading is not None else town
    form = form_of(NEW_SERVICE, around_of(call, around), None)
    if call.request.method != "POST":
        form.show(like)
        return show_form(call, form)
    data = await sent(call, MOST_FIELDS)
    act, is_read = act_of(data), form.take(data)
    id_ = new_id(call, form, data)
    if not is_read or form.errors or act == "back":
        return show_form(call, form, status=422 if form.errors else 200, id_=id_)
    values = dict(form.values)
    clerk_ids = values.pop("clerk_ids")
    service = replace(like, id=id_, key=like.key or key_for(town, id_), **values)
    return await road(call, form, data, offering(service, heading, clerk_ids), act, id_)


def _town(call: PageCall) -> Town:
    """Return the town of who administers all of it. Raises NotFound."""
    if not may_change(call):
        raise NotFound(what="page")
    return town_of(call)


async def _catalogue(call: PageCall) -> Town:
    """Return the catalogue, read away from the event loop: the hall goes on meanwhile."""
    return await asyncio.to_thread(call.house.first_run.beginning.whole_catalogue)


def _row(call: PageCall, one: Any) -> dict[str, Any]:
    name = call.say.in_words(one.name)
    return {
        "key": one.key,
        "name": name,
        "minutes": one.minutes,
        "documents": len(one.documents) + len(one.documents_if),
        "is_here": one.channel is Channel.HERE,
        "channel": call.say(f"admin.choice_channel_{one.channel}"),
        "text": " ".join([one.key, *one.name.values()]).casefold(),
    }


ROUTES = [
    PageRoute(CATALOGUE, catalogue_page, Act.CHANGE_SETTINGS, SOMEWHERE),
    PageRoute(f"{SETUP}/service/_new", new_service, Act.CHANGE_SETTINGS, SOMEWHERE, methods=("GET", "POST")),
]
