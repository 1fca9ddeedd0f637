"""`/admin/setup/<kind>/<id>/remove`: what stands in the way of taking a thing out, and taking it out,
now or on a later day.

What must not live here: what is in use (`adapters.town_use`), and how a change is kept (`changing`).
"""

from dataclasses import dataclass
from datetime import date
from typing import Final

from starlette.responses import RedirectResponse, Response

from queue_server.domain.access import Act
from queue_server.domain.errors import NotFound, Refusal
from queue_server.web.admin.ahead import foresee_from, keep_from, read_start, tomorrow, why_unfit
from queue_server.web.admin.changing import Outcome, Plan, foresee, keep, lost_words, removing, stamp
from queue_server.web.admin.frame import framed, may_change, sent, town_of
from queue_server.web.admin.page_setup import PLANNED, SETUP, sort_of, thing_of
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
    plan = removing(sort.what, thing.id)
    tried = Tried()
    if call.request.method == "POST":
        typed = str((await sent(call)).get("starts") or "").strip()[:40]
        tried = await _try(call, sort.what, plan, typed)
        if tried.done:
            return RedirectResponse(tried.done, status_code=303)
    outcome = await _outcome(call, plan, read_start(call, tried.typed))
    name = thing.name if isinstance(thing.name, str) else call.say.in_words(thing.name)
    return framed(
        call,
        "admin/remove.html",
        status=tried.status,
        sort=sort,
        id=thing.id,
        name=name or thing.id,
        site=call.say.in_words(site.name) if site is not None and sort.what != "site" else "",
        needed_by=place_words(call.say, outcome.after, outcome.problems),
        refused=tried.refused,
        wrong_day=tried.wrong_day,
        starts=tried.typed,
        tomorrow=tomorrow(call).isoformat(),
        lost=[lost_words(call, one) for one in outcome.lost],
        path=SETUP,
    )


async def _outcome(call: PageCall, plan: Plan, starts: date | None) -> Outcome:
    """Return what it would do on that day; what it would do today where that cannot be said."""
    if starts is not None:
        try:
            return await foresee_from(call, plan, starts)
        except Refusal as refusal:
            if refusal.code != "town_unfit":
                raise
    return await foresee(call, plan)


@dataclass(frozen=True, slots=True)
class Tried:
    """What came of pressing the button: where to go on (`done`), or why not."""

    done: str = ""
    typed: str = ""
    refused: str = ""
    wrong_day: str = ""
    status: int = 200


async def _try(call: PageCall, what: str, plan: Plan, typed: str) -> Tried:
    """Take it out now, or plan it for the day that was typed."""
    starts = read_start(call, typed)
    if typed and starts is None:
        return Tried(typed=typed, wrong_day=call.say("planned.wrong_day"), status=422)
    try:
        if starts is not None:
            await keep_from(call, plan, starts)
            return Tried(done=f"{PLANNED}?done=planned")
        at = await keep(call, plan)
    except Refusal as refusal:
        if refusal.code != "town_unfit":
            raise
        in_use = str(refusal.params.get("what") or "")
        why = call.say("admin.in_use", what=in_use) if in_use else why_unfit(call, refusal)
        return Tried(typed=typed, refused=why, status=409)
    return Tried(done=f"{SETUP}/{what}?done={stamp(at) or 'same'}")


_REMOVE: Final = f"{SETUP}/{{what}}/{{id}}/remove"
ROUTES = [PageRoute(_REMOVE, remove_page, Act.CHANGE_SETTINGS, SOMEWHERE, methods=("GET", "POST"))]
