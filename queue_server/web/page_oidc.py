"""Signing in with the town's directory: the way there, and the way back.

What must not live here: speaking to the directory, and who gets in (`adapters.directory_admission`).

State, nonce and PKCE verifier are computed from one random value that lies in a short-lived cookie of the
browser that set out: so nobody else's way back fits it, and nothing is kept here meanwhile. The cookie is
Lax, because the way back begins at another host; the session's is Strict, and a browser would not send it on
that same way. Hence the small page in between, from which the browser goes on by itself.
"""

import hashlib
import hmac
import secrets
from base64 import urlsafe_b64encode
from typing import Final
from urllib.parse import quote, unquote

from starlette.responses import RedirectResponse, Response

from queue_server.domain.errors import NotFound, Refusal
from queue_server.domain.sign_in import DirectoryRefused
from queue_server.web.cookies import FLOW_COOKIE, clear_flow_cookie, is_secure, read_cookie, set_flow_cookie
from queue_server.web.newcomers import Newcomer
from queue_server.web.page_sign_in import own_origin, own_path, refused_form
from queue_server.web.pages import PageCall, PageRoute
from queue_server.web.places import first_page
from queue_server.web.proxies import client_address
from queue_server.web.signing_in import give_cookies, sign_in_by_directory

BACK: Final = "/sign-in/oidc"
"""The address that is registered with the directory."""
LONGEST_PATH: Final = 500
LONGEST_CODE: Final = 2000


async def set_out(call: PageCall) -> Response:
    """Send the browser to the directory."""
    if call.house.oidc.provider is None:
        raise NotFound(what="page")
    after = own_path(call.request.query_params.get("next", "")[:LONGEST_PATH])
    flow = secrets.token_urlsafe(32)
    try:
        call.house.limits.check_directory(client_address(call.request.scope))
        url = await call.house.oidc.sign_in_url(
            back=_back(call),
            state=_derived("state", flow),
            nonce=_derived("nonce", flow),
            verifier=_derived("verifier", flow),
        )
    except Refusal as refusal:
        return refused_form(call, refusal, after)
    response = RedirectResponse(url, status_code=303)
    set_flow_cookie(response, f"{flow}.{quote(after, safe='')}", secure=is_secure(call.request.scope))
    return response


async def come_back(call: PageCall) -> Response:
    """Take the browser back from the directory, begin a session, and lead to where it wanted to go."""
    if call.house.oidc.provider is None:
        raise NotFound(what="page")
    flow, _, path = (read_cookie(call.request.scope, FLOW_COOKIE) or "").partition(".")
    after = own_path(unquote(path)[:LONGEST_PATH])
    try:
        code = await _code(call, flow)
        call.house.limits.check_directory(client_address(call.request.scope))
        person = await call.house.oidc.redeem(
            code, back=_back(call), nonce=_derived("nonce", flow), verifier=_derived("verifier", flow)
        )
        signed_in = await sign_in_by_directory(call.house, Newcomer(call.request.scope), person)
    except Refusal as refusal:
        response = refused_form(call, refusal, after)
    else:
        first = first_page(signed_in.role, signed_in.clerk_id)
        response = call.page("signed_in.html", after=after or first)
        give_cookies(response, call.request.scope, signed_in)
    clear_flow_cookie(response, secure=is_secure(call.request.scope))
    return response


async def _code(call: PageCall, flow: str) -> str:
    """Return the code, if this browser set out and the directory let it come back."""
    asked = call.request.query_params
    state, issuer = asked.get("state", ""), call.house.oidc.provider.issuer
    fits = bool(flow) and hmac.compare_digest(state.encode(), _derived("state", flow).encode())
    # RFC 9207: an answer of another directory must not be redeemed at ours.
    if not fits or asked.get("iss", issuer) != issuer:
        raise DirectoryRefused
    if "iss" not in asked and await call.house.oidc.names_itself():
        raise DirectoryRefused
    code = asked.get("code", "")
    if not code or len(code) > LONGEST_CODE:  # or `error`: the person said no
        raise DirectoryRefused
    return code


def _derived(purpose: str, flow: str) -> str:
    """Return one of the values that belong to a way there and back; none tells the others."""
    digest = hashlib.sha256(f"{purpose}\0{flow}".encode("utf-8", "surrogatepass")).digest()
    return urlsafe_b64encode(digest).rstrip(b"=").decode()


def _back(call: PageCall) -> str:
    return own_origin(call.request) + BACK


ROUTES = [
    PageRoute("/sign-in/oidc/start", set_out, with_one_time_password=True),
    PageRoute(BACK, come_back, with_one_time_password=True),
]
