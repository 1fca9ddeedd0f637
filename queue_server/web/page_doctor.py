"""`/admin/health`: whether the house is well, for its administrators. The same checks as `aufruf doctor`.

What must not live here: looking (`web.doctoring`). An organisation sees the machine's findings and its own;
another one's devices do not exist for it. Who administers one site only is not asked to mend the machine.
"""

from datetime import datetime, tzinfo
from typing import Any, Final
from zoneinfo import ZoneInfo

from babel.dates import format_datetime
from starlette.responses import RedirectResponse, Response

from queue_server.domain.access import Act
from queue_server.domain.doctor.findings import CHECKS, SEVERITY, Finding, Level, by_severity, worst
from queue_server.domain.town import in_language
from queue_server.services.locales import locale_of
from queue_server.web.doctor_mail import PAGE, todo, what
from queue_server.web.naming import TOWN
from queue_server.web.pages import PageCall, PageRoute

_DONE: Final = frozenset({"now", "busy", "failed"})


async def health_page(call: PageCall) -> Response:
    """Show what is not as it should be, the worst first, and all checks; or look now."""
    condition = call.house.condition
    if call.request.method == "POST":
        form = await call.request.form()
        call.house.csrf.check(call.request.scope, form.get("csrf"))
        done = "failed" if condition.look_now is None else await condition.look_now()
        return RedirectResponse(f"{PAGE}?done={done}", status_code=303)
    found = [one for one in by_severity(condition.findings) if _is_seen(call, one)]
    done = call.request.query_params.get("done", "")
    return call.page(
        "health.html",
        level=_level(call, found),
        findings=[_shown(call, one) for one in found],
        checks=[_check(call, check, found) for check in CHECKS],
        done=done if done in _DONE else "",
        **_frame(call),
    )


def _level(call: PageCall, found: list[Finding]) -> str:
    """Return the worst level; nothing is called well before it was looked at."""
    level, looked_at = worst(found), call.house.condition.looked_at
    if SEVERITY[level] > SEVERITY[Level.HINT] or looked_at.keys() >= set(CHECKS):
        return level.value
    return "partly" if looked_at else "unchecked"


def _is_seen(call: PageCall, one: Finding) -> bool:
    return one.organisation_id in {"", call.actor.organisation_id}


def _shown(call: PageCall, one: Finding) -> dict[str, Any]:
    known = call.house.condition.known.get(one.key)
    return {
        "code": one.code,
        "level": one.level.value,
        "check": call.say(f"doctor.check_{one.kind.check}"),
        "what": what(call.say, one),
        "todo": todo(call.say, one),
        "since": _moment(call, known.since) if known else "",
        "told": _moment(call, known.told_at) if known and known.told_at else "",
    }


def _check(call: PageCall, check: str, found: list[Finding]) -> dict[str, str]:
    at = call.house.condition.looked_at.get(check)
    level = worst(one for one in found if one.kind.check == check) if at else None
    return {
        "name": call.say(f"doctor.check_{check}"),
        "level": "unknown" if level is None else level.value,
        "words": call.say("doctor.unknown") if level is None else call.say(f"doctor.level_{level}"),
        "at": _moment(call, at) if at else "",
    }


def _moment(call: PageCall, at: datetime) -> str:
    local = at.astimezone(_zone(call))
    return str(format_datetime(local, "short", locale=locale_of(call.language)))


def _zone(call: PageCall) -> tzinfo:
    mine = call.actor.organisation_id
    zones = (site.time_zone for town, site in call.house.directory.sites.values() if town.id == mine)
    return ZoneInfo(next(zones, "UTC"))


def _frame(call: PageCall) -> dict[str, Any]:
    towns = (town for town, _ in call.house.directory.sites.values() if town.id == call.actor.organisation_id)
    town = next(towns, None)
    return {
        "town_name": in_language(town.name, call.language) if town else "",
        "languages": call.other_languages,
        "here": PAGE,
        "csrf": call.house.csrf.token(call.request.scope),
    }


ROUTES = [PageRoute(PAGE, health_page, Act.SEE_OPERATIONS, TOWN, methods=("GET", "POST"))]
