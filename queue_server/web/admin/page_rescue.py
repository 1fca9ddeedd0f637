"""Day rescue for a department: somebody is away, and the lead moves what is booked with them.

What lives here: whose appointments they are, and the forms. Looking changes nothing; one press does it all,
and another one takes it back. What must not: what stands on the pages (`web.admin.rescuing`).
"""

from datetime import date
from typing import Any
from zoneinfo import ZoneInfo

from starlette.responses import RedirectResponse, Response

from queue_server.domain.access import Act, Forbidden, Role
from queue_server.domain.departments import department_named
from queue_server.domain.errors import NotFound
from queue_server.domain.rescue_cause import DAYS_MOST, Cause
from queue_server.domain.town import Clerk, in_language
from queue_server.web.admin import rescuing
from queue_server.web.admin.frame import framed, sent, town_of
from queue_server.web.admin.rescuing import Base
from queue_server.web.page_department import people
from queue_server.web.pages import PageCall, PageRoute


async def rescue_page(call: PageCall) -> Response:
    """Show what breaks when somebody is away, and where it could go."""
    query = call.request.query_params
    if not query.get("clerk"):
        return RedirectResponse(f"/department/{call.id}", status_code=303)
    return await _show(call, _clerk(call, query.get("clerk")), query.get("first"), query.get("last"))


async def act_on_rescue(call: PageCall) -> Response:
    """Enter the absence and move everybody, in one press; the same press twice is once (failure 2)."""
    form = await sent(call)
    clerk = _clerk(call, form.get("clerk"))
    days = read_days(form.get("first"), form.get("last"), today(call))
    if isinstance(days, str):
        return await _show(call, clerk, form.get("first"), form.get("last"))
    base = _base(call)
    id_ = await rescuing.do(call, base, Cause(*days, clerk_id=clerk.id), form)
    return RedirectResponse(f"{base.path}/{id_}", status_code=303)


async def result_page(call: PageCall) -> Response:
    """Show what became of everybody, whom to phone, and the way back."""
    return await show_result(call, _base(call), "admin/rescued.html")


async def calls_page(call: PageCall) -> Response:
    """Show whom to phone, to be printed."""
    return await show_result(call, _base(call), "admin/rescue_calls.html")


async def undo_rescue(call: PageCall) -> Response:
    """Take it back."""
    await sent(call)
    base, id_ = _base(call), call.request.path_params["rescue"]
    await rescuing.undo(call, base, id_)
    return RedirectResponse(f"{base.path}/{id_}", status_code=303)


async def show_result(call: PageCall, base: Base, template: str) -> Response:
    """Draw a page of a rescue that was done."""
    found = await rescuing.result(call, base, call.request.path_params["rescue"])
    cause: Cause = found["cause"]
    again = f"first={cause.first}&last={cause.last}"
    return framed(
        call,
        template,
        **found,
        who=who(call, cause),
        when=rescuing.span(call, cause.first, cause.last),
        path=f"{base.path}/{call.request.path_params['rescue']}",
        again=f"{base.path}?{f'clerk={cause.clerk_id}&' if cause.clerk_id else ''}{again}",
        home=base.path if base.site_id else base.path.removesuffix("/rescue"),
        closed=bool(cause.site_id),
    )


def who(call: PageCall, cause: Cause) -> str:
    """Return the name of who is away, or of the site that stays closed."""
    town = town_of(call)
    if cause.site_id:
        return next(
            (in_language(one.name, call.language) for one in town.sites if one.id == cause.site_id), ""
        )
    return next((one.name for one in town.clerks if one.id == cause.clerk_id), "")


def read_days(first: Any, last: Any, now: date) -> tuple[date, date] | str:
    """Return the days that were asked for, today where none was, or what is wrong with them."""
    try:
        begins = date.fromisoformat(str(first)) if first else now
        ends = date.fromisoformat(str(last)) if last else begins
    except ValueError:
        return "missing"
    if ends < begins:
        return "backwards"
    if begins < now:
        return "past"
    return "too_long" if (ends - begins).days >= DAYS_MOST else (begins, ends)


def today(call: PageCall) -> date:
    site = call.house.site(call.site_id)
    return call.house.clock().astimezone(ZoneInfo(site.time_zone)).date()


async def _show(call: PageCall, clerk: Clerk, first: Any, last: Any) -> Response:
    base, now = _base(call), today(call)
    days = read_days(first, last, now)
    unfit = days if isinstance(days, str) else ""
    begins, ends = (now, now) if isinstance(days, str) else days
    found = {} if unfit else await rescuing.proposals(call, base, Cause(begins, ends, clerk_id=clerk.id))
    return framed(
        call,
        "admin/rescue.html",
        status=422 if unfit else 200,
        found=found,
        unfit=unfit,
        who=clerk.name,
        closed=False,
        is_today=begins == ends == now,
        when=rescuing.span(call, begins, ends),
        hidden={"clerk": clerk.id},
        typed={"first": str(first or begins)[:40], "last": str(last or ends)[:40]},
        today=now.isoformat(),
        path=base.path,
        home=base.path.removesuffix("/rescue"),
    )


def _base(call: PageCall) -> Base:
    town = town_of(call)
    department = department_named(town, call.id)
    # Who administers one site sees no visitors of another one, whose sites the department may have too.
    own = call.actor.site_id if call.actor.role is Role.ADMINISTRATOR else None
    if own is not None and set(department.site_ids) - {own}:
        raise Forbidden(act=Act.PLAN_DEPARTMENT.value)
    return Base(
        town,
        f"/department/{department.id}/rescue",
        tuple(site for site in town.sites if site.id in department.site_ids),
        frozenset(one.id for one in town.services if one.department_id == department.id),
        department_id=department.id,
    )


def _clerk(call: PageCall, named: Any) -> Clerk:
    found = next((clerk for clerk in people(call) if clerk.id == named), None)
    if found is None:
        raise NotFound(what="clerk")
    return found


_PATH = "/department/{department}/rescue"
ROUTES = [
    PageRoute(_PATH, rescue_page, Act.PLAN_DEPARTMENT, "department"),
    PageRoute(_PATH, act_on_rescue, Act.PLAN_DEPARTMENT, "department", methods=("POST",)),
    PageRoute(f"{_PATH}/{{rescue}}", result_page, Act.PLAN_DEPARTMENT, "department"),
    PageRoute(f"{_PATH}/{{rescue}}", undo_rescue, Act.PLAN_DEPARTMENT, "department", methods=("POST",)),
    PageRoute(f"{_PATH}/{{rescue}}/calls", calls_page, Act.PLAN_DEPARTMENT, "department"),
]
