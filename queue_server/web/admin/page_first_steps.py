"""`/admin/first-steps`: what comes after the first set-up, and the passwords to hand over.

What must not live here: the set-up itself (`web.first_run`). The one-time passwords stand in memory alone,
until somebody says that they are noted, an hour at the longest, for administrators of their town. One that
was changed meanwhile opens nothing and is not shown.
"""

import hmac
from typing import Any, Final

from sqlalchemy.engine import Connection
from starlette.responses import RedirectResponse, Response

from queue_server.domain.access import Act
from queue_server.domain.town import Site, Town, in_language
from queue_server.web.admin.frame import framed, is_of_town, sent, town_of
from queue_server.web.first_draft import OneTime
from queue_server.web.naming import TOWN
from queue_server.web.pages import PageCall, PageRoute
from queue_server.web.qr import qr_image

FIRST_STEPS: Final = "/admin/first-steps"


async def first_steps(call: PageCall) -> Response:
    """Show the passwords that nobody has noted yet, and the ways on."""
    town = town_of(call)
    base = call.house.settings.public_url or str(call.request.base_url).rstrip("/")
    booking = f"{base}/termin"
    return framed(
        call,
        "admin/first_steps.html",
        name=in_language(town.name, call.language),
        passwords=await unused_passwords(call),
        base=base,
        booking=booking,
        qr=qr_image(booking),
        displays=_devices(call, town, "display"),
        kiosks=_devices(call, town, "kiosk"),
    )


async def noted(call: PageCall) -> Response:
    """Forget the passwords: they stand on paper now."""
    await sent(call)
    call.house.first_run.noted(call.actor.organisation_id)
    return RedirectResponse(FIRST_STEPS, status_code=303)


async def unused_passwords(call: PageCall) -> list[OneTime]:
    """Return the one-time passwords of who asks' own town that still open their account."""
    house, town_id = call.house, call.actor.organisation_id
    kept = house.first_run.to_show(town_id, house.clock()) if is_of_town(call) else ()

    def unused(conn: Connection) -> list[OneTime]:
        return [one for one in kept if _holds(house.accounts.find_account(conn, one.user), one)]

    return await house.read(unused) if kept else []


def _holds(account: Any, one: OneTime) -> bool:
    return account is not None and hmac.compare_digest(account.password_hash, one.password_hash)


def _devices(call: PageCall, town: Town, kind: str) -> list[dict[str, Any]]:
    def of(site: Site) -> Any:
        return site.displays if kind == "display" else site.kiosks

    return [
        {"id": one.id, "name": one.name, "site": in_language(site.name, call.language)}
        for site in town.sites
        for one in of(site)
    ]


ROUTES = [
    PageRoute(FIRST_STEPS, first_steps, Act.MANAGE_ACCOUNTS, TOWN),
    PageRoute(FIRST_STEPS, noted, Act.MANAGE_ACCOUNTS, TOWN, methods=("POST",)),
]
