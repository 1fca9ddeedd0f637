"""The pages of signing in and out, and of choosing a password: plain forms, which work without scripts.

What must not live here: checking and counting (`web.signing_in`), the town's directory (`web.page_oidc`).
"""

from urllib.parse import urlsplit

from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from queue_server.domain.access import SignInRequired
from queue_server.domain.errors import Refusal
from queue_server.domain.sign_in import LEAST_PASSWORD, MOST_PASSWORD
from queue_server.domain.town import in_language
from queue_server.web.cookies import clear_session_cookie, is_secure
from queue_server.web.errors import headers_of, status_of
from queue_server.web.newcomers import Newcomer
from queue_server.web.pages import PageCall, PageRoute
from queue_server.web.places import first_page
from queue_server.web.signing_in import (
    OIDC,
    SignedIn,
    change_password,
    give_cookies,
    method_of,
    sign_in,
    sign_out,
)


async def sign_in_page(call: PageCall) -> Response:
    """Show the sign-in form, or take it."""
    after = own_path(call.request.query_params.get("next", ""))
    if call.request.method != "POST":  # HEAD is a GET
        return sign_in_form(call, after)
    form = await call.request.form()
    call.house.csrf.check(call.request.scope, form.get("csrf"))
    user, password = str(form.get("user", ""))[:100], str(form.get("password", ""))[:500]
    try:
        opened = await sign_in(call.house, Newcomer(call.request.scope), user, password)
    except Refusal as refusal:
        return refused_form(call, refusal, after, user=user)
    return _signed_in(call, opened, after)


def _signed_in(call: PageCall, opened: SignedIn, after: str) -> Response:
    first = first_page(opened.role, opened.clerk_id)
    response = RedirectResponse(after or first, status_code=303)
    give_cookies(response, call.request.scope, opened)
    return response


async def password_page(call: PageCall) -> Response:
    """Choose a new password; an account with a one-time password comes here before anything else."""
    if call.actor.session_id is None:
        raise SignInRequired
    after = own_path(call.request.query_params.get("next", ""))
    if call.request.method != "POST":  # HEAD is a GET
        return _password_form(call, after)
    form = await call.request.form()
    call.house.csrf.check(call.request.scope, form.get("csrf"))
    old, new = str(form.get("password", ""))[:500], str(form.get("new_password", ""))[:500]
    newcomer = Newcomer(call.request.scope)
    try:
        opened = await change_password(call.house, newcomer, call.actor, old, new, via="web")
    except Refusal as refusal:
        message = call.say(f"error.{refusal.text}", **refusal.params)
        response = _password_form(call, after, message=message, status=status_of(refusal.code))
        response.headers.update(headers_of(refusal))
        return response
    return _signed_in(call, opened, after)


def _password_form(call: PageCall, after: str, *, message: str = "", status: int = 200) -> HTMLResponse:
    return call.page(
        "password.html",
        status=status,
        after=after,
        message=message,
        one_time=call.actor.must_change,
        least=LEAST_PASSWORD,
        most=MOST_PASSWORD,
        csrf=call.house.csrf.token(call.request.scope),
    )


async def sign_out_page(call: PageCall) -> Response:
    """End the session: a POST, so that no link ends it."""
    form = await call.request.form()
    call.house.csrf.check(call.request.scope, form.get("csrf"))
    elsewhere = await _elsewhere(call)
    await sign_out(call.house, call.actor)
    # A page and no redirect: `form-action` of our own policy forbids a form to end at another host.
    to_directory = call.page("signed_out.html", away=elsewhere) if elsewhere else None
    response = to_directory or RedirectResponse("/sign-in", status_code=303)
    clear_session_cookie(response, secure=is_secure(call.request.scope))
    return response


async def _elsewhere(call: PageCall) -> str | None:
    """Return where who came by the town's directory signs out of it as well."""
    if await method_of(call.house, call.actor) != OIDC:
        return None
    return await call.house.oidc.sign_out_url(after=f"{own_origin(call.request)}/sign-in")


def own_origin(request: Request) -> str:
    """Return the address under which the browser knows us: its cookies lie there."""
    return f"{request.url.scheme}://{request.url.netloc}"


def _button(call: PageCall) -> str:
    """Return what stands on the button of the town's directory; empty when there is none."""
    provider = call.house.oidc.provider
    if provider is None:
        return ""
    return in_language(provider.button, call.language) or call.say("page.oidc_button")


def sign_in_form(
    call: PageCall, after: str, *, user: str = "", message: str = "", status: int = 200
) -> HTMLResponse:
    return call.page(
        "sign_in.html",
        status=status,
        after=after,
        user=user,
        message=message,
        csrf=call.house.csrf.token(call.request.scope),
        directory=_button(call),
        demo_password=call.house.settings.demo_password if call.house.settings.demo else "",
    )


def refused_form(call: PageCall, refusal: Refusal, after: str, *, user: str = "") -> HTMLResponse:
    """Show the form again with what was wrong, and to programs when to come back."""
    message = call.say(f"error.{refusal.text}", **refusal.params)
    response = sign_in_form(call, after, user=user, message=message, status=status_of(refusal.code))
    response.headers.update(headers_of(refusal))
    return response


def own_path(path: str) -> str:
    """Return a path of this server, or nothing: `?next=` must not lead elsewhere."""
    parts = urlsplit(path)
    fits = (
        path.startswith("/") and not path.startswith(("//", "/\\")) and not parts.scheme and not parts.netloc
    )
    return path if fits and path.isascii() and path.isprintable() else ""


ROUTES = [
    PageRoute("/sign-in", sign_in_page, methods=("GET", "POST"), with_one_time_password=True),
    PageRoute("/password", password_page, methods=("GET", "POST"), with_one_time_password=True),
    PageRoute("/sign-out", sign_out_page, methods=("POST",), with_one_time_password=True),
]
