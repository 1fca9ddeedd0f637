"""`/admin/pair`: an administrator says which device it is that shows a code.

What must not live here: what the device does (`web.page_pairing`), and its token (`adapters.pairing`).
"""

from typing import Any

from sqlalchemy.engine import Connection
from starlette.responses import RedirectResponse, Response

from queue_server.domain.access import Act, Kind, Role, Thing, may
from queue_server.domain.administration import Done
from queue_server.domain.errors import NotFound
from queue_server.domain.town import in_language
from queue_server.web.admin.frame import framed, is_of_town, sent, town_of
from queue_server.web.naming import SOMEWHERE
from queue_server.web.newcomers import browser_of
from queue_server.web.noting import note
from queue_server.web.pages import PageCall, PageRoute
from queue_server.web.proxies import client_address

PAIR = "/admin/pair"
_ROLES = {Kind.DISPLAY: Role.DISPLAY, Kind.KIOSK: Role.KIOSK}


async def pair_page(call: PageCall) -> Response:
    """Show who asks, and the form for the code."""
    return await _show(call)


async def pair_device(call: PageCall) -> Response:
    """Let the browser that shows the code be the device that was chosen."""
    form = await sent(call)
    call.house.limits.check_pairing(client_address(call.request.scope))
    code, wanted = str(form.get("code") or "")[:40], str(form.get("device") or "")
    found = next((one for one in devices(call) if one["value"] == wanted), None)
    if found is None:
        return await _show(call, code=code, chosen=wanted, wrong="device")
    thing, house = found["thing"], call.house

    def work(conn: Connection) -> None:
        house.pairings.claim_pairing(
            conn,
            organisation_id=thing.organisation_id,
            code=code,
            role=_ROLES[thing.kind],
            site_id=thing.site_id,
            device_id=thing.id,
            now=house.clock(),
        )
        note(house, conn, call.actor, Done.DEVICE_PAIRED, thing.kind.value, thing.id, site_id=thing.site_id)

    try:
        await house.write(work)
    except NotFound:
        return await _show(call, code=code, chosen=wanted, wrong="code")
    return RedirectResponse(f"{PAIR}?done={thing.id}", status_code=303)


def devices(call: PageCall) -> list[dict[str, Any]]:
    """Return the displays and kiosks that who asks may pair, by site."""
    found = []
    for site in town_of(call).sites:
        for kind, those in ((Kind.DISPLAY, site.displays), (Kind.KIOSK, site.kiosks)):
            for one in those:
                thing = Thing(kind, call.actor.organisation_id, site.id, one.id)
                if may(call.actor, Act.PAIR_DEVICE, thing):
                    name = f"{one.name} ({in_language(site.name, call.language)})"
                    found.append({"value": f"{kind.value}:{one.id}", "name": name, "thing": thing})
    return found


async def _show(call: PageCall, *, code: str = "", chosen: str = "", wrong: str = "") -> Response:
    await call.house.renew_if_changed()
    now, organisation = call.house.clock(), call.actor.organisation_id
    asking = await call.house.read(lambda conn: call.house.pairings.list_pairings(conn, organisation, now))
    found, done = devices(call), call.request.query_params.get("done", "")
    return framed(
        call,
        "admin/pair.html",
        status=422 if wrong else 200,
        devices=found,
        of_town=is_of_town(call),
        done=next((one["name"] for one in found if one["thing"].id == done), ""),
        code=code,
        chosen=chosen or call.request.query_params.get("device", ""),
        wrong=wrong,
        asking=[(one.address, browser_of(one.user_agent)) for one in asking],
    )


ROUTES = [
    PageRoute(PAIR, pair_page, Act.PAIR_DEVICE, SOMEWHERE),
    PageRoute(PAIR, pair_device, Act.PAIR_DEVICE, SOMEWHERE, methods=("POST",)),
]
