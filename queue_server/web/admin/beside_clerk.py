"""What stands beside a clerk's form: whether they can sign in, and how their own calendar is.

What must not live here: changing either (`page_accounts`, the connections file).
"""

from typing import Any, Final
from urllib.parse import urlencode

from queue_server.domain.access import Role
from queue_server.domain.people import normal_user
from queue_server.domain.town import Clerk
from queue_server.web.pages import PageCall

ACCOUNTS = "/admin/accounts"
_LINES: Final = ('url = "https://…"', 'user = "…"', 'password = "…"')
"""What the connections file needs of a calendar."""


async def beside_clerk(call: PageCall, clerk: Clerk) -> dict[str, Any]:
    """Return `account` (way and name) or the `proposal` of one, how the `calendar` is, and its `lines`."""
    people, own = call.house.people, call.actor.organisation_id
    every = await call.house.read(lambda conn: people.every_account(conn, own))
    user = normal_user(clerk.user)
    found = next((one for one in every if one.clerk_id == clerk.id or one.user == user), None)
    wish = {"user": clerk.user, "role": Role.CLERK.value, "clerk": clerk.id}
    return {
        "account": {"way": f"{ACCOUNTS}/{found.id}", "user": found.user} if found else None,
        "proposal": f"{ACCOUNTS}/new?{urlencode(wish)}",
        "calendar": _calendar(call, clerk),
        "lines": "\n".join((f"[calendars.{clerk.user}]", *_LINES)),
    }


def _calendar(call: PageCall, clerk: Clerk) -> str:
    """Return "none", "ok", "stale" (its times are not offered) or "broken"."""
    calendars = call.house.clerk_calendars
    state = calendars.health().get(clerk.id)
    if state is None:
        return "none"
    if clerk.id in calendars.unknown():
        return "stale"
    return "ok" if state == "ok" else "broken"
