"""Signing in and out over the API: `/api/v1/sessions`."""

from starlette.responses import JSONResponse, Response

from queue_server.services.ports import Answer
from queue_server.web import models
from queue_server.web.api import PREFIX, ApiRoute, Call
from queue_server.web.cookies import clear_session_cookie, is_secure, set_session_cookie
from queue_server.web.proxies import client_address
from queue_server.web.signing_in import sign_in, sign_out


async def open_session(call: Call) -> Response:
    """Sign in; the session is a cookie. At most five tries a minute for one name."""
    scope = call.request.scope
    opened = await sign_in(call.house, client_address(scope), call.body.user, call.body.password)
    response = JSONResponse(
        {"user": opened.user, "role": opened.role, "site_id": opened.site_id, "clerk_id": opened.clerk_id},
        status_code=201,
    )
    set_session_cookie(response, opened.cookie, secure=is_secure(scope))
    return response


async def see_session(call: Call) -> Answer:
    """Say who is signed in."""
    actor = call.actor
    return {"role": actor.role.value, "site_id": actor.site_id, "clerk_id": actor.clerk_id}


async def close_session(call: Call) -> Response:
    """Sign out. Twice is once."""
    await sign_out(call.house, call.actor)
    response = Response(status_code=204)
    clear_session_cookie(response, secure=is_secure(call.request.scope))
    return response


ROUTES = [
    ApiRoute("GET", f"{PREFIX}/sessions", see_session, None, tag="session"),
    ApiRoute(
        "POST",
        f"{PREFIX}/sessions",
        open_session,
        None,
        body=models.SignIn,
        status=201,
        refusals=("wrong_password", "too_many_requests"),
        tag="session",
    ),
    ApiRoute("DELETE", f"{PREFIX}/sessions", close_session, None, status=204, tag="session"),
]
