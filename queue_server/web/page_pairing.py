"""A device asks to be paired: it shows a code, the administrator says which device it is.

A television has no keyboard, so opening the page is asking. The code on the screen fetches nothing,
because everybody in the hall can read it; what fetches the token is a cookie that only this browser has.
"""

from typing import Final

from starlette.responses import RedirectResponse, Response

from queue_server.domain.access import TooManyRequests
from queue_server.web.cookies import is_secure, set_device_cookie
from queue_server.web.pages import PageCall, PageRoute
from queue_server.web.proxies import client_address

SECRET_COOKIE: Final = "aufruf_pairing"  # noqa: S105 - a name
CODE_COOKIE: Final = "aufruf_pairing_code"
LASTS_S: Final = 600


async def pairing_page(call: PageCall) -> Response:
    """Show the code; go on by itself once the administrator has entered it."""
    house, now = call.house, call.house.clock()
    secret = call.request.cookies.get(SECRET_COOKIE, "")
    state = (
        await house.read(lambda conn: house.pairings.pairing_state(conn, secret, now)) if secret else "gone"
    )
    if state == "claimed":
        paired = await house.write(lambda conn: house.pairings.collect_pairing(conn, secret, now))
        if paired is not None:
            return _paired(call, paired.role.value, paired.device_id, paired.token)
        state = "gone"
    code = call.request.cookies.get(CODE_COOKIE, "")
    if state == "gone" or not code:
        return await _ask(call)
    return _show(call, code)


async def _ask(call: PageCall) -> Response:
    house, scope = call.house, call.request.scope
    address = client_address(scope)
    agent = call.request.headers.get("user-agent", "")
    try:
        house.limits.check_pairing(address)
        opened = await house.write(
            lambda conn: house.pairings.open_pairing(
                conn,
                organisation_id=_organisation(call),
                address=address,
                user_agent=agent,
                now=house.clock(),
            )
        )
    except TooManyRequests:
        return call.page("pairing.html", status=429, code="", commands=[])
    response = _show(call, opened.code)
    for name, value in ((SECRET_COOKIE, opened.secret), (CODE_COOKIE, opened.code)):
        response.set_cookie(
            name,
            value,
            max_age=LASTS_S,
            path="/pair",
            secure=is_secure(scope),
            httponly=True,
            samesite="strict",
        )
    return response


def _show(call: PageCall, code: str) -> Response:
    spoken = f"{code[:4]}-{code[4:]}"
    wanted = [(kind, call.request.query_params.get(kind, "")) for kind in ("display", "kiosk")]
    known = {"display": call.house.directory.displays, "kiosk": call.house.directory.kiosks}
    commands = [f"aufruf pair {spoken} --{kind} {id_}" for kind, id_ in wanted if id_ in known[kind]]
    return call.page(
        "pairing.html",
        code=spoken,
        commands=commands or [f"aufruf pair {spoken} --display ID", f"aufruf pair {spoken} --kiosk ID"],
    )


def _paired(call: PageCall, kind: str, device_id: str, token: str) -> Response:
    response = RedirectResponse(f"/{kind}/{device_id}", status_code=303)
    set_device_cookie(response, device_id, token, secure=is_secure(call.request.scope))
    for name in (SECRET_COOKIE, CODE_COOKIE):
        response.delete_cookie(name, path="/pair")
    return response


def _organisation(call: PageCall) -> str:
    """Return whose administrator is asked: of the device that was wanted, else the first town's."""
    directory = call.house.directory
    wanted = directory.displays.get(call.request.query_params.get("display", ""))
    wanted = wanted or directory.kiosks.get(call.request.query_params.get("kiosk", ""))
    towns = [town for site_id, (town, _) in directory.sites.items() if wanted in {None, site_id}]
    return towns[0].id


ROUTES = [PageRoute("/pair", pairing_page, with_one_time_password=True)]
