"""`/admin/setup/…`: a form for each thing of the set-up, and adding one: filled, checked, previewed, kept.

What must not live here: which fields there are (`web.admin.kinds`), the lists (`page_lists`), taking out
(`page_removing`), and how a change is kept (`changing`).
"""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any, Final

from starlette.datastructures import FormData
from starlette.responses import RedirectResponse, Response

from queue_server.domain.access import Act
from queue_server.domain.errors import BadInput, NotFound, Refusal
from queue_server.domain.town import Site, Town
from queue_server.domain.town_edit import CLASSES, IN_SITE, find, holder, put
from queue_server.domain.town_values import SLUG
from queue_server.web.admin.ahead import foresee_from, keep_from, read_start, tomorrow, why_unfit
from queue_server.web.admin.ahead_of_thing import planned_for
from queue_server.web.admin.beside_thing import beside_thing
from queue_server.web.admin.changing import (
    Outcome,
    Plan,
    adding,
    editing,
    foresee,
    keep,
    lost_words,
    stamp,
)
from queue_server.web.admin.choosing import around_of
from queue_server.web.admin.fields import Sort
from queue_server.web.admin.form import ThingForm, form_of
from queue_server.web.admin.frame import framed, going_back_to, may_change, sent, sites_of, town_of
from queue_server.web.admin.ids import proposed_id, taken_ids
from queue_server.web.admin.kinds import KINDS
from queue_server.web.admin.notices import notice
from queue_server.web.admin.roster_grid import like_monday
from queue_server.web.admin.starting_site import starting_site
from queue_server.web.admin.value_words import change_words
from queue_server.web.naming import SOMEWHERE
from queue_server.web.pages import PageCall, PageRoute

SETUP: Final = "/admin/setup"
_ACTS: Final = frozenset({"save", "preview", "apply", "back", "like_monday"})
MOST_FIELDS: Final = 20_000
"""Years of closed days in six languages. How long they may be all together stands in `route_limits`."""
PLANNED: Final = "/admin/planned"


def sort_of(call: PageCall) -> Sort:
    """Return the kind that the address names. Raises NotFound, also for who may not change it."""
    sort = KINDS.get(call.request.path_params["what"])
    if sort is None or (sort.of_town and not may_change(call)):
        raise NotFound(what="page")
    return sort


def thing_of(call: PageCall, sort: Sort, town: Town) -> tuple[Any, Site | None]:
    """Return the thing that the address names, and its site. Raises NotFound, also for a foreign site's."""
    id_ = call.request.path_params["id"]
    thing = find(town, sort.what, id_)
    site_id = id_ if sort.what == "site" else holder(town, sort.what, id_)
    if thing is None or (site_id and not may_change(call, site_id)):
        raise NotFound(what=sort.what)
    return thing, find(town, "site", site_id) if site_id else None


async def thing_page(call: PageCall) -> Response:
    """Show the form of a thing, or take it."""
    await call.house.renew_if_changed()
    sort, town = sort_of(call), town_of(call)
    thing, site = thing_of(call, sort, town)
    form = _form(call, sort, town, site, thing)
    if call.request.method != "POST":
        form.show()
        beside = await beside_thing(call, sort.what, thing, site)
        ahead = await planned_for(call, town, sort.what, thing.id)
        return show_form(call, form, beside=beside, ahead=ahead)
    data = await sent(call, MOST_FIELDS)
    act, is_read = act_of(data), form.take(data)
    seen = str(data.get("seen") or "")
    if act in {"back", "like_monday"}:
        return _as_typed(call, form, act, seen)
    if not is_read:
        _judge_the_rest(call, form, town)
        return show_form(call, form, status=422, seen=seen)
    return await road(call, form, data, editing(sort.what, thing.id, form.by_part(seen)), act, thing.id)


def _as_typed(call: PageCall, form: ThingForm, act: str, seen: str) -> Response:
    """Show what was typed, as it is or with Monday's hours on each day; nothing is kept or judged."""
    form.errors = {}
    if act == "like_monday" and "roster" in form.typed:
        form.typed["roster"] = like_monday(form.typed["roster"])
    return show_form(call, form, seen=seen, copied=act == "like_monday")


def _judge_the_rest(call: PageCall, form: ThingForm, town: Town) -> None:
    """Tell with what cannot be read also what does not fit: mistakes come all at once."""
    problems = call.house.settlement.problems
    after, known = put(town, form.sort.what, replace(form.thing, **form.readable())), problems(town)
    new = [one for one in problems(after) if one not in known]
    form.judge(after, new, form.thing.id, is_whole=False)


async def new_page(call: PageCall) -> Response:
    """Show an empty form, or take it; what stands in a site asks for the site first."""
    await call.house.renew_if_changed()
    sort, town = sort_of(call), town_of(call)
    if sort.one or (sort.what == "site" and not may_change(call)):
        raise NotFound(what=sort.what)
    site = _site(call, town) if sort.what in IN_SITE else None
    if sort.what in IN_SITE and site is None:
        return framed(call, "admin/which_site.html", sort=sort, sites=sites_of(call, town))
    form = _form(call, sort, town, site, None)
    if call.request.method != "POST":
        form.show()
        return show_form(call, form)
    data = await sent(call, MOST_FIELDS)
    act, is_read = act_of(data), form.take(data)
    id_ = new_id(call, form, data)
    if not is_read or form.errors or act == "back":
        return show_form(call, form, status=422 if form.errors else 200, id_=id_)
    thing = _new_thing(call, form, id_)
    return await road(call, form, data, adding(sort.what, thing, site.id if site else ""), act, id_)


async def road(call: PageCall, form: ThingForm, data: FormData, plan: Plan, act: str, id_: str) -> Response:
    """Take a plan from its mistakes over what it would break to what was kept, now or for its day."""
    typed = str(data.get("starts") or "").strip()[:40]
    starts = read_start(call, typed)
    try:
        outcome = await (foresee(call, plan) if starts is None else foresee_from(call, plan, starts))
    except Refusal as refusal:
        return _refused(call, form, refusal, id_, str(data.get("seen") or ""))
    form.judge(outcome.after, outcome.problems, id_)
    if outcome.problems:
        return show_form(call, form, status=422, id_=id_, seen=str(data.get("seen") or ""))
    if act == "preview" or (act == "save" and outcome.lost) or (typed and starts is None):
        return _preview(call, form, data, outcome, id_)
    try:
        if starts is not None:
            await keep_from(call, plan, starts)
            return RedirectResponse(f"{PLANNED}?done=planned", status_code=303)
        at = await keep(call, plan)
    except Refusal as refusal:
        return _refused(call, form, refusal, id_, str(data.get("seen") or ""))
    # A form of several parts stays where it is; of one part, the list shows what became of it.
    stays = len(form.sort.parts) > 1 or form.sort.one
    path = f"{SETUP}/{form.sort.what}/{id_}" if stays else f"{SETUP}/{form.sort.what}"
    return RedirectResponse(f"{path}?done={stamp(at) or 'same'}", status_code=303)


def _refused(call: PageCall, form: ThingForm, refusal: Refusal, id_: str, seen: str) -> Response:
    """Show the form again with why not: what was typed is kept, the rest shows what holds now."""
    if refusal.code not in {"settings_moved", "town_unfit"}:
        raise refusal
    form.renew(seen)
    return show_form(call, form, status=409, id_=id_, refusal=refusal)


def show_form(
    call: PageCall,
    form: ThingForm,
    *,
    status: int = 200,
    id_: str = "",
    refusal: Refusal | None = None,
    beside: dict[str, Any] | None = None,
    ahead: Sequence[dict[str, Any]] = (),
    seen: str = "",
    copied: bool = False,
) -> Response:
    """Show a form; `id_`: what a new thing is to be called; `beside`: what stands next to it; `ahead`:
    what is planned for it.

    `seen`: the marks that the form carried before; a refused form goes on from what it was made of.
    """
    sort, thing = form.sort, form.thing
    parts = form.drawn()
    response = framed(
        call,
        "admin/form.html",
        status=status,
        sort=sort,
        parts=parts,
        copied=copied,
        id=thing.id if thing is not None else "",
        new_id=id_ if thing is None else "",
        name=form.around.text(thing.name) if thing is not None else "",
        site=form.around.text(form.site.name) if form.site is not None and sort.what != "site" else "",
        mistakes=form.mistakes(one for _, fields in parts for one in fields),
        others=form.others,
        refused=_why_refused(call, refusal) if refusal else "",
        seen=seen or form.marks(),
        beside=beside or {},
        ahead=ahead,
        action=_action(call),
        path=SETUP,
        notice=notice(call),
        can_remove=thing is not None and not sort.one and (sort.what != "site" or may_change(call)),
    )
    return going_back_to(response) if call.request.method == "POST" else response


def _preview(call: PageCall, form: ThingForm, data: FormData, outcome: Outcome, id_: str) -> Response:
    say, typed = call.say, str(data.get("starts") or "").strip()[:40]
    is_wrong = bool(typed) and read_start(call, typed) is None
    response = framed(
        call,
        "admin/preview.html",
        status=422 if is_wrong else 200,
        starts=typed,
        wrong_day=say("planned.wrong_day") if is_wrong else "",
        tomorrow=tomorrow(call).isoformat(),
        sort=form.sort,
        name=form.around.text(form.thing.name) if form.thing is not None else id_,
        changes=[change_words(say, outcome.before, outcome.after, one) for one in outcome.changes],
        lost=[lost_words(call, one) for one in outcome.lost],
        hidden=[(name, value) for name, value in data.multi_items() if name not in {"csrf", "act", "starts"}],
        action=_action(call),
        path=SETUP,
    )
    return going_back_to(response)


def _why_refused(call: PageCall, refusal: Refusal) -> str:
    if refusal.code == "town_unfit" and "what" in refusal.params:
        return call.say("admin.in_use", what=str(refusal.params["what"]))
    if refusal.code == "town_unfit":
        return why_unfit(call, refusal)
    return call.say(f"error.{refusal.text}", **refusal.params)


def _form(call: PageCall, sort: Sort, town: Town, site: Site | None, thing: Any) -> ThingForm:
    return form_of(sort, around_of(call, town, site), thing)


def _site(call: PageCall, town: Town) -> Site | None:
    """Return the site that is asked for, or the only one there is."""
    sites = sites_of(call, town)
    asked = call.request.query_params.get("site", "")
    if asked and asked not in {site.id for site in sites}:
        raise NotFound(what="site")
    return next((site for site in sites if site.id == asked or len(sites) == 1), None)


def new_id(call: PageCall, form: ThingForm, data: FormData) -> str:
    """Return the id that was typed, else one made from the name; a mistake stands at its field."""
    taken = taken_ids(_towns(call), form.sort.what, form.town.id)
    typed = str(data.get("id") or "").strip()[:80]
    if typed:
        if not SLUG.fullmatch(typed):
            form.errors["id"] = call.say("admin.wrong_id")
        elif typed in taken:
            form.errors["id"] = call.say("admin.wrong_id_taken")
        return typed
    name = form.typed.get("name", "")
    words = name.get("de", "") if isinstance(name, dict) else str(name)
    return proposed_id(words, form.sort.what, form.site.id if form.site else "", taken)


def _new_thing(call: PageCall, form: ThingForm, id_: str) -> Any:
    if form.sort.what == "site":
        words = {
            language: call.house.texts[language]
            for language in form.languages
            if language in call.house.texts
        }
        return starting_site(
            id_, form.values, words, lambda what: taken_ids(_towns(call), what, form.town.id)
        )
    return CLASSES[form.sort.what](id=id_, **form.values)


def _towns(call: PageCall) -> dict[str, Town]:
    return {town.id: town for town, _ in call.house.directory.sites.values()}


def _action(call: PageCall) -> str:
    query = call.request.url.query
    kept = "&".join(one for one in query.split("&") if one.startswith(("site=", "from=")))
    return f"{call.request.url.path}?{kept}" if kept else call.request.url.path


def act_of(data: FormData) -> str:
    act = str(data.get("act") or "")
    if act not in _ACTS:
        raise BadInput(field="act")
    return act


_THING: Final = f"{SETUP}/{{what}}/{{id}}"
ROUTES = [
    PageRoute(f"{SETUP}/{{what}}/_new", new_page, Act.CHANGE_SETTINGS, SOMEWHERE, methods=("GET", "POST")),
    PageRoute(_THING, thing_page, Act.CHANGE_SETTINGS, SOMEWHERE, methods=("GET", "POST")),
]
