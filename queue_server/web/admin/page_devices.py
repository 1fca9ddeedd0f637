"""`/admin/devices`: every display, kiosk and printer with how it is.

What must not live here: words of states (`device_rows`), what is done to a device (`page_device_acts`), and
pairing (`page_pair`).
"""

from typing import Final

from starlette.responses import Response

from queue_server.domain.access import Act
from queue_server.domain.town import in_language
from queue_server.web.admin.device_rows import rows_of
from queue_server.web.admin.frame import framed, sites_of, town_of
from queue_server.web.admin.page_rehearsal import MINUTES, REFUSED, rehearsal_words
from queue_server.web.naming import SOMEWHERE
from queue_server.web.pages import PageCall, PageRoute

PAGE: Final = "/admin/devices"
_DONE: Final = frozenset({"unpaired", "out", "back", "kiosk_out", "kiosk_back"})


async def devices_page(call: PageCall) -> Response:
    """Show all devices of the sites that who asks administers. Reading changes nothing."""
    await call.house.renew_if_changed()
    done = call.request.query_params.get("done", "")
    refused = call.request.query_params.get("rehearsal", "")
    paired = await paired_devices(call)
    rows = [(site, rows_of(call, site, paired)) for site in sites_of(call, town_of(call))]
    return framed(
        call,
        "admin/devices.html",
        here=PAGE,
        sites=[
            {
                "id": site.id,
                "name": in_language(site.name, call.language),
                "rows": found,
                "rehearsal": rehearsal_words(call, site),
            }
            for site, found in rows
        ],
        minutes=MINUTES,
        refused=refused if refused in REFUSED else "",
        done=done if done in _DONE else "",
        is_waiting=any(row.test and row.test["runs"] for _, found in rows for row in found),
    )


async def paired_devices(call: PageCall) -> set[tuple[str, str]]:
    house, town_id = call.house, call.actor.organisation_id
    found = await house.read(lambda conn: house.tokens.list_tokens(conn, town_id))
    return {(one.role.value, one.device_id) for one in found if one.device_id}


ROUTES = [PageRoute(PAGE, devices_page, Act.PAIR_DEVICE, SOMEWHERE)]
