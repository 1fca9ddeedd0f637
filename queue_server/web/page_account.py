"""The page of one's own account: who one is here, where one is signed in, and ending that.

What must not live here: choosing a password (`web.pages`), and other people's accounts.
"""

from datetime import datetime
from typing import Any, Final
from zoneinfo import ZoneInfo

from babel.dates import format_date, format_time
from sqlalchemy.engine import Connection
from starlette.responses import RedirectResponse, Response

from queue_server.domain.access import SignInRequired
from queue_server.domain.errors import BadInput
from queue_server.services.locales import locale_of
from queue_server.web.pages import PageCall, PageRoute
from queue_server.web.ports import ShownSignIn, StoredAccount
from queue_server.web.texts import STAFF_LANGUAGES

DONE: Final = frozenset({"one", "others"})
OTHERS: Final = "others"


async def account_page(call: PageCall) -> Response:
    """Show the own account and its sign-ins, or end some: a form, so that no link ends anything."""
    session_id = call.actor.session_id
    if session_id is None:
        raise SignInRequired
    if call.request.method == "POST":
        return await _end(call, session_id)
    now = call.house.clock()

    def read(conn: Connection) -> tuple[StoredAccount, list[ShownSignIn]]:
        account: StoredAccount = call.house.accounts.account_of_session(conn, session_id)
        return account, list(call.house.sign_ins.sign_ins_of(conn, account.id, now))

    account, found = await call.house.read(read)
    done = call.request.query_params.get("done", "")
    return call.page(
        "account.html",
        user=account.user,
        role=account.role.value,
        has_password=bool(account.password_hash),
        sign_ins=[_shown(call, one, session_id) for one in found],
        message=call.say(f"page.account_done_{done}") if done in DONE else "",
        languages=list(STAFF_LANGUAGES),
        csrf=call.house.csrf.token(call.request.scope),
    )


async def _end(call: PageCall, session_id: str) -> Response:
    form = await call.request.form()
    call.house.csrf.check(call.request.scope, form.get("csrf"))
    which, now = str(form.get("end") or ""), call.house.clock()
    if not which or which == session_id or "\0" in which:
        raise BadInput(field="end")

    def work(conn: Connection) -> None:
        account = call.house.accounts.account_of_session(conn, session_id)
        if which == OTHERS:
            call.house.sign_ins.end_others(conn, account.id, session_id, now)
        else:
            call.house.sign_ins.end_sign_in(conn, account.id, which, now)

    await call.house.write(work)
    call.house.sessions.invalidate()
    done = OTHERS if which == OTHERS else "one"
    return RedirectResponse(f"/account?done={done}", status_code=303)


def _shown(call: PageCall, one: ShownSignIn, own: str) -> dict[str, Any]:
    return {
        "id": one.id,
        "is_own": one.id == own,
        "browser": one.browser or call.say("page.account_unknown_browser"),
        "method": call.say(f"page.account_by_{one.method}"),
        "since": _moment(call, one.created_at),
        "last_used": _moment(call, one.last_seen_at),
        "until": _moment(call, one.expires_at),
    }


def _moment(call: PageCall, at: datetime) -> str:
    """Say a moment in the town's time; today's by the time alone."""
    zone, locale = _zone(call), locale_of(call.language)
    local, today = at.astimezone(zone), call.house.clock().astimezone(zone).date()
    time = call.say("page.account_time", time=format_time(local, "short", locale=locale))
    if local.date() == today:
        return time
    return f"{format_date(local.date(), 'medium', locale=locale)}, {time}"


def _zone(call: PageCall) -> ZoneInfo:
    """Return the time zone of the own site, or of the town's first."""
    sites = [
        site for town, site in call.house.directory.sites.values() if town.id == call.actor.organisation_id
    ]
    own = (site for site in sites if site.id == call.actor.site_id)
    found = next(own, sites[0] if sites else None)
    return ZoneInfo(found.time_zone if found else "UTC")


ROUTES = [PageRoute("/account", account_page, methods=("GET", "POST"))]
