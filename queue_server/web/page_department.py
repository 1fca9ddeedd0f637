"""A department's page: who works there and when they are away, as its lead or deputy plans it.

What lives here: forms and their answers; every change is shown with the appointments it concerns before it is
kept. What must not: who belongs to a department and what an absence may be (`domain.departments`), and how a
set-up is changed (`adapters.changing_town`). Why somebody is away is neither asked nor kept.
"""

from collections.abc import Mapping, Sequence
from datetime import date, datetime, time
from typing import Any, Final
from zoneinfo import ZoneInfo

from babel.dates import format_time
from sqlalchemy.engine import Connection
from starlette.datastructures import FormData
from starlette.responses import RedirectResponse, Response

from queue_server.domain.access import Act, Actor, Kind, Role, Thing, may
from queue_server.domain.administration import Done
from queue_server.domain.availability import hours_planned
from queue_server.domain.concern import CELL_MIN
from queue_server.domain.departments import (
    Plan,
    Unfit,
    clerks_of,
    department_named,
    entering,
    taking_back,
    to_come,
    why_unfit,
)
from queue_server.domain.errors import BadInput, NotFound
from queue_server.domain.town import Absence, Clerk, Department, Town, in_language
from queue_server.domain.written_hours import parse_clock
from queue_server.services.locales import locale_of, short_day
from queue_server.web.house import House
from queue_server.web.naming import SOMEWHERE
from queue_server.web.noting import note
from queue_server.web.page_letting_in import idle_rows
from queue_server.web.pages import PageCall, PageRoute

_DONE: Final = frozenset({"entered", "taken_back", "let_in", "let_in_back", "not_back"})


async def entry_page(call: PageCall) -> Response:
    """Go to the first department that one leads; the others are one press away."""
    found = led(call.house, call.actor)
    if not found:
        raise NotFound(what="department")
    return RedirectResponse(f"/department/{found[0].id}", status_code=303)


async def department_page(call: PageCall) -> Response:
    """Show the clerks with their absences to come, and what is idle today. Reading changes nothing."""
    done = call.request.query_params.get("done", "")
    return _show(call, done=done if done in _DONE else "", idle=await idle_rows(call))


async def plan_absence(call: PageCall) -> Response:
    """Take a form: what an absence would do, then the absence itself, or take one back."""
    form = await call.request.form()
    call.house.csrf.check(call.request.scope, form.get("csrf"))
    act, clerk = form.get("act"), _clerk(call, form)
    first, last = _day(form, "first"), _day(form, "last")
    written = str(form.get("since") or "")
    since = parse_clock(written)
    if act == "take_back":
        if first is None or last is None:
            raise BadInput(field="first")
        return await _keep(call, clerk, taking_back(clerk.id, Absence(first, last, since)), "taken_back")
    if act not in {"check", "enter"}:
        raise BadInput(field="act")
    unfit = why_unfit(clerk, first, last, _now(call).date(), since)
    if written and since is None:
        unfit = Unfit.NO_TIME
    if unfit is not None or first is None or last is None:
        return _show(call, form=form, unfit=unfit, status=422)
    plan = entering(clerk.id, Absence(first, last, since))
    if act == "enter":
        return await _keep(call, clerk, plan, "entered")
    house, town = call.house, _town(call)
    lost = await house.read(lambda c: house.settlement.would_lose(c, town.id, plan, house.clock()))
    when = _span(call, first, last, since)
    asked = {"clerk": clerk, "first": first, "last": last, "since": _written(since), "when": when}
    return _show(call, form=form, asked=asked | {"lost": [_lost(call, one) for one in lost]})


async def _keep(call: PageCall, clerk: Clerk, plan: Plan, done: str) -> Response:
    """Store a new version of the set-up and write down who did it; the same form twice is once."""
    house, town_id = call.house, _town(call).id

    def work(conn: Connection) -> bool:
        before, after = house.settlement.change_town(conn, town_id, plan, house.clock())
        was, is_ = _absences(before, clerk.id), _absences(after, clerk.id)
        if was == is_:
            return False
        told: dict[str, Any] = {"before": {"absences": was - is_}, "after": {"absences": is_ - was}}
        note(house, conn, call.actor, Done.SETTING_CHANGED, "clerk", clerk.id, **told)
        return True

    if await house.write(work):
        await house.renew_settings()
    return RedirectResponse(f"/department/{call.id}?done={done}", status_code=303)


def _absences(town: Town, clerk_id: str) -> set[str]:
    clerk = next((one for one in town.clerks if one.id == clerk_id), None)
    found = clerk.absences if clerk else ()
    return {" – ".join((f"{one.first} {_written(one.since)}".rstrip(), f"{one.last}")) for one in found}


def _show(
    call: PageCall,
    *,
    form: FormData | None = None,
    unfit: Unfit | None = None,
    asked: dict[str, Any] | None = None,
    done: str = "",
    idle: Sequence[dict[str, Any]] = (),
    status: int = 200,
) -> Response:
    town, now = _town(call), _now(call)
    department = department_named(town, call.id)
    typed: Mapping[str, Any] = form or {}
    return call.page(
        "department.html",
        status=status,
        department=_named(call, department),
        departments=[_named(call, one) for one in led(call.house, call.actor)],
        clerks=[
            {
                "id": clerk.id,
                "name": clerk.name,
                "absences": [_absence(call, one, now) for one in to_come(clerk, now.date())],
                "leaves_at": _leaves_at(town, clerk, now),
            }
            for clerk in people(call)
        ],
        typed={name: str(typed.get(name) or "")[:40] for name in ("clerk", "first", "last", "since")},
        unfit=unfit.value if unfit else "",
        asked=asked,
        done=done,
        idle=idle,
        today=now.date().isoformat(),
        town_name=in_language(town.name, call.language),
        languages=call.other_languages,
        here=f"/department/{department.id}",
        csrf=call.house.csrf.token(call.request.scope),
    )


def _named(call: PageCall, department: Department) -> dict[str, str]:
    return {"id": department.id, "name": in_language(department.name, call.language)}


def _absence(call: PageCall, absence: Absence, now: datetime) -> dict[str, Any]:
    begins = absence.begins_on(now.date())
    return {
        "first": absence.first.isoformat(),
        "last": absence.last.isoformat(),
        "since": _written(absence.since),
        "when": _span(call, absence.first, absence.last, absence.since),
        "is_now": begins is not None and begins <= _minute(now),
    }


def _leaves_at(town: Town, clerk: Clerk, now: datetime) -> str:
    """Return since when a clerk would be away who leaves now, in whole cells; "" for one not at work."""
    at, today = _minute(now), now.date()
    hours = (stretch for site in town.sites for stretch in hours_planned(clerk, site, today))
    is_at_work = any(begins < at < ends for begins, ends in hours)
    return f"{now.replace(minute=now.minute - now.minute % CELL_MIN):%H:%M}" if is_at_work else ""


def _span(call: PageCall, first: date, last: date, since: time | None = None) -> str:
    days = [short_day(one, call.language) for one in (first, last)]
    if since:
        days[0] = f"{days[0]} {call.say('rescue.since', time=_written(since))}"
    return days[0] if first == last else call.say("department.span", first=days[0], last=days[1])


def _written(at: time | None) -> str:
    return f"{at:%H:%M}" if at else ""


def _minute(now: datetime) -> int:
    return now.hour * 60 + now.minute


def _lost(call: PageCall, one: Any) -> dict[str, str]:
    """Tell when it is, and lead to it who works at its desk; whose it is stands there alone."""
    site = call.house.site(one.site_id)
    local: datetime = one.starts_at.astimezone(ZoneInfo(site.time_zone))
    locale = locale_of(call.language)
    at = f"{_span(call, local.date(), local.date())}, {format_time(local, 'short', locale=locale)}"
    desk = Thing(Kind.SITE, call.actor.organisation_id, site.id, site.id)
    path = f"/desk/{site.id}/appointments/{one.reference}"
    is_theirs = may(call.actor, Act.SEE_APPOINTMENTS, desk)
    return {"at": at, "site": in_language(site.name, call.language), "path": path if is_theirs else ""}


def led(house: House, actor: Actor) -> list[Department]:
    """Return the departments that somebody plans, in the order of the set-up."""
    towns = (town for town, _ in house.directory.sites.values() if town.id == actor.organisation_id)
    town = next(towns, None)
    things = house.directory.departments
    return [
        one
        for one in (town.departments if town else ())
        if (thing := things.get((actor.organisation_id, one.id))) and may(actor, Act.PLAN_DEPARTMENT, thing)
    ]


def people(call: PageCall) -> list[Clerk]:
    """Return the department's people; a site's administrator plans those who work at that site."""
    actor, town = call.actor, _town(call)
    found = clerks_of(town, department_named(town, call.id))
    if actor.role is not Role.ADMINISTRATOR or actor.site_id is None:
        return list(found)
    return [clerk for clerk in found if actor.site_id in clerk.site_ids]


def _clerk(call: PageCall, form: FormData) -> Clerk:
    named = form.get("clerk")
    found = next((clerk for clerk in people(call) if clerk.id == named), None)
    if found is None:
        raise NotFound(what="clerk")
    return found


def _day(form: FormData, name: str) -> date | None:
    try:
        return date.fromisoformat(str(form.get(name) or ""))
    except ValueError:
        return None


def _town(call: PageCall) -> Town:
    return call.house.town_and_site(call.site_id)[0]


def _now(call: PageCall) -> datetime:
    site = call.house.site(call.site_id)
    return call.house.clock().astimezone(ZoneInfo(site.time_zone))


ROUTES = [
    PageRoute("/department", entry_page, Act.PLAN_DEPARTMENT, SOMEWHERE),
    PageRoute("/department/{department}", department_page, Act.PLAN_DEPARTMENT, "department"),
    PageRoute("/department/{department}", plan_absence, Act.PLAN_DEPARTMENT, "department", methods=("POST",)),
]
