"""What is answered when a request ends in an error: JSON for programs, a page for people.

What must not live here: the shape of an error and its status (`web.errors`).
"""

import logging
import secrets as random_bytes
from collections.abc import Mapping
from typing import Any, Final

from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Match, Route

from queue_server.domain.errors import Refusal
from queue_server.web import pages
from queue_server.web.errors import error_body, refusal_response, status_of
from queue_server.web.house import House
from queue_server.web.security_log import note_refusal

NO_PAGES: Final = ("/api/", "/static/", "/live/", "/sounds/", "/healthz", "/readyz", "/metrics")
"""Addresses whose mistakes are answered as JSON; all others are for people."""
log = logging.getLogger(__name__)


async def _on_refusal(request: Request, refusal: Exception) -> Response:
    if not isinstance(refusal, Refusal):
        raise TypeError(type(refusal))
    house: House = request.app.state.house
    note_refusal(refusal, request.scope)
    if not request.url.path.startswith(NO_PAGES):
        return pages.in_words(pages.stranger(request, house), refusal)
    return refusal_response(house.texts, request.scope, refusal)


async def _on_http_error(request: Request, error: Exception) -> Response:
    house: House = request.app.state.house
    status = error.status_code if isinstance(error, HTTPException) else 500
    code = {404: "not_found", 405: "method_not_allowed"}.get(status, "bad_input")
    params = {"field": "body"} if code == "bad_input" else {}
    headers = {"Allow": ", ".join(sorted(_methods(request)))} if status == 405 else None
    if not request.url.path.startswith(NO_PAGES):
        return pages.error_page(house, request, code, params, headers)
    message = house.texts[pages.language_of(request, house)](f"error.{code}", **params)
    return JSONResponse(error_body(code, message, params), status_code=status_of(code), headers=headers)


def _methods(request: Request) -> set[str]:
    """Return what the address understands: several routes may share it, and Starlette names one's only."""
    routes = (route for route in request.app.routes if isinstance(route, Route))
    fitting = (route for route in routes if route.matches(request.scope)[0] is not Match.NONE)
    return {method for route in fitting for method in route.methods or ()}


async def _on_departure(_request: Request, _gone: Exception) -> Response:
    """Answer somebody who left in the middle of a form; nobody reads it."""
    return Response(status_code=400)


async def _on_error(request: Request, error: Exception) -> Response:
    house: House = request.app.state.house
    number = random_bytes.token_hex(4)
    log.error("request failed (%s %s)", request.method, number, exc_info=error)
    if not request.url.path.startswith(NO_PAGES):
        return pages.error_page(house, request, "internal", {"incident": number})
    message = house.texts[pages.language_of(request, house)]("error.internal")
    return JSONResponse(error_body("internal", message, {"incident": number}), status_code=500)


HANDLERS: Final[Mapping[Any, Any]] = {
    Refusal: _on_refusal,
    HTTPException: _on_http_error,
    ClientDisconnect: _on_departure,
    Exception: _on_error,
}
