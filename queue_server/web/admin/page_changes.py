"""`/admin/changes`: the versions of the set-up (who, when, what), and taking one back where it still fits.

What must not live here: what is kept of a version (`adapters.town.history`), and the road (`changing`).
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, Final
from zoneinfo import ZoneInfo

from babel.dates import format_datetime
from sqlalchemy.engine import Connection
from starlette.responses import RedirectResponse, Response

from queue_server.domain.access import Act
from queue_server.domain.administration import Done
from queue_server.domain.errors import NotFound, Refusal
from queue_server.domain.setup_words import ACTS, sites_of
from queue_server.domain.town import Town
from queue_server.domain.town_diff import Change, diff
from queue_server.domain.town_patch import inverse, patch
from queue_server.services.locales import locale_of
from queue_server.web import log_words
from queue_server.web.admin.changing import Plan, SettingsMoved, keep, moment_of, stamp
from queue_server.web.admin.frame import framed, may_change_all, sent, town_of
from queue_server.web.admin.notices import notice
from queue_server.web.admin.problem_words import told
from queue_server.web.admin.value_words import change_words
from queue_server.web.naming import SOMEWHERE
from queue_server.web.pages import PageCall, PageRoute

CHANGES: Final = "/admin/changes"
A_PAGE: Final = 20
MOST_LINES: Final = 8
"""So many things of one version are written out: an import changes a hundred."""
WRITTEN_WITHIN: Final = timedelta(seconds=5)
"""A line of the log stands in the same transaction as its change, a moment later."""
_SETTINGS: Final = frozenset({*ACTS.values(), Done.WALK_INS_LET_IN, Done.WALK_INS_ENDED})


async def changes_page(call: PageCall) -> Response:
    """Show the versions, newest first; or take one back."""
    if call.request.method == "POST":
        return await _take_back(call)
    return await _show(call)


async def _show(call: PageCall, refused: str = "", status: int = 200) -> Response:
    await call.house.renew_if_changed()
    town = town_of(call)
    asked = call.request.query_params
    at = moment_of(asked.get("at", ""))
    below = at + timedelta(microseconds=1) if at is not None else moment_of(asked.get("below", ""))
    found = await call.house.read(lambda conn: _versions(call, conn, town, below))
    shown = found[:A_PAGE]
    return framed(
        call,
        "admin/changes.html",
        status=status,
        versions=[_version(call, town, one) for one in shown],
        older=stamp(shown[-1][0]) if len(found) > A_PAGE else "",
        notice=notice(call),
        refused=refused,
    )


_Version = tuple[datetime, str, Town, Town, list[Change]]


def _versions(call: PageCall, conn: Connection, town: Town, below: datetime | None) -> list[_Version]:
    """Read the versions of one page and one more, but for the first set-up, and those of other sites."""
    house = call.house
    found: list[_Version] = []
    while len(found) <= A_PAGE:
        moments = house.settlement.moments(conn, town.id, A_PAGE + 1, below, call.actor.site_id)
        if not moments:
            break
        below = moments[-1]
        for at in moments:
            before, after = house.settlement.around(conn, town.id, at)
            if before is None or after is None:
                continue
            changes = diff(before, after)
            if _may_see(call, before, after, changes):
                found.append((at, _who(call, conn, town, at), before, after, changes))
    return found


def _may_see(call: PageCall, before: Town, after: Town, changes: Sequence[Change]) -> bool:
    """Say whether there is anything to see, and all of it theirs: a site's administrator sees that site."""
    places = {place for one in changes for place in sites_of(one, before, after)}
    return bool(changes) and may_change_all(call, places)


def _who(call: PageCall, conn: Connection, town: Town, at: datetime) -> str:
    """Return who the audit log names for that moment; empty when it names nobody."""
    lines = call.house.audit_lines.lines(conn, town.id, 50, since=at, until=at + WRITTEN_WITHIN)
    named = [line for line in lines if line.act in _SETTINGS]
    return log_words.doer(call.say, named[-1]) if named else ""


def _version(call: PageCall, town: Town, one: _Version) -> dict[str, Any]:
    at, who, before, after, changes = one
    local = at.astimezone(ZoneInfo(town.sites[0].time_zone))
    return {
        "stamp": stamp(at),
        "at": format_datetime(local, "medium", locale=locale_of(call.language)),
        "who": who,
        "changes": [change_words(call.say, before, after, change) for change in changes[:MOST_LINES]],
        "more": max(0, len(changes) - MOST_LINES),
        "fits": _fits(town, before, after),
    }


def can_be_taken_back(call: PageCall, conn: Connection, town: Town, at: datetime) -> bool:
    """Say whether the change of that moment is theirs, and nothing else has changed the same since."""
    before, after = call.house.settlement.around(conn, town.id, at)
    if before is None or after is None or not _may_see(call, before, after, diff(before, after)):
        return False
    return _fits(town, before, after)


def _fits(town: Town, before: Town, after: Town) -> bool:
    found = patch(town, inverse(diff(before, after, exact=True)))
    return found.fits and found.town != town


async def _take_back(call: PageCall) -> Response:
    data = await sent(call)
    at = moment_of(str(data.get("change") or ""))
    back = str(data.get("back") or "")
    town = town_of(call)
    if at is None:
        raise NotFound(what="change")
    before, after = await call.house.read(lambda conn: call.house.settlement.around(conn, town.id, at))
    if before is None or after is None or not _may_see(call, before, after, diff(before, after)):
        raise NotFound(what="change")
    try:
        plan = taking_back(before, after)
        new = [
            one
            for one in call.house.settlement.problems(plan(town))
            if one not in call.house.settlement.problems(town)
        ]
        if new:
            return await _show(call, told(call.say, new[0]), 409)
        await keep(call, plan)
    except Refusal as refusal:
        if refusal.code not in {"settings_moved", "town_unfit"}:
            raise
        return await _show(call, call.say(f"error.{refusal.text}"), 409)
    # Only to pages of the administration: an address that was sent must lead nowhere else.
    path = back if back.startswith("/admin/setup/") and "\\" not in back else CHANGES
    return RedirectResponse(f"{path}?done=undone", status_code=303)


def taking_back(before: Town, after: Town) -> Plan:
    """Return the plan that undoes what made `after` of `before`; it raises SettingsMoved."""
    changes = inverse(diff(before, after, exact=True))

    def plan(town: Town) -> Town:
        found = patch(town, changes)
        if not found.fits:
            raise SettingsMoved
        return found.town

    return plan


ROUTES = [PageRoute(CHANGES, changes_page, Act.CHANGE_SETTINGS, SOMEWHERE, methods=("GET", "POST"))]
