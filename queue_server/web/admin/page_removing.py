"""`/admin/setup/<kind>/<id>/remove`: what stands in the way of taking a thing out, and taking it out.

What must not live here: what is in use (`adapters.town_use`), and how a change is kept (`changing`).
"""

from typing import Final

from starlette.responses import RedirectResponse, Response

from queue_server.domain.access import Act
from queue_server.domain.errors import NotFound, Refusal
from queue_server.web.admin.changing import foresee, keep, lost_words, removing, stamp
from queue_server.web.admin.frame import framed, may_change, sent, town_of
from queue_server.web.admin.page_setup import SETUP, sort_of, thing_of
from queue_server.web.admin.problem_words import place_words
from queue_server.web.naming import SOMEWHERE
from queue_server.web.pages import PageCall, PageRoute


async def remove_page(call: PageCall) -> Response:
    """Ask whether a thing shall go, with who still needs it; or take it out."""
    await call.house.renew_if_changed()
    sort, town = sort_of(call), town_of(call)
    thing, site = thing_of(call, sort, town)
    if sort.one or (sort.what == "site" and not may_change(call)):
        raise NotFound(what=sort.what)
    plan, in_use = removing(sort.what, thing.id), ""
    if call.request.method == "POST":
        await sent(call)
        try:
            at = await keep(call, plan)
        except Refusal as refusal:
            if refusal.code != "town_unfit":
                raise
            in_use = str(refusal.params.get("what") or "")
        else:
            return RedirectResponse(f"{SETUP}/{sort.what}?done={stamp(at) or 'same'}", status_code=303)
    outcome = await foresee(call, plan)
    name = thing.name if isinstance(thing.name, str) else call.say.in_words(thing.name)
    return framed(
        call,
        "admin/remove.html",
        status=409 if call.request.method == "POST" else 200,
        sort=sort,
        id=thing.id,
        name=name or thing.id,
        site=call.say.in_words(site.name) if site is not None and sort.what != "site" else "",
        needed_by=place_words(call.say, outcome.after, outcome.problems),
        in_use=in_use,
        lost=[lost_words(call, one) for one in outcome.lost],
        path=SETUP,
    )


_REMOVE: Final = f"{SETUP}/{{what}}/{{id}}/remove"
ROUTES = [PageRoute(_REMOVE, remove_page, Act.CHANGE_SETTINGS, SOMEWHERE, methods=("GET", "POST"))]
