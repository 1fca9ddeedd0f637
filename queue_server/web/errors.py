"""The one error shape, and the one table from refusals to statuses.

`{"error": {"code", "message", …}}`: the code is stable, the message is for people and comes from the
catalogues in the language of the request.
"""

from collections.abc import Mapping
from typing import Final

from starlette.responses import JSONResponse
from starlette.types import Scope

from queue_server.domain.access import TooManyRequests
from queue_server.domain.errors import Refusal
from queue_server.web.cookies import header
from queue_server.web.texts import Texts, negotiate

STATUS: Final[Mapping[str, int]] = {
    "bad_input": 400,
    "refused": 400,
    "sign_in_required": 401,
    "wrong_password": 401,
    "forbidden": 403,
    "csrf": 403,
    "origin": 403,
    "not_found": 404,
    "method_not_allowed": 405,
    "payload_too_large": 413,
    "request_id_reused": 422,
    "too_many_requests": 429,
    "storage_unavailable": 503,
    "internal": 500,
}
CONFLICT: Final = 409
"""Every other refusal: the hall is in a state that does not allow it."""


def status_of(code: str) -> int:
    return STATUS.get(code, CONFLICT)


def error_body(code: str, message: str, params: Mapping[str, object]) -> dict[str, object]:
    """Return the error shape. Parameters stand beside code and message and never hide them."""
    extra = {name: value for name, value in params.items() if name not in {"code", "message"}}
    return {"error": {**extra, "code": code, "message": message}}


def refusal_response(texts: Mapping[str, Texts], scope: Scope, refusal: Refusal) -> JSONResponse:
    """Return a refusal as JSON, in the language of the request."""
    say = texts[negotiate(header(scope, b"accept-language"), tuple(texts))]
    message = say(f"error.{refusal.code}", **refusal.params)
    headers = {}
    if isinstance(refusal, TooManyRequests):
        headers["Retry-After"] = str(refusal.params.get("retry_after_s", 1))
    if refusal.code == "sign_in_required":
        headers["WWW-Authenticate"] = "Bearer"
    return JSONResponse(
        error_body(refusal.code, message, refusal.params),
        status_code=status_of(refusal.code),
        headers=headers,
    )
