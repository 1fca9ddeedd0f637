"""Signing in and out over the API: `/api/v1/sessions`."""

from starlette.responses import JSONResponse, Response

from queue_server.services.ports import Answer
from queue_server.web import answers, models
from queue_server.web.api import PREFIX, ApiRoute, Call
from queue_server.web.cookies import clear_session_cookie, is_secure
from queue_server.web.newcomers import Newcomer
from queue_server.web.signing_in import SignedIn, change_password, give_cookies, sign_in, sign_out


async def open_session(call: Call) -> Response:
    """Sign in; the session is a cookie. After five wrong tries waits begin."""
    newcomer = Newcomer(call.request.scope)
    return _signed_in(call, await sign_in(call.house, newcomer, call.body.user, call.body.password), 201)


async def choose_password(call: Call) -> Response:
    """Choose a new password: needed before anything else when `must_change` is true. Needs a cookie.

    All sessions of the account end; the answer brings a new one.
    """
    newcomer, body = Newcomer(call.request.scope), call.body
    opened = await change_password(
        call.house, newcomer, call.actor, body.password, body.new_password, via="api"
    )
    return _signed_in(call, opened, 200)


def _signed_in(call: Call, opened: SignedIn, status: int) -> Response:
    answer = answers.Session(
        user=opened.user,
        role=opened.role,
        site_id=opened.site_id,
        clerk_id=opened.clerk_id,
        must_change=opened.must_change,
    )
    response = JSONResponse(answer, status_code=status)
    give_cookies(response, call.request.scope, opened)
    return response


async def see_session(call: Call) -> Answer:
    """Say who is signed in, by cookie or token; `visitor` for a stranger."""
    actor = call.actor
    return {
        "role": actor.role.value,
        "site_id": actor.site_id,
        "clerk_id": actor.clerk_id,
        "device_id": actor.device_id,
        "must_change": actor.must_change,
    }


async def close_session(call: Call) -> Response:
    """Sign out. Twice is once."""
    await sign_out(call.house, call.actor)
    response = Response(status_code=204)
    clear_session_cookie(response, secure=is_secure(call.request.scope))
    return response


ROUTES = [
    ApiRoute("GET", f"{PREFIX}/sessions", see_session, None, answer=answers.WhoAmI, tag="session"),
    ApiRoute(
        "POST",
        f"{PREFIX}/sessions",
        open_session,
        None,
        body=models.SignIn,
        answer=answers.Session,
        status=201,
        refusals=("wrong_password", "one_time_password_over", "too_many_requests"),
        tag="session",
    ),
    ApiRoute(
        "POST",
        f"{PREFIX}/sessions/password",
        choose_password,
        None,
        body=models.ChangePassword,
        answer=answers.Session,
        refusals=("wrong_password", "password_unfit", "too_many_requests"),
        tag="session",
    ),
    ApiRoute("DELETE", f"{PREFIX}/sessions", close_session, None, status=204, tag="session"),
]
