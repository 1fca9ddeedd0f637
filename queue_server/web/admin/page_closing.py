"""A site stays closed at short notice: what is booked there goes elsewhere, or is asked to choose anew.

The same road as a clerk who is away (`web.admin.page_rescue`), for who administers the site.
"""

from typing import Any

from starlette.responses import RedirectResponse, Response

from queue_server.domain.access import Act
from queue_server.domain.errors import NotFound
from queue_server.domain.rescue_cause import Cause
from queue_server.domain.town import GERMAN, in_language
from queue_server.web.admin import rescuing
from queue_server.web.admin.frame import framed, sent, sites_of, town_of
from queue_server.web.admin.page_rescue import read_days, show_result, today
from queue_server.web.admin.rescuing import Base
from queue_server.web.naming import SOMEWHERE
from queue_server.web.pages import PageCall, PageRoute

REASON_MOST = 200


async def entry_page(call: PageCall) -> Response:
    """Choose the site; who administers one alone is there already."""
    sites = sites_of(call, town_of(call))
    if not sites:
        raise NotFound(what="site")
    if len(sites) == 1:
        return RedirectResponse(f"/admin/closing/{sites[0].id}", status_code=303)
    named = [(f"/admin/closing/{one.id}", in_language(one.name, call.language)) for one in sites]
    return framed(call, "admin/closing.html", sites=named)


async def closing_page(call: PageCall) -> Response:
    """Show what breaks when the site stays closed, and where it could go."""
    query = call.request.query_params
    return await _show(call, query.get("first"), query.get("last"))


async def close_site(call: PageCall) -> Response:
    """Close it and move everybody, in one press; the same press twice is once (failure 2)."""
    form = await sent(call)
    days = read_days(form.get("first"), form.get("last"), today(call))
    if isinstance(days, str):
        return await _show(call, form.get("first"), form.get("last"), str(form.get("reason") or ""))
    base = _base(call)
    reason = " ".join(str(form.get("reason") or "").split())[:REASON_MOST]
    cause = Cause(*days, site_id=call.site_id)
    id_ = await rescuing.do(call, base, cause, form, {GERMAN: reason} if reason else {})
    return RedirectResponse(f"{base.path}/{id_}", status_code=303)


async def result_page(call: PageCall) -> Response:
    """Show what became of everybody, whom to phone, and the way back."""
    return await show_result(call, _base(call), "admin/rescued.html")


async def calls_page(call: PageCall) -> Response:
    """Show whom to phone, to be printed."""
    return await show_result(call, _base(call), "admin/rescue_calls.html")


async def undo_closing(call: PageCall) -> Response:
    """Open the site again and take everything back."""
    await sent(call)
    base, id_ = _base(call), call.request.path_params["rescue"]
    await rescuing.undo(call, base, id_)
    return RedirectResponse(f"{base.path}/{id_}", status_code=303)


async def _show(call: PageCall, first: Any, last: Any, reason: str = "") -> Response:
    base, now = _base(call), today(call)
    days = read_days(first, last, now)
    unfit = days if isinstance(days, str) else ""
    begins, ends = (now, now) if isinstance(days, str) else days
    found = {} if unfit else await rescuing.proposals(call, base, Cause(begins, ends, site_id=call.site_id))
    return framed(
        call,
        "admin/rescue.html",
        status=422 if unfit else 200,
        found=found,
        unfit=unfit,
        who=in_language(call.house.site(call.site_id).name, call.language),
        closed=True,
        is_today=begins == ends == now,
        when=rescuing.span(call, begins, ends),
        hidden={},
        typed={
            "first": str(first or begins)[:40],
            "last": str(last or ends)[:40],
            "reason": reason[:REASON_MOST],
        },
        today=now.isoformat(),
        path=base.path,
        home="/admin",
    )


def _base(call: PageCall) -> Base:
    """Return the site with all others where something of it is done, too; it stands first."""
    town, own = town_of(call), call.house.site(call.site_id)
    near = {site_id for one in town.services if own.id in one.site_ids for site_id in one.site_ids}
    others = (site for site in town.sites if site.id in near and site.id != own.id)
    return Base(town, f"/admin/closing/{own.id}", (own, *others), None, site_id=own.id)


_PATH = "/admin/closing/{site}"
ROUTES = [
    PageRoute("/admin/closing", entry_page, Act.CHANGE_SETTINGS, SOMEWHERE),
    PageRoute(_PATH, closing_page, Act.CHANGE_SETTINGS, "site"),
    PageRoute(_PATH, close_site, Act.CHANGE_SETTINGS, "site", methods=("POST",)),
    PageRoute(f"{_PATH}/{{rescue}}", result_page, Act.CHANGE_SETTINGS, "site"),
    PageRoute(f"{_PATH}/{{rescue}}", undo_closing, Act.CHANGE_SETTINGS, "site", methods=("POST",)),
    PageRoute(f"{_PATH}/{{rescue}}/calls", calls_page, Act.CHANGE_SETTINGS, "site"),
]
