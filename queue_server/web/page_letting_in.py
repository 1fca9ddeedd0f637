"""A department's page, below its people: what is idle today, opened to walk-ins by one press.

What lives here: the figures, the press, and taking it back. What must not: what a press changes
(`domain.letting_in`), and how idle time is counted (`services.idle`).
"""

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from babel.dates import format_time
from sqlalchemy.engine import Connection
from starlette.responses import RedirectResponse, Response

from queue_server.domain.access import Act, Role
from queue_server.domain.administration import Done
from queue_server.domain.departments import department_named
from queue_server.domain.errors import BadInput, NotFound
from queue_server.domain.letting_in import Opening, may_be_undone, rest_of_day
from queue_server.domain.town import Site, Town, in_language, services_at
from queue_server.domain.town_diff import diff
from queue_server.domain.town_patch import inverse, patch
from queue_server.services.idle import idle_minutes
from queue_server.services.locales import locale_of
from queue_server.web.noting import via_of
from queue_server.web.pages import PageCall, PageRoute
from queue_server.web.ports import AuditLine


async def idle_rows(call: PageCall) -> list[dict[str, Any]]:
    """Return, for each site of the department, what is idle today and what a press would open."""
    return [await _row(call, site) for site in _sites(call)]


async def leave(call: PageCall) -> Response:
    """Lead to the department's page, where all of it stands."""
    return RedirectResponse(f"/department/{call.id}", status_code=303)


async def act_on_idle(call: PageCall) -> Response:
    """Let walk-ins in until closing time, or take that back; the same press twice is once (failure 2)."""
    form = await call.request.form()
    call.house.csrf.check(call.request.scope, form.get("csrf"))
    site = next((one for one in _sites(call) if one.id == form.get("site")), None)
    if site is None:
        raise NotFound(what="site")
    act = form.get("act")
    if act not in {"open", "back"}:
        raise BadInput(field="act")
    done = await (_open(call, site) if act == "open" else _take_back(call, site))
    return RedirectResponse(f"/department/{call.id}?done={done}#idle", status_code=303)


async def _open(call: PageCall, site: Site) -> str:
    house, town_id = call.house, call.actor.organisation_id

    def work(conn: Connection) -> bool:
        now = house.clock()
        plan = _opening(call, site, now).plan
        before, after = house.settlement.change_town(conn, town_id, plan, now)
        if before == after:
            return False
        until = rest_of_day(site, _local(site, now))
        hours = f"{until.begins:%H:%M} – {until.ends:%H:%M}" if until else ""
        _write(call, conn, Done.WALK_INS_LET_IN, site, now, hours)
        return True

    if await house.write(work):
        await house.renew_settings()
    return "let_in"


async def _take_back(call: PageCall, site: Site) -> str:
    house, town_id = call.house, call.actor.organisation_id

    def work(conn: Connection) -> str:
        now, found = house.clock(), _last_opening(call, conn, site)
        if found is None:
            last = _last_line(call, conn, site)
            return "let_in_back" if last is not None and last.act == Done.WALK_INS_ENDED else "not_back"
        before, after = found

        def plan(town: Town) -> Town:
            back = patch(town, inverse(diff(before, after, exact=True)))
            return back.town if back.fits and may_be_undone(town, after, site.id) else town

        was, is_ = house.settlement.change_town(conn, town_id, plan, now)
        if was == is_:
            return "not_back"
        _write(call, conn, Done.WALK_INS_ENDED, site, now)
        return "let_in_back"

    done = await house.write(work)
    await house.renew_settings()
    return done


def _last_opening(call: PageCall, conn: Connection, site: Site) -> tuple[Town, Town] | None:
    """Return the set-up before and after the press of today, as long as it can be taken back.

    Only what the press at that moment makes of the one before counts: no other change is undone here.
    """
    house, town_id = call.house, call.actor.organisation_id
    line = _last_line(call, conn, site)
    if line is None or line.act != Done.WALK_INS_LET_IN:
        return None
    before, after = house.settlement.around(conn, town_id, line.at)
    if before is None or after is None or _opening(call, site, line.at).plan(before) != after:
        return None
    return (before, after) if may_be_undone(_town(call), after, site.id) else None


def _last_line(call: PageCall, conn: Connection, site: Site) -> AuditLine | None:
    """Return what the log tells last of today: that it was opened, or taken back."""
    midnight = _local(site, call.house.clock()).replace(hour=0, minute=0, second=0, microsecond=0)
    lines = [
        line
        for act in (Done.WALK_INS_LET_IN, Done.WALK_INS_ENDED)
        for line in call.house.audit_lines.lines(
            conn, call.actor.organisation_id, 50, site_id=site.id, since=midnight, act=act.value
        )
        if line.ref == call.id
    ]
    return max(lines, key=lambda line: line.id, default=None)


def _write(call: PageCall, conn: Connection, act: Done, site: Site, at: datetime, hours: str = "") -> None:
    call.house.audit.note_by(
        conn,
        call.actor,
        via=via_of(call.actor),
        at=at,
        act=act,
        kind="department",
        ref=call.id,
        site_id=site.id,
        after={"walk_ins": hours} if hours else None,
    )


async def _row(call: PageCall, site: Site) -> dict[str, Any]:
    house, town = call.house, _town(call)
    now = house.clock()
    rest = rest_of_day(site, _local(site, now))
    own = [one.id for one in services_at(town, site.id) if one.department_id == call.id]
    shut = _opening(call, site, now).shut(town)
    minutes = await house.sequencer.look(site.id, lambda unit: idle_minutes(unit, own)) if rest else 0
    opened = await house.read(lambda conn: _last_opening(call, conn, site)) if rest else None
    until = format_time(rest.ends, "short", locale=locale_of(call.language)) if rest else ""
    return {
        "id": site.id,
        "name": in_language(site.name, call.language),
        "minutes": minutes,
        "until": "24:00" if rest and not (rest.ends.hour or rest.ends.minute) else until,
        "shut": [in_language(one.name, call.language) for one in shut],
        "is_over": rest is None,
        "is_opened": opened is not None,
        "may_open": bool(shut and minutes),
    }


def _opening(call: PageCall, site: Site, at: datetime) -> Opening:
    return Opening(call.id, site.id, _local(site, at))


def _sites(call: PageCall) -> list[Site]:
    """Return the department's sites; a site's administrator opens theirs alone."""
    actor, town = call.actor, _town(call)
    here = [one for one in town.sites if one.id in department_named(town, call.id).site_ids]
    if actor.role is not Role.ADMINISTRATOR or actor.site_id is None:
        return here
    return [one for one in here if one.id == actor.site_id]


def _town(call: PageCall) -> Town:
    return call.house.town_and_site(call.site_id)[0]


def _local(site: Site, at: datetime) -> datetime:
    return at.astimezone(ZoneInfo(site.time_zone))


_PATH = "/department/{department}/walk-ins"
ROUTES = [
    PageRoute(_PATH, leave, Act.PLAN_DEPARTMENT, "department"),
    PageRoute(_PATH, act_on_idle, Act.PLAN_DEPARTMENT, "department", methods=("POST",)),
]
